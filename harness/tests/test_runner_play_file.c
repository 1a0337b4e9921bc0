/* The parser of files of steps: what each line becomes, and the place and words of each error. */
#include "testing.h"

#include "../runner/case/play_file.h"

static struct play_file file;
static char why[800];

static bool knows_row(const char *id)
{
    return strcmp(id, "open-missing") == 0 || strcmp(id, "life-kill") == 0;
}

static bool knows_needs(const char *list)
{
    return strcmp(list, "64-bit") == 0;
}

static bool finds_program(const char *name)
{
    return strcmp(name, "mine.exe") == 0;
}

static void never(struct stage *stage)
{
    (void)stage;
}

static const struct play_words words = {knows_row, knows_needs, finds_program, never};

static bool parses(const char *text)
{
    struct text error = text_over(why, sizeof why);
    return play_parse(&file, "my.steps", "my", text, strlen(text), &words, &error);
}

/* The lines of the file's only case. */
static const struct play_line *lines_of(const char *text, size_t count)
{
    if (!parses(text))
        fail_msg("%s", why);
    assert_int_equal(file.topic.count, 1);
    assert_int_equal(file.tests[0].play->count, count);
    return file.tests[0].play->lines;
}

static void expect_line(const struct play_line *line, enum play_kind kind, const char *role, const char *text,
                        const char *expected)
{
    assert_int_equal(line->kind, kind);
    assert_string_equal(line->role, role);
    assert_string_equal(line->text, text);
    assert_string_equal(line->expected, expected);
}

static void expect_error(const char *text, const char *error)
{
    assert_false(parses(text));
    assert_string_equal(why, error);
    assert_null(file.text);
}

TEST(a_step_has_a_role_a_request_and_what_is_expected)
{
    const struct play_line *lines =
        lines_of("# remark\n\n  writer> create s name=@x size=1 protect=PAGE_READWRITE -> ok error=0  \r\n"
                 "reader>open s name=@x access=FILE_MAP_READ\n"
                 "= a note of a case in C: 3\n[[PROPERTY|verdict=pass]]\n",
                 2);
    expect_line(&lines[0], PLAY_STEP, "writer", "create s name=@x size=1 protect=PAGE_READWRITE",
                "ok error=0");
    assert_int_equal(lines[0].line, 3);
    expect_line(&lines[1], PLAY_STEP, "reader", "open s name=@x access=FILE_MAP_READ", "");
    assert_string_equal(file.tests[0].name, "my");
    assert_string_equal(file.tests[0].rows, "");
    play_free(&file);
}

TEST(headings_direct_the_processes)
{
    const struct play_line *lines =
        lines_of("starts reader identity=low bits=32\nspawns writer child inherit=yes\n"
                 "kills child\nbegins writer> crash how=abort\nends writer 0xC0000005\n"
                 "begins reader> wait x\nfinishes reader -> ok\nleaves reader\n",
                 8);
    expect_line(&lines[0], PLAY_STARTS, "reader", "identity=low bits=32", "");
    expect_line(&lines[1], PLAY_SPAWNS, "child", "inherit=yes", "");
    assert_string_equal(lines[1].other, "writer");
    expect_line(&lines[2], PLAY_KILLS, "child", "", "");
    expect_line(&lines[3], PLAY_BEGINS, "writer", "crash how=abort", "");
    expect_line(&lines[4], PLAY_ENDS, "writer", "", "");
    assert_true(lines[4].code == 0xC0000005);
    expect_line(&lines[6], PLAY_FINISHES, "reader", "", "ok");
    expect_line(&lines[7], PLAY_LEAVES, "reader", "", "");
    play_free(&file);
}

