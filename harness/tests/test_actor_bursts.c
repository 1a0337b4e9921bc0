/* Bursts of one actor: the test prepares the memory as the other actors would have left it, so that each loop finds what
 * it looks for. */
#include "testing.h"

#include "../actor/bursts/loops_order.h"
#include "actor_fake.h"

/* A block, the results of an exchange behind it, and what makes it aligned. */
static unsigned char room[BURST_BLOCK + 2 * EXCHANGE_ROUNDS_MOST + BURST_LINE];
static struct burst block; /* only its address is used */

/* At every meeting all other actors count as arrived. */
static void prepare_block(void)
{
    char request[80];
    memset(room, 0, sizeof room);
    block.block = ((uintptr_t)room + BURST_LINE - 1) & ~(uintptr_t)(BURST_LINE - 1);
    *burst_word(&block, LINE_ARRIVED) = 1000;
    objects_reset();
    snprintf(request, sizeof request, "adopt m address=%llu", (unsigned long long)block.block);
    expect(request, "ok");
}

/* The reply to a request, without what differs from machine to machine. */
static const char *burst_reply(const char *request)
{
    char *reply = reply_to(request), *processors = strstr(reply, " ~processors=");
    if (processors)
        *processors = '\0';
    return reply;
}

TEST(loops_that_add_reply_the_sum)
{
    prepare_block();
    assert_string_equal(burst_reply("burst m how=add-interlocked rounds=10 crowd=1"), "ok total=10");
    prepare_block();
    *burst_word(&block, LINE_VALUE) = 7;
    assert_string_equal(burst_reply("burst m how=add-interlocked rounds=10 crowd=2"), "ok total=17");
    prepare_block(); /* the ten additions of the other side are missing */
    assert_string_equal(burst_reply("burst m how=add-plain rounds=10 crowd=2"), "ok ~lost=10 ~tries=1");
}

TEST(flip_and_watch_see_whole_values)
{
    static const struct {
        uint64_t value;
        const char *how, *reply;
    } table[] = {
        {UINT32_MAX, "width=4", "ok torn=0 ~changes=1"},
        {0xFFFF, "width=4", "ok torn=1 ~changes=1"},
        {0xFFFF0000, "width=4", "ok torn=1 ~changes=1"},
        {0xFFFF, "width=4 split=yes", "ok ~torn=1 ~changes=1"},
        {UINT64_MAX, "width=8", "ok torn=0 ~changes=1"},
        {UINT32_MAX, "width=8", "ok torn=1 ~changes=1"},
        {UINT64_MAX << 32, "width=8 split=yes", "ok ~torn=1 ~changes=1"},
    };
    char request[120];
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        prepare_block();
        *burst_long(&block, LINE_VALUE) = table[i].value;
        snprintf(request, sizeof request, "burst m how=watch rounds=1 crowd=2 side=1 %s", table[i].how);
        assert_string_equal(burst_reply(request), table[i].reply);
        assert_true(loop_stopped(&block));
    }
    prepare_block(); /* no process stores anything: the loop ends at its time limit and has seen no value */
    assert_string_equal(burst_reply("burst m how=watch rounds=1 crowd=2 side=1"), "ok torn=0 ~changes=0");
    prepare_block();
    loop_stop(&block);
    assert_string_equal(burst_reply("burst m how=flip rounds=1 crowd=2"), "ok");
}

TEST(messages_are_sent_and_received)
{
    prepare_block(); /* published, but empty */
    *slot_number(&block, 1) = 1;
    assert_string_equal(burst_reply("burst m how=receive rounds=1 crowd=2 side=1"), "ok wrong=1 ~received=1");
    assert_int_equal(*burst_word(&block, LINE_PROGRESS_1), 1);
    prepare_block();
    *slot_number(&block, 1) = 1;
    assert_string_equal(burst_reply("burst m how=receive order=barrier rounds=1 crowd=2 side=1"),
                        "ok wrong=1 ~received=1");
    prepare_block();
    *slot_number(&block, 1) = 1;
    assert_string_equal(burst_reply("burst m how=receive order=plain rounds=1 crowd=2 side=1"),
                        "ok ~wrong=1 ~received=1");
    static const char *const orders[] = {"interlocked", "barrier", "plain", "reversed"};
    for (size_t i = 0; i < 4; i++) { /* each message has the number and the words that a receiver expects */
        char request[120];
        prepare_block();
        *burst_word(&block, LINE_PROGRESS_1) = 40;
        snprintf(request, sizeof request, "burst m how=send order=%s rounds=40 crowd=2", orders[i]);
        assert_string_equal(burst_reply(request), "ok");
        /* In the reversed order the sender goes on until the receiver stops it: here until the slots are full. */
        const uint32_t last = i == 3 ? 40 + SLOTS : 40;
        for (uint32_t message = last - SLOTS + 1; message <= last; message++) {
            assert_int_equal(*slot_number(&block, message), message);
            assert_int_equal(slot_words(&block, message)[7], message * 31 + 7);
        }
    }
}

