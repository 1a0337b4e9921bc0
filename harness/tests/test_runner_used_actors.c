/* Actors that are used for another role: which are, which are not, and what the report says about them. */
#include "testing.h"

#include "../runner/case/checks.h"
#include "../runner/case/contract.h"
#include "../runner/run/actor_totals.h"
#include "../runner/stage/stage.h"
#include "misbehaving_actor.h"
#include "pool_log.h"

#define SCALE 0.4 /* deadlines of a step of 2 seconds and of a case of 12 */

const struct contract_row contract_rows[] = {
    {"a-row", BASIS_DOCUMENTED, BASIS_OBSERVED, "none", STRENGTH_DOCUMENTED}};
const size_t contract_row_count = 1;

/* ---- cases: they run in the worker, whose actors inherit how they misbehave ---- */

static void two_roles(struct stage *s, const char *misbehaviour)
{
    SetEnvironmentVariableA(MISBEHAVIOUR_VARIABLE, misbehaviour);
    must(s, "writer", "create section name=@a size=4096");
    gives(s, "reader", "open section", "size=4096");
    gives(s, "writer", "size section", "size=4096");
}

#define TWO_ROLES(function, misbehaviour)                                                                    \
    static void function(struct stage *s)                                                                    \
    {                                                                                                        \
        two_roles(s, misbehaviour);                                                                          \
    }

TWO_ROLES(clean, "honest")
TWO_ROLES(keeps, "keeps")
TWO_ROLES(keeps_more, "keeps-more")
TWO_ROLES(loads, "loads")
TWO_ROLES(bad_clear, "bad-clear")
TWO_ROLES(crash_at_clear, "crash-at-clear")
TWO_ROLES(hang_at_clear, "hang-at-clear")
TWO_ROLES(two_answers_to_clear, "two-answers-to-clear")
TWO_ROLES(leave_process, "leave-process")

static void six_roles(struct stage *s)
{
    for (int i = 0; i < 6; i++)
        gives(s, step("side%d", i), "size section", "size=4096");
}

static void one_leaves(struct stage *s)
{
    two_roles(s, "honest");
    leaves(s, "reader");
}

static void one_is_killed(struct stage *s)
{
    two_roles(s, "honest");
    killed(s, "reader");
}

static void one_fails(struct stage *s)
{
    two_roles(s, "honest");
    gives(s, "reader", "size section", "size=1");
}

static void one_lacks_something(struct stage *s)
{
    two_roles(s, "honest");
    must_give(s, "reader", "size section", "size=1");
}

/* The writer is busy when the case ends. */
static void one_is_busy(struct stage *s)
{
    two_roles(s, "honest");
    begins(s, "writer", "size section");
    must_give(s, "reader", "size section", "size=1");
}

/* The copy of the program makes the writer an actor that is not plain. */
static void one_is_not_plain(struct stage *s)
{
    SetEnvironmentVariableA(MISBEHAVIOUR_VARIABLE, "honest");
    starts(s, "writer", "large-address-aware=yes");
    must(s, "reader", "create section name=@a size=4096");
    must_give(s, "reader", "size section", "size=1");
}

static void one_is_broken(struct stage *s)
{
    two_roles(s, "honest");
    finishes(s, "reader", "");
}

/* Ends the waiting actors before the case needs them. */
static void waiting_actors_end(struct stage *s)
{
    struct used_actors *used = s->settings->used;
    for (size_t i = 0; i < used->counts[ARCH_OWN]; i++)
        TerminateProcess(used->of[ARCH_OWN][i].child.process, 9);
    two_roles(s, "honest");
}

static const struct test_case used_cases[] = {
    {CASE(clean), .rows = "a-row"},         {CASE(keeps), .rows = "a-row"},
    {CASE(keeps_more), .rows = "a-row"},    {CASE(loads), .rows = "a-row"},
    {CASE(bad_clear), .rows = "a-row"},     {CASE(crash_at_clear), .rows = "a-row"},
    {CASE(hang_at_clear), .rows = "a-row"}, {CASE(two_answers_to_clear), .rows = "a-row"},
    {CASE(leave_process), .rows = "a-row"}, {CASE(six_roles), .rows = "a-row"},
    {CASE(one_leaves), .rows = "a-row"},    {CASE(one_is_killed), .rows = "a-row"},
    {CASE(one_fails), .rows = "a-row"},     {CASE(one_lacks_something), .rows = "a-row"},
    {CASE(one_is_busy), .rows = "a-row"},   {CASE(one_is_not_plain), .rows = "a-row"},
    {CASE(one_is_broken), .rows = "a-row"}, {CASE(waiting_actors_end), .rows = "a-row"},
};
TOPIC(used, used_cases)
const struct topic *const topics[] = {&used_topic};
const size_t topic_count = 1;

