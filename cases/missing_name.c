/* Names that lead to nothing or to another object: a name before its creation and after its end, names that
 * differ from the one in use, names of objects of other types, and invalid names. The prefixes Local\ and
 * Global\ are in name_spaces.c. */
#include "race.h"
#include "topic.h"

#include <string.h>

/* Opening a name that was never created fails with a NULL handle. */
static void open_missing(struct stage *s)
{
    must(s, "writer", "create section name=@x size=4096 protect=PAGE_READWRITE");
    not_found(s, "reader", "open section name=@y access=FILE_MAP_READ");
    not_found(s, "writer", "open other name=@y access=FILE_MAP_ALL_ACCESS");
    row(s, "open-failure-is-null");
    not_found(s, "reader", "open ansi name=@y access=FILE_MAP_READ api=A");
}

/* A reader that opens before the writer creates fails, leaves nothing behind, and finds the section later. */
static void open_before_create(struct stage *s)
{
    not_found(s, "reader", "open early name=@x access=FILE_MAP_READ");
    row(s, "create-new-clears-last-error");
    gives(s, "writer", "create section name=@x size=4096 protect=PAGE_READWRITE", "error=0");
    row(s, "open-existing");
    succeeds(s, "reader", "open section name=@x access=FILE_MAP_READ");
}

/* After the last handle is closed no process can open the name. */
static void open_after_last_close(struct stage *s)
{
    must(s, "writer", "create section name=@x size=4096 protect=PAGE_READWRITE");
    must(s, "reader", "open section name=@x access=FILE_MAP_READ");
    must(s, "writer", "close section");
    must(s, "reader", "close section");
    not_found(s, "writer", "open section name=@x access=FILE_MAP_READ");
    not_found(s, "reader", "open section name=@x access=FILE_MAP_READ");
}

/* While one handle is open, in any process, the name can be opened. */
static void open_after_creator_closed(struct stage *s)
{
    must(s, "writer", "create section name=@x size=4096 protect=PAGE_READWRITE");
    must(s, "reader", "open section name=@x access=FILE_MAP_READ");
    must(s, "writer", "close section");
    succeeds(s, "third", "open section name=@x access=FILE_MAP_READ");
    must(s, "reader", "close section");
    succeeds(s, "writer", "open section name=@x access=FILE_MAP_READ");
}

/* The name can be opened only while a handle is open; a view does not count (note D16). */
static void open_needs_open_handle_somewhere(struct stage *s)
{
    must(s, "writer", "create section name=@x size=4096 protect=PAGE_READWRITE");
    must(s, "writer", "map view of=section access=FILE_MAP_WRITE");
    must(s, "writer", "close section");
    not_found(s, "reader", "open section name=@x access=FILE_MAP_READ");
}

/* Creating the name of an existing section returns a handle to that section and sets the last error to 183.
 */
static void create_existing_returns_183(struct stage *s)
{
    must(s, "writer", "create section name=@x size=4096 protect=PAGE_READWRITE");
    must(s, "writer", "map view of=section access=FILE_MAP_WRITE");
    must(s, "writer", "write view u32=183");
    REQUIRE(gives(s, "reader", "create section name=@x size=4096 protect=PAGE_READWRITE", "error=183"));
    must(s, "reader", "map view of=section access=FILE_MAP_READ");
    gives(s, "reader", "read view as=u32", "u32=183");
}

#define RACE_ROUNDS 256
#define RACERS 4

/* If several processes create one name at the same time, exactly one creates it and the others open it. */
static void create_race_single_winner(struct stage *s)
{
    static const char *const racers[RACERS] = {"writer", "reader", "third", "fourth"};
    unsigned no_winner = 0, several_winners = 0, not_opened = 0;
    says(s, "%d rounds, %d actors", RACE_ROUNDS, RACERS);
    must(s, "starter", "hold gate kind=event name=@gate");
    for (unsigned i = 0; i < RACERS; i++)
        joins(s, racers[i], "hold gate kind=event name=@gate");
    for (unsigned i = 0; i < RACERS; i++)
        begins(s, racers[i], step("race run name=@x rounds=%d gate=gate", RACE_ROUNDS));
    must(s, "starter", "signal gate");
    for (unsigned i = 0; i < RACERS; i++)
        finishes(s, racers[i], step("rounds=%d failed=0 other=0", RACE_ROUNDS));
    for (unsigned round = 0; round < RACE_ROUNDS; round++) {
        unsigned won = 0, existed = 0;
        for (unsigned i = 0; i < RACERS; i++) {
            won += race_bit(value(s, racers[i], "won"), round);
            existed += race_bit(value(s, racers[i], "existed"), round);
        }
        no_winner += won == 0;
        several_winners += won > 1;
        not_opened += won + existed != RACERS;
    }
    holds(s, "every round has a winner", no_winner == 0);
    holds(s, "no round has two winners", several_winners == 0);
    holds(s, "in every round the others see 183", not_opened == 0);
}

