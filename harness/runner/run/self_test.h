/* The self-test: what a first run on a new system needs to know before a case runs. It looks at ten things (look), and says
 * of each in one line what it means (judge). The two are apart so that tests can play every kind of failure. */
#ifndef SHMCHECK_SELF_TEST_H
#define SHMCHECK_SELF_TEST_H

#include "../../common/text.h"
#include "../peer/identity.h"
#include "../peer/process.h"
#include "../peer/program.h"

#define SELF_TEST_ARGUMENT "--self-test-child"
#define SELF_TEST_IDENTITIES 16

/* How a child of the self-test ended. */
struct self_test_end {
    DWORD start_error; /* 0: it started */
    enum child_state state;
    DWORD code;
    bool text; /* what it printed arrived */
    uint64_t milliseconds;
};

struct self_test_start {
    const char *name;   /* of the identity */
    const char *failed; /* the function that failed; NULL: the actor said hello */
    DWORD error;
    enum child_state state;
    DWORD code;
    uint64_t milliseconds; /* to its hello */
};

struct self_test_seen {
    struct self_test_end leaves;                       /* 1 */
    char replies[3][200];                              /* 2: to a read, a write and an execution that fault */
    unsigned long characteristics, guard_flags, jumps; /* 3: of this program */
    struct self_test_start starts[SELF_TEST_IDENTITIES]; /* 4 */
    size_t start_count;
    struct self_test_start copies[2]; /* 5: the same copy, twice */
    bool in_job;                      /* 6 */
    unsigned long job_refusal;
    unsigned long session; /* 7 */
    bool elevated;
    int lua;               /* EnableLUA; -1: not there */
    uint64_t free_mib;     /* 8 */
    uint64_t worst_rename; /* 9: milliseconds */
    unsigned failed_renames;
    struct self_test_end crash, fast_fail; /* 10 */
};

enum self_test_level {
    SELF_TEST_FINE,
    SELF_TEST_SKIPS, /* cases that need it cannot run here */
    SELF_TEST_STOPS  /* no verdict of a run would mean anything */
};

struct self_test_finding {
    int number; /* 1 to 10 */
    enum self_test_level level;
    char text[400];
};

#define SELF_TEST_FINDINGS (9 + SELF_TEST_IDENTITIES)

/* Looks at everything; takes about a second. `folder` is where a report would be written, L"" for the current one. */
void self_test_look(struct self_test_seen *out, const struct programs *programs, const char *run,
                    const wchar_t *folder);
/* Starts an actor with this identity, hears its hello and ends it. */
void self_test_identity(struct self_test_start *out, const struct programs *programs, const char *run,
                        const struct identity *identity);
/* Why it does not start, in words, in `out`. False if it does. */
bool self_test_start_fails(const struct self_test_start *start, struct text *out);
/* One finding for each of the ten, and for 4 one for each identity. Returns how many. */
size_t self_test_judge(const struct self_test_seen *seen, struct self_test_finding out[SELF_TEST_FINDINGS]);
/* What the program does as a child of its own self-test: "leave", "crash" or "fast-fail". Returns its exit code. */
int self_test_child(const wchar_t *how);

#endif
