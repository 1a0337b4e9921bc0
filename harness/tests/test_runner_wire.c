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

static void path_of(uint16_t out[WIRE_PATH_UNITS], const char *ascii)
{
    size_t i = 0;
    for (; ascii[i]; i++)
        out[i] = (uint16_t)ascii[i];
    out[i] = 0;
}

static void expect_settings(const struct wire_settings *expected)
{
    struct text sent = new_line();
    struct wire_settings got;
    wire_put_settings(&sent, 1, expected);
    const struct line *line = parsed(&sent);
    assert_int_equal(line->sequence, 1);
    assert_int_equal(wire_order_of(line), WIRE_SETTINGS);
    assert_true(wire_get_settings(line, &got));
    assert_string_equal(got.run, expected->run);
    assert_memory_equal(got.actor, expected->actor, sizeof got.actor);
    assert_memory_equal(got.has_actor, expected->has_actor, sizeof got.has_actor);
    assert_true(got.timeout_scale > expected->timeout_scale - 0.0005 &&
                got.timeout_scale < expected->timeout_scale + 0.0005);
    assert_int_equal(got.with_volatile, expected->with_volatile);
    assert_int_equal(got.prestarted, expected->prestarted);
    assert_int_equal(got.reuse, expected->reuse);
    assert_int_equal(got.mutate_percent, expected->mutate_percent);
    assert_true(got.mutate_seed == expected->mutate_seed);
}

TEST(settings_arrive_as_they_were_sent)
{
    struct wire_settings settings = {.run = "r1", .timeout_scale = 1};
    path_of(settings.actor, "C:\\a folder\\100%\\shmactor.exe");
    expect_settings(&settings);
    settings.actor[3] = 0xD800; /* a lone surrogate, which Windows allows in a path */
    settings.actor[4] = 0x20AC;
    settings.has_actor[ARCH_X86] = true;
    settings.timeout_scale = 0.125;
    settings.with_volatile = true;
    settings.prestarted = true;
    settings.reuse = true;
    settings.mutate_percent = 100;
    settings.mutate_seed = UINT64_MAX;
    expect_settings(&settings);
    memset(settings.has_actor, true, sizeof settings.has_actor);
    settings.timeout_scale = 100;
    expect_settings(&settings);
}

TEST(a_case_arrives_as_it_was_sent)
{
    struct wire_case got, which = {.id = "open-missing", .instance = 1000, .pair = {ARCH_X64, ARCH_X86}};
    struct text sent = new_line();
    wire_put_case(&sent, UINT32_MAX, &which);
    const struct line *line = parsed(&sent);
    assert_true(line->sequence == UINT32_MAX);
    assert_int_equal(wire_order_of(line), WIRE_CASE);
    assert_true(wire_get_case(line, &got));
    assert_string_equal(got.id, which.id);
    assert_int_equal(got.instance, which.instance);
    assert_int_equal(got.pair.writer, which.pair.writer);
    assert_int_equal(got.pair.reader, which.pair.reader);
}

TEST(a_file_of_steps_arrives_as_it_was_sent)
{
    struct wire_play got, play = {0};
    struct text sent = new_line();
    path_of(play.path, "Z:\\tmp\\two words.play");
    path_of(play.shown, "two words.play");
    wire_put_play(&sent, 2, &play);
    assert_int_equal(wire_order_of(parsed(&sent)), WIRE_PLAY);
    assert_true(wire_get_play(&received, &got));
    assert_memory_equal(got.path, play.path, 2 * strlen("Z:\\tmp\\two words.play") + 2);
    assert_memory_equal(got.shown, play.shown, 2 * strlen("two words.play") + 2);
}

