/* known.toml: every error with its line, and which deviations it excuses where. */
#include "testing.h"

#include "../report/known.h"

static const char *const fact_names[] = {"platform", "wine_version", "build"};

static bool parse_text(struct known *known, const char *text, char *error, size_t size)
{
    struct text wrong = text_over(error, size);
    return known_parse(known, text, strlen(text), fact_names, sizeof fact_names / sizeof fact_names[0],
                       &wrong);
}

static void parse_good(struct known *known, const char *text)
{
    char error[200];
    if (!parse_text(known, text, error, sizeof error))
        fail_msg("%s", error);
    assert_string_equal(error, "");
}

TEST(a_complete_file_is_read)
{
    struct known known;
    parse_good(&known, "# Deviations that are expected.\n"
                       "\n"
                       "[[known]]\n"
                       "case = \"open-*\"\n"
                       "check = \"*error=5*\"\n"
                       "platform = \"wine\"\n"
                       "wine_version = \"8.*\"   # and older\n"
                       "reason = \"Wine says \\\"access denied\\\"\"\n"
                       "since = \"2026-02-03\"\n"
                       "issue = \"https://bugs.example/1\"\n"
                       "rule = \"other-code\"\n"
                       "[[known]]\r\n"
                       "reason = \"r\"\r\n"
                       "check = \"c\"\r\n"
                       "case = \"x\"\r\n"
                       "depends_on = \"the file system\"\r\n");
    assert_int_equal(known.count, 2);
    const struct known_entry *first = &known.entries[0], *second = &known.entries[1];
    assert_int_equal(first->line, 3);
    assert_string_equal(first->case_glob, "open-*");
    assert_string_equal(first->check_glob, "*error=5*");
    assert_string_equal(first->reason, "Wine says \"access denied\"");
    assert_int_equal(first->condition_count, 2);
    assert_string_equal(first->conditions[0].fact, "platform");
    assert_string_equal(first->conditions[0].glob, "wine");
    assert_string_equal(first->conditions[1].fact, "wine_version");
    assert_string_equal(first->conditions[1].glob, "8.*");
    assert_false(first->applies || first->used || first->depends);
    assert_true(second->depends);
    assert_int_equal(second->line, 12);
    assert_string_equal(second->case_glob, "x");
    assert_int_equal(second->condition_count, 0);
    known_free(&known);
    assert_int_equal(known.count, 0);
    assert_null(known.entries);
    known_free(&known);
}

TEST(dates_are_checked)
{
    static const char *const good[] = {"2026-01-01", "2026-12-31", "0000-10-09", "9999-09-10"};
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        struct known known;
        char text[200];
        struct text room = text_over(text, sizeof text);
        text_format(&room, "[[known]]\ncase=\"c\"\ncheck=\"k\"\nreason=\"r\"\nsince=\"%s\"\n", good[i]);
        parse_good(&known, text);
        known_free(&known);
    }
}

TEST(empty_files_are_read)
{
    struct known known;
    parse_good(&known, "");
    assert_int_equal(known.count, 0);
    parse_good(&known, "# nothing is known\n");
    assert_int_equal(known.count, 0);
    assert_null(known_find(&known, "x", "y"));
    known_free(&known);
}

#define ENTRY "[[known]]\ncase = \"c\"\ncheck = \"k\"\nreason = \"r\"\n"