/* Names are case-sensitive: another spelling is not found, and creating it makes a second object. */
static void name_case_sensitive(struct stage *s)
{
    must(s, "writer", "create section name=@x-abc size=4096 protect=PAGE_READWRITE");
    not_found(s, "reader", "open other name=@x-ABC access=FILE_MAP_READ");
    gives(s, "reader", "create section name=@x-ABC size=4096 protect=PAGE_READWRITE", "error=0");
}

/* Names are not normalised: an accented letter as one code point and as two makes two names. */
static void name_embedded_case_unicode(struct stage *s)
{
    must(s, "writer", "create section name=@x%C3%A9 size=4096 protect=PAGE_READWRITE");
    not_found(s, "reader", "open other name=@xe%CC%81 access=FILE_MAP_READ");
    gives(s, "reader", "create section name=@xe%CC%81 size=4096 protect=PAGE_READWRITE", "error=0");
}

/* A name is unique among objects of all types: a section cannot have the name of an event. */
static void collide(struct stage *s, const char *kind)
{
    must(s, "writer", step("hold other kind=%s name=@x", kind));
    fails_status(s, "reader", "create section name=@x size=4096 protect=PAGE_READWRITE", ERROR_INVALID_HANDLE,
                 STATUS_OBJECT_TYPE_MISMATCH);
}

/* A section cannot have the name of a mutex. */
static void name_collide_mutex(struct stage *s)
{
    collide(s, "mutex");
}

/* A section cannot have the name of an event. */
static void name_collide_event(struct stage *s)
{
    collide(s, "event");
}

/* A section cannot have the name of a semaphore. */
static void name_collide_semaphore(struct stage *s)
{
    collide(s, "semaphore");
}

/* A section cannot have the name of a waitable timer. */
static void name_collide_timer(struct stage *s)
{
    collide(s, "timer");
}

/* A section cannot have the name of a job object. */
static void name_collide_job(struct stage *s)
{
    collide(s, "job");
}

static const char *const kinds[] = {"event", "mutex", "semaphore", "timer", "job"};
#define KINDS (COUNT(kinds))

/* Opening a section by the name of an object of another type fails too, with an error about the type, not
 * about a missing name. */
static void name_collide_open(struct stage *s)
{
    for (size_t i = 0; i < KINDS; i++) {
        must(s, "writer", step("hold %s kind=%s name=@%s", kinds[i], kinds[i], kinds[i]));
        fails_status(s, "reader", step("open section name=@%s access=FILE_MAP_READ", kinds[i]),
                     ERROR_INVALID_HANDLE, STATUS_OBJECT_TYPE_MISMATCH);
    }
}

/* No other object can be created with the name of a section. */
static void name_collide_reverse(struct stage *s)
{
    must(s, "writer", "create section name=@x size=4096 protect=PAGE_READWRITE");
    for (size_t i = 0; i < KINDS; i++)
        fails_status(s, "reader", step("hold %s kind=%s name=@x", kinds[i], kinds[i]), ERROR_INVALID_HANDLE,
                     STATUS_OBJECT_TYPE_MISMATCH);
}

/* A collision ends when the other object is closed: then a section can have the name. */
static void name_collide_ends(struct stage *s)
{
    must(s, "writer", "hold other kind=event name=@x");
    fails_status(s, "reader", "create early name=@x size=4096 protect=PAGE_READWRITE", ERROR_INVALID_HANDLE,
                 STATUS_OBJECT_TYPE_MISMATCH);
    must(s, "writer", "close other");
    row(s, "create-new-clears-last-error");
    gives(s, "reader", "create section name=@x size=4096 protect=PAGE_READWRITE", "error=0");
}

/* Opening a NULL name is a parameter error, also while unnamed sections exist. */
static void name_null_open(struct stage *s)
{
    must(s, "writer", "create section size=4096 protect=PAGE_READWRITE");
    fails(s, "reader", "open section access=FILE_MAP_READ", ERROR_INVALID_PARAMETER);
    fails(s, "writer", "open other access=FILE_MAP_READ api=A", ERROR_INVALID_PARAMETER);
}

