/* shmactor.exe as people run it: lines from standard input, readable replies. The program is found as in test_actor.c. */
#include "testing.h"

#include <wchar.h>

#include <windows.h>

#include "../common/text.h"

#define PATIENCE 20000 /* ms */

static wchar_t actor_path[MAX_PATH];

static int find_actor(void **state)
{
    (void)state;
    if (GetEnvironmentVariableW(L"SHMCHECK_ACTOR", actor_path, MAX_PATH) == 0) {
        GetModuleFileNameW(NULL, actor_path, MAX_PATH - 16);
        for (int up = 0; up < 2; up++) {
            wchar_t *slash = wcsrchr(actor_path, L'\\');
            if (slash)
                *slash = L'\0';
        }
        wcscat(actor_path, L"\\shmactor.exe");
    }
    return GetFileAttributesW(actor_path) != INVALID_FILE_ATTRIBUTES ? 0 : -1;
}

/* A temporary file that is gone when its handle is closed; the actor inherits it. */
static HANDLE temporary(void)
{
    wchar_t folder[MAX_PATH], path[MAX_PATH];
    SECURITY_ATTRIBUTES inheritable = {.nLength = sizeof inheritable, .bInheritHandle = TRUE};
    assert_true(GetTempPathW(MAX_PATH - 14, folder) > 0);
    assert_true(GetTempFileNameW(folder, L"shm", 0, path) > 0);
    HANDLE file = CreateFileW(path, GENERIC_READ | GENERIC_WRITE,
                              FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, &inheritable,
                              CREATE_ALWAYS, FILE_ATTRIBUTE_TEMPORARY | FILE_FLAG_DELETE_ON_CLOSE, NULL);
    assert_true(file != INVALID_HANDLE_VALUE);
    return file;
}

/* Runs a script; *out gets what was printed, terminated. Returns the exit code. Files on both sides: nothing can block
 * on anything. */
static DWORD run_script(const char *script, struct buffer *out)
{
    HANDLE input = temporary(), output = temporary();
    STARTUPINFOW startup = {.cb = sizeof startup, .dwFlags = STARTF_USESTDHANDLES};
    PROCESS_INFORMATION process;
    DWORD done, code = STILL_ACTIVE;
    wchar_t command[] = L"shmactor";
    char piece[512];
    assert_true(WriteFile(input, script, (DWORD)strlen(script), &done, NULL));
    SetFilePointer(input, 0, NULL, FILE_BEGIN);
    startup.hStdInput = input;
    startup.hStdOutput = startup.hStdError = output;
    assert_true(CreateProcessW(actor_path, command, NULL, NULL, TRUE, 0, NULL, NULL, &startup, &process));
    DWORD waited = WaitForSingleObject(process.hProcess, PATIENCE);
    if (waited != WAIT_OBJECT_0)
        TerminateProcess(process.hProcess, 1);
    GetExitCodeProcess(process.hProcess, &code);
    CloseHandle(process.hThread);
    CloseHandle(process.hProcess);
    SetFilePointer(output, 0, NULL, FILE_BEGIN);
    buffer_add(out, "", 0);
    while (ReadFile(output, piece, sizeof piece, &done, NULL) && done > 0)
        buffer_add(out, piece, done);
    CloseHandle(input);
    CloseHandle(output);
    assert_int_equal(waited, WAIT_OBJECT_0);
    assert_false(out->failed);
    return code;
}

TEST(replies_are_readable)
{
    static const char script[] = "# a comment, and an empty line\n"
                                 "\n"
                                 "open s name=Local\\shmcheck-no-such-section access=FILE_MAP_READ\r\n"
                                 "reserve v size=65536\n"
                                 "read v as=u8\n"
                                 "create s size=1\n"
                                 "dance\n"
                                 "a  b\n"
                                 "exit code=9\n"
                                 "system\n";
    static const char *const lines[] = {
        "fail error=2 ERROR_FILE_NOT_FOUND status=0xC0000034 STATUS_OBJECT_NAME_NOT_FOUND",
        "ok base=0x",
        "fault code=0xC0000005 STATUS_ACCESS_VIOLATION access=read at=+0",
        "bad: protect= is missing",
        "bad: no verb 'dance'",
        "bad: two blanks in a row",
        "# a blank in a value is written %20",
        "bye",
    };
    struct buffer printed = {0};
    assert_int_equal(run_script(script, &printed), 9);
    const char *at = printed.at;
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        if (strncmp(at, lines[i], strlen(lines[i])) != 0)
            assert_string_equal(at, lines[i]);
        at = strchr(at, '\n');
        assert_non_null(at++);
    }
    assert_string_equal(at, "");
    buffer_free(&printed);
}

