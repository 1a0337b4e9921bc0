/* The wire between parent and worker: what one side encodes the other decodes unchanged, and what is malformed is refused. */
#include "testing.h"

#include "../runner/worker/wire.h"

static char sent_bytes[LINE_BYTES];
static struct line received;

static struct text new_line(void)
{
    return text_over(sent_bytes, sizeof sent_bytes);
}

/* The line as the other side reads it. */
static const struct line *parsed(const struct text *sent)
{
    assert_false(sent->cut);
    assert_int_equal(sent->at[sent->length - 1], '\n');
    assert_null(line_parse(&received, sent->at, sent->length - 1));
    return &received;
}

static const struct line *line_of(const char *bytes)
{
    assert_null(line_parse(&received, bytes, strlen(bytes)));
    return &received;
}

/* A text of this many bytes, with every byte but 0. */
static const char *text_of(size_t length)
{
    static char text[100001];
    for (size_t i = 0; i < length; i++)
        text[i] = (char)(i % 255 + 1);
    text[length] = '\0';
    return text;
}

/* Sends a text up to its last part, as an order. Returns how many lines that took. */
static size_t send_parts(struct wire_text *got, uint32_t sequence, const char **text)
{
    size_t lines = 0;
    for (;; lines++) {
        struct text sent = new_line();
        if (!wire_put_part(&sent, sequence, text))
            return lines;
        assert_int_equal(wire_get_order(parsed(&sent), got), WIRE_ORDER_PART);
        assert_int_equal(received.sequence, sequence);
        assert_false(got->complete);
    }
}

static void expect_settings(const struct wire_settings *expected, const char *actor)
{
    struct wire_settings got;
    struct wire_text path = {0};
    const char *left = actor;
    send_parts(&path, 1, &left);
    struct text sent = new_line();
    wire_put_settings(&sent, 1, expected, left);
    const struct line *line = parsed(&sent);
    assert_int_equal(line->sequence, 1);
    assert_int_equal(wire_get_order(line, &path), WIRE_SETTINGS);
    assert_true(wire_get_settings(line, &got));
    assert_string_equal(wire_text(&path), actor);
    assert_string_equal(got.run, expected->run);
    assert_memory_equal(got.has_actor, expected->has_actor, sizeof got.has_actor);
    assert_true(got.timeout_scale > expected->timeout_scale - 0.0005 &&
                got.timeout_scale < expected->timeout_scale + 0.0005);
    assert_int_equal(got.with_volatile, expected->with_volatile);
    assert_int_equal(got.prestarted, expected->prestarted);
    assert_int_equal(got.reuse, expected->reuse);
    assert_int_equal(got.mutate_percent, expected->mutate_percent);
    assert_true(got.mutate_seed == expected->mutate_seed);
    buffer_free(&path.bytes);
}

TEST(settings_arrive_as_they_were_sent)
{
    struct wire_settings settings = {.run = "r1", .timeout_scale = 1};
    expect_settings(&settings, "C:\\a folder\\100%\\shmactor.exe");
    memset(settings.run, 'r', sizeof settings.run - 1);
    settings.has_actor[ARCH_X86] = true;
    settings.timeout_scale = 0.125;
    settings.with_volatile = true;
    settings.prestarted = true;
    settings.reuse = true;
    settings.mutate_percent = 100;
    settings.mutate_seed = UINT64_MAX;
    expect_settings(&settings, text_of(250));
    memset(settings.has_actor, true, sizeof settings.has_actor);
    settings.timeout_scale = (double)UINT32_MAX / 1000;
    for (size_t length = 0; length < 1600; length += 50)
        expect_settings(&settings, text_of(length));
    char escaped[1001]; /* every byte of it becomes three */
    memset(escaped, '%', 1000);
    escaped[1000] = '\0';
    expect_settings(&settings, escaped);
}

TEST(a_case_arrives_as_it_was_sent)
{
    struct wire_case got, which = {.id = "open-missing", .instance = 1000, .pair = {ARCH_X64, ARCH_X86}};
    struct text sent = new_line();
    wire_put_case(&sent, UINT32_MAX, &which);
    const struct line *line = parsed(&sent);
    assert_true(line->sequence == UINT32_MAX);
    assert_int_equal(wire_get_order(line, NULL), WIRE_CASE);
    assert_true(wire_get_case(line, &got));
    assert_string_equal(got.id, which.id);
    assert_int_equal(got.instance, which.instance);
    assert_int_equal(got.pair.writer, which.pair.writer);
    assert_int_equal(got.pair.reader, which.pair.reader);
}