/* A section that is created with the empty name has no name, so two of them are two sections and none can be opened. */
static void name_empty_string(struct stage *s)
{
    gives(s, "writer", "create section name= size=4096 protect=PAGE_READWRITE", "error=0");
    gives(s, "reader", "create section name= size=8192 protect=PAGE_READWRITE", "error=0");
    gives(s, "reader", "size section", "size=8192 attributes=SEC_COMMIT");
    fails_status(s, "third", "open section name= access=FILE_MAP_READ", ERROR_INVALID_HANDLE,
                 STATUS_OBJECT_TYPE_MISMATCH);
    fails_status(s, "third", "open ansi name= access=FILE_MAP_READ api=A", ERROR_INVALID_HANDLE,
                 STATUS_OBJECT_TYPE_MISMATCH);
}

/* A NULL name makes an object that other processes reach only through a handle. */
static void create_unnamed(struct stage *s)
{
    REQUIRE(gives(s, "writer", "create section size=4096 protect=PAGE_READWRITE", "error=0"));
    must(s, "writer", "map view of=section access=FILE_MAP_WRITE");
    must(s, "writer", "write view u32=1");
    hands(s, "writer", "section", "reader", "access=FILE_MAP_READ");
    REQUIRE(succeeds(s, "reader", "map view of=section access=FILE_MAP_READ"));
    gives(s, "reader", "read view as=u32", "u32=1");
}

/* Two unnamed sections are two objects. */
static void create_unnamed_distinct(struct stage *s)
{
    must(s, "writer", "create one size=4096 protect=PAGE_READWRITE");
    REQUIRE(gives(s, "writer", "create two size=4096 protect=PAGE_READWRITE", "error=0"));
    gives(s, "writer", "compare one with=two", "same=no error=1656");
    must(s, "writer", "map view of=one access=FILE_MAP_WRITE");
    must(s, "writer", "write view u32=1");
    must(s, "writer", "map other of=two access=FILE_MAP_READ");
    gives(s, "writer", "zero other length=4096", "zero=yes");
}

/* After an optional prefix a name must not contain a backslash. Inside the name it means a directory that
 * does not exist (3). At the start the object manager refuses it as bad syntax (161), as it is
 * known to do for a rooted path below a directory. No page names either code. */
static void name_backslash_forbidden(struct stage *s)
{
    static const char *const inside[] = {"^a\\b", "Local\\^a\\b", "^a\\"};
    for (unsigned i = 0; i < COUNT(inside); i++) {
        fails_status(s, "writer", step("create s%u name=%s size=4096 protect=PAGE_READWRITE", i, inside[i]),
                     ERROR_PATH_NOT_FOUND, STATUS_OBJECT_PATH_NOT_FOUND);
        fails_status(s, "reader", step("open s%u name=%s access=FILE_MAP_READ", i, inside[i]),
                     ERROR_PATH_NOT_FOUND, STATUS_OBJECT_PATH_NOT_FOUND);
    }
    fails_status(s, "writer", "create section name=\\^a size=4096 protect=PAGE_READWRITE", ERROR_BAD_PATHNAME,
                 STATUS_OBJECT_PATH_SYNTAX_BAD);
    fails_status(s, "reader", "open section name=\\^a access=FILE_MAP_READ", ERROR_BAD_PATHNAME,
                 STATUS_OBJECT_PATH_SYNTAX_BAD);
}

/* After a prefix there is one backslash, not two. */
static void name_double_backslash(struct stage *s)
{
    fails_status(s, "writer", "create section name=Local\\\\^x size=4096 protect=PAGE_READWRITE",
                 ERROR_INVALID_NAME, STATUS_OBJECT_NAME_INVALID);
    fails_status(s, "reader", "open section name=Local\\\\^x access=FILE_MAP_READ", ERROR_INVALID_NAME,
                 STATUS_OBJECT_NAME_INVALID);
}

/* A section is not a directory: a path through its name fails with another error than a path that does not exist. */
static void name_below_section(struct stage *s)
{
    must(s, "writer", "create section name=@x size=4096 protect=PAGE_READWRITE");
    fails_status(s, "writer", "create below name=^x\\y size=4096 protect=PAGE_READWRITE",
                 ERROR_INVALID_HANDLE, STATUS_OBJECT_TYPE_MISMATCH);
    fails_status(s, "reader", "open below name=^x\\y access=FILE_MAP_READ", ERROR_INVALID_HANDLE,
                 STATUS_OBJECT_TYPE_MISMATCH);
    succeeds(s, "reader", "open section name=@x access=FILE_MAP_READ");
}

