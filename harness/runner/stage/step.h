/* One step of one role: the request is sent, the reply is read and goes into the transcript. */
#ifndef SHMCHECK_STEP_H
#define SHMCHECK_STEP_H

#include "stage.h"

/* Sends a step, with the substitutions that checks.h describes, and does not wait. */
void step_send(struct stage *stage, int line, struct role *role, const char *request);
/* Waits for the reply, which is in role->reply then, and puts the step into the transcript. Everything that is not the
 * reply to this request (silence, a second reply, half a line, bytes that are no line of the protocol, the end of the
 * process) ends the actor and aborts the case. */
void step_receive(struct stage *stage, int line, struct role *role);
/* As step_receive; false, and nothing is reported, if the pipe was closed instead. */
bool step_receive_or_end(struct stage *stage, int line, struct role *role);
/* Waits until the pipe is closed without a reply. Aborts the case if a line comes, or nothing within the deadline. */
void step_await_close(struct stage *stage, int line, struct role *role);
/* The step has closed the pipe: waits for the end of the process, puts it into the transcript after `request`, and returns
 * the exit code. */
DWORD step_see_end(struct stage *stage, int line, struct role *role, const char *request);
/* Puts into the transcript that the role is gone, and marks it so; the exit code only if `with_code`. */
void step_gone(struct stage *stage, struct role *role, const char *how, DWORD code, bool with_code);

/* Reads the actor's next line, which must be one of the protocol and carry the number of the last request. */
void step_read(struct stage *stage, int line, struct role *role);
/* The actor's state is unknown from here on: it is ended and the case is aborted. */
_Noreturn void step_give_up(struct stage *stage, enum stage_event kind, int line, struct role *role,
                            const char *why);

#endif
