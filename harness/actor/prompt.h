/* The prompt of shmactor.exe. */
#ifndef SHMCHECK_PROMPT_H
#define SHMCHECK_PROMPT_H

#include <stdint.h>

/* Performs lines from standard input and prints readable replies on standard output. Returns the exit code of the process:
 * 0 at the end of the input. */
uint32_t prompt(void);

/* Prints a reply as the prompt does, with its newline. The reply has no sequence number. */
void prompt_print(const char *reply);

#endif