TEST(an_external_program_gets_lines_and_prints_lines)
{
    const struct play_line *lines =
        lines_of("external writer mine.exe @x two%20words\nwriter> prints ready, go * -> ok\nwriter> line\n"
                 "writer> line a b\nwriter> input-ends\nends writer 3\n"
                 "external reader mine.exe\nkills reader\nreader> (killed) -> gone\n",
                 9);
    expect_line(&lines[0], PLAY_EXTERNAL, "writer", "mine.exe @x two%20words", "");
    expect_line(&lines[1], PLAY_PROGRAM, "writer", "prints ready, go *", "");
    expect_line(&lines[2], PLAY_PROGRAM, "writer", "line", "");
    expect_line(&lines[3], PLAY_PROGRAM, "writer", "line a b", "");
    expect_line(&lines[4], PLAY_PROGRAM, "writer", "input-ends", "");
    expect_line(&lines[5], PLAY_ENDS, "writer", "", "");
    assert_true(lines[5].external && lines[5].code == 3);
    expect_line(&lines[7], PLAY_KILLS, "reader", "", "");
    assert_true(lines[7].external && lines[8].external);
    assert_int_equal(lines[8].kind, PLAY_KILLS);
    play_free(&file);
}

TEST(what_an_external_program_cannot_do_is_refused)
{
    expect_error(
        "external writer mine.exe\nwriter> create s size=1 protect=PAGE_READWRITE\n",
        "my.steps:2:9: expected line TEXT, prints TEXT or input-ends: an external program performs no "
        "other step, found 'create s size=1 protect=PAGE_READWRITE'");
    expect_error("external writer mine.exe\nwriter> prints x -> fail\n",
                 "my.steps:2:21: expected ok behind '->' of an external program, found 'fail'");
    expect_error(
        "external writer mine.exe\nleaves writer\n",
        "my.steps:2:8: expected an actor: an external program performs line, prints and input-ends, and "
        "is ended by 'ends' and 'kills', found 'writer'");
    expect_error(
        "external writer mine.exe\nbegins writer> line x\n",
        "my.steps:2:8: expected an actor: an external program performs line, prints and input-ends, and "
        "is ended by 'ends' and 'kills', found 'writer'");
    expect_error(
        "a> system\nexternal a mine.exe\n",
        "my.steps:2:10: expected a role that no line above has: 'external' begins a role, found 'a'");
    expect_error(
        "external writer\n",
        "my.steps:1:16: expected the program that plays the role, and its arguments, found the end of the "
        "line");
    expect_error(
        "external writer other.exe\n",
        "my.steps:1:17: expected a program: a path, or a name that is found beside shmcheck.exe, in the "
        "current directory or in PATH; a blank in it is written %20, found 'other.exe'");
}

TEST(the_notation_of_transcripts_is_valid)
{
    const struct play_line *lines =
        lines_of("reader> (start) identity=low -> hello\nwriter> (killed) -> gone\nreader> exit -> bye\n"
                 "third> crash how=abort -> gone code=0x3\n"
                 "parent> spawn child pipe=$child.token program=$child.program inherit=yes -> ok\n",
                 5);
    expect_line(&lines[0], PLAY_STARTS, "reader", "identity=low", "");
    expect_line(&lines[1], PLAY_KILLS, "writer", "", "");
    expect_line(&lines[2], PLAY_LEAVES, "reader", "", "");
    expect_line(&lines[3], PLAY_ENDS, "third", "crash how=abort", "");
    assert_int_equal(lines[3].code, 3);
    expect_line(&lines[4], PLAY_SPAWNS, "child", "inherit=yes", "");
    assert_string_equal(lines[4].other, "parent");
    play_free(&file);
}

TEST(a_file_can_have_several_cases_with_rows_and_needs)
{
    assert_true(parses(
        "case one\nrow open-missing life-kill\nneeds 64-bit\na> system\ncase two-2\na> system\nb> system\n"));
    assert_int_equal(file.topic.count, 2);
    assert_string_equal(file.tests[0].name, "one");
    assert_string_equal(file.tests[0].rows, "open-missing life-kill");
    assert_string_equal(file.tests[0].needs, "64-bit");
    assert_int_equal(file.tests[0].play->count, 3); /* two rows and a step */
    assert_string_equal(file.tests[1].name, "two-2");
    assert_null(file.tests[1].needs);
    assert_int_equal(file.tests[1].play->count, 2);
    play_free(&file);
}