/* The longest path of Windows has 32,767 UTF-16 units, which are at most 98,301 bytes. */
TEST(a_path_of_any_length_arrives_as_it_was_sent)
{
    static const size_t lengths[] = {1, 250, 251, 1024, 98301};
    struct wire_text path = {0};
    bool is_input;
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        const char *text = text_of(lengths[i]), *left = text;
        size_t lines = send_parts(&path, 2, &left);
        struct text sent = new_line();
        wire_put_play(&sent, 2, i % 2 == 1, left);
        assert_int_equal(wire_get_order(parsed(&sent), &path), WIRE_PLAY);
        assert_true(wire_get_play(&received, &is_input));
        assert_int_equal(is_input, i % 2 == 1);
        assert_true(path.complete);
        assert_int_equal(path.bytes.length, lengths[i]);
        assert_string_equal(wire_text(&path), text);
        assert_int_equal(lines, (lengths[i] - 1) / 250);
    }
    buffer_free(&path.bytes);
}

TEST(hello_is_recognised)
{
    struct text sent = new_line();
    wire_put_hello(&sent);
    assert_true(wire_is_hello(parsed(&sent)));
    assert_false(wire_is_hello(line_of("0 hello protocol=99")));
    assert_false(wire_is_hello(line_of("0 hello")));
    assert_false(wire_is_hello(line_of("1 hello protocol=1")));
    assert_false(wire_is_hello(line_of("0 done protocol=1")));
}

TEST(orders_with_a_missing_or_wrong_field_are_refused)
{
    static const char *const settings[] = {
        "1 settings scale-thousandths=1 volatile=no prestarted=no reuse=no mutate=0 seed=1",
        "1 settings run=r scale-thousandths=0 volatile=no prestarted=no reuse=no mutate=0 seed=1",
        "1 settings run=r scale-thousandths=1 volatile=maybe prestarted=no reuse=no mutate=0 seed=1",
        "1 settings run=r scale-thousandths=1 volatile=no reuse=no mutate=0 seed=1",
        "1 settings run=r scale-thousandths=1 volatile=no prestarted=no reuse=no mutate=101 seed=1",
        "1 settings run=r scale-thousandths=1 volatile=no prestarted=no mutate=0 seed=1",
        "1 settings run=r x86=perhaps scale-thousandths=1 volatile=no prestarted=no reuse=no "
        "mutate=0 seed=1",
        "1 settings run=a-name-that-is-longer-than-the-id-of-any-run scale-thousandths=1 volatile=no "
        "prestarted=no reuse=no mutate=0 seed=1",
    };
    static const char *const cases[] = {"1 case instance=1 pair=x64-x64",
                                        "1 case id=a pair=x64-x64",
                                        "1 case id=a instance=1",
                                        "1 case id=a instance=1 pair=x64",
                                        "1 case id=a%00b instance=1 pair=x64-x64",
                                        "1 case id=a instance=4294967296 pair=x64-x64"};
    struct wire_settings some_settings;
    struct wire_case some_case;
    struct wire_text some_text = {0};
    bool some_flag;
    for (size_t i = 0; i < sizeof settings / sizeof settings[0]; i++)
        if (wire_get_settings(line_of(settings[i]), &some_settings))
            fail_msg("accepted: %s", settings[i]);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        if (wire_get_case(line_of(cases[i]), &some_case))
            fail_msg("accepted: %s", cases[i]);
    assert_false(wire_get_play(line_of("1 play text=a"), &some_flag));
    assert_false(wire_get_play(line_of("1 play text=a input=perhaps"), &some_flag));
    assert_int_equal(wire_get_order(line_of("1 play input=no"), &some_text), WIRE_NO_ORDER);
    assert_int_equal(wire_get_order(line_of("1 part input=no"), &some_text), WIRE_NO_ORDER);
    assert_int_equal(wire_get_order(line_of("1 settings run=r"), &some_text), WIRE_NO_ORDER);
    assert_int_equal(wire_get_order(line_of("1 cases text=a"), &some_text), WIRE_NO_ORDER);
}

