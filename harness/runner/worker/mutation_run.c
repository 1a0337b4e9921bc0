#include "mutation_run.h"

#include <stdio.h>
#include <string.h>

#include "../../common/text.h"
#include "../stage/cmocka_bridge.h"
#include "reply_mutations.h"

/* The findings of a run in order, each as a checksum of its text and line. */
#define FINDINGS_MOST 200
struct findings {
    uint64_t sums[FINDINGS_MOST];
    size_t count; /* may be greater than FINDINGS_MOST; only the first are kept */
};

/* The listener of a case that runs again. The case has noticed a change at the first finding that differs from the usual
 * ones, or if it has fewer. */
struct witness {
    const struct recording *recording;
    const struct findings *usual; /* those without a change; NULL: this run collects them */
    struct findings found;
    bool noticed;
};

static void witness_tell(void *context, enum stage_event event, int line, const char *text)
{
    struct witness *witness = context;
    struct findings *found = &witness->found;
    if (event == STAGE_TRANSCRIPT)
        return;
    /* Findings after the divergence do not count: the changed reply did not cause them. */
    if (!witness->recording->diverged) {
        uint64_t sum = checksum_add(CHECKSUM_START, text, strlen(text));
        size_t place = found->count++;
        if (place < FINDINGS_MOST)
            found->sums[place] = checksum_add(sum, &line, sizeof line);
        if (witness->usual && place < FINDINGS_MOST)
            witness->noticed =
                place >= witness->usual->count || found->sums[place] != witness->usual->sums[place];
    }
    if (witness->recording->mode == RECORDING_REPLAY && (witness->noticed || witness->recording->diverged))
        leave_case();
}

/* Runs the case once more: RECORDING_REPLAY replays the recording, RECORDING_OFF runs processes. */
static void run_again(const struct stage_settings *settings, const struct test_case *test,
                      struct recording *recording, enum recording_mode mode, struct witness *witness)
{
    struct stage_settings own = *settings;
    own.tell = witness_tell;
    own.waits = NULL;
    own.context = witness;
    recording->mode = mode;
    recording->next = 0;
    recording->diverged = false;
    case_run(&own, test, recording);
}

static bool notices(const struct stage_settings *settings, const struct test_case *test,
                    struct recording *recording, enum recording_mode mode, const struct findings *usual)
{
    struct witness witness = {.recording = recording, .usual = usual};
    run_again(settings, test, recording, mode, &witness);
    return witness.noticed || (!recording->diverged && witness.found.count < usual->count);
}

/* The findings without a change. False if the replay diverges, or ends early: then changes would prove nothing. */
static bool find_usual(const struct stage_settings *settings, const struct test_case *test,
                       struct recording *recording, struct findings *usual)
{
    struct witness witness = {.recording = recording};
    recording->mutated_at = SIZE_MAX;
    run_again(settings, test, recording, RECORDING_REPLAY, &witness);
    *usual = witness.found;
    return !recording->diverged && recording->next == recording->count && usual->count <= FINDINGS_MOST;
}

static bool is_chosen(const struct mutation_settings *mutate, const char *name, size_t place, size_t index)
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
                        struct recording *recording, const struct mutation_settings *mutate, size_t place,
                        const struct recorded_entry *reply, const char *sent, const struct findings *usual,
                        struct score *score)
{
    char changed[LINE_BYTES], field[MUTATION_FIELD_BYTES];
    for (size_t index = 0; reply_mutation(reply, index, changed, field); index++) {
        if (!is_chosen(mutate, test->name, place, index))
            continue;
        score->mutants++;
        recording->mutated_at = place;
        recording->mutated = changed;
        bool noticed = notices(settings, test, recording, RECORDING_REPLAY, usual);
        if (!noticed && recording->diverged) {
            score->run++;
            noticed = notices(settings, test, recording, RECORDING_OFF, usual);
        }
        if (noticed)
            score->killed++;
        else
            tell_survivor(settings, field, sent, changed);
    }
}

void mutation_run(const struct stage_settings *settings, const struct test_case *test,
                  struct recording *recording, const struct mutation_settings *mutate)
{
    char line[120];
    const char *sent = "";
    size_t place = 0;
    struct score score = {0, 0, 0};
    struct findings usual;
    if (!find_usual(settings, test, recording, &usual)) {
        settings->tell(settings->context, STAGE_ERROR, test->line,
                       "the case takes other steps when the same replies are replayed");
        return;
    }
    for (size_t i = 0; i < recording->count; i++) {
        const struct recorded_entry *entry = &recording->entries[i];
        if (entry->kind == RECORDED_REQUEST)
            sent = entry->text;
        if (entry->kind == RECORDED_LINE)
            try_changes(settings, test, recording, mutate, place, entry, sent, &usual, &score);
        place += entry->kind == RECORDED_LINE || entry->kind == RECORDED_NO_LINE;
    }
    snprintf(line, sizeof line, "! mutants=%lu killed=%lu survived=%lu run=%lu", score.mutants, score.killed,
             score.mutants - score.killed, score.run);
    settings->tell(settings->context, STAGE_TRANSCRIPT, 0, line);
}
