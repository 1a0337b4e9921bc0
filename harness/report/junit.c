#include "junit.h"

#include <stdlib.h>
#include <string.h>

#include "../common/fact.h"
#include "xml.h"

struct tally {
    size_t tests, failures, errors, skipped;
    uint64_t milliseconds;
};

struct rendered {
    size_t position;
    struct buffer text; /* rendered once, when the case is added */
};

struct suite {
    char *topic, *pair;
    struct tally tally;
    struct rendered *cases; /* by position */
    size_t count, room;
};

struct property {
    char *name, *value;
    char *pair; /* of whose suites; NULL: of all */
};

struct junit {
    struct junit_style style;
    char *host, *timestamp, *suite_prefix;
    struct property *properties;
    size_t property_count;
    struct suite *suites; /* by the position of their first case */
    size_t suite_count;
    size_t counts[VERDICT_COUNT];
    bool failed; /* memory ran out: cases are missing, and junit_text fails */
};

static char *copy_string(const char *string)
{
    size_t size = strlen(string) + 1;
    char *copy = malloc(size);
    if (copy)
        memcpy(copy, string, size);
    return copy;
}

struct junit *junit_new(enum junit_dialect dialect, const char *host, const char *timestamp)
{
    struct junit *report = calloc(1, sizeof *report);
    if (!report)
        return NULL;
    report->style = (struct junit_style){.dialect = dialect, .suite_prefix = ""};
    report->host = copy_string(host);
    report->timestamp = copy_string(timestamp);
    if (!report->host || !report->timestamp) {
        junit_free(report);
        return NULL;
    }
    return report;
}

void junit_free(struct junit *report)
{
    if (!report)
        return;
    for (size_t i = 0; i < report->property_count; i++) {
        free(report->properties[i].name);
        free(report->properties[i].value);
        free(report->properties[i].pair);
    }
    for (size_t i = 0; i < report->suite_count; i++) {
        struct suite *suite = &report->suites[i];
        for (size_t j = 0; j < suite->count; j++)
            buffer_free(&suite->cases[j].text);
        free(suite->cases);
        free(suite->topic);
        free(suite->pair);
    }
    free(report->properties);
    free(report->suites);
    free(report->host);
    free(report->timestamp);
    free(report->suite_prefix);
    free(report);
}

static bool same_string(const char *one, const char *other)
{
    return one && other ? strcmp(one, other) == 0 : one == other;
}

static void add_property(struct junit *report, const char *pair, const char *name, const char *value)
{
    char *own_value = copy_string(value);
    for (size_t i = 0; own_value && i < report->property_count; i++) {
        struct property *there = &report->properties[i];
        if (strcmp(there->name, name) == 0 && same_string(there->pair, pair)) {
            free(there->value);
            there->value = own_value;
            return;
        }
    }
    char *own_name = copy_string(name), *own_pair = pair ? copy_string(pair) : NULL;
    struct property *grown =
        realloc(report->properties, (report->property_count + 1) * sizeof report->properties[0]);
    if (grown)
        report->properties = grown;
    if (!grown || !own_name || !own_value || (pair && !own_pair)) {
        free(own_name);
        free(own_value);
        free(own_pair);
        report->failed = true;
        return;
    }
    grown[report->property_count++] = (struct property){own_name, own_value, own_pair};
}

void junit_property(struct junit *report, const char *name, const char *value)
{
    add_property(report, NULL, name, value);
}

void junit_pair_property(struct junit *report, const char *pair, const char *name, const char *value)
{
    add_property(report, pair, name, value);
}

void junit_set_suite_prefix(struct junit *report, const char *prefix)
{
    char *own = copy_string(prefix);
    if (!own) {
        report->failed = true;
        return;
    }
    free(report->suite_prefix);
    report->suite_prefix = own;
    report->style.suite_prefix = own;
    junit_property(report, FACT_SUITE_PREFIX, prefix);
}

/* The sum; it saturates instead of wrapping around. */
static uint64_t saturating_sum(uint64_t a, uint64_t b)
{
    return b > UINT64_MAX - a ? UINT64_MAX : a + b;
}

