/* What the self-test checks, and what it has seen. */
#ifndef SHMCHECK_SELF_TEST_SEEN_H
#define SHMCHECK_SELF_TEST_SEEN_H

#include "../peer/process.h"
#include "../peer/program.h"

#define SELF_TEST_IDENTITIES 16
#define SELF_TEST_POLICIES 20

/* How a child of the self-test ended. */
struct self_test_end {
    DWORD start_error; /* 0: it started */
    enum child_state state;
    DWORD code;
    bool text; /* its output arrived */
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

/* The job of this process, where it is in one. */
struct self_test_job {
    bool inside;             /* this process is in a job */
    unsigned long refusal;   /* of job.h: 0 if job objects work here */
    bool holds;              /* a child is in the job that it was started in; inside a job: jobs nest */
    unsigned long limits;    /* JOB_OBJECT_LIMIT_ of this process's job */
    unsigned long ui_limits; /* JOB_OBJECT_UILIMIT_ */
};

/* -1 stands for a value that is not set or cannot be read. */
struct self_test_system {
    unsigned long session;
    bool elevated;
    int lua;          /* EnableLUA */
    int logon_admits; /* the default DACL admits the logon session */
    int smart_app;    /* the state of Smart App Control */
    int no_realtime;  /* Defender's DisableRealtimeMonitoring */
    int no_reporting; /* Disabled of Windows Error Reporting */
};

struct self_test_seen {
    bool whole;                                        /* all ten things were checked; otherwise */
    struct self_test_end leaves;                       /* 1 */
    char replies[3][200];                              /* 2: to a read, a write and an execution that fault */
    unsigned long characteristics, guard_flags, jumps; /* 3: of this program */
    unsigned long policies[SELF_TEST_POLICIES];        /* flags by PROCESS_MITIGATION_POLICY */
    struct self_test_start starts[SELF_TEST_IDENTITIES]; /* 4 */
    size_t start_count;
    bool copied;                      /* 5: a copy was needed */
    struct self_test_start copies[2]; /* the same copy in the folder for temporary files, twice */
    bool contained; /* an actor in an AppContainer started, whose program is a copy too, and then: */
    struct self_test_start container_again;
    struct self_test_job job;       /* 6 */
    struct self_test_system system; /* 7 */
    uint64_t free_mib;              /* 8: that can be committed; UINT64_MAX: unknown */
    uint64_t worst_rename;          /* 9: milliseconds */
    unsigned failed_renames;
    struct self_test_end crash, fast_fail; /* 10 */
};

struct self_test_setup {
    const struct programs *programs;
    const char *run; /* the id of the run */
    const wchar_t
        *folder; /* where a report would be written, with a backslash at its end; L"" for the current one */
    double timeout_scale;
    /* Whether cases with this need are going to run. The self-test checks only what these need; NULL: everything. */
    bool (*needed)(const void *context, const char *need);
    const void *context;
};

#endif
