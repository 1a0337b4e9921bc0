/* The case whose steps shmbench measures, as the only one of its catalogue. */
#ifndef SHMCHECK_BENCH_CASE_H
#define SHMCHECK_BENCH_CASE_H

/* What the case writes into its transcript in front of the microseconds that a step took. */
#define BENCH_LINE "step_us "

/* The variable of the environment that says how many steps the case makes. */
#define BENCH_STEPS "SHMBENCH_STEPS"

/* The bytes of one step's request and reply on the pipe, newline included; the raw exchange uses as many. */
#define BENCH_REQUEST_BYTES 40
#define BENCH_REPLY_BYTES 44

#endif
