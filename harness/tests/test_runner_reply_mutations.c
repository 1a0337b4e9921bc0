/* Changed replies: each one differs from the reply, is a valid line, and their number is limited. And the recording that
 * they come from. */
#include "testing.h"

#include "../runner/worker/reply_mutations.h"

#define MOST 60

/* All changes of a reply, as "FIELD: LINE". */
struct changes {
    char lines[MOST][LINE_BYTES + MUTATION_FIELD_BYTES + 2];
    size_t count;
};

static struct recorded_entry entry_of(const char *raw)
{
    static char kept[LINE_BYTES];
    snprintf(kept, sizeof kept, "%s", raw);
    return (struct recorded_entry){.kind = RECORDED_LINE, .text = kept};
}

static void change_all(struct changes *out, const struct recorded_entry *reply)
{
    char line[LINE_BYTES], field[MUTATION_FIELD_BYTES];
    out->count = 0;
    while (reply_mutation(reply, out->count, line, field)) {
        assert_in_range(out->count, 0, MOST - 1);
        snprintf(out->lines[out->count++], sizeof out->lines[0], "%s: %s", field, line);
    }
    /* Greater indexes have no change either. */
    assert_false(reply_mutation(reply, out->count + 1, line, field));
}

static void expect_entry(const struct recorded_entry *reply, const char *const *expected)
{
    static struct changes changes;
    size_t count = 0;
    change_all(&changes, reply);
    for (; expected[count]; count++) {
        assert_in_range(count, 0, changes.count - 1);
        assert_string_equal(changes.lines[count], expected[count]);
    }
    assert_int_equal(changes.count, count);
}

#define EXPECT(raw, ...)                                                                                     \
    do {                                                                                                     \
        const struct recorded_entry of_raw = entry_of(raw);                                                  \
        expect_entry(&of_raw, (const char *const[]){__VA_ARGS__, NULL});                                     \
    } while (0)

#define FAILED_REPLY "fail error=31 status=0xC0000001"

TEST(the_outcome_is_changed)
{
    EXPECT("7 ok", "outcome: 7 " FAILED_REPLY);
    EXPECT("7 fail", "outcome: 7 ok");
    EXPECT("7 fault code=0xC0000005 access=read at=+0", "outcome: 7 ok",
           "code: 7 fault code=0xC0000004 access=read at=+0",
           "access: 7 fault code=0xC0000005 access=write at=+0",
           "at: 7 fault code=0xC0000005 access=read at=+4096");
}

/* Replies of a system that does not set the last error, keeps that of another call, or has another reason. */
TEST(the_last_error_is_changed)
{
    EXPECT("1 ok error=0", "outcome: 1 " FAILED_REPLY, "error: 1 ok error=183",
           "error: 1 ok error=untouched");
    EXPECT("1 ok error=183", "outcome: 1 " FAILED_REPLY, "error: 1 ok error=0",
           "error: 1 ok error=untouched");
    EXPECT("1 ok error=untouched", "outcome: 1 " FAILED_REPLY, "error: 1 ok error=0",
           "error: 1 ok error=183");
    EXPECT("1 ok same=no error=1656", "outcome: 1 " FAILED_REPLY, "same: 1 ok same=yes error=1656",
           "error: 1 ok same=no error=0", "error: 1 ok same=no error=183");
    EXPECT("1 fail error=5 status=0xC0000022", "outcome: 1 ok",
           "error: 1 fail error=untouched status=0xC0000022", "error: 1 fail error=87 status=0xC0000022",
           "status: 1 fail error=5 status=0xC000000D");
    EXPECT("1 fail error=87 status=0xC000000D", "outcome: 1 ok", "error: 1 fail error=5 status=0xC000000D",
           "error: 1 fail error=untouched status=0xC000000D", "status: 1 fail error=87 status=0xC0000022");
    EXPECT("1 fail error=untouched", "outcome: 1 ok", "error: 1 fail error=5", "error: 1 fail error=87");
}

TEST(numbers_are_changed)
{
    EXPECT("2 ok size=4096", "outcome: 2 " FAILED_REPLY, "size: 2 ok size=4097", "size: 2 ok size=4095");
    EXPECT("2 ok u8=0", "outcome: 2 " FAILED_REPLY, "u8: 2 ok u8=1");
    EXPECT("2 ok u64=18446744073709551615", "outcome: 2 " FAILED_REPLY, "u64: 2 ok u64=0",
           "u64: 2 ok u64=18446744073709551614");
    EXPECT("2 ok access=0xF0007", "outcome: 2 " FAILED_REPLY, "access: 2 ok access=0xF0006");
    EXPECT("2 ok base=+65536", "outcome: 2 " FAILED_REPLY, "base: 2 ok base=+69632");
    EXPECT("2 ok base=-4096", "outcome: 2 " FAILED_REPLY, "base: 2 ok base=+0");
    EXPECT("2 fault at=elsewhere", "outcome: 2 ok", "at: 2 fault at=+0");
}