/* Only a backslash ends a prefix: with a slash the whole is an ordinary name. */
static void name_slash_is_no_prefix(struct stage *s)
{
    gives(s, "writer", "create global name=Global/^x size=4096 protect=PAGE_READWRITE", "error=0");
    gives(s, "writer", "create local name=Local/^x size=8192 protect=PAGE_READWRITE", "error=0");
    succeeds(s, "reader", "open section name=Local\\Global/^x access=FILE_MAP_READ|SECTION_QUERY");
    gives(s, "reader", "size section", "size=4096 attributes=SEC_COMMIT");
    not_found(s, "reader", "open prefix name=Local\\^x access=FILE_MAP_READ");
}

/* A name may contain every other character, and the same name finds it. */
static void name_any_other_character(struct stage *s)
{
    static const struct {
        const char *what, *escaped;
    } characters[] = {
        {"blank", "%20"},         {"slash", "%2F"},
        {"colon", "%3A"},         {"star", "%2A"},
        {"question mark", "%3F"}, {"quote", "%22"},
        {"bar", "%7C"},           {"control 1", "%01"},
        {"tab", "%09"},           {"delete", "%7F"},
        {"percent", "%25"},       {"e acute", "%C3%A9"},
        {"Han", "%E6%9C%AC"},     {"non-BMP", "%F0%9F%98%80"},
    };
    for (unsigned i = 0; i < COUNT(characters); i++) {
        says(s, "%s", characters[i].what);
        gives(s, "writer",
              step("create s%u name=@x%sy size=4096 protect=PAGE_READWRITE", i, characters[i].escaped),
              "error=0");
        succeeds(s, "reader", step("open s%u name=@x%sy access=FILE_MAP_READ", i, characters[i].escaped));
    }
}

/* The mapping pages give no limit. The A functions accept up to MAX_PATH characters; the W functions accept
 * far more, and all of them count. What W does with a name that is too long is recorded. */
static void name_length_limit(struct stage *s)
{
    gives(s, "writer", "create ansi name=@a name-repeat=100 size=4096 protect=PAGE_READWRITE api=A",
          "error=0");
    fails(s, "writer", "create long name=@a name-repeat=300 size=4096 protect=PAGE_READWRITE api=A",
          ERROR_FILENAME_EXCED_RANGE);
    static const unsigned lengths[] = {300, 1000, 32000};
    for (unsigned i = 0; i < COUNT(lengths); i++) {
        gives(s, "writer",
              step("create w%u name=@w name-repeat=%u size=4096 protect=PAGE_READWRITE", i, lengths[i]),
              "error=0");
        succeeds(s, "reader", step("open w%u name=@w name-repeat=%u access=FILE_MAP_READ", i, lengths[i]));
        not_found(s, "reader", step("open more name=@w name-repeat=%u access=FILE_MAP_READ", lengths[i] + 1));
    }
    records(s, "writer", "create longest name=@w name-repeat=40000 size=4096 protect=PAGE_READWRITE");
}

static const struct test_case missing_name_cases[] = {
    {CASE(open_missing), .rows = "open-missing open-failure-is-null"},
    {CASE(open_before_create), .rows = "open-missing create-new-clears-last-error open-existing"},
    {CASE(open_after_last_close), .rows = "open-missing"},
    {CASE(open_after_creator_closed), .rows = "open-existing"},
    {CASE(open_needs_open_handle_somewhere)},
    {CASE(create_existing_returns_183)},
    {CASE(create_race_single_winner)},
    {CASE(name_case_sensitive)},
    {CASE(name_embedded_case_unicode)},
    {CASE(name_collide_mutex)},
    {CASE(name_collide_event)},
    {CASE(name_collide_semaphore)},
    {CASE(name_collide_timer)},
    {CASE(name_collide_job)},
    {CASE(name_collide_open)},
    {CASE(name_collide_reverse)},
    {CASE(name_collide_ends), .rows = "name-collide-event create-new-clears-last-error"},
    {CASE(name_null_open)},
    {CASE(name_empty_string)},
    {CASE(create_unnamed)},
    {CASE(create_unnamed_distinct), .needs = "compare-object-handles"},
    {CASE(name_backslash_forbidden)},
    {CASE(name_double_backslash)},
    {CASE(name_below_section)},
    {CASE(name_slash_is_no_prefix)},
    {CASE(name_any_other_character)},
    {CASE(name_length_limit)},
};

TOPIC(missing_name, missing_name_cases)
