/* What every test file includes first: cmocka with the standard headers that it needs before it, and TEST. */
#ifndef SHMCHECK_TESTING_H
#define SHMCHECK_TESTING_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdbool.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

/* Defines a test function, which uses no state of cmocka: TEST(the_name_as_logs_show_it) { ... }. main lists it with
 * cmocka_unit_test(the_name_as_logs_show_it). */
#define TEST(name)                                                                                           \
    static void name##_body(void);                                                                           \
    static void name(void **state)                                                                           \
    {                                                                                                        \
        (void)state;                                                                                         \
        name##_body();                                                                                       \
    }                                                                                                        \
    static void name##_body(void)

#endif
