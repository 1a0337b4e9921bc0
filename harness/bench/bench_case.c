#include "bench_case.h"

#include <stdlib.h>

#include "../runner/case/catalogue.h"
#include "../runner/case/checks.h"
#include "../runner/case/contract.h"

/* As many bytes as the constants in the header say: "1000 read view at=0 length=16 as=hex\n" and its reply. */
static void bench_steps(struct stage *s)
{
    LARGE_INTEGER before, after, frequency;
    char text[20];
    DWORD length = GetEnvironmentVariableA(BENCH_STEPS, text, sizeof text);
    unsigned long steps = length > 0 && length < sizeof text ? strtoul(text, NULL, 10) : 0;
    must(s, "writer", "create section size=4096 protect=PAGE_READWRITE");
    must(s, "writer", "map view of=section access=FILE_MAP_WRITE");
    QueryPerformanceFrequency(&frequency);
    QueryPerformanceCounter(&before);
    for (unsigned long i = 0; i < steps; i++)
        succeeds(s, "writer", "read view at=0 length=16 as=hex");
    QueryPerformanceCounter(&after);
    says(s, BENCH_LINE "%.2f",
         (double)(after.QuadPart - before.QuadPart) * 1e6 / (double)frequency.QuadPart / (double)steps);
}

static const struct test_case bench_cases[] = {{CASE(bench_steps)}};
TOPIC(bench, bench_cases)
const struct topic *const topics[] = {&bench_topic};
const size_t topic_count = 1;

const struct contract_row contract_rows[] = {
    {"bench-steps", BASIS_RECORD, BASIS_OBSERVED, "", STRENGTH_DOCUMENTED}};
const size_t contract_row_count = 1;
