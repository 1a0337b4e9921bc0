# What each library and program is made of. A list that people can read: a new file is named here.
# Topics are not: cases.cmake reads them from cases/topics.def.

set(SHMCHECK_COMMON_SOURCES
    harness/common/escape.c
    harness/common/glob.c
    harness/common/line.c
    harness/common/names.c
    harness/common/pattern.c
    harness/common/start.c
    harness/common/text.c
    harness/common/wide.c)

set(SHMCHECK_REPORT_SOURCES
    harness/report/junit.c
    harness/report/xml.c)

set(SHMCHECK_RUNNER_SOURCES
    harness/runner/catalogue.c
    harness/runner/channel.c
    harness/runner/check.c
    harness/runner/cmocka_bridge.c
    harness/runner/contract.c
    harness/runner/directions.c
    harness/runner/output_file.c
    harness/runner/process.c
    harness/runner/roles.c
    harness/runner/stage.c
    harness/runner/substitute.c)

set(SHMCHECK_ACTOR_SOURCES)

set(SHMCHECK_BENCH_SOURCES)

# The few files that see SHMCHECK_VERSION: a new commit compiles these anew and no others.
set(SHMCHECK_VERSIONED_SOURCES)

# Tests, by the names of their files. Portable ones run natively too.
set(SHMCHECK_PORTABLE_TESTS)
set(SHMCHECK_WINDOWS_TESTS)
