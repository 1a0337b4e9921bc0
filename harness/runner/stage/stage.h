/* The stage: the actors of one case while it runs. Cases see it as an opaque type through checks.h; the
 * worker makes one for each case and ends it, whatever the case did. */
#ifndef SHMCHECK_STAGE_H
#define SHMCHECK_STAGE_H

#include "../case/catalogue.h"
#include "../case/contract.h"
#include "../peer/peer.h"
#include "../peer/program.h"
#include "../peer/prestarted.h"
#include "../peer/recording.h"

#define STAGE_ROLES 8
#define ROLE_NAME_BYTES 24
#define STEP_TIMEOUT_MS 5000

/* What a stage tells whoever runs it, as it happens. */
enum stage_event {
    STAGE_TRANSCRIPT, /* one line of the transcript */
    STAGE_FAIL,       /* a documented expectation did not hold */
    STAGE_DEVIATES,   /* an observed one did not */
    STAGE_POWERLESS,  /* a control did not show its effect: nothing that was found means anything */
    STAGE_ERROR,      /* the harness cannot tell; the case ends here */
    STAGE_CRASH,      /* the same, because a process died */
    STAGE_TIMEOUT     /* the same, because a deadline passed */
};

struct stage_settings {
    char run[32];      /* distinguishes this run's object names from those of any other */
    unsigned instance; /* and those of one instance of a case from the next one's */
    wchar_t actors[ARCH_COUNT][PROGRAM_PATH_UNITS]; /* "" if there is none */
    struct pair pair;              /* whose the writer is, and the reader; others are as the writer */
    double timeout_scale;          /* > 0 */
    HANDLE job;                    /* for all actors */
    HANDLE output;                 /* what they print; see output_file_new */
    struct prestarted *prestarted; /* NULL: none are kept */
    void (*tell)(void *context, enum stage_event event, int line, const char *text);
    /* The stage is going to wait, perhaps for long: what was told must not be held back any more. May be NULL. */
    void (*waits)(void *context);
    void *context;
    bool with_volatile; /* the transcript keeps volatile fields (--verbose) */
};

#define ROLE_REMEMBERED 12

/* A volatile value that a later step may refer to: $role.field. */
struct remembered {
    char field[16];  /* without '~' */
    char value[200]; /* escaped, as on the pipe; a path of a container is long */
};

enum role_state {
    ROLE_IDLE,
    ROLE_BUSY, /* begins() without finishes() */
    ROLE_GONE
};

/* An actor process, as the runner sees it. */
struct role {
    char name[ROLE_NAME_BYTES];
    struct peer peer;
    enum role_state state;
    enum arch arch;
    bool same_program; /* an actor starts it, of its own architecture: it knows the program itself */
    uint32_t sequence;
    uint64_t pid;
    char request[LINE_BYTES]; /* as the case wrote it: the step under way, or the last one */
    char raw[LINE_BYTES];     /* the last reply, as received */
    struct line reply;        /* the same, parsed */
    struct remembered remembered[ROLE_REMEMBERED];
};

struct stage {
    const struct stage_settings *settings;
    const struct test_case *test;
    char id[CASE_ID_BYTES];
    struct role *roles[STAGE_ROLES]; /* owned */
    size_t role_count;
    const struct contract_row *row; /* what checks check at the moment */
    size_t checks, failures, steps;
    struct recording *recording; /* never NULL; off, as a rule */
    size_t received;             /* lines and other news from actors so far */
    bool broken;                 /* an error was told */
};

/* Prepares a stage; no process is started. `recording` outlives it. */
void stage_init(struct stage *stage, const struct stage_settings *settings, const struct test_case *test,
                struct recording *recording);
/* Ends all actors: those that live are asked to exit, all at once, and must answer and end with code 0; none
 * of the job's processes may be left. What goes wrong is told as an error. */
void stage_end(struct stage *stage);

DWORD stage_timeout(const struct stage *stage);
/* Says that a wait begins. */
void stage_waits(const struct stage *stage);

/* Tells an error and leaves the case function. */
_Noreturn void stage_abort(struct stage *stage, int line, const char *format, ...) TEXT_PRINTF(3, 4);
/* The same for an error of another kind: STAGE_CRASH, STAGE_TIMEOUT. */
_Noreturn void stage_abort_as(struct stage *stage, enum stage_event kind, int line, const char *format, ...)
    TEXT_PRINTF(4, 5);
/* The actor's state is unknown from here on: it is ended and never asked again, and the case with it. */
_Noreturn void stage_give_up(struct stage *stage, enum stage_event kind, int line, struct role *role,
                             const char *why);
void stage_tell(struct stage *stage, enum stage_event event, int line, const char *text);

/* The role, its actor started if it has none. Aborts the case if that fails or the name is too long. */
struct role *stage_role(struct stage *stage, int line, const char *name);
/* The role if it exists, else NULL. */
struct role *stage_find(struct stage *stage, const char *name);

/* Sends a step, with the substitutions that checks.h describes, and does not wait. */
void stage_send(struct stage *stage, int line, struct role *role, const char *request);
/* Waits for the reply and puts the step into the transcript. Everything that is not the reply to this very
 * request (silence, a second answer, half a line, garbage, the end of the process) aborts the case; the actor
 * is ended. */
void stage_receive(struct stage *stage, int line, struct role *role);
/* The step has ended the process: waits for that, puts it into the transcript and returns the exit code. */
DWORD stage_see_end(struct stage *stage, int line, struct role *role, const char *request);
/* As stage_receive; false, and nothing is told, if the pipe was closed instead. */
bool stage_receive_or_end(struct stage *stage, int line, struct role *role);
/* The next line of an actor, which must be one of the protocol and carry the number of its last request. */
void stage_read(struct stage *stage, int line, struct role *role);
/* stage_send and stage_receive. The reply is in role->reply. */
struct role *stage_perform(struct stage *stage, int line, const char *name, const char *request);

/* Replaces the names and references of a request by what goes onto the pipe (substitute.c). NULL if all is
 * well, else what is wrong with it. */
const char *substitute(struct stage *stage, const char *request, struct text *out);

#endif