TEST(errors_name_line_and_reason)
{
    static const struct {
        const char *text, *error;
    } table[] = {
        {"case = \"c\"\n", "line 1: the key case before the first [[known]]"},
        {"\n# x\n[[unknown]]\n", "line 3: the table [[unknown]]; only [[known]] is allowed"},
        {ENTRY "\n[[other]]\n", "line 6: the table [[other]]; only [[known]] is allowed"},
        {"[[known]]", "line 1: this [[known]] has no case"},
        {"[[known]]\ncheck = \"k\"\nreason = \"r\"", "line 1: this [[known]] has no case"},
        {"[[known]]\ncase = \"c\"\nreason = \"r\"", "line 1: this [[known]] has no check"},
        {"[[known]]\ncase = \"c\"\ncheck = \"k\"", "line 1: this [[known]] has no reason"},
        {"\n[[known]]\ncase = \"c\"\n[[known]]\n", "line 2: this [[known]] has no check"},
        {ENTRY "[[known]]\ncase = \"c\"\n", "line 5: this [[known]] has no check"},
        {"[[known]]\ncase = \"\"\n", "line 2: the key case has no value"},
        {"[[known]]\ncheck = \"\"\n", "line 2: the key check has no value"},
        {"[[known]]\ncase = \"c\"\ncheck = \"k\"\nreason = \"\"\n", "line 4: the key reason has no value"},
        {ENTRY "platform = \"\"\n", "line 5: the key platform has no value"},
        {ENTRY "issue = \"\"\n", "line 5: the key issue has no value"},
        {ENTRY "case = \"d\"\n", "line 5: the key case is given twice"},
        {ENTRY "reason = \"r\"\n", "line 5: the key reason is given twice"},
        {ENTRY "issue = \"i\"\nissue = \"i\"\n", "line 6: the key issue is given twice"},
        {ENTRY "build = \"1\"\nplatform = \"p\"\nbuild = \"2\"\n", "line 7: the key build is given twice"},
        {ENTRY "wine_verison = \"8\"\n",
         "line 5: the unknown key wine_verison; conditions are platform, wine_version, build"},
        {ENTRY "Case = \"8\"\n",
         "line 5: the unknown key Case; conditions are platform, wine_version, build"},
        {ENTRY "since = \"soon\"\n", "line 5: since is not a date of the form 2026-02-03"},
        {ENTRY "since = \"2026-13-03\"\n", "line 5: since is not a date of the form 2026-02-03"},
        {ENTRY "since = \"2026-00-03\"\n", "line 5: since is not a date of the form 2026-02-03"},
        {ENTRY "since = \"2026-01-32\"\n", "line 5: since is not a date of the form 2026-02-03"},
        {ENTRY "since = \"2026-01-00\"\n", "line 5: since is not a date of the form 2026-02-03"},
        {ENTRY "since = \"2026-01-031\"\n", "line 5: since is not a date of the form 2026-02-03"},
        {ENTRY "since = \"2026/01/03\"\n", "line 5: since is not a date of the form 2026-02-03"},
        {ENTRY "platform = wine\n", "line 5: a value that is not a string in double quotes"},
        {ENTRY "[known]\n", "line 5: a table that is not written as [[name]]"},
        {ENTRY "# \x01\n", "line 5: the control character 0x01"},
        {ENTRY "\r\n\r\nx\r\n", "line 7: a key without '=' behind it"},
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        struct known known;
        char error[200];
        if (parse_text(&known, table[i].text, error, sizeof error))
            fail_msg("was taken: %s", table[i].text);
        assert_string_equal(error, table[i].error);
        assert_int_equal(known.count, 0);
        assert_null(known.entries);
    }
}

/* Text that is too long for the error is cut. */
TEST(long_names_are_refused)
{
    struct buffer text = {0};
    buffer_add_string(&text, ENTRY);
    for (int i = 0; i < 100000; i++)
        buffer_add_string(&text, "aaaaaaaaaa");
    buffer_add_string(&text, " = \"x\"\n");
    struct known known;
    char error[160];
    assert_false(parse_text(&known, text.at, error, sizeof error));
    assert_memory_equal(error, "line 5: the unknown key aaaa", 28);
    assert_non_null(strstr(error, "a; conditions are"));
    char small[8];
    assert_false(parse_text(&known, text.at, small, sizeof small));
    assert_string_equal(small, "line 5:");
    buffer_free(&text);
}

TEST(long_values_are_read)
{
    struct buffer text = {0};
    buffer_add_string(&text, ENTRY "platform = \"");
    for (int i = 0; i < 100000; i++)
        buffer_add_string(&text, "\\u00e9*abc");
    buffer_add_string(&text, "\"\n");
    struct known known;
    parse_good(&known, text.at);
    assert_int_equal(strlen(known.entries[0].conditions[0].glob), 600000);
    known_free(&known);
    buffer_free(&text);
}

TEST(many_entries_are_read)
{
    struct buffer text = {0};
    for (int i = 0; i < 2000; i++)
        buffer_format(&text,
                      "[[known]]\ncase = \"case-%d\"\ncheck = \"*\"\nreason = \"r%d\"\nbuild = \"%d\"\n", i,
                      i, i % 2);
    struct known known;
    parse_good(&known, text.at);
    assert_int_equal(known.count, 2000);
    known_apply(&known, (const struct fact[]){{"build", "1"}}, 1);
    assert_string_equal(known_find(&known, "case-1999", "x")->reason, "r1999");
    assert_int_equal(known.entries[1999].line, 1999 * 5 + 1);
    assert_null(known_find(&known, "case-1998", "x"));
    known_free(&known);
    buffer_free(&text);
}

/* A system that is not Wine and calls itself Windows 5.2 is known by the name in its registry. */
TEST(the_name_of_the_system_is_a_condition)
{
    static const char text[] = ENTRY "os_name = \"ReactOS*\"\n";
    char message[200];
    struct text error = text_over(message, sizeof message);
    struct known known;
    assert_true(
        known_parse(&known, text, strlen(text), fact_condition_names, fact_condition_name_count, &error));
    known_apply(&known, (const struct fact[]){{FACT_OS_BUILD, "5.2.3790"}, {FACT_OS_NAME, "ReactOS"}}, 2);
    assert_non_null(known_find(&known, "c", "k"));
    known_apply(&known,
                (const struct fact[]){{FACT_OS_BUILD, "5.2.3790"}, {FACT_OS_NAME, "Windows Server 2003"}}, 2);
    assert_null(known_find(&known, "c", "k"));
    known_free(&known);
}