TEST(the_end_of_the_input_is_the_end)
{
    struct buffer printed = {0};
    assert_int_equal(run_script("", &printed), 0);
    assert_string_equal(printed.at, "");
    assert_int_equal(run_script("system\n", &printed), 0);
    assert_int_equal(strncmp(printed.at, "ok page=", 8), 0);
    buffer_free(&printed);
}

TEST(help_knows_every_verb)
{
    static const char *const lines[] = {
#define LIMIT(name, value)
#define GROUP(title)
#define VERB(name, label, word, calls, reply) #name,
#define KEY(verb, key, type, need, most, values, preset, help)
#define COMMON_KEY(key, type, most, values, preset, help)
#define NOTE(verb, text)
#include "../actor/verbs.def"
        "help VERB",
    };
    struct buffer all = {0}, one = {0};
    assert_int_equal(run_script("help\n", &all), 0);
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        char begin[32];
        snprintf(begin, sizeof begin, "%s%s", i ? "\n" : "", lines[i]);
        assert_non_null(strstr(all.at, begin));
    }
    assert_int_equal(run_script("help wait\nhelp dance\n", &one), 0);
    assert_int_equal(strncmp(one.at, "wait L timeout=MS\n    WaitForSingleObject", 41), 0);
    assert_non_null(strstr(one.at, "\n    timeout=  a number, required\n"));
    assert_non_null(strstr(one.at, "\n    on=  a number, 1 without it; 2: "));
    assert_non_null(strstr(one.at, "no verb 'dance'; help lists them"));
    assert_null(strstr(one.at, "create"));
    buffer_free(&one);
    assert_int_equal(run_script("help constants\n", &one), 0);
    assert_non_null(strstr(one.at, "\nSEC_RESERVE 0x4000000\n"));
    buffer_free(&all);
    buffer_free(&one);
}

static void expect_printed(const char *script, const char *const *parts)
{
    struct buffer printed = {0};
    assert_int_equal(run_script(script, &printed), 0);
    for (; *parts; parts++)
        if (!strstr(printed.at, *parts))
            fail_msg("not printed: %s\nbut: %s", *parts, printed.at);
    buffer_free(&printed);
}

#define SECTION "create s name=Local\\shmcheck-prompt size=4096 protect=PAGE_READWRITE\n"
#define PARTS(...) ((const char *const[]){__VA_ARGS__, NULL})

TEST(why_tells_rows_problems_and_what_to_look_at)
{
    expect_printed("why\n", PARTS("no step has failed yet\n"));
    expect_printed(
        SECTION "open r name=Local\\shmcheck-prompt access=FILE_MAP_READ\n"
                "map v of=r access=FILE_MAP_WRITE\nwhy\n",
        PARTS("map v of=r access=FILE_MAP_WRITE -> fail error=5 ERROR_ACCESS_DENIED",
              "row open-read-cannot-map-write: A handle opened for FILE_MAP_READ cannot map a writable "
              "view.\n    expected: NULL; 5\n",
              "frequent problem P05: ", "look at: granted S shows the rights"));
    expect_printed(
        SECTION "map v of=s access=FILE_MAP_READ length=65536\nread v\nsystem\nwhy\n",
        PARTS("map v of=s access=FILE_MAP_READ length=65536 -> fail error=5",
              "\nrow map-length-past-end: ", "more rows: scripts/explain \"error 5 MapViewOfFile\"\n",
              "frequent problem P01: A view larger than the section"));
    /* The one of the statuses of an error that was seen. */
    struct buffer printed = {0};
    assert_int_equal(run_script(SECTION "hold e kind=event name=Local\\shmcheck-prompt-event\n"
                                        "map v of=e access=FILE_MAP_READ\nwhy\n",
                                &printed),
                     0);
    assert_non_null(strstr(printed.at, "row map-bad-handle: "));
    assert_null(strstr(printed.at, "row open-"));
    buffer_free(&printed);
}

