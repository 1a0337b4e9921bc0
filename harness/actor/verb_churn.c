/* Bursts on names: sections that come and go while others open them, and sections that several processes set up. The
 * block of the burst, where they meet, is in a section of its own. */
#include <stdlib.h>
#include <wchar.h>

#include "arguments.h"
#include "burst.h"
#include "objects.h"
#include "verbs.h"

#define CHURN_ROUNDS_MOST 100000u
#define INITIALISE_ROUNDS_MOST 256u
#define CHURN_BYTES 4096
#define MAGIC 0x5AFE5AFE
#define SETUP_WORDS 256u
#define SLOW_PAUSES 512u /* at most, in the middle of setting up */
#define ROUND_UNITS 8

/* ---- one name, created and closed by some and opened by others ---- */

struct churn {
    struct burst burst;
    struct name name;
    uint64_t fresh, existed, opened, missing; /* what came of the calls */
    uint64_t other;                           /* neither of what is documented */
    uint64_t dirty;                           /* new sections that were not zero */
    uint64_t wrong;                           /* sections with something else in them than was put there */
    DWORD other_error;                        /* the first one */
};

static void note_other(struct churn *churn, DWORD error)
{
    if (churn->other++ == 0)
        churn->other_error = error;
}

/* Looks into the section and lets it go. `fresh`: it was made just now; whoever made it is the only one to write. */
static void look_into(struct churn *churn, HANDLE section, bool fresh)
{
    volatile LONG *word = sys.MapViewOfFile(section, FILE_MAP_READ | FILE_MAP_WRITE, 0, 0, 0);
    if (word) {
        LONG found = fresh ? InterlockedExchange(word, MAGIC) : *word;
        churn->dirty += fresh && found != 0;
        churn->wrong += found != 0 && found != MAGIC;
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
        look_into(churn, section, error == ERROR_SUCCESS);
}

static void open_once(struct churn *churn)
{
    SetLastError(SENTINEL_ERROR);
    HANDLE section = sys.OpenFileMappingW(FILE_MAP_READ | FILE_MAP_WRITE, FALSE, churn->name.wide);
    DWORD error = GetLastError();
    if (section) {
        churn->opened++;
        look_into(churn, section, false);
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
    size_t how;
    if (!need_choice(request, "how", "create open", &how, reply) ||
        !take_name(request, &with.name, false, reply))
        return;
    if (!with.name.wide)
        reply_bad(reply, "name= is missing");
    else if (burst_take(request, &with.burst, CHURN_ROUNDS_MOST, 0, reply)) {
        churn(&with, how == 0, reply);
        burst_end(&with.burst, reply);
    }
    name_free(&with.name);
}

/* ---- create or open, and the first one sets up ---- */

struct setup {
    struct burst burst;
    struct name name;
    bool waits;       /* for the magic, before it looks at what the first one set up */
    HANDLE *sections; /* of each round, kept to the end so that every name stays */
    volatile LONG **views;
    uint64_t won, failed, early; /* early: the payload was looked at before it was complete */
    DWORD first_error;
};

/* Of a section: its magic, how many have come, and the payload. */
enum { WORD_MAGIC, WORD_VISITORS, WORD_PAYLOAD = 32 };

static void set_up(struct setup *setup, volatile LONG *words, LONG round)
{
    for (unsigned i = 0; i < SETUP_WORDS; i++) {
        if (i == SETUP_WORDS / 2) /* whoever does not wait shall meet it */
            burst_pause(&setup->burst, SLOW_PAUSES);
        words[WORD_PAYLOAD + i] = round + 1;
    }
    InterlockedExchange(&words[WORD_MAGIC], MAGIC);
}

static void use(struct setup *setup, volatile LONG *words, LONG round)
{
    bool complete = true, in_time = true;
    while (setup->waits && in_time && InterlockedCompareExchange(&words[WORD_MAGIC], 0, 0) != MAGIC)
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
    /* The names differ behind the last unit; take_name left no room there. */
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
    if (!take_yes(request, "wait", &with.waits, reply) || !take_name(request, &with.name, false, reply))
        return;
    if (!with.name.wide)
        reply_bad(reply, "name= is missing");
    else if (burst_take(request, &with.burst, INITIALISE_ROUNDS_MOST, 0, reply)) {
        run_setup(&with, reply);
        burst_end(&with.burst, reply);
    }
    free_setup(&with);
}
