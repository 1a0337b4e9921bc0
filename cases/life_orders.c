/* Topic life_orders: every order in which two and three processes can release a section. A handle in any
 * process keeps the name and the bytes, a view keeps the bytes only, and the outcome does not depend on who
 * created the section, who releases first, and whether a process closes, unmaps, exits or is killed. A
 * sequence is what one process does, one letter per step: c closes its handle, u unmaps its view, e exits, k
 * is killed. At the start a process has what its sequence releases, and both if it ends. The case plays every
 * interleaving of the sequences, each with a section of its own. After every step a process that holds
 * nothing looks the name up, and the bytes are read through every remaining view. */
#include "topic.h"

#include <stdio.h>
#include <string.h>

#define PARTIES 3
#define ORDER_STEPS 8

struct party {
    const char *sequence;
    char role[16];
    bool ends; /* it ends, so each order needs a new process */
    bool handle, view;
    size_t done; /* completed steps of its sequence */
};

struct play {
    struct stage *s;
    struct party parties[PARTIES];
    size_t count;
    unsigned orders, first, last; /* the orders to play: first <= number < last */
    char order[ORDER_STEPS + 1];  /* the index of the party of each step, as digits */
};

static const char *const names[PARTIES] = {"writer", "reader", "third"};

/* ---- one order ---- */

static bool any_handle(const struct play *play)
{
    for (size_t i = 0; i < play->count; i++)
        if (play->parties[i].handle)
            return true;
    return false;
}

static bool any_view(const struct play *play)
{
    for (size_t i = 0; i < play->count; i++)
        if (play->parties[i].view)
            return true;
    return false;
}

/* Gives every party what its sequence releases. A party that has only a view closes the handle that it mapped
 * with. */
static void prepare_parties(struct play *play, unsigned number)
{
    struct stage *s = play->s;
    for (size_t i = 0; i < play->count; i++) {
        struct party *party = &play->parties[i];
        party->done = 0;
        party->handle = party->ends || strchr(party->sequence, 'c');
        party->view = party->ends || strchr(party->sequence, 'u');
        if (party->ends)
            snprintf(party->role, sizeof party->role, "%s%u", names[i], number);
        else
            snprintf(party->role, sizeof party->role, "%s", names[i]);
        if (i == 0)
            must(s, party->role, step("create section name=@o%u size=4096 protect=PAGE_READWRITE", number));
        else
            must(s, party->role, step("open section name=@o%u access=FILE_MAP_READ|FILE_MAP_WRITE", number));
        if (party->view || i == 0)
            must(s, party->role, "map view of=section access=FILE_MAP_WRITE");
        if (i == 0)
            must(s, party->role, step("write view at=8 u32=%u", 1000 + number));
    }
    for (size_t i = 0; i < play->count; i++) {
        if (!play->parties[i].view && i == 0)
            must(s, play->parties[i].role, "unmap view");
        if (!play->parties[i].handle)
            must(s, play->parties[i].role, "close section");
    }
}

static void perform(struct play *play, struct party *party, char what)
{
    struct stage *s = play->s;
    if (what == 'c') {
        row(s, "life-any-order");
        succeeds(s, party->role, "close section");
    } else if (what == 'u') {
        row(s, "life-unmap-returns-true");
        succeeds(s, party->role, "unmap view");
    } else if (what == 'e') {
        leaves(s, party->role);
    } else {
        killed(s, party->role);
    }
    party->handle = party->handle && what == 'u';
    party->view = party->view && what == 'c';
}

/* While any party has a handle the name leads to the section. Afterwards it leads nowhere: at once if the
 * last handle was closed; if it went with a process it may take a moment. */