TEST(data_is_changed_at_both_ends)
{
    EXPECT("3 ok text=first", "outcome: 3 " FAILED_REPLY, "text: 3 ok text=eirst", "text: 3 ok text=firsu");
    EXPECT("3 ok text=a", "outcome: 3 " FAILED_REPLY, "text: 3 ok text=b");
    EXPECT("3 ok text=", "outcome: 3 " FAILED_REPLY, "text: 3 ok text=X");
    EXPECT("3 ok text=~z", "outcome: 3 " FAILED_REPLY, "text: 3 ok text=xz", "text: 3 ok text=~y");
    EXPECT("3 ok text=%20a%20", "outcome: 3 " FAILED_REPLY, "text: 3 ok text=%20a%20x");
    EXPECT("3 ok text=a%20b", "outcome: 3 " FAILED_REPLY, "text: 3 ok text=b%20b", "text: 3 ok text=a%20c");
    EXPECT("3 ok text=a%2F", "outcome: 3 " FAILED_REPLY, "text: 3 ok text=b%2F");
    EXPECT("3 ok hex=00FF", "outcome: 3 " FAILED_REPLY, "hex: 3 ok hex=10FF", "hex: 3 ok hex=00FE");
    /* Text that looks like something else is text. */
    EXPECT("3 ok text=yes", "outcome: 3 " FAILED_REPLY, "text: 3 ok text=zes", "text: 3 ok text=yet");
    EXPECT("3 ok text=12", "outcome: 3 " FAILED_REPLY, "text: 3 ok text=22", "text: 3 ok text=13");
}

TEST(words_are_changed_within_their_list)
{
    EXPECT("4 ok state=MEM_FREE", "outcome: 4 " FAILED_REPLY, "state: 4 ok state=MEM_COMMIT");
    EXPECT("4 ok old=PAGE_NOACCESS", "outcome: 4 " FAILED_REPLY, "old: 4 ok old=PAGE_READONLY");
    EXPECT("4 ok protect=PAGE_READWRITE|PAGE_NOCACHE", "outcome: 4 " FAILED_REPLY,
           "protect: 4 ok protect=PAGE_READWRITE");
    EXPECT("4 ok state=absent", "outcome: 4 " FAILED_REPLY, "state: 4 ok state=enabled");
    EXPECT("4 ok path=%5CSessions", "outcome: 4 " FAILED_REPLY, "path: 4 ok path=%5CSessionsX");
    EXPECT("4 ok reason=", "outcome: 4 " FAILED_REPLY, "reason: 4 ok reason=X");
    EXPECT("4 ok sddl=D:P", "outcome: 4 " FAILED_REPLY, "sddl: 4 ok sddl=D:P(A;;GA;;;WD)");
    EXPECT("4 ok sddl=D:(A;;GR;;;WD)(A;;GA;;;SY)", "outcome: 4 " FAILED_REPLY,
           "sddl: 4 ok sddl=D:(D;;GR;;;WD)(A;;GA;;;SY)");
    EXPECT("4 ok sddl=S:(ML;;NW;;;LW)", "outcome: 4 " FAILED_REPLY, "sddl: 4 ok sddl=S:(AL;;NW;;;LW)");
}

/* Volatile fields are left alone, unless the case read them: those of a whole name, not of a part of one. */
TEST(volatile_fields_are_changed_if_they_were_read)
{
    struct recorded_entry reply = entry_of("5 ok ~won=00000000000000F2 ~base=0x20000");
    expect_entry(&reply, (const char *const[]){"outcome: 5 " FAILED_REPLY, NULL});
    snprintf(reply.fields_read, sizeof reply.fields_read, "base2 bas wo");
    expect_entry(&reply, (const char *const[]){"outcome: 5 " FAILED_REPLY, NULL});
    snprintf(reply.fields_read, sizeof reply.fields_read, "won base");
    expect_entry(&reply, (const char *const[]){"outcome: 5 " FAILED_REPLY,
                                               "~won: 5 ok ~won=10000000000000F2 ~base=0x20000",
                                               "~won: 5 ok ~won=00000000000000F3 ~base=0x20000",
                                               "~base: 5 ok ~won=00000000000000F2 ~base=0x20001", NULL});
}

TEST(volatile_numbers_become_zero)
{
    struct recorded_entry reply = entry_of("5 ok torn=0 ~changes=17 ~existed=0 ~handle=0x44");
    snprintf(reply.fields_read, sizeof reply.fields_read, "changes existed");
    expect_entry(&reply,
                 (const char *const[]){"outcome: 5 " FAILED_REPLY,
                                       "torn: 5 ok torn=1 ~changes=17 ~existed=0 ~handle=0x44",
                                       "~changes: 5 ok torn=0 ~changes=0 ~existed=0 ~handle=0x44",
                                       "~existed: 5 ok torn=0 ~changes=17 ~existed=1 ~handle=0x44", NULL});
}

