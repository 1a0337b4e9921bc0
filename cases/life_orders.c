/* Topic life_orders: every order in which two and three processes can release a section. A handle in any
 * process keeps the name and the bytes, a view keeps the bytes only, and the outcome does not depend on who
 * created the section, who releases first, and whether a process closes, unmaps, exits or is killed. A
 * sequence is what one process does, one letter per step: c closes its handle, u unmaps its view, e exits, k
 * is killed. At the start a process has what its sequence releases, and both if it ends. The case plays every
 * interleaving of the sequences, each with a section of its own. After every step a process that holds
 * nothing looks the name up, and the bytes are read through every remaining view.
 *
 * Orders in which the same processes end in the same order share these processes: each order is played up to the next end of a
 * process, which is a step of all of them. */
#include "topic.h"

#include <stdio.h>
#include <string.h>

#define PARTIES 3
#define ORDER_STEPS 8
#define ORDERS_MOST 12 /* of one set of sequences */

struct party {
    const char *sequence;
    char role[16];
    bool ends; /* its process ends */
};

/* What a party holds of the section of an order. */
struct held {
    bool handle, view;
    size_t done; /* completed steps of its sequence */
};

struct order {
    unsigned number;
    char steps[ORDER_STEPS + 1]; /* the index of the party of each step, as digits */
    char ends[PARTIES + 1];      /* the parties that end, in their order, as digits */
    const char *next;            /* of `steps` */
    struct held held[PARTIES];
    bool gone; /* no party had a handle after the last step */
};

struct play {
    struct stage *s;
    struct party parties[PARTIES];
    size_t count;
    unsigned seen, first, last; /* the orders to play: first <= number < last */
    struct order orders[ORDERS_MOST];
    size_t order_count;
};

static const char *const names[PARTIES] = {"writer", "reader", "third"};

/* ---- one order ---- */

static bool any_handle(const struct play *play, const struct order *order)
{
    for (size_t i = 0; i < play->count; i++)
        if (order->held[i].handle)
            return true;
    return false;
}

static bool any_view(const struct play *play, const struct order *order)
{
    for (size_t i = 0; i < play->count; i++)
        if (order->held[i].view)
            return true;
    return false;
}

/* Gives every party what its sequence releases. A party that has only a view closes the handle that it mapped
 * with. */
static void prepare_parties(struct play *play, struct order *order)
{
    struct stage *s = play->s;
    const unsigned n = order->number;
    for (size_t i = 0; i < play->count; i++) {
        const struct party *party = &play->parties[i];
        struct held *held = &order->held[i];
        held->handle = party->ends || strchr(party->sequence, 'c');
        held->view = party->ends || strchr(party->sequence, 'u');
        if (i == 0)
            must(s, party->role, step("create s%u name=@o%u size=4096 protect=PAGE_READWRITE", n, n));
        else
            must(s, party->role, step("open s%u name=@o%u access=FILE_MAP_READ|FILE_MAP_WRITE", n, n));
        if (held->view || i == 0)
            must(s, party->role, step("map v%u of=s%u access=FILE_MAP_WRITE", n, n));
        if (i == 0)
            must(s, party->role, step("write v%u at=8 u32=%u", n, 1000 + n));
    }
    for (size_t i = 0; i < play->count; i++) {
        if (!order->held[i].view && i == 0)
            must(s, play->parties[i].role, step("unmap v%u", n));
        if (!order->held[i].handle)
            must(s, play->parties[i].role, step("close s%u", n));
    }
}

/* While any party has a handle the name leads to the section. Afterwards it leads nowhere: at once if the
 * last handle was closed; if it went with a process it may take a moment. */
static void check_name(struct play *play, const struct order *order, char what)
{
    struct stage *s = play->s;
    if (any_handle(play, order)) {
        row(s, "life-creator-exit");
        if (succeeds(s, "watcher", step("open section name=@o%u access=FILE_MAP_READ", order->number)))
            must(s, "watcher", "close section");
    } else if (what == 'c' || what == 'u') {
        row(s, "life-name-gone-with-view");
        not_found(s, "watcher", step("open section name=@o%u access=FILE_MAP_READ", order->number));
    } else {
        row(s, "life-terminate-closes");
        gives(s, "watcher", step("gone name=@o%u timeout=2000", order->number), "gone=yes error=2");
    }
}

/* Creating the name after its last handle is gone makes a new section of zeros, also while views of the old
 * one exist. */
static void create_again(struct play *play, const struct order *order)
{
    struct stage *s = play->s;
    row(s, any_view(play, order) ? "life-recreate-makes-new-object" : "life-all-closed-destroys");
    REQUIRE(gives(s, "watcher",
                  step("create section name=@o%u size=4096 protect=PAGE_READWRITE", order->number),
                  "error=0"));
    must(s, "watcher", "map view of=section access=FILE_MAP_WRITE");
    gives(s, "watcher", "zero view length=4096", "zero=yes");
    must(s, "watcher", "unmap view");
    must(s, "watcher", "close section");
    row(s, "life-all-closed-destroys");
    not_found(s, "watcher", step("open section name=@o%u access=FILE_MAP_READ", order->number));
}

static void read_all(struct play *play, const struct order *order)
{
    row(play->s, "life-view-survives-handle");
    for (size_t i = 0; i < play->count; i++)
        if (order->held[i].view)
            gives(play->s, play->parties[i].role, step("read v%u at=8 as=u32", order->number),
                  step("u32=%u", 1000 + order->number));
}

