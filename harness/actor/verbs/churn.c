/* Bursts on names: sections that actors create and close while others open them, and sections that several actors set up.
 * The block of the burst, where they meet, is in another section. */
#include <stdio.h>
#include <stdlib.h>
#include <wchar.h>

#include "../arguments.h"
#include "../bursts/burst.h"
#include "../objects.h"
#include "verbs.h"

#define CHURN_BYTES 4096
#define SETUP_WORDS 256u
#define SLOW_PAUSES 512u /* at most, in the middle of setting up */
#define ROUND_UNITS 8

/* ---- one name, created and closed by some and opened by others ---- */

struct churn {
    struct burst burst;
    struct name name;
    uint64_t fresh, existed, opened, missing; /* results of the calls */
    uint64_t other;                           /* results that are not documented */
    uint64_t dirty;                           /* new sections that were not zero */
    uint64_t wrong;                           /* sections with other contents than were stored */
    DWORD other_error;                        /* the first one */
};

static void note_other(struct churn *churn, DWORD error)
{
    if (churn->other++ == 0)
        churn->other_error = error;
}

/* Checks the contents of the section and closes it. `fresh`: this actor has just created it, and is the only one that
 * writes to it. */
static void check_and_close(struct churn *churn, HANDLE section, bool fresh)
{
    volatile LONG *word = sys.MapViewOfFile(section, FILE_MAP_READ | FILE_MAP_WRITE, 0, 0, 0);
    if (word) {
        LONG found = fresh ? InterlockedExchange(word, SECTION_MAGIC) : *word;
        churn->dirty += fresh && found != 0;
        churn->wrong += found != 0 && found != SECTION_MAGIC;
        burst_pause(&churn->burst, SLOW_PAUSES / 8);
        sys.UnmapViewOfFile((const void *)(uintptr_t)word);
    } else {
        note_other(churn, GetLastError());
    }
    sys.CloseHandle(section);
}

static void create_once(struct churn *churn)
{
    SetLastError(SENTINEL_ERROR);
    HANDLE section =
        sys.CreateFileMappingW(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, CHURN_BYTES, churn->name.wide);
    DWORD error = GetLastError();
    if (section && error == ERROR_SUCCESS)
        churn->fresh++;
    else if (section && error == ERROR_ALREADY_EXISTS)
        churn->existed++;
    else
        note_other(churn, error);
    if (section)
        check_and_close(churn, section, error == ERROR_SUCCESS);
}

static void open_once(struct churn *churn)
{
    SetLastError(SENTINEL_ERROR);
    HANDLE section = sys.OpenFileMappingW(FILE_MAP_READ | FILE_MAP_WRITE, FALSE, churn->name.wide);
    DWORD error = GetLastError();
    if (section) {
        churn->opened++;
        check_and_close(churn, section, false);
    } else if (error == ERROR_FILE_NOT_FOUND) {
        churn->missing++;
    } else {
        note_other(churn, error);
    }
}

static void churn(struct churn *churn, bool creates, struct reply *reply)
{
    struct burst *burst = &churn->burst;
    if (!burst_meet(burst, reply))
        return;
    for (uint64_t i = 0; i < burst->rounds && burst_goes_on(burst); i++) {
        if (creates)
            create_once(churn);
        else
            open_once(churn);
        burst_pause(burst, SLOW_PAUSES);
    }
    reply_ok(reply);
    reply_add(reply, "other=%llu", (unsigned long long)churn->other);
    if (churn->other)
        reply_add(reply, "first-error=%lu", churn->other_error);
    reply_add(reply, "dirty=%llu", (unsigned long long)churn->dirty);
    reply_add(reply, "wrong=%llu", (unsigned long long)churn->wrong);
    reply_add(reply, "~fresh=%llu", (unsigned long long)churn->fresh);
    reply_add(reply, "~existed=%llu", (unsigned long long)churn->existed);
    reply_add(reply, "~opened=%llu", (unsigned long long)churn->opened);
    reply_add(reply, "~missing=%llu", (unsigned long long)churn->missing);
}

