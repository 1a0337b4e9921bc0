/* A burst: many creations as fast as they go, from a common start. */
#include <stdio.h>
#include <stdlib.h>
#include <wchar.h>

#include "arguments.h"
#include "objects.h"
#include "verbs.h"

#define ROUNDS_MOST 1024
#define SUFFIX_UNITS 8      /* "-1023", its terminator, and room */
#define GATE_TIMEOUT 60000u /* ms: nobody opened the gate */
#define SECTION_BYTES 4096

struct race {
    size_t rounds, units; /* units of one name, its terminator included */
    WCHAR *names;         /* `rounds` of them; made before the start, to be fast after it */
    unsigned char won[ROUNDS_MOST / 8], existed[ROUNDS_MOST / 8];
    unsigned failed, other;
    DWORD first_error; /* of the first creation that failed */
};

static bool prepare(struct race *race, const struct name *name, struct reply *reply)
{
    race->units = name->wide_length + SUFFIX_UNITS;
    race->names = malloc(race->rounds * race->units * sizeof(WCHAR));
    if (!race->names)
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

/* The handles are never closed: a name that somebody won must stay until the last contender has come to it.
 */
static void run(struct race *race)
{
    for (size_t i = 0; i < race->rounds; i++) {
        SetLastError(SENTINEL_ERROR);
        HANDLE handle = sys.CreateFileMappingW(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, SECTION_BYTES,
                                               race->names + i * race->units);
        DWORD error = GetLastError();
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
}

static void add_bits(struct reply *reply, const char *key, const unsigned char *bits, size_t rounds)
{
    text_format(&reply->text, " %s=", key);
    for (size_t i = 0; i < (rounds + 7) / 8; i++)
        text_format(&reply->text, "%02X", bits[i]);
}

static void burst(struct race *race, const struct object *gate, struct object *object, struct reply *reply)
{
    outcome_before();
    DWORD result = sys.WaitForSingleObject(gate->handle, GATE_TIMEOUT);
    struct outcome seen = outcome_after();
    if (result != WAIT_OBJECT_0) {
        if (result == WAIT_FAILED)
            reply_fail(reply, seen);
        else
            reply_fail_code(reply, ERROR_TIMEOUT, (struct outcome){0});
        reply_add(reply, "call=WaitForSingleObject");
        return;
    }
    run(race);
    object->kind = OBJECT_BURST;
    reply_ok(reply);
    reply_add(reply, "rounds=%u", (unsigned)race->rounds);
    reply_add(reply, "failed=%u", race->failed);
    if (race->failed)
        reply_add(reply, "first-error=%lu", race->first_error);
    reply_add(reply, "other=%u", race->other);
    add_bits(reply, "~won", race->won, race->rounds);
    add_bits(reply, "~existed", race->existed, race->rounds);
}

void verb_race(const struct line *request, struct reply *reply)
{
    uint64_t rounds;
    const char *gate_label;
    struct race race = {0};
    struct name name;
    struct object *object = object_place(request->label, reply);
    if (!object || !need_number(request, "rounds", ROUNDS_MOST, &rounds, reply) ||
        !need_word(request, "gate", &gate_label, reply))
        return;
    const struct object *gate = object_handle(gate_label, reply);
    if (!gate || !take_name(request, &name, false, reply))
        return;
    race.rounds = (size_t)rounds;
    if (rounds == 0)
        reply_bad(reply, "rounds=0 is no race");
    else if (prepare(&race, &name, reply))
        burst(&race, gate, object, reply);
    free(race.names);
    name_free(&name);
}