TEST(other_lines_are_not_changed)
{
    static const char *const raws[] = {"0 hello protocol=1 ~pid=4",
                                       "9 bye",
                                       "9 bad reason=no%20verb",
                                       "9",
                                       "",
                                       "9 ",
                                       "9 perhaps size=4096",
                                       "9 okay",
                                       "ok"};
    char line[LINE_BYTES], field[MUTATION_FIELD_BYTES];
    for (size_t i = 0; i < sizeof raws / sizeof raws[0]; i++) {
        struct recorded_entry reply = entry_of(raws[i]);
        assert_false(reply_mutation(&reply, 0, line, field));
        reply.unjudged = true;
        assert_false(reply_mutation(&reply, 0, line, field));
    }
}

/* For a reply that a case only records any valid one would do, so its changes are not valid. */
TEST(unjudged_replies_become_nonsense)
{
    struct recorded_entry reply = entry_of("6 fail error=5 status=0xC0000022");
    reply.unjudged = true;
    expect_entry(&reply, (const char *const[]){"nonsense: 6 perhaps error=5 status=0xC0000022",
                                               "error: 6 fail status=0xC0000022", NULL});
    reply = entry_of("6 ok error=0 ~handle=4");
    reply.unjudged = true;
    expect_entry(&reply, (const char *const[]){"nonsense: 6 perhaps error=0 ~handle=4", NULL});
}

/* For every reply: each change is another line, valid, to the same request, and none occurs twice. */
TEST(every_change_is_a_reply)
{
    static const char *const raws[] = {
        "1 ok error=0 ~handle=0x44",
        "12 ok base=+0 size=4096 state=MEM_COMMIT protect=PAGE_EXECUTE_WRITECOPY type=MEM_MAPPED",
        "13 ok allocation-base=+0 allocation-protect=PAGE_READWRITE|PAGE_GUARD",
        "3 ok match=no first=17 expected=4 got=0",
        "4 ok inherit=yes protect-from-close=no ~handle=0x10",
        "5 ok page=4096 granularity=65536 ~processors=2",
        "6 ok rounds=100 failed=0 other=0 ~won=FF00 ~existed=00FF",
        "7 ok result=WAIT_OBJECT_0",
        "8 ok sum=0xCBF29CE484222325",
        "9 ok zero=yes",
        "4294967295 ok hex=00%20%%",
        "10 ok text=$/<>.~^{}%41%7E",
        "11 ok size=5368709120 attributes=SEC_COMMIT|SEC_NOCACHE",
    };
    static struct changes changes;
    static struct line parsed;
    for (size_t i = 0; i < sizeof raws / sizeof raws[0]; i++) {
        struct recorded_entry reply = entry_of(raws[i]);
        snprintf(reply.fields_read, sizeof reply.fields_read, "handle won existed processors");
        change_all(&changes, &reply);
        assert_true(changes.count > 1);
        for (size_t k = 0; k < changes.count; k++) {
            const char *line = strstr(changes.lines[k], ": ") + 2;
            assert_string_not_equal(line, raws[i]);
            if (!strchr(raws[i], '%')) {
                assert_null(line_parse(&parsed, line, strlen(line)));
                assert_int_equal(parsed.sequence, strtoul(raws[i], NULL, 10));
            }
            for (size_t other = 0; other < k; other++)
                assert_string_not_equal(changes.lines[k], changes.lines[other]);
        }
    }
}

/* A line as long as lines may be has its changes too, and they are no longer than that. */
TEST(a_change_fits_into_the_longest_line)
{
    static struct changes changes;
    char raw[LINE_BYTES];
    snprintf(raw, sizeof raw, "1 ok size=9 sddl=%01005d", 1);
    assert_int_equal(strlen(raw), LINE_BYTES - 2);
    struct recorded_entry reply = entry_of(raw);
    change_all(&changes, &reply);
    assert_int_equal(changes.count, 4);
    assert_memory_equal(changes.lines[1], "size: 1 ok size= sddl=0000", 26);
    assert_memory_equal(changes.lines[2], "size: 1 ok size=8 sddl=0000", 27);
    assert_string_equal(changes.lines[3], "sddl: 1 ok size=9 sddl=");
    for (size_t i = 0; i < changes.count; i++)
        assert_true(strlen(strstr(changes.lines[i], ": ") + 2) <= LINE_BYTES - 2);
}

/* ---- the recording ---- */