/* ---- tests ---- */

static struct pool_log played;

/* Runs a case so many times, one after another, with actors that are used again. */
static void play(const char *filters, unsigned times)
{
    pool_log_run(&played,
                 &(struct pool_log_settings){
                     .filters = filters, .repeat = times, .scale = SCALE, .prestarted = true, .reuse = true});
    expect_done(&played);
}

static const struct actor_use *use_of(const char *id)
{
    return &pool_log_find(&played, id)->outcome.use;
}

static void expect_use(const char *id, unsigned roles, unsigned starts, unsigned reused, unsigned retired)
{
    const struct actor_use *use = use_of(id);
    if (use->roles != roles || use->starts != starts || use->reused != reused || use->retired != retired)
        fail_msg("%s: %u roles, %u starts, %u reused, %u retired", id, (unsigned)use->roles,
                 (unsigned)use->starts, (unsigned)use->reused, (unsigned)use->retired);
}

TEST(actors_that_released_everything_play_again)
{
    play("clean", 3);
    expect_fine(&played, "clean");
    expect_fine(&played, "clean.3");
    expect_use("clean", 2, 3, 0, 0); /* the third waits for another role */
    expect_use("clean.2", 2, 0, 2, 0);
    expect_use("clean.3", 2, 0, 2, 0);
    pool_log_free(&played);
}

TEST(without_reuse_every_role_gets_a_new_process)
{
    pool_log_run(&played, &(struct pool_log_settings){.filters = "clean", .repeat = 2});
    expect_use("clean", 2, 2, 0, 0);
    expect_use("clean.2", 2, 2, 0, 0);
    pool_log_free(&played);
}

/* That is not a finding. */
TEST(an_actor_that_keeps_something_is_retired)
{
    play("keeps", 2);
    expect_fine(&played, "keeps");
    expect_fine(&played, "keeps.2");
    expect_use("keeps", 2, 3, 0, 2);
    expect_use("keeps.2", 2, 2, 0, 2);
    assert_string_equal(use_of("keeps")->reasons, "handles,memory,handles,memory");
    pool_log_free(&played);
    play("loads", 2);
    expect_fine(&played, "loads.2");
    expect_use("loads.2", 2, 2, 0, 2);
    assert_string_equal(use_of("loads")->reasons, "loads,loads");
    pool_log_free(&played);
}

TEST(the_number_of_waiting_actors_is_limited)
{
    play("six-roles", 2);
    expect_fine(&played, "six-roles");
    expect_fine(&played, "six-roles.2");
    expect_use("six-roles", 6, 7, 0, 0);
    assert_int_equal(use_of("six-roles.2")->reused, USED_ACTORS_MOST);
    pool_log_free(&played);
}

/* Actors that leave() or kill() has ended. The second run starts as many as are missing, and one in advance. */
TEST(ended_actors_are_not_used_again)
{
    static const char *const names[] = {"one-leaves", "one-is-killed"};
    char second[CASE_ID_BYTES];
    for (size_t i = 0; i < 2; i++) {
        play(names[i], 2);
        snprintf(second, sizeof second, "%s.2", names[i]);
        expect_fine(&played, names[i]);
        expect_fine(&played, second);
        assert_int_equal(use_of(second)->reused, 1);
        pool_log_free(&played);
    }
}

/* A finding and an unmet precondition are about the system, and the actors have replied. After another error, and while one
 * is busy, their state is not known. */
TEST(actors_are_used_again_after_a_finding_but_not_after_an_error)
{
    static const struct {
        const char *id;
        size_t reused;
    } cases[] = {{"one-fails", 2},
                 {"one-lacks-something", 2},
                 {"one-is-busy", 0},
                 {"one-is-not-plain", 0},
                 {"one-is-broken", 0}};
    char second[CASE_ID_BYTES];
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        play(cases[i].id, 2);
        snprintf(second, sizeof second, "%s.2", cases[i].id);
        assert_int_equal(use_of(second)->reused, cases[i].reused);
        if (i > 0)
            expect_error(&played, second, ERROR_KIND_HARNESS,
                         i < 4 ? "reader> size section: precondition failed"
                               : "'reader' has not begun anything");
        pool_log_free(&played);
    }
}

