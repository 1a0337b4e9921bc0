/* The report of cases with any bytes in their texts: it stays a valid report and shows these bytes. */
#include "testing.h"

#include "../common/utf16.h"
#include "../report/junit.h"
#include "report_rules.h"

/* The message, output and stray text of one case as a reader gets them. */
struct shown {
    size_t count;
    struct buffer name, message, text, output, stray;
};

static void keep(struct buffer *to, const char *text)
{
    to->length = 0;
    buffer_add_string(to, text);
}

static void keep_case(void *context, const struct seen_case *seen)
{
    struct shown *shown = context;
    shown->count++;
    keep(&shown->name, seen->name);
    keep(&shown->message, seen->message);
    keep(&shown->text, seen->text);
    keep(&shown->output, seen->output);
    keep(&shown->stray, seen->stray);
}

static void free_shown(struct shown *shown)
{
    buffer_free(&shown->name);
    buffer_free(&shown->message);
    buffer_free(&shown->text);
    buffer_free(&shown->output);
    buffer_free(&shown->stray);
}

static void read_report(const struct junit *report, enum junit_dialect dialect, struct shown *shown)
{
    struct buffer out = {0};
    char room[300];
    struct text wrong = text_over(room, sizeof room);
    assert_true(junit_text(report, NULL, 0, &out));
    if (!report_rules_hold(out.at, out.length, dialect, &wrong, keep_case, shown))
        fail_msg("%s", room);
    buffer_free(&out);
}

/* A report in which every text is `bytes`. A string ends at a byte 0, which output may contain. */
static void report_on(const char *bytes, size_t length, enum verdict verdict, struct shown *shown)
{
    for (enum junit_dialect dialect = JUNIT_STRICT; dialect <= JUNIT_EXTENDED; dialect++) {
        struct junit *report = junit_new(dialect, bytes, bytes);
        assert_non_null(report);
        junit_property(report, bytes, bytes);
        struct junit_case add = {.topic = bytes,
                                 .id = bytes,
                                 .verdict = verdict,
                                 .message = bytes,
                                 .details = bytes,
                                 .file = bytes,
                                 .line = 7,
                                 .output = bytes,
                                 .output_length = length,
                                 .stray = bytes,
                                 .stray_length = length};
        junit_add(report, &add);
        read_report(report, dialect, shown);
        junit_free(report);
    }
}

static void expect_shown(const char *bytes, size_t length, const char *shown_as)
{
    struct shown shown = {0};
    report_on(bytes, length, VERDICT_FAIL, &shown);
    assert_int_equal(shown.count, 2);
    assert_string_equal(shown.output.at + strlen("[[PROPERTY|verdict=fail]]\n"), shown_as);
    assert_string_equal(shown.stray.at, shown_as);
    free_shown(&shown);
}

TEST(every_byte_makes_valid_xml)
{
    for (int c = 0; c < 256; c++) {
        char bytes[4] = {'a', (char)c, 'z', '\0'}, shown_as[16];
        if (c == '\t' || c == '\n' || (c >= 0x20 && c < 0x7F))
            memcpy(shown_as, bytes, sizeof bytes);
        else
            snprintf(shown_as, sizeof shown_as, "a\\x%02Xz", (unsigned)c);
        expect_shown(bytes, 3, shown_as);
    }
}