TEST(a_path_that_does_not_fit_is_cut)
{
    struct wire_settings settings = {.run = "r1", .timeout_scale = 1};
    for (size_t i = 0; i < WIRE_PATH_UNITS - 1; i++)
        settings.actor[i] = 0x20AC;
    struct text sent = new_line();
    wire_put_settings(&sent, 1, &settings);
    assert_true(sent.cut);
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
        "1 settings actor=a scale-thousandths=1 volatile=no prestarted=no reuse=no mutate=0 seed=1",
        "1 settings run=r scale-thousandths=1 volatile=no prestarted=no reuse=no mutate=0 seed=1",
        "1 settings run=r actor=%FF scale-thousandths=1 volatile=no prestarted=no reuse=no mutate=0 seed=1",
        "1 settings run=r actor=a scale-thousandths=0 volatile=no prestarted=no reuse=no mutate=0 seed=1",
        "1 settings run=r actor=a scale-thousandths=1 volatile=maybe prestarted=no reuse=no mutate=0 seed=1",
        "1 settings run=r actor=a scale-thousandths=1 volatile=no reuse=no mutate=0 seed=1",
        "1 settings run=r actor=a scale-thousandths=1 volatile=no prestarted=no reuse=no mutate=101 seed=1",
        "1 settings run=r actor=a scale-thousandths=1 volatile=no prestarted=no mutate=0 seed=1",
        "1 settings run=r actor=a x86=perhaps scale-thousandths=1 volatile=no prestarted=no reuse=no "
        "mutate=0 seed=1",
        "1 settings run=a-name-that-is-longer-than-the-id-of-any-run actor=a scale-thousandths=1 volatile=no "
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
    struct wire_play some_play;
    for (size_t i = 0; i < sizeof settings / sizeof settings[0]; i++)
        if (wire_get_settings(line_of(settings[i]), &some_settings))
            fail_msg("accepted: %s", settings[i]);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        if (wire_get_case(line_of(cases[i]), &some_case))
            fail_msg("accepted: %s", cases[i]);
    assert_false(wire_get_play(line_of("1 play path=a"), &some_play));
    assert_false(wire_get_play(line_of("1 play shown=a"), &some_play));
    assert_int_equal(wire_order_of(line_of("1 cases id=a")), WIRE_NO_ORDER);
}

/* Sends a text, line by line, and returns how the last line was read. */
static enum wire_report_kind send_text(struct wire_report *report, const struct wire_finding *finding,
                                       const char *text, size_t *lines)
{
    enum wire_report_kind kind;
    *lines = 0;
    do {
        struct text sent = new_line();
        text = wire_put_text(&sent, 7, finding, text);
        kind = wire_get_report(parsed(&sent), 7, report);
        assert_int_equal(kind == WIRE_MORE, *text != '\0');
        ++*lines;
    } while (*text);
    return kind;
}

TEST(texts_of_any_length_arrive_as_they_were_sent)
{
    static const size_t lengths[] = {0, 1, 299, 300, 301, 600, 3000};
    char text[3001];
    struct wire_report report = {0};
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        size_t lines;
        for (size_t k = 0; k < lengths[i]; k++)
            text[k] = (char)(k % 255 + 1); /* every byte but 0 */
        text[lengths[i]] = '\0';
        assert_int_equal(send_text(&report, NULL, text, &lines), WIRE_TRANSCRIPT);
        assert_string_equal(wire_report_text(&report), text);
        assert_int_equal(lines, lengths[i] == 0 ? 1 : (lengths[i] + 299) / 300);
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
            assert_string_equal(wire_report_text(&report), "what is wrong");
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
        cmocka_unit_test(a_file_of_steps_arrives_as_it_was_sent),
        cmocka_unit_test(a_path_that_does_not_fit_is_cut),
        cmocka_unit_test(hello_is_recognised),
        cmocka_unit_test(orders_with_a_missing_or_wrong_field_are_refused),
        cmocka_unit_test(texts_of_any_length_arrive_as_they_were_sent),
        cmocka_unit_test(findings_of_every_verdict_and_kind_arrive_as_they_were_sent),
        cmocka_unit_test(the_end_of_a_case_arrives_as_it_was_sent),
        cmocka_unit_test(reports_that_make_no_sense_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
