#include "child_end.h"

#include "../../common/win32_constants.h"

static const struct {
    DWORD code;
    const char *words;
} meanings[] = {
    {0xC0000005, "access violation"},
    {0xC0000022, "access to something that it needs to start was denied"},
    {0xC000007B, "the program or one of its DLLs is damaged, or made for another architecture"},
    {0xC00000FD, "the stack is full"},
    {0xC0000135, "a DLL that the program needs was not found"},
    {0xC0000139, "a function that the program imports is not on this system"},
    {0xC0000142, "a DLL of the program could not be initialised"},
    {0xC0000409, "fast-fail: a security check of the program or the system ended it"},
};

const char *exit_code_meaning(DWORD code)
{
    for (size_t i = 0; i < sizeof meanings / sizeof meanings[0]; i++)
        if (meanings[i].code == code)
            return meanings[i].words;
    return NULL;
}

void child_end_add(struct text *out, enum child_state state, DWORD code)
{
    const char *name = status_name(code), *meaning = exit_code_meaning(code);
    switch (state) {
    case CHILD_RUNS:
        text_add(out, "it did not end");
        break;
    case CHILD_CODE_UNKNOWN:
        text_format(out, "it ended, and its exit code cannot be read: error %lu", (unsigned long)code);
        break;
    case CHILD_ENDED:
        text_format(out, "it ended, exit code 0x%lX", (unsigned long)code);
        if (name)
            text_format(out, " %s", name);
        if (meaning)
            text_format(out, " (%s)", meaning);
        break;
    }
}

static const struct {
    DWORD code;
    const char *words;
} start_errors[] = {
    {2, "a file or an object does not exist"},
    {3, "a folder does not exist"},
    {5, "access is denied, by permissions, a policy or a virus scanner"},
    {32, "another program, such as a virus scanner, has the file open"},
    {87, "this system does not take such a request"},
    {127, "this system does not export the function"},
    {193, "this system does not run such a program"},
    {225, "a virus scanner took the file for a virus"},
    {1168, "there is none"},
    {1260, "a policy, such as AppLocker's, does not allow the program"},
    {1314, "the user does not hold a privilege for it"},
    {1455, "memory and paging files are used up"},
    {1460, "it took too long"},
    {4551, "a code integrity policy, such as Smart App Control or WDAC, does not allow the program"},
};

/* The code that an HRESULT of the facility Win32 holds. */
static DWORD win32_code(DWORD code)
{
    return (code & 0xFFFF0000) == 0x80070000 ? code & 0xFFFF : code;
}

void start_error_add(struct text *out, DWORD code)
{
    DWORD plain = win32_code(code);
    if (plain > 0xFFFF)
        text_format(out, "error 0x%08lX", (unsigned long)code);
    else
        text_format(out, "error %lu", (unsigned long)plain);
    if (error_name(plain))
        text_format(out, " %s", error_name(plain));
    for (size_t i = 0; i < sizeof start_errors / sizeof start_errors[0]; i++)
        if (start_errors[i].code == plain)
            text_format(out, " (%s)", start_errors[i].words);
}