/* Sends a text, line by line, and returns how the last line was read. */
static enum wire_report_kind send_text(struct wire_report *report, const struct wire_finding *finding,
                                       const char *text, size_t *lines)
{
    struct text sent = new_line();
    for (*lines = 1; wire_put_part(&sent, 7, &text); ++*lines) {
        assert_int_equal(wire_get_report(parsed(&sent), 7, report), WIRE_MORE);
        text_clear(&sent);
    }
    wire_put_text(&sent, 7, finding, text);
    return wire_get_report(parsed(&sent), 7, report);
}

TEST(texts_of_any_length_arrive_as_they_were_sent)
{
    static const size_t lengths[] = {0, 1, 249, 250, 251, 500, 3000};
    struct wire_report report = {0};
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        size_t lines;
        const char *text = text_of(lengths[i]);
        assert_int_equal(send_text(&report, NULL, text, &lines), WIRE_TRANSCRIPT);
        assert_string_equal(wire_text(&report.text), text);
        assert_int_equal(lines, lengths[i] == 0 ? 1 : (lengths[i] + 249) / 250);
    }
    wire_report_free(&report);
}

TEST(findings_of_every_verdict_and_kind_arrive_as_they_were_sent)
{
    struct wire_report report = {0};
    for (int verdict = 0; verdict < VERDICT_COUNT; verdict++) {
        for (int kind = 0; kind < ERROR_KIND_COUNT; kind++) {
            size_t lines;
            struct wire_finding finding = {(enum verdict)verdict, (enum error_kind)kind, verdict + kind};
            assert_int_equal(send_text(&report, &finding, "what is wrong", &lines), WIRE_FINDING);
            assert_string_equal(wire_text(&report.text), "what is wrong");
            assert_int_equal(report.finding.verdict, verdict);
            assert_int_equal(report.finding.line, verdict + kind);
            if (verdict == VERDICT_ERROR)
                assert_int_equal(report.finding.error_kind, kind);
        }
    }
    wire_report_free(&report);
}

TEST(the_end_of_a_case_arrives_as_it_was_sent)
{
    struct wire_report report = {0};
    struct text sent = new_line();
    wire_put_done(&sent, 7, &(struct wire_done){{8, 1, 7, 2, "handles,memory"}, UINT64_MAX});
    assert_int_equal(wire_get_report(parsed(&sent), 7, &report), WIRE_DONE);
    assert_int_equal(report.done.use.roles, 8);
    assert_int_equal(report.done.use.starts, 1);
    assert_int_equal(report.done.use.reused, 7);
    assert_int_equal(report.done.use.retired, 2);
    assert_string_equal(report.done.use.reasons, "handles,memory");
    assert_true(report.done.handles == UINT64_MAX);
    wire_report_free(&report);
}

TEST(reports_that_make_no_sense_are_refused)
{
    static const char *const lines[] = {
        "8 transcript text=a", /* of another case */
        "7 hello protocol=1",
        "7 transcript",
        "7 finding line=1 text=a",
        "7 finding verdict=perhaps line=1 text=a",
        "7 finding verdict=error line=1 text=a",
        "7 finding verdict=error kind=Perhaps line=1 text=a",
        "7 finding verdict=fail line=-1 text=a",
        "7 finding verdict=fail line=2147483648 text=a",
        "7 finding verdict=fail line=1",
        "7 done starts=1 reused=1 retired=1 why= handles=1",
        "7 done roles=1 reused=1 retired=1 why= handles=1",
        "7 done roles=1 starts=1 retired=1 why= handles=1",
        "7 done roles=1 starts=1 reused=1 why= handles=1",
        "7 done roles=1 starts=1 reused=1 retired=1 handles=1",
        "7 done roles=1 starts=1 reused=1 retired=1 why=",
    };
    struct wire_report report = {0};
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
        if (wire_get_report(line_of(lines[i]), 7, &report) != WIRE_NONSENSE)
            fail_msg("accepted: %s", lines[i]);
    wire_report_free(&report);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(settings_arrive_as_they_were_sent),
        cmocka_unit_test(a_case_arrives_as_it_was_sent),
        cmocka_unit_test(a_path_of_any_length_arrives_as_it_was_sent),
        cmocka_unit_test(hello_is_recognised),
        cmocka_unit_test(orders_with_a_missing_or_wrong_field_are_refused),
        cmocka_unit_test(texts_of_any_length_arrive_as_they_were_sent),
        cmocka_unit_test(findings_of_every_verdict_and_kind_arrive_as_they_were_sent),
        cmocka_unit_test(the_end_of_a_case_arrives_as_it_was_sent),
        cmocka_unit_test(reports_that_make_no_sense_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