static void check_name(struct play *play, unsigned number, char what)
{
    struct stage *s = play->s;
    if (any_handle(play)) {
        row(s, "life-creator-exit");
        if (succeeds(s, "watcher", step("open section name=@o%u access=FILE_MAP_READ", number)))
            must(s, "watcher", "close section");
    } else if (what == 'c' || what == 'u') {
        row(s, "life-name-gone-with-view");
        not_found(s, "watcher", step("open section name=@o%u access=FILE_MAP_READ", number));
    } else {
        row(s, "life-terminate-closes");
        gives(s, "watcher", step("gone name=@o%u timeout=2000", number), "gone=yes error=2");
    }
}

/* Creating the name after its last handle is gone makes a new section of zeros, also while views of the old
 * one exist. */
static void create_again(struct play *play, unsigned number)
{
    struct stage *s = play->s;
    row(s, any_view(play) ? "life-recreate-makes-new-object" : "life-all-closed-destroys");
    REQUIRE(gives(s, "watcher", step("create section name=@o%u size=4096 protect=PAGE_READWRITE", number),
                  "error=0"));
    must(s, "watcher", "map view of=section access=FILE_MAP_WRITE");
    gives(s, "watcher", "zero view length=4096", "zero=yes");
    must(s, "watcher", "unmap view");
    must(s, "watcher", "close section");
    row(s, "life-all-closed-destroys");
    not_found(s, "watcher", step("open section name=@o%u access=FILE_MAP_READ", number));
}

static void read_all(struct play *play, unsigned number)
{
    row(play->s, "life-view-survives-handle");
    for (size_t i = 0; i < play->count; i++)
        if (play->parties[i].view)
            gives(play->s, play->parties[i].role, "read view at=8 as=u32", step("u32=%u", 1000 + number));
}

static void say_order(struct play *play, unsigned number)
{
    char line[200] = "";
    size_t done[PARTIES] = {0}, length = 0;
    for (const char *at = play->order; *at; at++) {
        const size_t who = (size_t)(*at - '0');
        const char what = play->parties[who].sequence[done[who]++];
        length +=
            (size_t)snprintf(line + length, sizeof line - length, "%s %s %s", *line ? "," : "", names[who],
                             what == 'c'   ? "closes"
                             : what == 'u' ? "unmaps"
                             : what == 'e' ? "exits"
                                           : "is killed");
    }
    says(play->s, "order %u:%s", number, line);
}

static void play_order(struct play *play, unsigned number)
{
    bool gone = false;
    say_order(play, number);
    prepare_parties(play, number);
    for (const char *at = play->order; *at; at++) {
        struct party *party = &play->parties[*at - '0'];
        const char what = party->sequence[party->done++];
        perform(play, party, what);
        check_name(play, number, what);
        read_all(play, number);
        if (!any_handle(play) && (!gone || !any_view(play)))
            create_again(play, number);
        gone = !any_handle(play);
    }
}

/* ---- all orders ---- */

/* Appends one step of each party in turn, and so visits every interleaving. */
static void interleave(struct play *play, size_t length, const size_t used[PARTIES])
{
    bool complete = true;
    for (size_t i = 0; i < play->count; i++) {
        size_t next[PARTIES];
        if (!play->parties[i].sequence[used[i]])
            continue;
        complete = false;
        memcpy(next, used, sizeof next);
        next[i]++;
        play->order[length] = (char)('0' + i);
        interleave(play, length + 1, next);
    }
    if (!complete)
        return;
    play->order[length] = '\0';
    if (play->orders >= play->first && play->orders < play->last)
        play_order(play, play->orders);
    play->orders++;
}

/* Plays `count` of the orders of these sequences, starting with order number `skip`. `base` is the number of
 * the first order, so that a case can play several sets. Returns the next number. */
static unsigned orders(struct stage *s, unsigned base, unsigned skip, unsigned count,
                       const char *const *sequences, size_t parties)
{
    static const size_t none[PARTIES] = {0};
    struct play play = {
        .s = s, .count = parties, .orders = base, .first = base + skip, .last = base + skip + count};
    for (size_t i = 0; i < parties; i++) {
        play.parties[i].sequence = sequences[i];
        play.parties[i].ends = strpbrk(sequences[i], "ek") != NULL;
    }
    interleave(&play, 0, none);
    return play.orders;
}

