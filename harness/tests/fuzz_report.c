/* The input is strings, each after its length in two bytes, low byte first; every eight of them are a property or a case.
 * The text of the report must keep the rules. */
#include "fuzz.h"

#include <string.h>

#include "../report/junit.h"
#include "report_rules.h"

#define STRINGS 8
#define RUNNING 2

struct input {
    const uint8_t *at;
    size_t left;
};

static uint8_t next_byte(struct input *input)
{
    if (input->left == 0)
        return 0;
    input->left--;
    return *input->at++;
}

/* A terminated copy; the length counts bytes 0, too. */
static char *next_string(struct input *input, size_t *length)
{
    size_t wanted = next_byte(input);
    wanted |= (size_t)next_byte(input) << 8;
    *length = wanted < input->left ? wanted : input->left;
    char *copy = malloc(*length + 1);
    ALWAYS(copy);
    if (*length > 0)
        memcpy(copy, input->at, *length);
    copy[*length] = '\0';
    input->at += *length;
    input->left -= *length;
    return copy;
}

static void expect_rules(const struct junit *report, enum junit_dialect dialect,
                         const struct junit_case *running, size_t running_count)
{
    struct buffer out = {0};
    char room[300];
    struct text wrong = text_over(room, sizeof room);
    ALWAYS(junit_text(report, running, running_count, &out));
    if (!report_rules_hold(out.at, out.length, dialect, &wrong, NULL, NULL)) {
        fprintf(stderr, "%s\n%s", room, out.at);
        abort();
    }
    buffer_free(&out);
}

/* Takes one group of strings and adds it. The first cases are also running ones. */
static void add_group(struct junit *report, enum junit_dialect dialect, struct input *input)
{
    uint8_t kind = next_byte(input), number = next_byte(input);
    char *strings[STRINGS];
    size_t lengths[STRINGS];
    for (size_t i = 0; i < STRINGS; i++)
        strings[i] = next_string(input, &lengths[i]);
    struct junit_case add = {.topic = strings[0],
                             .id = strings[1],
                             .verdict = (enum verdict)(kind % VERDICT_COUNT),
                             .error_kind = (enum error_kind)(kind / 8 % 4),
                             .message = strings[2],
                             .details = strings[3],
                             .file = strings[4],
                             .line = number,
                             .position = number % 4,
                             .milliseconds = number < 250 ? number : UINT64_MAX - number,
                             .output = strings[5],
                             .output_length = lengths[5],
                             .stray = strings[6],
                             .stray_length = lengths[6]};
    if (kind >= 0xC0) {
        junit_property(report, strings[0], strings[7]);
    } else if (kind >= 0x80) {
        struct junit_case running[RUNNING] = {add, add};
        running[1].topic = strings[7];
        expect_rules(report, dialect, running, RUNNING);
    } else {
        junit_add(report, &add);
    }
    for (size_t i = 0; i < STRINGS; i++)
        free(strings[i]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input input = {data, size};
    enum junit_dialect dialect = next_byte(&input) % 2 == 0 ? JUNIT_STRICT : JUNIT_EXTENDED;
    size_t length;
    char *host = next_string(&input, &length);
    struct junit *report = junit_new(dialect, host, "2026-02-03T04:05:06Z");
    ALWAYS(report);
    free(host);
    while (input.left > 0)
        add_group(report, dialect, &input);
    expect_rules(report, dialect, NULL, 0);
    junit_free(report);
    return 0;
}