void verb_churn(const struct line *request, struct reply *reply)
{
    struct churn with = {0};
    if (!take_name(request, &with.name, false, reply))
        return;
    if (!with.name.wide)
        reply_bad(reply, "name= is missing");
    else if (burst_take(request, &with.burst, CHURN_ROUNDS_MOST, 0, reply)) {
        churn(&with, argument_is(request, "how", "create"), reply);
        burst_end(&with.burst, reply);
    }
    name_free(&with.name);
}

/* ---- create or open, and the first one sets up ---- */

struct setup {
    struct burst burst;
    struct name name;
    bool waits;       /* for the magic number, before it reads what the first actor has set up */
    HANDLE *sections; /* one for each round, kept to the end so that every name stays */
    volatile LONG **views;
    uint64_t won, failed, early; /* early: the payload was read before it was complete */
    DWORD first_error;
};

static void set_up(struct setup *setup, volatile LONG *words, LONG round)
{
    for (unsigned i = 0; i < SETUP_WORDS; i++) {
        if (i == SETUP_WORDS / 2) /* so that an actor that does not wait can see this state */
            burst_pause(&setup->burst, SLOW_PAUSES);
        words[WORD_PAYLOAD + i] = round + 1;
    }
    InterlockedExchange(&words[WORD_MAGIC], SECTION_MAGIC);
}

static void use(struct setup *setup, volatile LONG *words, LONG round)
{
    bool complete = true, in_time = true;
    while (setup->waits && in_time && InterlockedCompareExchange(&words[WORD_MAGIC], 0, 0) != SECTION_MAGIC)
        in_time = burst_wait(&setup->burst);
    for (unsigned i = 0; i < SETUP_WORDS; i++)
        complete = complete && words[WORD_PAYLOAD + i] == round + 1;
    setup->early += !complete;
}

static void one_round(struct setup *setup, LONG round)
{
    WCHAR suffix[ROUND_UNITS];
    swprintf(suffix, ROUND_UNITS, L"-%ld", round);
    wmemcpy(setup->name.wide + setup->name.wide_length, suffix, wcslen(suffix) + 1);
    SetLastError(SENTINEL_ERROR);
    HANDLE section =
        sys.CreateFileMappingW(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, CHURN_BYTES, setup->name.wide);
    DWORD error = GetLastError();
    volatile LONG *words = section ? sys.MapViewOfFile(section, FILE_MAP_WRITE, 0, 0, 0) : NULL;
    setup->sections[round] = section;
    setup->views[round] = words;
    if (!words) {
        if (setup->failed++ == 0)
            setup->first_error = section ? GetLastError() : error;
        return;
    }
    if (error != ERROR_ALREADY_EXISTS) {
        setup->won++;
        set_up(setup, words, round);
    } else {
        use(setup, words, round);
    }
    InterlockedIncrement(&words[WORD_VISITORS]);
}

static void reply_setup(const struct setup *setup, struct reply *reply)
{
    uint64_t short_of = 0;
    for (uint64_t i = 0; i < setup->burst.rounds; i++)
        short_of += !setup->views[i] || setup->views[i][WORD_VISITORS] != (LONG)setup->burst.crowd;
    reply_ok(reply);
    reply_add(reply, "failed=%llu", (unsigned long long)setup->failed);
    if (setup->failed)
        reply_add(reply, "first-error=%lu", setup->first_error);
    reply_add(reply, "%searly=%llu", setup->waits ? "" : "~", (unsigned long long)setup->early);
    reply_add(reply, "miscounted=%llu", (unsigned long long)short_of);
    reply_add(reply, "~won=%llu", (unsigned long long)setup->won);
}