static void tally_add(struct tally *tally, const struct tally *more)
{
    tally->tests += more->tests;
    tally->failures += more->failures;
    tally->errors += more->errors;
    tally->skipped += more->skipped;
    tally->milliseconds = saturating_sum(tally->milliseconds, more->milliseconds);
}

static void tally_case(struct tally *tally, enum verdict verdict, uint64_t milliseconds)
{
    const struct tally one = {.tests = 1,
                              .failures = verdict == VERDICT_FAIL || verdict == VERDICT_DEVIATES,
                              .errors = verdict == VERDICT_ERROR,
                              .skipped = verdict == VERDICT_SKIP || verdict == VERDICT_KNOWN,
                              .milliseconds = milliseconds};
    tally_add(tally, &one);
}

/* ---- the report ---- */

static const char *pair_of(const struct junit_case *add)
{
    return add->pair ? add->pair : "";
}

static bool of_one_suite(const struct junit_case *one, const struct junit_case *other)
{
    return strcmp(one->topic, other->topic) == 0 && strcmp(pair_of(one), pair_of(other)) == 0;
}

/* The suite of the case; NULL before its first case is added. */
static struct suite *find_suite(const struct junit *report, const struct junit_case *add)
{
    for (size_t i = 0; i < report->suite_count; i++)
        if (strcmp(report->suites[i].topic, add->topic) == 0 &&
            strcmp(report->suites[i].pair, pair_of(add)) == 0)
            return &report->suites[i];
    return NULL;
}

static struct suite *make_suite(struct junit *report, const struct junit_case *add)
{
    char *own_topic = copy_string(add->topic), *own_pair = copy_string(pair_of(add));
    struct suite *grown = realloc(report->suites, (report->suite_count + 1) * sizeof report->suites[0]);
    if (grown)
        report->suites = grown;
    if (!grown || !own_topic || !own_pair) {
        free(own_topic);
        free(own_pair);
        return NULL;
    }
    struct suite *suite = &grown[report->suite_count++];
    *suite = (struct suite){.topic = own_topic, .pair = own_pair};
    return suite;
}

/* Makes room for one more case at its position; NULL if memory runs out. Cases are added nearly in order, so the search
 * starts at the end. */
static struct rendered *insert_case(struct suite *suite, size_t position)
{
    if (suite->count == suite->room) {
        size_t room = suite->room ? suite->room * 2 : 16;
        struct rendered *grown = realloc(suite->cases, room * sizeof *grown);
        if (!grown)
            return NULL;
        suite->cases = grown;
        suite->room = room;
    }
    size_t at = suite->count++;
    for (; at > 0 && suite->cases[at - 1].position > position; at--)
        suite->cases[at] = suite->cases[at - 1];
    suite->cases[at] = (struct rendered){.position = position};
    return &suite->cases[at];
}

/* Moves a suite with a new first case to its place in the order. */
static void sort_suite(struct junit *report, struct suite *suite)
{
    struct suite moved = *suite;
    for (; suite > report->suites && suite[-1].count > 0 &&
           suite[-1].cases[0].position > moved.cases[0].position;
         suite--)
        *suite = suite[-1];
    *suite = moved;
}

void junit_add(struct junit *report, const struct junit_case *add)
{
    report->counts[add->verdict]++;
    struct suite *suite = find_suite(report, add);
    if (!suite)
        suite = make_suite(report, add);
    struct rendered *rendered = suite ? insert_case(suite, add->position) : NULL;
    if (!rendered) {
        report->failed = true;
        return;
    }
    tally_case(&suite->tally, add->verdict, add->milliseconds);
    junit_case_render(&rendered->text, &report->style, add);
    if (rendered->text.failed)
        report->failed = true;
    sort_suite(report, suite);
}

size_t junit_count(const struct junit *report, enum verdict verdict)
{
    return report->counts[verdict];
}

/* ---- the text ---- */

/* A running case as the report shows it: interrupted. */
static struct junit_case interrupted(const struct junit_case *running)
{
    struct junit_case ended = *running;
    ended.verdict = VERDICT_ERROR;
    ended.error_kind = ERROR_KIND_INTERRUPTED;
    if (!ended.message[0])
        ended.message = "The run ended while this case was running";
    return ended;
}

