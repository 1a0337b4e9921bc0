#include "other_process.h"

#include "system.h"

HANDLE other_process_open(uint64_t pid, DWORD rights, struct reply *reply)
{
    outcome_before();
    HANDLE process = sys.OpenProcess(rights, FALSE, (DWORD)pid);
    struct outcome seen = outcome_after();
    if (!process) {
        reply_fail(reply, seen);
        reply_add(reply, "call=OpenProcess");
    }
    return process;
}
