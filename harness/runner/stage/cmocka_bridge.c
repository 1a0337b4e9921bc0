#include "cmocka_bridge.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

struct call {
    void (*run)(struct stage *);
    struct stage *stage;
    bool returned;
};

static void run_call(void **state)
{
    struct call *call = *state;
    call->run(call->stage);
    call->returned = true;
}

bool call_case(const char *name, void (*run)(struct stage *), struct stage *stage)
{
    struct call call = {run, stage, false};
    /* No group set-up: it would hide the per-test state. */
    const struct CMUnitTest tests[] = {{name, run_call, NULL, NULL, &call}};
    _cmocka_run_group_tests(name, tests, 1, NULL, NULL);
    return call.returned;
}

void leave_case(int line)
{
    _fail("case", line);
    abort();
}
