/* How actors come and go during a case: starting one, having another actor start one, ending one. */
#ifndef SHMCHECK_ACTOR_LIFECYCLE_H
#define SHMCHECK_ACTOR_LIFECYCLE_H

#include "actor_spec.h"

/* The role of this name; its actor is started if there is none yet. Aborts the case if that fails. */
struct role *actor_of(struct stage *stage, int line, const char *name);
/* Performs a step: actor_of, step_send and step_receive. The reply is in role->reply. */
struct role *actor_perform(struct stage *stage, int line, const char *name, const char *request);

/* Starts the actor of a new role. Aborts the case if that fails. */
struct role *actor_start(struct stage *stage, int line, const char *name, const struct actor_spec *spec);
/* Does what remains to be done for the identity of an actor that has started. Aborts the case if that fails. */
void actor_settle(struct stage *stage, int line, struct role *role, const struct actor_spec *spec,
                  const char *words);

/* A new role whose actor `parent` is going to start; the pipe is open then. Aborts the case if that fails. */
struct role *actor_expect(struct stage *stage, int line, const char *parent, const char *name,
                          const struct actor_spec *spec);
/* `parent` has started the actor: waits for its hello and opens its process. Aborts the case if that fails. */
void actor_arrives(struct stage *stage, int line, const char *parent, struct role *role);

/* Puts into the transcript what the case says about the actor of a role: "NAME> (start) WORDS -> hello". */
void actor_tell_spec(struct stage *stage, const char *name, const char *words);

/* Asks the actor to exit and waits for its end. Aborts the case unless it ends in order, with exit code 0. */
void actor_leave(struct stage *stage, int line, struct role *role);
/* Ends the actor with TerminateProcess and waits for its end. */
void actor_kill(struct stage *stage, int line, struct role *role);

#endif