#define ALL 100

static unsigned two(struct stage *s, unsigned base, const char *writer, const char *reader)
{
    const char *const sequences[] = {writer, reader};
    return orders(s, base, 0, ALL, sequences, 2);
}

static unsigned three(struct stage *s, unsigned base, const char *writer, const char *reader,
                      const char *third)
{
    const char *const sequences[] = {writer, reader, third};
    return orders(s, base, 0, ALL, sequences, 3);
}

/* Two processes that keep running: all 24 orders of two handles and two views. */
static void orders_of_two_that_stay(struct stage *s)
{
    unsigned next = two(s, 0, "cu", "cu");
    next = two(s, next, "cu", "uc");
    next = two(s, next, "uc", "cu");
    two(s, next, "uc", "uc");
}

/* The process that created the section exits or is killed, with both, without its handle or without its view.
 */
static void orders_with_exit(struct stage *s)
{
    two(s, two(s, 0, "e", "cu"), "e", "uc");
}

static void orders_with_exit_without_handle(struct stage *s)
{
    two(s, 0, "ce", "uc");
}

static void orders_with_exit_without_view(struct stage *s)
{
    two(s, 0, "ue", "cu");
}

static void orders_with_kill(struct stage *s)
{
    two(s, two(s, 0, "k", "cu"), "k", "uc");
}

static void orders_with_kill_without_handle(struct stage *s)
{
    two(s, 0, "ck", "cu");
}

static void orders_with_kill_without_view(struct stage *s)
{
    two(s, 0, "uk", "uc");
}

/* Both processes end without closing anything. */
static void orders_of_two_that_end(struct stage *s)
{
    const unsigned next = two(s, 0, "e", "k");
    const char *const sequences[] = {"k", "k"};
    orders(s, next, 0, 1, sequences, 2);
}

/* Three processes that keep running; one has only a handle and one only a view. */
static void orders_of_three_that_stay(struct stage *s)
{
    three(s, three(s, 0, "c", "u", "cu"), "u", "c", "uc");
}

/* Three processes: one exits, one is killed and one releases by itself. 12 orders, three a case. */
static void three_mixed(struct stage *s, unsigned skip)
{
    static const char *const sequences[] = {"e", "k", "cu"};
    orders(s, 0, skip, 3, sequences, 3);
}

static void orders_of_three_mixed_1(struct stage *s)
{
    three_mixed(s, 0);
}

static void orders_of_three_mixed_2(struct stage *s)
{
    three_mixed(s, 3);
}

static void orders_of_three_mixed_3(struct stage *s)
{
    three_mixed(s, 6);
}

static void orders_of_three_mixed_4(struct stage *s)
{
    three_mixed(s, 9);
}

#define ROWS                                                                                                 \
    .rows = "life-any-order life-unmap-returns-true life-creator-exit life-name-gone-with-view "             \
            "life-terminate-closes life-recreate-makes-new-object life-all-closed-destroys "                 \
            "life-view-survives-handle"

static const struct test_case life_orders_cases[] = {
    {CASE(orders_of_two_that_stay), ROWS},
    {CASE(orders_with_exit), ROWS},
    {CASE(orders_with_exit_without_handle), ROWS},
    {CASE(orders_with_exit_without_view), ROWS},
    {CASE(orders_with_kill), ROWS},
    {CASE(orders_with_kill_without_handle), ROWS},
    {CASE(orders_with_kill_without_view), ROWS},
    {CASE(orders_of_two_that_end), ROWS},
    {CASE(orders_of_three_that_stay), ROWS},
    {CASE(orders_of_three_mixed_1), ROWS},
    {CASE(orders_of_three_mixed_2), ROWS},
    {CASE(orders_of_three_mixed_3), ROWS},
    {CASE(orders_of_three_mixed_4), ROWS},
};

TOPIC(life_orders, life_orders_cases)
