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
