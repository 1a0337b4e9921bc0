/* Topic names_apart: names that differ in a single unit are names of two sections, even if they look alike. Each case
 * goes through a table of pairs. */
#include "topic.h"

#include <stdio.h>
#include <string.h>

#define LONGEST 700

struct pair {
    const char *what, *first, *second; /* behind the case's own name, or in front of it; escaped */
};

/* Each of the two names stays when its creator closes its handle, because the other process has one too, and disappears with
 * that handle. */
static void live_apart(struct stage *s, unsigned i, const char *first, const char *second, const char *api)
{
    row(s, "life-creator-exit");
    must(s, "writer", step("close first%u", i));
    gives(s, "reader", step("size first%u", i), "size=4096 attributes=SEC_COMMIT");
    if (succeeds(s, "writer", step("open first%u name=%s access=FILE_MAP_READ api=%s", i, first, api)))
        must(s, "writer", step("close first%u", i));
    must(s, "reader", step("close second%u", i));
    if (succeeds(s, "reader", step("open second%u name=%s access=FILE_MAP_READ api=%s", i, second, api)))
        must(s, "reader", step("close second%u", i));
    row(s, "life-all-closed-destroys");
    must(s, "reader", step("close first%u", i));
    not_found(s, "reader", step("open first%u name=%s access=FILE_MAP_READ api=%s", i, first, api));
    must(s, "writer", step("close second%u", i));
    not_found(s, "writer", step("open second%u name=%s access=FILE_MAP_READ api=%s", i, second, api));
    row(s, "name-every-unit-counts");
}

/* The writer creates the first name, with one page. The reader does not find the second name and creates it, with two
 * pages; each name then leads to a section of its own size. `api` is W or A. */
static void are_two_names(struct stage *s, unsigned i, const char *first, const char *second, const char *api)
{
    must(s, "writer", step("create first%u name=%s size=4096 protect=PAGE_READWRITE api=%s", i, first, api));
    not_found(s, "reader", step("open second%u name=%s access=FILE_MAP_READ api=%s", i, second, api));
    REQUIRE(gives(s, "reader",
                  step("create second%u name=%s size=8192 protect=PAGE_READWRITE api=%s", i, second, api),
                  "error=0"));
    REQUIRE(
        succeeds(s, "writer",
                 step("open second%u name=%s access=FILE_MAP_READ|SECTION_QUERY api=%s", i, second, api)));
    gives(s, "writer", step("size second%u", i), "size=8192 attributes=SEC_COMMIT");
    REQUIRE(succeeds(s, "reader",
                     step("open first%u name=%s access=FILE_MAP_READ|SECTION_QUERY api=%s", i, first, api)));
    gives(s, "reader", step("size first%u", i), "size=4096 attributes=SEC_COMMIT");
    live_apart(s, i, first, second, api);
}

static void differ_at_end(struct stage *s, unsigned i, const struct pair *pair, const char *api)
{
    char first[LONGEST + 40], second[LONGEST + 40];
    says(s, "%s", pair->what);
    snprintf(first, sizeof first, "@%u%s", i, pair->first);
    snprintf(second, sizeof second, "@%u%s", i, pair->second);
    are_two_names(s, i, first, second, api);
}

static void all_differ_at_end(struct stage *s, const struct pair *pairs, unsigned count, const char *api)
{
    for (unsigned i = 0; i < count; i++)
        differ_at_end(s, i, &pairs[i], api);
}

static const struct pair ends[] = {
    {"a blank at the end", "x", "x%20"},
    {"two blanks at the end", "x%20", "x%20%20"},
    {"a dot at the end", "x", "x."},
    {"two dots at the end", "x.", "x.."},
    {"a tab instead of a blank", "x%20", "x%09"},
    {"a digit at the end", "x1", "x2"},
    {"a digit more at the end", "x1", "x11"},
    {"a control character at the end", "x", "x%01"},
    {"case before a blank", "x%20", "X%20"},
    {"case before a dot", "x.", "X."},
};

/* Blanks, dots and other characters at the end of a name count. */
static void name_end_counts(struct stage *s)
{
    all_differ_at_end(s, ends, COUNT(ends), "W");
}

/* The same for the A functions. */
static void name_end_counts_ansi(struct stage *s)
{
    all_differ_at_end(s, ends, COUNT(ends), "A");
}

