#include "gate.h"

#include <assert.h>
#include <string.h>

#include "name_kinds.h"
#include "note.h"
#include "parameters.h"

static struct {
    uint64_t size, object, handle, view, call, open, process, after;
    enum way way;
    unsigned names;
    const char *whose, *event, *backing; /* "" if not given */
} gate;
static uint64_t calls_seen;
static bool something_failed, fault_tells;

static enum way way_of_word(const char *word)
{
    static const char *const words[] = {[WAY_OTHER] = "",
                                        [WAY_W] = "W",
                                        [WAY_A] = "A",
                                        [WAY_NUMA] = "Numa",
                                        [WAY_FROM_APP] = "FromApp",
                                        [WAY_2] = "2",
                                        [WAY_PLAIN] = "plain",
                                        [WAY_EX] = "Ex",
                                        [WAY_3] = "3",
                                        [WAY_NUMA2] = "Numa2"};
    static_assert(sizeof words / sizeof words[0] == WAY_COUNT, "every way has its word");
    size_t way = WAY_COUNT - 1;
    while (way > WAY_OTHER && strcmp(words[way], word) != 0)
        way--;
    return (enum way)way;
}

void gate_start(bool tells)
{
    fault_tells = tells;
    calls_seen = 0;
    gate.size = parameter_number("size");
    gate.object = parameter_number("object");
    gate.handle = parameter_number("handle");
    gate.view = parameter_number("view");
    gate.call = parameter_number("call");
    gate.open = parameter_number("open");
    gate.process = parameter_number("process");
    gate.after = parameter_number("after");
    gate.way = way_of_word(parameter("way"));
    gate.names = name_kind_of_word(parameter("name"));
    gate.whose = parameter("whose");
    gate.event = parameter("event");
    gate.backing = parameter("backing");
}

static bool is(const char *value, const char *word)
{
    return strcmp(value, word) == 0;
}

bool gate_needs_notes(void)
{
    return gate.open || gate.process || gate.after || is(gate.event, "re-creation") ||
           is(gate.event, "exit") || is(gate.event, "kill");
}

bool gate_needs_sizes(void)
{
    return gate.size != 0;
}

void gate_note_failure(void)
{
    something_failed = true;
}

/* ---- the single parameters; each is asked only if it is given ---- */

static bool count_reached(const struct occasion *occasion)
{
    const struct section *section = &occasion->section;
    bool handle = occasion->adds == ADDS_HANDLE, view = occasion->adds == ADDS_VIEW;
    bool fresh = handle && handles_of(section->object) == 0;
    if (gate.object > objects_open() + (fresh ? 1u : 0u))
        return false;
    if (gate.handle > handles_of(section->object) + (handle ? 1u : 0u))
        return false;
    return gate.view <= views_of(section->object) + (view ? 1u : 0u);
}

static bool note_reached(const struct occasion *occasion)
{
    if (gate.open == 0 && gate.process == 0)
        return true;
    struct note *note = note_of(occasion->section.key);
    if (!note)
        return false;
    bool handle = occasion->adds == ADDS_HANDLE;
    LONG opens = note->opens + note->creations + (handle ? 1 : 0);
    if (handle)
        note_add_user(note);
    return (LONG)gate.open <= opens && (LONG)gate.process <= note->user_count;
}

static bool time_reached(const struct section *section)
{
    const struct note *note = gate.after ? note_of(section->key) : NULL;
    uint64_t since = note && note->born ? note->born : section->since;
    return gate.after == 0 || (since != 0 && GetTickCount64() - since >= gate.after);
}

static bool has_origin(const struct section *section)
{
    if (is(gate.whose, "first"))
        return section->ordinal == 1 && handles_of(section->object) > 1;
    if (is(gate.whose, "second"))
        return section->ordinal == 2;
    if (is(gate.whose, "creator"))
        return section->origin == ORIGIN_CREATED;
    if (is(gate.whose, "existing"))
        return section->origin == ORIGIN_EXISTED;
    if (is(gate.whose, "opener"))
        return section->origin == ORIGIN_OPENED;
    return section->origin == ORIGIN_DUPLICATE;
}

static bool has_happened(const struct section *section)
{
    if (is(gate.event, "close"))
        return history_of(section->object)->closed > 0;
    if (is(gate.event, "unmap"))
        return history_of(section->object)->unmapped > 0;
    if (is(gate.event, "failure"))
        return something_failed;
    struct note *note = note_of(section->key);
    if (!note)
        return false;
    if (is(gate.event, "re-creation"))
        return note->creations > 1;
    return note_ends(note) & (is(gate.event, "exit") ? USER_EXITED : USER_KILLED);
}

static bool has_backing(const struct section *section)
{
    if (is(gate.backing, "file"))
        return section->backing == BACKING_FILE;
    return section->backing == (is(gate.backing, "reserve") ? BACKING_RESERVE : BACKING_PAGEFILE);
}

static bool needs_section(void)
{
    return gate.size || gate.object || gate.handle || gate.view || gate.open || gate.process || gate.after ||
           gate.names || *gate.whose || *gate.backing || (*gate.event && !is(gate.event, "failure"));
}

static bool decide(const struct occasion *occasion)
{
    const struct section *section = &occasion->section;
    if (gate.way != WAY_OTHER && occasion->way != gate.way)
        return false;
    if (needs_section() && !occasion->known)
        return false;
    if (gate.size > section->size || (gate.names && !(section->names & gate.names)))
        return false;
    if ((*gate.whose && !has_origin(section)) || (*gate.backing && !has_backing(section)) ||
        (*gate.event && !has_happened(section)))
        return false;
    if (!count_reached(occasion) || !note_reached(occasion) || !time_reached(section))
        return false;
    return ++calls_seen >= gate.call;
}

bool gate_opens(const struct occasion *occasion)
{
    DWORD before = GetLastError();
    bool open = decide(occasion);
    if (open && !fault_tells)
        fault_reached();
    SetLastError(before);
    return open;
}