static void run_setup(struct setup *setup, struct reply *reply)
{
    /* The names differ in what follows the last unit; take_name left no room there. */
    const size_t units = setup->name.wide_length + ROUND_UNITS;
    WCHAR *wide = realloc(setup->name.wide, units * sizeof *wide);
    if (wide)
        setup->name.wide = wide;
    setup->sections = calloc((size_t)setup->burst.rounds, sizeof *setup->sections);
    setup->views = calloc((size_t)setup->burst.rounds, sizeof *setup->views);
    if (!wide || !setup->sections || !setup->views) {
        reply_bad(reply, "no memory for the rounds");
        return;
    }
    for (uint64_t i = 0; i < setup->burst.rounds; i++) {
        if (!burst_meet(&setup->burst, reply))
            return;
        one_round(setup, (LONG)i);
    }
    if (burst_meet(&setup->burst, reply))
        reply_setup(setup, reply);
}

static void free_setup(struct setup *setup)
{
    for (uint64_t i = 0; i < setup->burst.rounds && setup->sections && setup->views; i++) {
        if (setup->views[i])
            sys.UnmapViewOfFile((const void *)(uintptr_t)setup->views[i]);
        if (setup->sections[i])
            sys.CloseHandle(setup->sections[i]);
    }
    free(setup->sections);
    free((void *)setup->views);
    name_free(&setup->name);
}

void verb_initialise(const struct line *request, struct reply *reply)
{
    struct setup with = {0};
    with.waits = argument_yes(request, "wait");
    if (!take_name(request, &with.name, false, reply))
        return;
    if (!with.name.wide)
        reply_bad(reply, "name= is missing");
    else if (burst_take(request, &with.burst, INITIALISE_ROUNDS_MOST, 0, reply)) {
        run_setup(&with, reply);
        burst_end(&with.burst, reply);
    }
    free_setup(&with);
}

/* ---- many creations from a common start ---- */

#define SUFFIX_UNITS 8      /* "-1023", its terminator, and room */
#define GATE_TIMEOUT 60000u /* the longest wait for the event */

struct race {
    size_t rounds, units; /* units of one name, its terminator included */
    WCHAR *names;         /* `rounds` of them; made before the start, to be fast after it */
    unsigned char won[RACE_ROUNDS_MOST / 8], existed[RACE_ROUNDS_MOST / 8];
    unsigned failed, other;
    DWORD first_error; /* of the first creation that failed */
    /* Before the first and after the last creation, in microseconds of one clock for all threads. */
    uint64_t began, ended;
    HANDLE *handles; /* `rounds` of them; the label takes them */
};

static bool prepare_race(struct race *race, const struct name *name, struct reply *reply)
{
    race->units = name->wide_length + SUFFIX_UNITS;
    race->names = malloc(race->rounds * race->units * sizeof(WCHAR));
    race->handles = calloc(race->rounds, sizeof *race->handles);
    if (!race->names || !race->handles)
        return reply_bad(reply, "no memory for the names");
    for (size_t i = 0; i < race->rounds; i++) {
        WCHAR *to = race->names + i * race->units;
        char suffix[SUFFIX_UNITS];
        int length = snprintf(suffix, sizeof suffix, "-%u", (unsigned)i);
        wmemcpy(to, name->wide ? name->wide : L"", name->wide_length);
        for (int j = 0; j <= length; j++)
            to[name->wide_length + (size_t)j] = (WCHAR)suffix[j];
    }
    return true;
}

static uint64_t microseconds(void)
{
    LARGE_INTEGER now, frequency;
    QueryPerformanceCounter(&now);
    QueryPerformanceFrequency(&frequency);
    uint64_t ticks = (uint64_t)now.QuadPart, second = (uint64_t)frequency.QuadPart;
    return ticks / second * 1000000 + ticks % second * 1000000 / second;
}

