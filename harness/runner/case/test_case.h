/* A case and a topic, as entries of tables. */
#ifndef SHMCHECK_TEST_CASE_H
#define SHMCHECK_TEST_CASE_H

#include <stdbool.h>
#include <stddef.h>

struct stage;
struct play_case;

struct test_case {
    const char *name; /* the function's name; the id of the case is the same with '-' for '_' */
    void (*run)(struct stage *);
    int line;
    const char
        *rows; /* ids of rows of the contract, blank-separated; NULL: the row with the id of the case */
    const char *needs; /* names from needs.c, blank-separated; NULL: none */
    bool waits;        /* it waits most of its time: another case may run beside it (pool.c) */
    bool alone;        /* its processes run on all processors: no case that takes a job runs beside it */
    const struct play_case *play; /* the lines of a case that a file of steps has; NULL for a case in C */
};

/* One entry of a topic's table: {CASE(open_missing), .needs = "client-session"}, */
#define CASE(function) .name = #function, .run = function, .line = __LINE__

struct topic {
    const char *name; /* cases/<name>.c, JUnit suite shmcheck.<name> */
    const struct test_case *cases;
    size_t count;
    const char *file; /* the file of steps, for messages; NULL: cases/<name>.c */
};

/* The last line of a topic's file: TOPIC(sample, sample_cases) */
#define TOPIC(topic_name, table)                                                                             \
    const struct topic topic_name##_topic = {#topic_name, table, sizeof(table) / sizeof(table)[0], NULL};

#endif