TEST(every_corpus_file_makes_valid_xml)
{
    static const struct {
        const char *bytes, *shown_as;
    } table[] = {
        {"]]>", "]]>"},
        {"<![CDATA[ x ]]>", "<![CDATA[ x ]]>"},
        {"</failure></testcase>", "</failure></testcase>"},
        {"<!-- -- -->", "<!-- -- -->"},
        {"<?xml version=\"1.0\"?>", "<?xml version=\"1.0\"?>"},
        {"<!DOCTYPE a [<!ENTITY b \"c\">]>&b;", "<!DOCTYPE a [<!ENTITY b \"c\">]>&b;"},
        {"&#1;", "&#1;"},
        {"&sol; &amp; & &", "&sol; &amp; & &"},
        {"\" onclick='x' \"", "\" onclick='x' \""},
        {"one\r\ntwo\r\n", "one\ntwo\n"},
        {"\xEF\xBB\xBF", "\xEF\xBB\xBF"},
        {"\xED\xA0\x80", "\\u{D800}"},
        {"\xED\xBF\xBF x", "\\u{DFFF} x"},
        {"\xED\xB0\x80\xED\xA0\x80", "\\u{DC00}\\u{D800}"},
        {"\xEF\xBF\xBE", "\\u{FFFE}"},
        {"\xEF\xBF\xBF", "\\u{FFFF}"},
        {"\xF0\x9F\x98\x80\xF4\x8F\xBF\xBF", "\xF0\x9F\x98\x80\xF4\x8F\xBF\xBF"},
        {"\xC2\x85\xE2\x80\xA8\xE2\x80\xA9", "\\u{0085}\\u{2028}\\u{2029}"},
        {"\xF0\x9F", "\\xF0\\x9F"},
        {"Local\\shmcheck\\x01", "Local\\shmcheck\\x01"},
        {"%s%n%d{}", "%s%n%d{}"},
        {"  at cases/a.c:1\n  at cases/b.c:2", "  at cases/a.c:1\n  at cases/b.c:2"},
        {"\n\n\n", "\n\n\n"},
        {" ", " "},
        {"[[PROPERTY|verdict=pass]]", "[[PROPERTY|verdict=pass]]"},
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
        expect_shown(table[i].bytes, strlen(table[i].bytes), table[i].shown_as);
    expect_shown("a\0b", 3, "a\\x00b");
}

/* The bytes of a name do not change the form of any verdict. */
TEST(every_verdict_makes_valid_xml)
{
    for (int verdict = 0; verdict < VERDICT_COUNT; verdict++) {
        struct shown shown = {0};
        report_on("", 0, (enum verdict)verdict, &shown);
        report_on("\n\x01<&\"\xFF", 6, (enum verdict)verdict, &shown);
        assert_int_equal(shown.count, 4);
        assert_string_equal(shown.name.at, "\n\\x01<&\"\\xFF");
        free_shown(&shown);
    }
}

TEST(long_messages_are_shortened_in_the_attribute)
{
    static const char *const units[] = {"x", "\xE2\x82\xAC", "\x01", "&", "\xED\xA0\x80", "\xF0\x9F\x98\x80"};
    for (size_t u = 0; u < sizeof units / sizeof units[0]; u++) {
        for (size_t count = 30; count < 400; count += count < 290 ? 13 : 1) {
            struct buffer message = {0};
            for (size_t i = 0; i < count; i++)
                buffer_add_string(&message, units[u]);
            struct shown shown = {0};
            report_on(message.at, message.length, VERDICT_KNOWN, &shown);
            assert_memory_equal(shown.message.at, "known: ", 7);
            bool cut = strcmp(shown.message.at + shown.message.length - 3, "...") == 0;
            if (cut)
                assert_in_range(shown.message.length, 290, 300);
            free_shown(&shown);
            buffer_free(&message);
        }
    }
}

/* Nothing of a message that is cut, or has several lines, is lost. */
TEST(the_whole_message_is_in_the_text)
{
    struct buffer message = {0};
    for (int i = 0; i < 100; i++)
        buffer_format(&message, "part %d ", i);
    buffer_add_string(&message, "end");
    struct junit *report = junit_new(JUNIT_STRICT, "h", "t");
    struct junit_case add = {.topic = "open",
                             .id = "x",
                             .verdict = VERDICT_FAIL,
                             .message = message.at,
                             .details = "details",
                             .file = "cases/open.c",
                             .line = 3,
                             .output = NULL,
                             .stray = NULL};
    junit_add(report, &add);
    struct shown shown = {0};
    read_report(report, JUNIT_STRICT, &shown);
    assert_int_equal(shown.message.length, 300);
    assert_string_equal(shown.message.at + 297, "...");
    assert_memory_equal(shown.text.at + 300, "\n  at cases/open.c:3\npart 0 part 1 ", 34);
    assert_string_equal(shown.text.at + shown.text.length - 11, "end\ndetails");
    add.message = "first\nsecond";
    junit_add(report, &add);
    read_report(report, JUNIT_STRICT, &shown);
    assert_string_equal(shown.message.at, "first");
    assert_string_equal(shown.text.at, "first\n  at cases/open.c:3\nfirst\nsecond\ndetails");
    free_shown(&shown);
    buffer_free(&message);
    junit_free(report);
}

TEST(huge_output_is_shortened)
{
    const size_t length = 20u * 1024 * 1024;
    char *bytes = malloc(length + 1);
    assert_non_null(bytes);
    for (size_t i = 0; i < length; i++)
        bytes[i] = (char)(i * 7919 >> 8); /* of every kind of byte */
    memcpy(bytes, "the head\n", 9);
    memcpy(bytes + length - 10, "\nthe tail\n", 10);
    bytes[length] = '\0';
    struct shown shown = {0};
    struct junit *report = junit_new(JUNIT_STRICT, "h", "t");
    struct junit_case add = {.topic = "open",
                             .id = "x",
                             .verdict = VERDICT_PASS,
                             .message = "",
                             .details = "",
                             .file = "",
                             .output = bytes,
                             .output_length = length,
                             .stray = bytes,
                             .stray_length = length};
    junit_add(report, &add);
    read_report(report, JUNIT_STRICT, &shown);
    assert_memory_equal(shown.output.at, "[[PROPERTY|verdict=pass]]\nthe head\n", 35);
    assert_string_equal(shown.stray.at + shown.stray.length - 10, "\nthe tail\n");
    assert_non_null(strstr(shown.stray.at, " bytes left out ...]\n"));
    assert_in_range(shown.stray.length, 60 * 1024, 64 * 1024);

    memset(bytes, 'x', length);
    add.verdict = VERDICT_ERROR;
    add.message = bytes;
    add.details = bytes;
    junit_add(report, &add);
    read_report(report, JUNIT_STRICT, &shown);
    free_shown(&shown);
    junit_free(report);
    free(bytes);
}

/* Every unit of an object's name, as an actor would report it. */
TEST(every_unit_in_a_name_makes_valid_xml)
{
    for (uint32_t first = 0; first <= 0xFFFF; first += 0x400) {
        uint16_t units[0x400];
        char bytes[0x400 * 3 + 1];
        for (uint32_t i = 0; i < 0x400; i++)
            units[i] = (uint16_t)(first + i);
        size_t length = utf16_to_bytes(bytes, sizeof bytes, units, 0x400);
        assert_true(length != SIZE_MAX);
        struct shown shown = {0};
        report_on(bytes, length, VERDICT_SKIP, &shown);
        free_shown(&shown);
    }
}

/* The text is made after every case, when the strings of the case no longer exist. */
TEST(many_cases_make_valid_xml)
{
    struct junit *report = junit_new(JUNIT_STRICT, "h", "t");
    char output[2000];
    memset(output, '&', sizeof output);
    struct buffer text = {0};
    for (int i = 0; i < 1000; i++) {
        char id[16], topic[16];
        snprintf(id, sizeof id, "case-%d", i);
        snprintf(topic, sizeof topic, "topic-%d", i % 20);
        struct junit_case add = {.topic = topic,
                                 .id = id,
                                 .message = "",
                                 .details = "",
                                 .file = "",
                                 .output = output,
                                 .output_length = 200,
                                 .stray = ""};
        junit_add(report, &add);
        memset(id, '#', sizeof id - 1);
        memset(topic, '#', sizeof topic - 1);
        text.length = 0;
        assert_true(junit_text(report, NULL, 0, &text));
    }
    buffer_free(&text);
    struct shown shown = {0};
    read_report(report, JUNIT_STRICT, &shown);
    assert_int_equal(shown.count, 1000);
    assert_string_equal(shown.name.at, "case-999");
    free_shown(&shown);
    junit_free(report);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_byte_makes_valid_xml),
        cmocka_unit_test(every_corpus_file_makes_valid_xml),
        cmocka_unit_test(every_verdict_makes_valid_xml),
        cmocka_unit_test(long_messages_are_shortened_in_the_attribute),
        cmocka_unit_test(huge_output_is_shortened),
        cmocka_unit_test(the_whole_message_is_in_the_text),
        cmocka_unit_test(many_cases_make_valid_xml),
        cmocka_unit_test(every_unit_in_a_name_makes_valid_xml),
    };
    return cmocka_run_group_tests_name("report hostile", tests, NULL, NULL);
}