TEST(an_actor_that_ends_while_it_waits_is_replaced)
{
    play("waiting-actors-end", 2);
    expect_fine(&played, "waiting-actors-end");
    expect_fine(&played, "waiting-actors-end.2");
    assert_int_equal(use_of("waiting-actors-end.2")->reused, 0);
    pool_log_free(&played);
}

static void expect_bad(const char *id, enum error_kind kind, const char *parts)
{
    char second[CASE_ID_BYTES];
    play(id, 2);
    snprintf(second, sizeof second, "%s.2", id);
    expect_error(&played, id, kind, parts);
    expect_error(&played, second, kind, parts);
    assert_int_equal(use_of(second)->reused, 0);
    pool_log_free(&played);
}

TEST(a_wrong_answer_to_clear_retires_the_actor)
{
    expect_bad("bad-clear", ERROR_KIND_HARNESS, "writer> clear: it gave another answer than ok");
    expect_bad("crash-at-clear", ERROR_KIND_CRASH, "writer> clear: it ended, exit code 0xC0000005");
    expect_bad("hang-at-clear", ERROR_KIND_TIMEOUT, "writer> clear: it did not answer");
    expect_bad("two-answers-to-clear", ERROR_KIND_HARNESS, "writer> exit: it did not say bye");
    expect_bad("leave-process", ERROR_KIND_HARNESS, "the case left 3 processes behind");
}

TEST(a_seed_gives_an_order_of_cases)
{
    size_t ends[2][8];
    bool in_order = true;
    for (int i = 0; i < 2; i++) {
        pool_log_run(&played, &(struct pool_log_settings){
                                  .filters = "clean", .repeat = 8, .reuse = true, .order_seed = 3});
        expect_done(&played);
        for (size_t j = 0; j < 8; j++) {
            ends[i][j] = played.items[j].end_order;
            assert_int_equal(played.items[j].starts, 1);
            assert_int_equal(ends[i][j], ends[0][j]);
            in_order = in_order && ends[i][j] == j + 1;
        }
        pool_log_free(&played);
    }
    assert_false(in_order);
}

TEST(totals_are_added_up)
{
    struct actor_totals totals = {0};
    struct buffer text = {0};
    struct junit *report = junit_new(JUNIT_STRICT, "host", "2026-01-01T00:00:00Z");
    actor_totals_add(&totals, &(struct actor_use){2, 3, 0, 1, "handles"});
    actor_totals_add(&totals, &(struct actor_use){8, 1, 7, 2, "memory,handles,memory"});
    actor_totals_report(&totals, report);
    assert_true(junit_text(report, NULL, 0, &text));
    assert_non_null(strstr(text.at, "name=\"actor_roles\" value=\"10\""));
    assert_non_null(strstr(text.at, "name=\"actor_starts\" value=\"4\""));
    assert_non_null(strstr(text.at, "name=\"actors_reused\" value=\"7\""));
    assert_non_null(strstr(text.at, "name=\"actors_retired\" value=\"3\""));
    assert_non_null(strstr(text.at, "name=\"actors_retired_for\" value=\"handles 2, memory 2\""));
    buffer_free(&text);
    junit_free(report);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(actors_that_released_everything_play_again),
        cmocka_unit_test(without_reuse_every_role_gets_a_new_process),
        cmocka_unit_test(an_actor_that_keeps_something_is_retired),
        cmocka_unit_test(the_number_of_waiting_actors_is_limited),
        cmocka_unit_test(ended_actors_are_not_used_again),
        cmocka_unit_test(actors_are_used_again_after_a_finding_but_not_after_an_error),
        cmocka_unit_test(an_actor_that_ends_while_it_waits_is_replaced),
        cmocka_unit_test(a_wrong_answer_to_clear_retires_the_actor),
        cmocka_unit_test(a_seed_gives_an_order_of_cases),
        cmocka_unit_test(totals_are_added_up),
    };
    int code;
    if (ran_as_worker_or_actor(argc, argv, &code))
        return code;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