TEST(conditions_are_matched_with_facts)
{
    static const struct {
        const char *conditions, *platform, *build; /* facts; NULL if absent */
        bool applies;
    } table[] = {
        {"", NULL, NULL, true},
        {"", "wine", "1", true},
        {"platform = \"wine\"\n", "wine", NULL, true},
        {"platform = \"wine\"\n", "windows", NULL, false},
        {"platform = \"wine\"\n", NULL, NULL, false},
        {"platform = \"*\"\n", NULL, NULL, false}, /* a fact that is absent matches nothing */
        {"platform = \"*\"\n", "", NULL, true},
        {"platform = \"Wine\"\n", "wine", NULL, false},
        {"build = \"5.*|10.*|8.0\"\n", NULL, "8.0", true}, /* one of several */
        {"build = \"5.*|10.*|8.0\"\n", NULL, "5.0.3", true},
        {"build = \"5.*|10.*|8.0\"\n", NULL, "8.0.1", false},
        {"build = \"5.*|10.*|8.0\"\n", NULL, "5.*|10.*|8.0", true}, /* only by the first one's star */
        {"build = \"5.*||\"\n", NULL, "8.0", false},
        {"platform = \"w*\"\nbuild = \"10.0.26100.*\"\n", "windows", "10.0.26100.2894", true},
        {"platform = \"w*\"\nbuild = \"10.0.26100.*\"\n", "windows", "10.0.19045.1", false},
        {"platform = \"x*\"\nbuild = \"10.0.26100.*\"\n", "windows", "10.0.26100.2894", false},
        {"platform = \"w*\"\nbuild = \"10.0.26100.*\"\n", "windows", NULL, false},
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        struct known known;
        char text[300];
        struct text room = text_over(text, sizeof text);
        text_format(&room, "%s%s", ENTRY, table[i].conditions);
        parse_good(&known, text);
        struct fact facts[2];
        size_t count = 0;
        if (table[i].platform)
            facts[count++] = (struct fact){"platform", table[i].platform};
        if (table[i].build)
            facts[count++] = (struct fact){"build", table[i].build};
        known_apply(&known, facts, count);
        assert_int_equal(known.entries[0].applies, table[i].applies);
        assert_int_equal(known_find(&known, "c", "k") != NULL, table[i].applies);
        assert_int_equal(known.entries[0].used, table[i].applies);
        known_free(&known);
    }
}

TEST(entries_are_found_for_a_failed_check)
{
    struct known known;
    parse_good(
        &known,
        "[[known]]\ncase = \"open-*\"\ncheck = \"*error=5*\"\nreason = \"first\"\nplatform = \"wine\"\n"
        "[[known]]\ncase = \"open-b\"\ncheck = \"*\"\nreason = \"second\"\n"
        "[[known]]\ncase = \"*\"\ncheck = \"*error=5*\"\nreason = \"third\"\n");
    assert_null(known_find(&known, "open-a", "error=5")); /* before known_apply nothing applies */
    known_apply(&known, (const struct fact[]){{"platform", "wine"}}, 1);
    assert_string_equal(known_find(&known, "open-a", "got error=5 here")->reason, "first");
    assert_null(known_find(&known, "open-a", "got error=6"));
    assert_string_equal(known_find(&known, "open-b", "got error=6")->reason, "second");
    assert_true(known.entries[0].used && known.entries[1].used);
    assert_false(known.entries[2].used);
    assert_string_equal(known_find(&known, "life", "error=5")->reason, "third");
    assert_null(known_find(&known, "life", "error"));
    known_apply(&known, NULL, 0); /* elsewhere */
    assert_string_equal(known_find(&known, "open-a", "error=5")->reason, "third");
    known_free(&known);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_complete_file_is_read),
        cmocka_unit_test(empty_files_are_read),
        cmocka_unit_test(dates_are_checked),
        cmocka_unit_test(errors_name_line_and_reason),
        cmocka_unit_test(long_names_are_refused),
        cmocka_unit_test(long_values_are_read),
        cmocka_unit_test(many_entries_are_read),
        cmocka_unit_test(conditions_are_matched_with_facts),
        cmocka_unit_test(the_name_of_the_system_is_a_condition),
        cmocka_unit_test(entries_are_found_for_a_failed_check),
    };
    return cmocka_run_group_tests_name("report known", tests, NULL, NULL);
}
