/* The two parts of CreateProcess that Wine is more lenient about than Windows, as plain functions, so that
 * tests can hold them against the documentation instead of against Wine. */
#ifndef SHMCHECK_SPAWN_ARGS_H
#define SHMCHECK_SPAWN_ARGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Fills `out` with the handles of `in` that may stand in PROC_THREAD_ATTRIBUTE_HANDLE_LIST: none twice, no
 * NULL, no INVALID_HANDLE_VALUE; the first occurrence keeps its place. `out` has room for `count`. Returns
 * how many there are; 0 means that the attribute must not be used and nothing is to be inherited. Page:
 * nf-processthreadsapi-updateprocthreadattribute. */
size_t handle_list_build(void **out, void *const *in, size_t count);

/* Appends one argument to a command line of UTF-16 units, quoted so that CommandLineToArgvW and the C runtime
 * give it back as it was; a blank goes before it unless the line is empty. False, and the line as it was, if
 * `size` units (terminator included) are too few. Page: nf-shellapi-commandlinetoargvw. */
bool command_line_add(uint16_t *line, size_t size, const uint16_t *argument);

#endif
