/* Two arguments of CreateProcess about which Wine is more lenient than Windows. Plain C, so that tests check them against
 * the documentation and not against Wine. */
#ifndef SHMCHECK_SPAWN_ARGS_H
#define SHMCHECK_SPAWN_ARGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Fills `out` with the handles of `in` that PROC_THREAD_ATTRIBUTE_HANDLE_LIST may contain: each once, no
 * NULL, no INVALID_HANDLE_VALUE, in the order of `in`. `out` has room for `count`. Returns
 * how many there are; 0 means that the attribute must not be used and nothing is to be inherited. Page:
 * nf-processthreadsapi-updateprocthreadattribute. */
size_t handle_list_build(void **out, void *const *in, size_t count);

/* Appends one argument to a command line of UTF-16 units, quoted so that CommandLineToArgvW and the C runtime
 * give it back as it was; a blank goes before it unless the line is empty. False, and the line as it was, if
 * `size` units (terminator included) are too few. Page: nf-shellapi-commandlinetoargvw. */
bool command_line_add(uint16_t *line, size_t size, const uint16_t *argument);

#endif
