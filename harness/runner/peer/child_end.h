/* Why a child process did not start, and how it ended, in words, for messages. */
#ifndef SHMCHECK_CHILD_END_H
#define SHMCHECK_CHILD_END_H

#include "../../common/text.h"
#include "process.h"

/* Adds what child_wait found out: "it did not end", "it ended, exit code 0xC0000139 STATUS_ENTRYPOINT_NOT_FOUND (a
 * function that the program imports is not on this system)", or "it ended, and its exit code cannot be read: error 5". */
void child_end_add(struct text *out, enum child_state state, DWORD code);

/* What an exit code that the system itself sets means, in words; NULL for any other code.
 * Page: openspecs/windows_protocols/ms-erref, section 2.3. The string is static. */
const char *exit_code_meaning(DWORD code);

/* Adds why a process, or something that it needs to start, could not be had: "error 5 ERROR_ACCESS_DENIED (access is denied,
 * by permissions, a policy or a virus scanner)". `code` is a Win32 error code, or an HRESULT that holds one.
 * Page: windows/win32/debug/system-error-codes. */
void start_error_add(struct text *out, DWORD code);

#endif