/* The other side has played all turns, and missed this side's store in each. */
TEST(an_exchange_counts_the_turns_that_both_sides_missed)
{
    static const struct {
        LONG stored; /* by the other side, before this side loads */
        const char *order, *reply;
    } table[] = {
        {0, "interlocked", "ok missed-both=5 ~turns=5"}, {0, "barrier", "ok missed-both=5 ~turns=5"},
        {0, "plain", "ok ~missed-both=5 ~turns=5"},      {5, "interlocked", "ok missed-both=0 ~turns=5"},
        {3, "barrier", "ok missed-both=2 ~turns=5"},
    };
    char request[120];
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        prepare_block();
        *burst_word(&block, LINE_PROGRESS_1) = 5;
        *burst_word(&block, LINE_SIDE_1) = table[i].stored;
        memset((void *)(block.block + BURST_BLOCK + EXCHANGE_ROUNDS_MOST), 1, 5);
        snprintf(request, sizeof request, "burst m how=exchange order=%s rounds=5 crowd=2", table[i].order);
        assert_string_equal(burst_reply(request), table[i].reply);
        assert_int_equal(*burst_word(&block, LINE_SIDE_0), 5);
    }
}

TEST(a_snapshot_checks_the_version_of_a_record)
{
    static const struct {
        LONG version;
        const char *order, *reply;
    } table[] = {
        {2, "barrier",
         "ok torn=1 ~records=1"}, /* the version says that the record is complete, and it is not */
        {3, "barrier", "ok torn=0 ~records=0"}, /* the record is being written, so no copy counts */
        {3, "plain", "ok ~torn=1 ~records=1"},
    };
    char request[120];
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        prepare_block();
        *burst_word(&block, LINE_VALUE) = table[i].version;
        record_words(&block)[0] = 9;
        snprintf(request, sizeof request, "burst m how=snapshot order=%s rounds=1 crowd=2 side=1",
                 table[i].order);
        assert_string_equal(burst_reply(request), table[i].reply);
    }
}

/* ---- names, on a fake system ---- */

TEST(churn_creates_and_opens_names)
{
    static _Alignas(8) LONG page[1024];
    static const struct {
        const char *how;
        DWORD error;
        bool handle;
        LONG word;
        const char *reply;
    } table[] = {
        {"create", 0, true, 0, "ok other=0 dirty=0 wrong=0 ~fresh=1 ~existed=0 ~opened=0 ~missing=0"},
        {"create", 0, true, 7, "ok other=0 dirty=1 wrong=1 ~fresh=1 ~existed=0 ~opened=0 ~missing=0"},
        {"create", 183, true, SECTION_MAGIC,
         "ok other=0 dirty=0 wrong=0 ~fresh=0 ~existed=1 ~opened=0 ~missing=0"},
        {"create", 183, true, 7, "ok other=0 dirty=0 wrong=1 ~fresh=0 ~existed=1 ~opened=0 ~missing=0"},
        {"create", 5, false, 0,
         "ok other=1 first-error=5 dirty=0 wrong=0 ~fresh=0 ~existed=0 ~opened=0 ~missing=0"},
        {"open", 0, true, SECTION_MAGIC,
         "ok other=0 dirty=0 wrong=0 ~fresh=0 ~existed=0 ~opened=1 ~missing=0"},
        {"open", 2, false, 0, "ok other=0 dirty=0 wrong=0 ~fresh=0 ~existed=0 ~opened=0 ~missing=1"},
        {"open", 5, false, 0,
         "ok other=1 first-error=5 dirty=0 wrong=0 ~fresh=0 ~existed=0 ~opened=0 ~missing=0"},
    };
    char request[120];
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        prepare_block();
        page[0] = table[i].word;
        fake.result = table[i].handle ? (uintptr_t)page : 0;
        fake.error = table[i].error;
        snprintf(request, sizeof request, "churn m how=%s name=x rounds=1 crowd=1", table[i].how);
        assert_string_equal(burst_reply(request), table[i].reply);
    }
}

TEST(a_section_is_initialised_once)
{
    static _Alignas(8) LONG page[1024];
    fake.result = (uintptr_t)page;
    prepare_block();
    assert_string_equal(burst_reply("initialise m name=x rounds=1 crowd=1"),
                        "ok failed=0 ~early=0 miscounted=0 ~won=1");
    assert_true(wcscmp(fake.name, L"x-0") == 0);
    assert_int_equal(page[WORD_MAGIC], SECTION_MAGIC);
    fake.error = ERROR_ALREADY_EXISTS; /* the payload of round 0 is complete, that of round 1 is not */
    prepare_block();
    assert_string_equal(burst_reply("initialise m name=x rounds=2 crowd=3 wait=yes"),
                        "ok failed=0 early=1 miscounted=0 ~won=0");
    prepare_block();
    assert_string_equal(burst_reply("initialise m name=x rounds=1 crowd=3"),
                        "ok failed=0 ~early=0 miscounted=1 ~won=0");
    fake.result = 0;
    fake.error = 5;
    prepare_block();
    assert_string_equal(burst_reply("initialise m name=x rounds=2 crowd=1"),
                        "ok failed=2 first-error=5 ~early=0 miscounted=2 ~won=0");
}