/* Blanks, dots and other characters at the start of a name count, with a prefix and without one. */
static void name_start_counts(struct stage *s)
{
    static const struct pair pairs[] = {
        {"a blank", "", "%20"},
        {"two blanks", "%20", "%20%20"},
        {"a tab instead of a blank", "%20", "%09"},
        {"a dot", "", "%2E"},
        {"a slash", "", "%2F"},
        {"a blank behind Local\\", "Local\\", "Local\\%20"},
        {"a dot behind Local\\", "Local\\", "Local\\%2E"},
    };
    for (unsigned i = 0; i < COUNT(pairs); i++) {
        char first[40], second[40];
        says(s, "%s", pairs[i].what);
        snprintf(first, sizeof first, "%s^%u", pairs[i].first, i);
        snprintf(second, sizeof second, "%s^%u", pairs[i].second, i);
        are_two_names(s, i, first, second, "W");
    }
}

/* Separators of paths and wildcards mean nothing in a name. */
static void name_separators_count(struct stage *s)
{
    static const struct pair pairs[] = {
        {"one slash and two", "a%2Fb", "a%2F%2Fb"},
        {"a path through the same folder", "a%2Fb", "a%2F.%2Fb"},
        {"a path back", "b", "a%2F..%2Fb"},
        {"slash and bar", "a%2Fb", "a%7Cb"},
        {"colon", "a%3Ab", "ab"},
        {"star", "ab", "a%2A"},
        {"question mark", "ab", "a%3F"},
        {"case behind a slash", "a%2Fb", "a%2FB"},
        {"case before a colon", "a%3Ab", "A%3Ab"},
        {"behind a colon", "a%3Ab", "a%3Ac"},
        {"behind a slash", "a%2Fb", "a%2Fc"},
        {"behind a star", "a%2Ab", "a%2Ac"},
        {"one blank and two", "a%20b", "a%20%20b"},
        {"blank and underscore", "a%20b", "a_b"},
        {"percent", "a%25b", "ab"},
        {"quotes", "ab", "%22ab%22"},
    };
    all_differ_at_end(s, pairs, COUNT(pairs), "W");
}

/* Letters that look alike, that differ in case, or that become equal when bits are dropped. */
static void name_letters_beyond_ascii(struct stage *s)
{
    static const struct pair pairs[] = {
        {"e acute and E acute", "%C3%A9", "%C3%89"},
        {"e acute and e", "%C3%A9", "e"},
        {"e acute and e grave", "%C3%A9", "%C3%A8"},
        {"case behind e acute", "%C3%A9a", "%C3%A9A"},
        {"sharp s and ss", "%C3%9F", "ss"},
        {"sharp s and capital sharp s", "%C3%9F", "%E1%BA%9E"},
        {"dotless i and i", "%C4%B1", "i"},
        {"i and I with a dot", "i", "%C4%B0"},
        {"Latin a and Cyrillic a", "a", "%D0%B0"},
        {"sigma and final sigma", "%CF%83", "%CF%82"},
        {"omega and ohm", "%CE%A9", "%E2%84%A6"},
        {"K and kelvin", "K", "%E2%84%AA"},
        {"A and wide A", "A", "%EF%BC%A1"},
        {"fi and its ligature", "fi", "%EF%AC%81"},
        {"A and L with stroke, whose low byte is A", "A", "%C5%81"},
        {"a soft hyphen", "ab", "a%C2%ADb"},
        {"a zero-width joiner", "ab", "a%E2%80%8Db"},
        {"a byte-order mark", "ab", "%EF%BB%BFab"},
        {"a blank and a no-break space", "a%20b", "a%C2%A0b"},
    };
    all_differ_at_end(s, pairs, COUNT(pairs), "W");
}

/* Letters of two UTF-16 units: both units count. */
static void name_letters_beyond_bmp(struct stage *s)
{
    static const struct pair pairs[] = {
        {"another second unit", "%F0%9F%98%80", "%F0%9F%98%81"},
        {"another first unit", "%F0%9F%98%80", "%F0%9F%A8%80"},
        {"one case and the other", "%F0%90%90%80", "%F0%90%90%A8"},
        {"U+1F600 and U+F600", "%F0%9F%98%80", "%EF%98%80"},
        {"a letter and its first unit alone", "%F0%9F%98%80", "%ED%A0%BD"},
        {"two first units alone", "%ED%A0%BD", "%ED%A0%BE"},
        {"a first unit alone and a question mark", "%ED%A0%BD", "%3F"},
        {"a first unit alone and U+FFFD", "%ED%A0%BD", "%EF%BF%BD"},
    };
    all_differ_at_end(s, pairs, COUNT(pairs), "W");
}

