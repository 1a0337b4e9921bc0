/* What people can ask for at the prompt besides steps, and remarks about steps that they often get wrong. */
#ifndef SHMCHECK_PROMPT_COMMAND_H
#define SHMCHECK_PROMPT_COMMAND_H

#include "../common/text.h"

/* Performs `help [TOPIC]`, `names [PREFIX]`, `same A B` or `why` and adds the answer. False if the line is none of these. */
bool prompt_command(const char *line, struct text *out);
/* Adds a remark, a line that begins with "# ", about a line that was performed or refused, if there is one to make. */
void prompt_remark(const char *line, bool refused, struct text *out);

#endif
