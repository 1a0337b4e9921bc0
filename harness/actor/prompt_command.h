/* Commands of the prompt that are not steps, and remarks about frequent mistakes in steps. */
#ifndef SHMCHECK_PROMPT_COMMAND_H
#define SHMCHECK_PROMPT_COMMAND_H

#include "../common/text.h"

/* Performs `help [TOPIC]`, `names [PREFIX]`, `same A B` or `why` and adds the answer. False if the line is none of these. */
bool prompt_command(const char *line, struct text *out);
/* Adds a remark, a line that begins with "# ", about a line that was performed or refused, if there is one to make. */
void prompt_remark(const char *line, bool refused, struct text *out);

#endif