TEST(names_lists_what_has_a_name)
{
    expect_printed(
        SECTION "hold e kind=event name=Local\\shmcheck-prompt%20event\nnames Local\\shmcheck-prompt\n",
        PARTS("BaseNamedObjects, which Local\\ stands for:\n", "    Section        Local\\shmcheck-prompt\n",
              "    Event          Local\\shmcheck-prompt%20event\n"));
    expect_printed("names shmcheck-prompt-none\n",
                   PARTS("which Local\\ stands for:\n    no name begins so\n",
                         "\\BaseNamedObjects, which Global\\ stands for:\n    no name begins so\n"));
}

TEST(same_compares_handles_and_views)
{
    expect_printed(SECTION "open r name=Local\\shmcheck-prompt access=FILE_MAP_READ\n"
                           "map v of=s access=FILE_MAP_WRITE\nsame r v\nread v length=4\n",
                   PARTS("yes: a byte that was changed in one changed in the other", "ok hex=00000000\n"));
    /* The name means another section as soon as the handles of the first one are closed. */
    expect_printed(SECTION "map v of=s access=FILE_MAP_WRITE\nclose s\n" SECTION "same v s\n",
                   PARTS("no: a byte that was changed in one does not change in the other"));
    expect_printed(SECTION "map v of=s access=FILE_MAP_READ\nmap w of=s access=FILE_MAP_READ\nsame v w\n",
                   PARTS("cannot tell: their contents are equal, and neither may be written"));
    expect_printed("create s size=131072 protect=PAGE_READWRITE\nmap v of=s access=FILE_MAP_WRITE\n"
                   "map w of=s access=FILE_MAP_READ offset=65536\nsame v w\nsame w s\nsame v none\nsame v\n",
                   PARTS("yes: a byte", "no label 'none' of a handle or a view", "same A B: two labels"));
    expect_printed(
        "create s size=4096 protect=PAGE_READWRITE\ncreate t size=4096 protect=PAGE_READWRITE\n"
        "map v of=s access=FILE_MAP_COPY\nwrite v text=x\nsame v s\nmap a of=s access=FILE_MAP_READ\n"
        "map b of=t access=FILE_MAP_WRITE\nwrite b text=y\nsame a b\n",
        PARTS("no: a byte", "no: "));
}

TEST(remarks_about_names_and_access)
{
    expect_printed("open s name=\"my name\" access=FILE_MAP_READ\n",
                   PARTS("bad: a word without '=' after the label\n# a blank in a value is written %20"));
    expect_printed("open s name=\"my\" access=FILE_MAP_READ\n", PARTS("# the quotes are part of the name"));
    expect_printed(SECTION "open q name=Local\\shmcheck-prompt access=SECTION_QUERY\n",
                   PARTS("# SECTION_QUERY is 1, which OpenFileMapping takes for FILE_MAP_COPY"));
    struct buffer printed = {0};
    assert_int_equal(run_script(SECTION, &printed), 0);
    assert_int_equal(strspn(strchr(printed.at, '\n'), "\n"),
                     strlen(strchr(printed.at, '\n'))); /* no remark */
    buffer_free(&printed);
}

TEST(a_line_that_is_too_long_is_refused)
{
    char script[1101];
    struct buffer printed = {0};
    memset(script, 'x', sizeof script - 1);
    script[sizeof script - 1] = '\0';
    assert_int_equal(run_script(script, &printed), 3);
    assert_non_null(strstr(printed.at, "more than 1,024 bytes"));
    buffer_free(&printed);
}

/* The actor is in no job here: no debugger and no dialog may start, and nothing is printed. */
TEST(a_crash_is_quick_and_quiet)
{
    struct buffer printed = {0};
    assert_int_equal(run_script("crash\n", &printed), 0xC0000005);
    assert_int_equal(run_script("crash how=abort\n", &printed), 3);
    assert_string_equal(printed.at, "");
    buffer_free(&printed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(replies_are_readable),
        cmocka_unit_test(the_end_of_the_input_is_the_end),
        cmocka_unit_test(help_knows_every_verb),
        cmocka_unit_test(a_line_that_is_too_long_is_refused),
        cmocka_unit_test(a_crash_is_quick_and_quiet),
        cmocka_unit_test(why_tells_rows_problems_and_what_to_look_at),
        cmocka_unit_test(names_lists_what_has_a_name),
        cmocka_unit_test(same_compares_handles_and_views),
        cmocka_unit_test(remarks_about_names_and_access),
    };
    return cmocka_run_group_tests(tests, find_actor, NULL);
}
