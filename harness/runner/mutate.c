#include "mutate.h"

#include <stdio.h>
#include <string.h>

#include "../common/pattern.h"
#include "cmocka_bridge.h"
#include "mutation.h"

/* Who listens to a case that runs with a changed reply. The first thing that it finds wrong is enough. */
struct witness {
    const struct tape *tape;
    bool noticed;
};

static void witness_tell(void *context, enum stage_event event, int line, const char *text)
{
    struct witness *witness = context;
    (void)text;
    if (event == STAGE_TRANSCRIPT)
        return;
    /* What is found wrong behind the point where the tape ends to fit is the tape's fault, not a merit. */
    if (!witness->tape->strayed)
        witness->noticed = true;
    if (witness->tape->mode == TAPE_PLAY)
        leave_case(line);
}

/* Whether the case notices. `mode` says whether the tape plays or processes run. */
static bool notices(const struct stage_settings *settings, const struct test_case *test, struct tape *tape,
                    enum tape_mode mode)
{
    static struct stage stage;
    struct witness witness = {tape, false};
    struct stage_settings own = *settings;
    own.tell = witness_tell;
    own.context = &witness;
    tape->mode = mode;
    tape->next = 0;
    tape->strayed = false;
    stage_init(&stage, &own, test, tape);
    call_case(stage.id, test->run, &stage);
    stage_end(&stage);
    return witness.noticed;
}

static bool is_chosen(const struct mutate_settings *mutate, const char *name, size_t place, size_t index)
{
    uint64_t sum = checksum_add(CHECKSUM_START, name, strlen(name));
    uint64_t rest[3] = {mutate->seed, place, index};
    sum = checksum_add(sum, rest, sizeof rest);
    return (sum >> 20) % 100 < mutate->percent;
}

/* The request of an entry, without sequence number and newline. */
static void describe_request(const char *sent, struct text *out)
{
    const char *start = strchr(sent, ' ');
    if (start)
        text_add_bytes(out, start + 1, strcspn(start + 1, "\n"));
}

static void tell_survivor(const struct stage_settings *settings, const char *field, const char *sent,
                          const char *changed)
{
    char line[LINE_BYTES * 3];
    struct text text = text_over(line, sizeof line);
    text_format(&text, "! survived %s: ", field);
    describe_request(sent, &text);
    text_add(&text, " -> ");
    reply_describe(&text, changed);
    settings->tell(settings->context, STAGE_TRANSCRIPT, 0, line);
}

struct score {
    unsigned long mutants, killed, run;
};

static void try_changes(const struct stage_settings *settings, const struct test_case *test,
                        struct tape *tape, const struct mutate_settings *mutate, size_t place,
                        const struct tape_entry *reply, const char *sent, struct score *score)
{
    char changed[LINE_BYTES], field[MUTATION_FIELD_BYTES];
    for (size_t index = 0; mutate_reply(reply, index, changed, field); index++) {
        if (!is_chosen(mutate, test->name, place, index))
            continue;
        score->mutants++;
        tape->mutated_at = place;
        tape->mutated = changed;
        bool noticed = notices(settings, test, tape, TAPE_PLAY);
        if (!noticed && tape->strayed) {
            score->run++;
            noticed = notices(settings, test, tape, TAPE_OFF);
        }
        if (noticed)
            score->killed++;
        else
            tell_survivor(settings, field, sent, changed);
    }
}

void mutate_case(const struct stage_settings *settings, const struct test_case *test, struct tape *tape,
                 const struct mutate_settings *mutate)
{
    char line[120];
    const char *sent = "";
    size_t place = 0;
    struct score score = {0, 0, 0};
    for (size_t i = 0; i < tape->count; i++) {
        const struct tape_entry *entry = &tape->entries[i];
        if (entry->kind == TAPE_SENT)
            sent = entry->text;
        if (entry->kind == TAPE_LINE)
            try_changes(settings, test, tape, mutate, place, entry, sent, &score);
        place += entry->kind == TAPE_LINE || entry->kind == TAPE_NEWS;
    }
    snprintf(line, sizeof line, "! mutants=%lu killed=%lu survived=%lu run=%lu", score.mutants, score.killed,
             score.mutants - score.killed, score.run);
    settings->tell(settings->context, STAGE_TRANSCRIPT, 0, line);
}