/* Names of many lengths that differ in the last letter alone, or by one letter more. */
static void name_late_difference(struct stage *s)
{
    static const unsigned lengths[] = {30, 62, 126, 180, 254, 510, LONGEST};
    char letters[LONGEST + 1], first[LONGEST + 2], second[LONGEST + 3];
    for (unsigned i = 0; i < COUNT(lengths); i++) {
        const int length = (int)lengths[i];
        memset(letters, 'n', sizeof letters - 1);
        letters[length] = '\0';
        snprintf(first, sizeof first, "%sa", letters);
        snprintf(second, sizeof second, "%sb", letters);
        differ_at_end(s, 2 * i, &(struct pair){"the last letter", first, second}, "W");
        snprintf(second, sizeof second, "%saa", letters);
        differ_at_end(s, 2 * i + 1, &(struct pair){"one letter more", first, second}, "W");
    }
    letters[200] = '\0';
    snprintf(first, sizeof first, "%sa", letters);
    snprintf(second, sizeof second, "%sA", letters);
    differ_at_end(s, 2 * COUNT(lengths), &(struct pair){"the case of the last letter", first, second}, "W");
}

/* The same for names that are longer than a step, up to 30,000 letters. */
static void name_length_counts(struct stage *s)
{
    static const unsigned lengths[] = {255, 1023, 4095, 16383, 30000};
    for (unsigned i = 0; i < COUNT(lengths); i++) {
        must(s, "writer",
             step("create s%u name=@x name-repeat=%u size=4096 protect=PAGE_READWRITE", i, lengths[i]));
        not_found(s, "reader",
                  step("open longer%u name=@x name-repeat=%u access=FILE_MAP_READ", i, lengths[i] + 1));
        not_found(s, "reader",
                  step("open shorter%u name=@x name-repeat=%u access=FILE_MAP_READ", i, lengths[i] - 1));
        gives(s, "reader",
              step("create longer%u name=@x name-repeat=%u size=8192 protect=PAGE_READWRITE", i,
                   lengths[i] + 1),
              "error=0");
        succeeds(
            s, "reader",
            step("open same%u name=@x name-repeat=%u access=FILE_MAP_READ|SECTION_QUERY", i, lengths[i]));
        gives(s, "reader", step("size same%u", i), "size=4096 attributes=SEC_COMMIT");
    }
}

/* The A functions take the bytes of a name in the ANSI code page of the process. Bytes that are UTF-8 are other letters
 * there, unless the code page is UTF-8. */
static void name_ansi_code_page(struct stage *s)
{
    must(s, "writer", "system");
    const uint64_t page = number(s, "writer", "acp");
    const bool western = page == 1250 || page == 1252 || page == 1254 || page == 1257 || page == 1258;
    powered(s, "the code page is UTF-8, or one with e acute as 0xE9", western || page == 65001);
    must(s, "writer", "create bytes name=@x%C3%A9 size=4096 protect=PAGE_READWRITE api=A");
    succeeds(s, "reader", "open bytes name=@x%C3%A9 access=FILE_MAP_READ api=A");
    if (page == 65001) {
        succeeds(s, "reader", "open letter name=@x%C3%A9 access=FILE_MAP_READ");
        return;
    }
    not_found(s, "reader", "open letter name=@x%C3%A9 access=FILE_MAP_READ");
    must(s, "writer", "create byte name=@y%E9 size=8192 protect=PAGE_READWRITE api=A");
    succeeds(s, "reader", "open acute name=@y%C3%A9 access=FILE_MAP_READ");
    not_found(s, "reader", "open utf8 name=@y%C3%A9 access=FILE_MAP_READ api=A");
    must(s, "reader", "create wide name=@z%C3%A9 size=4096 protect=PAGE_READWRITE");
    not_found(s, "writer", "open utf8 name=@z%C3%A9 access=FILE_MAP_READ api=A");
    succeeds(s, "writer", "open wide name=@z%E9 access=FILE_MAP_READ api=A");
}

static const struct test_case names_apart_cases[] = {
    {CASE(name_start_counts), .rows = "name-every-unit-counts life-creator-exit life-all-closed-destroys"},
    {CASE(name_ansi_code_page)},
    {CASE(name_end_counts), .rows = "name-every-unit-counts life-creator-exit life-all-closed-destroys"},
    {CASE(name_end_counts_ansi), .rows = "name-every-unit-counts life-creator-exit life-all-closed-destroys"},
    {CASE(name_separators_count),
     .rows = "name-every-unit-counts life-creator-exit life-all-closed-destroys"},
    {CASE(name_letters_beyond_ascii),
     .rows = "name-every-unit-counts life-creator-exit life-all-closed-destroys"},
    {CASE(name_letters_beyond_bmp),
     .rows = "name-every-unit-counts life-creator-exit life-all-closed-destroys"},
    {CASE(name_late_difference), .rows = "name-every-unit-counts life-creator-exit life-all-closed-destroys"},
    {CASE(name_length_counts), .rows = "name-every-unit-counts"},
};

TOPIC(names_apart, names_apart_cases)
