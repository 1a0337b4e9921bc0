/* Faults of the order in which processes see stores of others. No call of the table is involved: the loop of the burst
 * itself does in software what a processor or system without the promise would do. */
#include <string.h>

#include "families.h"

static void set_value(struct line *request, const char *key, const char *value)
{
    for (size_t i = 0; i < request->count; i++)
        if (strcmp(request->fields[i].key, key) == 0)
            request->fields[i] = (struct field){key, value, strlen(value)};
}

static bool is_burst(const struct line *request, const char *how)
{
    return strcmp(request->word, "burst") == 0 && strcmp(line_value(request, "how", ""), how) == 0;
}

static void ask_for_halves(struct line *request)
{
    bool wide = strcmp(line_value(request, "width", ""), "8") == 0;
    if (is_burst(request, "flip") && wide && !line_field(request, "split") && request->count < LINE_FIELDS) {
        fault_reached();
        request->fields[request->count++] = (struct field){"split", "yes", 3};
    }
}

/* Only of the sender, so that the receiver still counts what is wrong. */
static void ask_for_reversed(struct line *request)
{
    if (is_burst(request, "send")) {
        fault_reached();
        set_value(request, "order", "reversed");
    }
}

const struct hooks hooks_torn_64_bit_stores = {.asks = ask_for_halves};
const struct hooks hooks_stores_overtake = {.asks = ask_for_reversed};
