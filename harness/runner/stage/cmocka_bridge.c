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
    enum case_end result;
    jmp_buf leave;
};

static struct call *current; /* the call under way; NULL between calls */

static void run_call(void **state)
{
    struct call *call = *state;
    if (setjmp(call->leave) == 0) {
        call->run(call->stage);
        call->result = CASE_RETURNED;
    } else {
        call->result = CASE_LEFT;
    }
}

enum case_end call_case(const char *name, void (*run)(struct stage *), struct stage *stage)
{
    struct call call = {.run = run, .stage = stage, .result = CASE_CRASHED};
    struct call *outer = current;
    /* No group set-up: it would hide the per-test state. */
    const struct CMUnitTest tests[] = {{name, run_call, NULL, NULL, &call}};
    current = &call;
    _cmocka_run_group_tests(name, tests, 1, NULL, NULL);
    current = outer;
    return call.result;
}

void leave_case(void)
{
    if (!current)
        abort();
    longjmp(current->leave, 1);
}