static void say_order(const struct play *play, const struct order *order)
{
    char line[200] = "";
    size_t done[PARTIES] = {0}, length = 0;
    for (const char *at = order->steps; *at; at++) {
        const size_t who = (size_t)(*at - '0');
        const char what = play->parties[who].sequence[done[who]++];
        length +=
            (size_t)snprintf(line + length, sizeof line - length, "%s %s %s", *line ? "," : "", names[who],
                             what == 'c'   ? "closes"
                             : what == 'u' ? "unmaps"
                             : what == 'e' ? "exits"
                                           : "is killed");
    }
    says(play->s, "order %u:%s", order->number, line);
}

static char next_step(const struct play *play, const struct order *order, size_t party)
{
    return play->parties[party].sequence[order->held[party].done];
}

/* The state after a step of a party, and what must hold then. */
static void check_step(struct play *play, struct order *order, size_t party)
{
    struct held *held = &order->held[party];
    const char what = next_step(play, order, party);
    held->done++;
    order->next++;
    held->handle = held->handle && what == 'u';
    held->view = held->view && what == 'c';
    check_name(play, order, what);
    read_all(play, order);
    if (!any_handle(play, order) && (!order->gone || !any_view(play, order)))
        create_again(play, order);
    order->gone = !any_handle(play, order);
}

/* Plays an order up to its next end of a process. */
static void play_on(struct play *play, struct order *order)
{
    struct stage *s = play->s;
    while (*order->next) {
        const size_t party = (size_t)(*order->next - '0');
        const char what = next_step(play, order, party);
        if (what == 'c') {
            row(s, "life-any-order");
            succeeds(s, play->parties[party].role, step("close s%u", order->number));
        } else if (what == 'u') {
            row(s, "life-unmap-returns-true");
            succeeds(s, play->parties[party].role, step("unmap v%u", order->number));
        } else {
            return;
        }
        check_step(play, order, party);
    }
}

/* ---- orders that share their processes ---- */

static void name_roles(struct play *play, unsigned number)
{
    for (size_t i = 0; i < play->count; i++) {
        struct party *party = &play->parties[i];
        if (party->ends)
            snprintf(party->role, sizeof party->role, "%s%u", names[i], number);
        else
            snprintf(party->role, sizeof party->role, "%s", names[i]);
    }
}

static void end_process(struct play *play, size_t party)
{
    const char *role = play->parties[party].role;
    if (strchr(play->parties[party].sequence, 'e'))
        leaves(play->s, role);
    else
        killed(play->s, role);
}

/* Plays the orders that have these ends. */
static void play_orders(struct play *play, const char *ends)
{
    struct order *shared[ORDERS_MOST];
    size_t count = 0;
    for (size_t i = 0; i < play->order_count; i++)
        if (strcmp(play->orders[i].ends, ends) == 0)
            shared[count++] = &play->orders[i];
    name_roles(play, shared[0]->number);
    for (size_t i = 0; i < count; i++) {
        say_order(play, shared[i]);
        prepare_parties(play, shared[i]);
    }
    for (;; ends++) {
        for (size_t i = 0; i < count; i++)
            play_on(play, shared[i]);
        if (!*ends)
            return;
        const size_t party = (size_t)(*ends - '0');
        end_process(play, party);
        for (size_t i = 0; i < count; i++)
            check_step(play, shared[i], party);
    }
}

/* ---- all orders ---- */

static void add_order(struct play *play, const char *steps)
{
    struct order *order = &play->orders[play->order_count++];
    size_t done[PARTIES] = {0}, ends = 0;
    order->number = play->seen;
    snprintf(order->steps, sizeof order->steps, "%s", steps);
    order->next = order->steps;
    for (const char *at = steps; *at; at++) {
        const size_t who = (size_t)(*at - '0');
        const char what = play->parties[who].sequence[done[who]++];
        if (what == 'e' || what == 'k')
            order->ends[ends++] = *at;
    }
}

/* Appends one step of each party in turn, and so visits every interleaving. */
static void interleave(struct play *play, char *steps, size_t length, const size_t used[PARTIES])
{
    bool complete = true;
    for (size_t i = 0; i < play->count; i++) {
        size_t next[PARTIES];
        if (!play->parties[i].sequence[used[i]])
            continue;
        complete = false;
        memcpy(next, used, sizeof next);
        next[i]++;
        steps[length] = (char)('0' + i);
        interleave(play, steps, length + 1, next);
    }
    if (!complete)
        return;
    steps[length] = '\0';
    if (play->seen >= play->first && play->seen < play->last) {
        if (play->order_count < ORDERS_MOST)
            add_order(play, steps);
        else
            holds(play->s, "ORDERS_MOST is the number of orders", false);
    }
    play->seen++;
}

/* Plays `count` of the orders of these sequences, starting with order number `skip`. `base` is the number of
 * the first order, so that a case can play several sets. Returns the next number. */
static unsigned orders(struct stage *s, unsigned base, unsigned skip, unsigned count,
                       const char *const *sequences, size_t parties)
{
    static const size_t none[PARTIES] = {0};
    char steps[ORDER_STEPS + 1];
    struct play play = {
        .s = s, .count = parties, .seen = base, .first = base + skip, .last = base + skip + count};
    for (size_t i = 0; i < parties; i++) {
        play.parties[i].sequence = sequences[i];
        play.parties[i].ends = strpbrk(sequences[i], "ek") != NULL;
    }
    interleave(&play, steps, 0, none);
    for (size_t i = 0; i < play.order_count; i++) {
        bool played = false;
        for (size_t j = 0; j < i; j++)
            played = played || strcmp(play.orders[j].ends, play.orders[i].ends) == 0;
        if (!played)
            play_orders(&play, play.orders[i].ends);
    }
    return play.seen;
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