/* The handles stay open: a name must stay until the last actor has tried to create it. */
static void create_all(struct race *race)
{
    race->began = microseconds();
    for (size_t i = 0; i < race->rounds; i++) {
        SetLastError(SENTINEL_ERROR);
        HANDLE handle = sys.CreateFileMappingW(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, CHURN_BYTES,
                                               race->names + i * race->units);
        DWORD error = GetLastError();
        race->handles[i] = handle;
        unsigned char bit = (unsigned char)(1u << (i % 8));
        if (!handle) {
            if (race->failed++ == 0)
                race->first_error = error;
        } else if (error == ERROR_SUCCESS)
            race->won[i / 8] |= bit;
        else if (error == ERROR_ALREADY_EXISTS)
            race->existed[i / 8] |= bit;
        else
            race->other++;
    }
    race->ended = microseconds();
}

static void add_bits(struct reply *reply, const char *key, const unsigned char *bits, size_t rounds)
{
    text_format(&reply->text, " %s=", key);
    for (size_t i = 0; i < (rounds + 7) / 8; i++)
        text_format(&reply->text, "%02X", bits[i]);
}

static void run_race(struct race *race, const struct object *gate, struct object *object, struct reply *reply)
{
    call_begins();
    DWORD result = sys.WaitForSingleObject(gate->handle, GATE_TIMEOUT);
    struct call_result seen = call_ended();
    if (result != WAIT_OBJECT_0) {
        if (result == WAIT_FAILED)
            reply_fail(reply, seen);
        else
            reply_fail_code(reply, ERROR_TIMEOUT, (struct call_result){0});
        reply_add(reply, "call=WaitForSingleObject");
        return;
    }
    create_all(race);
    object->kind = OBJECT_BURST;
    object->handles = race->handles;
    object->handle_count = race->rounds;
    race->handles = NULL;
    reply_ok(reply);
    reply_add(reply, "rounds=%u", (unsigned)race->rounds);
    reply_add(reply, "failed=%u", race->failed);
    if (race->failed)
        reply_add(reply, "first-error=%lu", race->first_error);
    reply_add(reply, "other=%u", race->other);
    add_bits(reply, "~won", race->won, race->rounds);
    add_bits(reply, "~existed", race->existed, race->rounds);
    reply_add(reply, "~began=%llu", (unsigned long long)race->began);
    reply_add(reply, "~ended=%llu", (unsigned long long)race->ended);
}

void verb_race(const struct line *request, struct reply *reply)
{
    struct race race = {0};
    struct name name;
    struct object *object = object_place(request->label, reply);
    uint64_t rounds = argument_number(request, "rounds");
    const char *gate_label = argument_text(request, "gate");
    if (!object)
        return;
    const struct object *gate = object_handle(gate_label, reply);
    if (!gate || !take_name(request, &name, false, reply))
        return;
    race.rounds = (size_t)rounds;
    if (rounds == 0)
        reply_bad(reply, "rounds= must be at least 1");
    else if (prepare_race(&race, &name, reply))
        run_race(&race, gate, object, reply);
    free(race.names);
    free(race.handles);
    name_free(&name);
}

/* ---- how long a name exists after its last handle ---- */

/* An open handle or a view keeps the name, so none is open between two polls. */
static void poll(const WCHAR *name, uint64_t timeout, struct reply *reply)
{
    uint64_t start = microseconds(), polls = 0, elapsed;
    struct call_result seen;
    HANDLE section;
    do {
        call_begins();
        section = sys.OpenFileMappingW(FILE_MAP_READ, FALSE, name);
        seen = call_ended();
        elapsed = microseconds() - start;
        polls++;
        if (section) {
            sys.CloseHandle(section);
            SwitchToThread();
        }
    } while (section && elapsed < timeout * 1000);
    reply_ok(reply);
    reply_add(reply, "gone=%s", section ? "no" : "yes");
    if (!section)
        reply_add_error(reply, seen.error);
    reply_add(reply, "~polls=%llu", (unsigned long long)polls);
    reply_add(reply, "~us=%llu", (unsigned long long)elapsed);
}

void verb_gone(const struct line *request, struct reply *reply)
{
    struct name name;
    uint64_t timeout = argument_number(request, "timeout");
    if (!take_name(request, &name, false, reply))
        return;
    poll(name.wide, timeout, reply);
    name_free(&name);
}