TEST(names_of_numbers_and_asterisks_may_stand_in_what_is_expected)
{
    const struct play_line *lines =
        lines_of("a> x -> fail error=2 ERROR_FILE_NOT_FOUND status=0xC0000034 STATUS_OBJECT_NAME_NOT_FOUND "
                 "*\na> y -> ok text=he*o\na> z -> *\n",
                 3);
    assert_string_equal(lines[1].expected, "ok text=he*o");
    assert_string_equal(lines[2].expected, "*");
    play_free(&file);
}

TEST(errors_name_the_place_and_what_was_expected)
{
    expect_error("a> x\nb>\n",
                 "my.steps:2:3: expected a step: VERB [LABEL] [key=value ...], found the end of the line");
    expect_error("a> x -> okay\n",
                 "my.steps:1:9: expected ok, fail, fault, bye or * behind '->', found 'okay'");
    expect_error("a> x -> fail error=2 ERROR_ACCESS_DENIED\n",
                 "my.steps:1:22: expected key=value, '*', or the name of the number before it, found "
                 "'ERROR_ACCESS_DENIED'");
    expect_error(
        "a> x -> ok ~base=0\n",
        "my.steps:1:12: expected a field without '~': such values differ from run to run, found '~base=0'");
    expect_error("row no-such-row\n",
                 "my.steps:1:5: expected the id of a row of the contract, found 'no-such-row'");
    expect_error("ends a soon\n",
                 "my.steps:1:8: expected an exit code, for example 0xC0000005, found 'soon'");
    expect_error("case one\na> x\ncase one\n",
                 "my.steps:3:6: expected a name that no case above has, found 'one'");
    expect_error(
        "a> x\ncase two\n",
        "my.steps:2:1: expected no heading 'case' behind steps that stand before all headings, found 'case'");
    expect_error(
        "Writer> x\n",
        "my.steps:1:1: expected the name of a role: lower-case letters, digits and '-', 23 at most, found "
        "'Writer'");
    expect_error(
        "dance\n",
        "my.steps:1:1: expected ROLE> STEP, or one of case, row, needs, starts, spawns, external, kills, "
        "leaves, ends, begins, finishes, found 'dance'");
    expect_error("# nothing\n", "my.steps: there is no step in this file");
    expect_error("begins a> x -> ok\n",
                 "my.steps:1:16: expected no '->' here: the line 'finishes' has it, found 'ok'");
}

TEST(a_byte_0_is_refused)
{
    struct text error = text_over(why, sizeof why);
    assert_false(play_parse(&file, "my.steps", "my", "a> x\0\n", 6, &words, &error));
    assert_string_equal(why, "my.steps: a file of steps is text, and byte 4 of this one is 0");
}

TEST(the_mark_of_an_editor_is_skipped)
{
    expect_line(lines_of("\xEF\xBB\xBF"
                         "a> x",
                         1),
                PLAY_STEP, "a", "x", "");
    play_free(&file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_step_has_a_role_a_request_and_what_is_expected),
        cmocka_unit_test(headings_direct_the_processes),
        cmocka_unit_test(the_notation_of_transcripts_is_valid),
        cmocka_unit_test(an_external_program_gets_lines_and_prints_lines),
        cmocka_unit_test(what_an_external_program_cannot_do_is_refused),
        cmocka_unit_test(a_file_can_have_several_cases_with_rows_and_needs),
        cmocka_unit_test(names_of_numbers_and_asterisks_may_stand_in_what_is_expected),
        cmocka_unit_test(errors_name_the_place_and_what_was_expected),
        cmocka_unit_test(a_byte_0_is_refused),
        cmocka_unit_test(the_mark_of_an_editor_is_skipped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
