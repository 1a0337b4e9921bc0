/* The end of a child process in words, for messages. */
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

#endif