TEST(a_recording_replays_what_it_recorded)
{
    struct recording recording = {.mode = RECORDING_ON, .mutated_at = SIZE_MAX};
    recording_add(&recording, RECORDED_PIPE_NAME, true, 0, "pipe");
    recording_add(&recording, RECORDED_LINE, true, 0, "0 hello");
    recording_add(&recording, RECORDED_NO_LINE, false, 3, NULL);
    recording_add(&recording, RECORDED_END, true, 259, NULL);
    assert_false(recording.incomplete);
    recording.mode = RECORDING_REPLAY;
    assert_string_equal(recording_next(&recording, RECORDED_PIPE_NAME)->text, "pipe");
    assert_string_equal(recording_next(&recording, RECORDED_LINE)->text, "0 hello");
    assert_int_equal(recording_next(&recording, RECORDED_NO_LINE)->number, 3);
    const struct recorded_entry *end = recording_next(&recording, RECORDED_END);
    assert_true(end->flag);
    assert_int_equal(end->number, 259);
    assert_false(recording.diverged);
    assert_null(recording_next(&recording, RECORDED_END));
    assert_true(recording.diverged);
    recording_free(&recording);
    assert_int_equal(recording.count, 0);
    assert_true(recording.mutated_at == SIZE_MAX);
}

/* Another request than the next one leaves the recording where it is. */
TEST(a_replay_notices_another_order)
{
    struct recording recording = {.mode = RECORDING_ON, .mutated_at = SIZE_MAX};
    recording_add(&recording, RECORDED_REQUEST, true, 0, "1 size section");
    recording.mode = RECORDING_REPLAY;
    assert_null(recording_next(&recording, RECORDED_LINE));
    assert_true(recording.diverged);
    assert_int_equal(recording.next, 0);
    assert_non_null(recording_next(&recording, RECORDED_REQUEST));
    assert_true(recording.diverged);
    recording_free(&recording);
}

TEST(notes_of_a_recorded_line_are_kept)
{
    struct recording recording = {.mode = RECORDING_ON, .mutated_at = SIZE_MAX};
    recording_add(&recording, RECORDED_REQUEST, true, 0, "1 size section");
    recording_add(&recording, RECORDED_LINE, true, 0, "1 ok");
    recording_note_read(&recording, 1, "base");
    recording_note_read(&recording, 1, "bas");
    recording_note_read(&recording, 1, "base");
    assert_string_equal(recording.entries[1].fields_read, "base bas");
    assert_true(recording_was_read(&recording.entries[1], "bas"));
    assert_false(recording_was_read(&recording.entries[1], "ase"));
    assert_false(recording_was_read(&recording.entries[1], ""));
    recording_note_unjudged(&recording, 1);
    assert_true(recording.entries[1].unjudged);
    /* Only lines are noted at, of the recording, and while it records. */
    recording_note_unjudged(&recording, 0);
    recording_note_read(&recording, 0, "base");
    recording_note_unjudged(&recording, 2);
    recording_note_read(&recording, SIZE_MAX, "base");
    recording.mode = RECORDING_REPLAY;
    recording_note_read(&recording, 1, "handle");
    assert_false(recording.entries[0].unjudged);
    assert_string_equal(recording.entries[0].fields_read, "");
    assert_string_equal(recording.entries[1].fields_read, "base bas");
    assert_false(recording.incomplete);
    recording_free(&recording);
}

TEST(too_many_notes_make_it_incomplete)
{
    struct recording recording = {.mode = RECORDING_ON, .mutated_at = SIZE_MAX};
    char field[8];
    recording_add(&recording, RECORDED_LINE, true, 0, "1 ok");
    for (int i = 0; i < 7; i++) {
        snprintf(field, sizeof field, "field%d", i);
        assert_false(recording.incomplete);
        recording_note_read(&recording, 0, field);
    }
    assert_true(recording.incomplete);
    assert_true(recording_was_read(&recording.entries[0], "field5"));
    assert_false(recording_was_read(&recording.entries[0], "field6"));
    recording_free(&recording);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_outcome_is_changed),
        cmocka_unit_test(the_last_error_is_changed),
        cmocka_unit_test(numbers_are_changed),
        cmocka_unit_test(data_is_changed_at_both_ends),
        cmocka_unit_test(words_are_changed_within_their_list),
        cmocka_unit_test(volatile_fields_are_changed_if_they_were_read),
        cmocka_unit_test(volatile_numbers_become_zero),
        cmocka_unit_test(other_lines_are_not_changed),
        cmocka_unit_test(unjudged_replies_become_nonsense),
        cmocka_unit_test(every_change_is_a_reply),
        cmocka_unit_test(a_change_fits_into_the_longest_line),
        cmocka_unit_test(a_recording_replays_what_it_recorded),
        cmocka_unit_test(a_replay_notices_another_order),
        cmocka_unit_test(notes_of_a_recorded_line_are_kept),
        cmocka_unit_test(too_many_notes_make_it_incomplete),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