TEST(gone_polls_until_the_name_does_not_exist)
{
    fake.result = 0;
    fake.error = ERROR_FILE_NOT_FOUND;
    const char *reply = burst_reply("gone name=x timeout=1000");
    assert_memory_equal(reply, "ok gone=yes error=2 ~polls=1 ", 29);
    fake.error = ERROR_ACCESS_DENIED;
    assert_memory_equal(burst_reply("gone name=x timeout=1000"), "ok gone=yes error=5 ", 20);
    fake.result = 0x44;
    assert_memory_equal(burst_reply("gone name=x timeout=20"), "ok gone=no ~polls=", 18);
    assert_int_equal(fake.handle, (HANDLE)0x44); /* closed */
}

/* ---- requests ---- */

TEST(bursts_with_wrong_arguments_are_bad)
{
    static const char *const table[][2] = {
        {"burst m how=add-plain rounds=1", "crowd=%20is%20missing"},
        {"burst m how=dance rounds=1 crowd=1", NULL},
        {"burst m how=add-plain rounds=0 crowd=1",
         "rounds=%20and%20seed=%20must%20be%20at%20least%201,%20and%20side=%20below%20crowd="},
        {"burst m how=add-plain rounds=1 crowd=1 seed=0",
         "rounds=%20and%20seed=%20must%20be%20at%20least%201,%20and%20side=%20below%20crowd="},
        {"burst m how=add-plain rounds=1 crowd=2 side=2",
         "rounds=%20and%20seed=%20must%20be%20at%20least%201,%20and%20side=%20below%20crowd="},
        {"burst m how=add-plain rounds=1000001 crowd=1", "rounds=%20is%20more%20than%201000000"},
        {"burst m how=exchange rounds=28673 crowd=2", "rounds=%20is%20more%20than%2028672"},
        {"burst m how=flip rounds=1 crowd=3", "this%20burst%20needs%20crowd=2"},
        {"burst m how=flip rounds=1 crowd=2 width=2", "width=2:%20not%20one%20of:%204%208"},
        {"burst m how=add-locked rounds=1 crowd=1", "mutex=%20goes%20with%20how=add-locked"},
        {"burst m how=add-plain rounds=1 crowd=1 mutex=m", "mutex=%20goes%20with%20how=add-locked"},
        {"burst m how=litmus rounds=1 crowd=2", "test=%20goes%20with%20how=litmus"},
        {"burst m how=flip rounds=1 crowd=2 test=sb", "test=%20goes%20with%20how=litmus"},
        {"burst m how=litmus rounds=1 crowd=2 test=iriw", "this%20burst%20needs%20crowd=4"},
        {"burst m how=litmus rounds=1 crowd=2 test=mp order=reversed",
         "order=reversed%20goes%20with%20send%20and%20receive"},
        {"burst m how=add-plain rounds=1 crowd=1 at=64",
         "at=%20is%20not%20an%20aligned%20block%20of%204096%20writable%20bytes"},
        {"burst none how=add-plain rounds=1 crowd=1", "no%20label%20'none'"},
        {"churn m how=open rounds=1 crowd=1", "name=%20is%20missing"},
        {"initialise m rounds=1 crowd=1", "name=%20is%20missing"},
        {"initialise m name=x rounds=257 crowd=1", "rounds=%20is%20more%20than%20256"},
        {"gone name=x", "timeout=%20is%20missing"},
        {"gone name=x timeout=4001", "timeout=%20is%20more%20than%204000"},
    };
    char expected[300];
    prepare_block();
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        if (table[i][1]) {
            snprintf(expected, sizeof expected, "bad reason=%s", table[i][1]);
            expect(table[i][0], expected);
        } else {
            assert_memory_equal(burst_reply(table[i][0]), "bad reason=how=dance:%20not%20one%20of:", 39);
        }
    }
    expect("adopt nowhere address=0", "ok");
    expect("burst nowhere how=add-plain rounds=1 crowd=1",
           "bad reason=at=%20is%20not%20an%20aligned%20block%20of%204096%20writable%20bytes");
}

/* No other process arrives: the burst fails, and the reply names the call. */
TEST(a_burst_without_the_other_actors_gives_up)
{
    prepare_block();
    *burst_word(&block, LINE_ARRIVED) = 0;
    assert_string_equal(burst_reply("burst m how=add-plain rounds=1 crowd=2"), "fail error=1460 call=meet");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FRESH(loops_that_add_reply_the_sum),
        FRESH(flip_and_watch_see_whole_values),
        FRESH(messages_are_sent_and_received),
        FRESH(an_exchange_counts_the_turns_that_both_sides_missed),
        FRESH(a_snapshot_checks_the_version_of_a_record),
        FRESH(churn_creates_and_opens_names),
        FRESH(a_section_is_initialised_once),
        FRESH(gone_polls_until_the_name_does_not_exist),
        FRESH(bursts_with_wrong_arguments_are_bad),
        FRESH(a_burst_without_the_other_actors_gives_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
