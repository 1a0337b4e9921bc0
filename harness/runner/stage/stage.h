/* The stage: the actors of one case while it runs, and what it reports. Cases see an opaque type through checks.h. */
#ifndef SHMCHECK_STAGE_H
#define SHMCHECK_STAGE_H

#include "../../common/actor_use.h"
#include "../peer/external_program.h"
#include "../peer/peer.h"
#include "../peer/prestarted.h"
#include "../peer/program.h"
#include "../peer/used_actors.h"
#include "stage_event.h"

#define STAGE_ROLES 8
#define ROLE_NAME_BYTES 24
#define STEP_TIMEOUT_MS 5000

struct stage_settings {
    char run[32]; /* the id of the run; object names contain it */
    unsigned
        instance; /* 1, 2, ...: distinguishes the object names of a case that runs several times at once */
    wchar_t actors[ARCH_COUNT][PROGRAM_PATH_UNITS]; /* "" if there is none */
    struct pair pair;     /* the architectures of "writer" and "reader"; other roles have the writer's */
    double timeout_scale; /* > 0 */
    struct job *job;      /* for all actors */
    HANDLE output;        /* their standard output and error; see output_file_new */
    struct prestarted *prestarted; /* NULL: no actor is started in advance */
    struct used_actors *used;      /* NULL: every role gets a new process */
    void (*tell)(void *context, enum stage_event event, int line, const char *text);
    /* The stage begins a wait that may take long: output that was held back must be sent now. May be NULL. */
    void (*waits)(void *context);
    void *context;
    bool with_volatile; /* the transcript keeps volatile fields (--verbose) */
};

#define ROLE_REMEMBERED 12

/* A volatile value that a later step may refer to: $role.field. */
struct remembered {
    char field[16];  /* without '~' */
    char value[200]; /* escaped, as on the pipe; the path of a container is long */
};

enum role_state {
    ROLE_IDLE,
    ROLE_BUSY, /* a request was sent and its reply has not been read */
    ROLE_GONE  /* the process has ended, or must not be used any more */
};

/* One actor of the case. */
struct role {
    char name[ROLE_NAME_BYTES];
    struct peer peer;
    enum role_state state;
    enum arch arch;
    bool same_program; /* an actor of the same architecture starts it, from its own image */
    bool
        plain; /* the runner started it, with its own identity and the unmodified program; it has started no process */
    uint32_t sequence; /* of the last request */
    uint64_t pid;
    char request[LINE_BYTES]; /* as the case wrote it: the step under way, or the last one */
    char raw[LINE_BYTES];     /* the last reply, as received */
    struct line reply;        /* the same, parsed */
    struct remembered remembered[ROLE_REMEMBERED];
};

/* A role that a user's program plays (external_role.h). */
struct external_role {
    char name[ROLE_NAME_BYTES];
    struct external_program program;
    uint64_t pid;
    bool gone; /* its end has been waited for, or it was killed */
};

struct case_state; /* belongs to the room case/ */

struct stage {
    const struct stage_settings *settings;
    char id[WORD_BYTES];           /* of the case; object names contain it */
    int line;                      /* of the case in its file */
    struct case_state *case_state; /* the caller's; the stage does not look into it */
    struct peer_group peers;
    struct role *roles[STAGE_ROLES]; /* owned */
    size_t role_count;
    struct external_role *externals[STAGE_ROLES]; /* owned */
    size_t external_count;
    size_t steps;
    bool unmet;  /* an expectation was not met */
    bool broken; /* an error, a crash or a time-out was reported */
    /* The error was more than an unmet precondition, so the state of the actors is not known: none is used again. */
    bool doubtful;
    struct actor_use use;
};

/* Prepares a stage; no process is started. `settings` and `recording` outlive it. */
void stage_init(struct stage *stage, const struct stage_settings *settings, const char *id, int line,
                struct recording *recording);
void stage_tell(struct stage *stage, enum stage_event event, int line, const char *text);

/* Leaves the case function because its next steps cannot work. That is an error of the case; after an unmet expectation, which
 * may be the cause, it is one more finding, because an error would hide the first one. */
_Noreturn void stage_cannot_go_on(struct stage *stage, int line, const char *message);
/* Reports an error and leaves the case function. */
_Noreturn void stage_abort(struct stage *stage, int line, const char *format, ...) TEXT_PRINTF(3, 4);
/* The same for an error of another kind: STAGE_CRASH, STAGE_TIMEOUT. */
_Noreturn void stage_abort_as(struct stage *stage, enum stage_event kind, int line, const char *format, ...)
    TEXT_PRINTF(4, 5);

/* The role of this name, or NULL. */
struct role *stage_find(struct stage *stage, const char *name);
/* The role of this name that a user's program plays, or NULL. */
struct external_role *stage_find_external(struct stage *stage, const char *name);
/* The role of this name; aborts the case if there is none. */
struct role *stage_existing(struct stage *stage, int line, const char *name);
/* A new role, idle and without an actor. Aborts the case if there are too many, or if the name is too long. */
struct role *stage_add_role(struct stage *stage, int line, const char *name, enum arch arch);

/* The changes of a role's state: from idle to busy, from busy to idle, and from any to gone. */
void role_asks(struct role *role);
void role_answered(struct role *role);
void role_leaves(struct role *role);

#endif