static void add_tally(struct buffer *out, const struct tally *tally)
{
    buffer_format(out, " tests=\"%zu\" failures=\"%zu\" errors=\"%zu\"", tally->tests, tally->failures,
                  tally->errors);
}

/* `first` is any case of the suite. */
static void add_suite_start(struct buffer *out, const struct junit *report, const struct junit_case *first,
                            size_t id, const struct tally *tally)
{
    buffer_add_string(out, "  <testsuite name=\"");
    junit_suite_name(out, &report->style, first);
    buffer_add_string(out, "\"");
    add_tally(out, tally);
    buffer_format(out, " skipped=\"%zu\"", tally->skipped);
    junit_time(out, tally->milliseconds);
    xml_add_attribute(out, "timestamp", report->timestamp);
    if (report->style.dialect != JUNIT_SUREFIRE) {
        xml_add_attribute(out, "hostname", report->host);
        buffer_format(out, " id=\"%zu\" package=\"shmcheck\"", id);
    }
    buffer_add_string(out, ">\n    <properties>\n");
    for (size_t i = 0; i < report->property_count; i++) {
        const struct property *property = &report->properties[i];
        if (property->pair && strcmp(property->pair, pair_of(first)) != 0)
            continue;
        buffer_add_string(out, "      <property");
        xml_add_attribute(out, "name", property->name);
        xml_add_attribute(out, "value", property->value);
        buffer_add_string(out, "/>\n");
    }
    buffer_add_string(out, "    </properties>\n");
}

/* One suite, that of the case `first`: its finished cases, if any, then the running ones. */
static void add_suite(struct buffer *out, const struct junit *report, const struct junit_case *first,
                      size_t id, const struct suite *finished, const struct junit_case *running,
                      size_t running_count)
{
    struct tally tally = finished ? finished->tally : (struct tally){0};
    for (size_t i = 0; i < running_count; i++)
        if (of_one_suite(&running[i], first))
            tally_case(&tally, VERDICT_ERROR, running[i].milliseconds);
    add_suite_start(out, report, first, id, &tally);
    for (size_t i = 0; finished && i < finished->count; i++)
        buffer_add(out, finished->cases[i].text.at, finished->cases[i].text.length);
    for (size_t i = 0; i < running_count; i++) {
        if (!of_one_suite(&running[i], first))
            continue;
        struct junit_case ended = interrupted(&running[i]);
        junit_case_render(out, &report->style, &ended);
    }
    buffer_add_string(out, "  </testsuite>\n");
}

/* Whether running[at] is the first of a suite that has no finished case yet. */
static bool opens_suite(const struct junit *report, const struct junit_case *running, size_t at)
{
    for (size_t i = 0; i < at; i++)
        if (of_one_suite(&running[i], &running[at]))
            return false;
    return !find_suite(report, &running[at]);
}

bool junit_text(const struct junit *report, const struct junit_case *running, size_t running_count,
                struct buffer *out)
{
    /* Some readers drop a suite without cases, others take it for a success. */
    static const struct junit_case no_case = {.topic = "run",
                                              .id = "no-case-ran",
                                              .message = "The run has not finished a case yet",
                                              .details = "",
                                              .file = "",
                                              .output = "",
                                              .stray = ""};
    if (report->suite_count == 0 && running_count == 0) {
        running = &no_case;
        running_count = 1;
    }
    struct tally whole = {0};
    for (size_t i = 0; i < report->suite_count; i++)
        tally_add(&whole, &report->suites[i].tally);
    for (size_t i = 0; i < running_count; i++)
        tally_case(&whole, VERDICT_ERROR, running[i].milliseconds);

    buffer_add_string(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"shmcheck\"");
    add_tally(out, &whole);
    junit_time(out, whole.milliseconds);
    buffer_add_string(out, ">\n");
    size_t id = 0;
    for (; id < report->suite_count; id++) {
        const struct suite *suite = &report->suites[id];
        const struct junit_case of_it = {.topic = suite->topic, .pair = suite->pair};
        add_suite(out, report, &of_it, id, suite, running, running_count);
    }
    for (size_t i = 0; i < running_count; i++)
        if (opens_suite(report, running, i))
            add_suite(out, report, &running[i], id++, NULL, running, running_count);
    buffer_add_string(out, "</testsuites>\n");
    return !report->failed && !out->failed;
}
