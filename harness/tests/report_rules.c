#include "report_rules.h"

#include <stdlib.h>
#include <string.h>

#include "xml_scan.h"

/* Elements of a case, in the order in which they must stand. */
enum part { PART_OUTCOME, PART_OUTPUT, PART_STRAY, PART_COUNT };

struct sums {
    uint64_t tests, failures, errors, skipped, milliseconds;
};

struct check {
    struct scan scan;
    enum junit_dialect dialect;
    struct text *wrong;
    seen_function seen;
    void *context;
    struct buffer suite, prefix, name, classname, file, line, message, type, element, text[PART_COUNT];
    bool has_file, has_line, has_type;
    uint64_t suite_count;
};

static bool complain(struct check *check, const char *what)
{
    if (check->wrong->length == 0)
        text_format(check->wrong, "before byte %zu, suite %s, case %s: %s",
                    (size_t)(check->scan.at - check->scan.begin), check->suite.at ? check->suite.at : "?",
                    check->name.at ? check->name.at : "?", what);
    return false;
}

static void keep(struct buffer *to, const char *text)
{
    to->length = 0;
    buffer_add_string(to, text);
}

static enum scan_token next(struct check *check)
{
    enum scan_token token = scan_next(&check->scan);
    if (token == SCAN_ERROR)
        complain(check, check->scan.wrong);
    return token;
}

/* The next token, blanks between elements skipped. */
static enum scan_token next_tag(struct check *check)
{
    enum scan_token token = next(check);
    if (token == SCAN_TEXT && check->scan.text.at[strspn(check->scan.text.at, " \n")] == '\0')
        token = next(check);
    return token;
}

static bool starts(struct check *check, enum scan_token token, const char *name)
{
    return (token == SCAN_START && strcmp(check->scan.name, name) == 0) ||
           (complain(check, "another element was expected"), complain(check, name));
}

static bool stops(struct check *check, enum scan_token token, const char *name)
{
    return (token == SCAN_STOP && strcmp(check->scan.name, name) == 0) ||
           complain(check, "an end tag was expected");
}

/* Exactly the attributes of a blank-separated list, in its order. */
static bool has_attributes(struct check *check, const char *list)
{
    char joined[256];
    struct text text = text_over(joined, sizeof joined);
    for (size_t i = 0; i < check->scan.attribute_count; i++)
        text_format(&text, "%s%s", i > 0 ? " " : "", check->scan.attributes[i].name);
    return strcmp(joined, list) == 0 || complain(check, joined);
}

static uint64_t number_of(struct check *check, const char *name)
{
    const char *value = scan_attribute(&check->scan, name);
    if (!value || !*value || value[strspn(value, "0123456789")] != '\0')
        complain(check, "a number was expected");
    return value ? strtoull(value, NULL, 10) : 0;
}

/* A time as digits, a point and three digits. */
static uint64_t time_of(struct check *check)
{
    const char *value = scan_attribute(&check->scan, "time");
    size_t whole = value ? strspn(value, "0123456789") : 0;
    if (whole == 0 || value[whole] != '.' || strspn(value + whole + 1, "0123456789") != 3 ||
        value[whole + 4]) {
        complain(check, "time is not of the form 0.000");
        return 0;
    }
    uint64_t seconds = strtoull(value, NULL, 10), thousandths = strtoull(value + whole + 1, NULL, 10);
    return seconds > (UINT64_MAX - thousandths) / 1000 ? UINT64_MAX : seconds * 1000 + thousandths;
}

static void add_milliseconds(struct sums *sums, uint64_t more)
{
    sums->milliseconds = more > UINT64_MAX - sums->milliseconds ? UINT64_MAX : sums->milliseconds + more;
}

static bool one_of(const char *word, const char *const *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(word, list[i]) == 0)
            return true;
    return false;
}

static bool type_is_right(const struct check *check)
{
    static const char *const failures[] = {"shmcheck.Failure", "shmcheck.Deviation"};
    static const char *const errors[] = {"shmcheck.Harness", "shmcheck.Crash", "shmcheck.Timeout",
                                         "shmcheck.Interrupted"};
    if (strcmp(check->element.at, "skipped") == 0)
        return !check->has_type;
    if (!check->has_type)
        return false;
    return strcmp(check->element.at, "failure") == 0 ? one_of(check->type.at, failures, 2)
                                                     : one_of(check->type.at, errors, 4);
}

/* The message, then at most one line for its place, then the rest. */
static bool outcome_is_right(struct check *check)
{
    const char *message = check->message.at, *text = check->text[PART_OUTCOME].at;
    size_t length = strlen(message);
    if (length == 0 || length > 300 || strchr(message, '\n'))
        return complain(check, "a message of no or too many bytes or lines");
    if (strncmp(text, message, length) != 0 || (text[length] && text[length] != '\n'))
        return complain(check, "the text does not start with the message");
    if (!type_is_right(check))
        return complain(check, "a wrong type");
    if (check->has_line && strncmp(text + length, "\n  at ", 6) != 0)
        return complain(check, "a line in the attributes and none in the text");
    return true;
}

static bool verdict_fits(const struct check *check)
{
    static const char lead[] = "[[PROPERTY|verdict=";
    const char *output = check->text[PART_OUTPUT].at, *element = check->element.at;
    if (strncmp(output, lead, sizeof lead - 1) != 0)
        return false;
    const char *verdict = output + sizeof lead - 1;
    size_t length = strcspn(verdict, "]");
    if (strncmp(verdict + length, "]]\n", 3) != 0)
        return false;
    static const struct {
        const char *verdict, *element, *type;
    } table[] = {{"pass", "", NULL},        {"fail", "failure", "shmcheck.Failure"},
                 {"error", "error", NULL},  {"deviates", "failure", "shmcheck.Deviation"},
                 {"skip", "skipped", NULL}, {"known", "skipped", NULL}};
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
        if (strlen(table[i].verdict) == length && strncmp(verdict, table[i].verdict, length) == 0)
            return strcmp(table[i].element, element) == 0 &&
                   (!table[i].type || strcmp(table[i].type, check->type.at) == 0) &&
                   (strcmp(table[i].verdict, "known") != 0 || strncmp(check->message.at, "known: ", 7) == 0);
    return false;
}

/* The line behind the verdict of a skipped case repeats the message. */
static bool reason_fits(const struct check *check)
{
    static const char lead[] = "]]\n[[PROPERTY|reason=";
    const char *at = strstr(check->text[PART_OUTPUT].at, lead);
    size_t length = strlen(check->message.at);
    if (strcmp(check->element.at, "skipped") != 0)
        return true;
    return at && strncmp(at + sizeof lead - 1, check->message.at, length) == 0 &&
           strncmp(at + sizeof lead - 1 + length, "]]\n", 3) == 0;
}

static int part_of(const char *name)
{
    static const char *const outcomes[] = {"failure", "error", "skipped"};
    return one_of(name, outcomes, 3)         ? PART_OUTCOME
           : strcmp(name, "system-out") == 0 ? PART_OUTPUT
           : strcmp(name, "system-err") == 0 ? PART_STRAY
                                             : -1;
}

/* The elements of a case, up to its end tag. */
static bool read_parts(struct check *check)
{
    int last = -1;
    enum scan_token token;
    while ((token = next_tag(check)) == SCAN_START) {
        int part = part_of(check->scan.name);
        if (part <= last)
            return complain(check, "an unknown element, or one out of order or twice");
        last = part;
        if (part == PART_OUTCOME) {
            keep(&check->element, check->scan.name);
            check->has_type = scan_attribute(&check->scan, "type") != NULL;
            if (!has_attributes(check, check->has_type ? "message type" : "message"))
                return false;
            keep(&check->message, scan_attribute(&check->scan, "message"));
            keep(&check->type, check->has_type ? scan_attribute(&check->scan, "type") : "");
        } else if (!has_attributes(check, "")) {
            return false;
        }
        char name[32];
        memcpy(name, check->scan.name, sizeof name);
        token = next(check);
        if (token == SCAN_TEXT) {
            keep(&check->text[part], check->scan.text.at);
            token = next(check);
        }
        /* 64 KiB, and the few lines that the writer adds. */
        size_t most = 64 * 1024 + (part == PART_OUTCOME ? 2 * 64 * 1024 + 1000 : 40);
        if (!stops(check, token, name) || check->text[part].length > most)
            return complain(check, "an element that does not end, or is too long");
    }
    return stops(check, token, "testcase");
}

static void show(struct check *check)
{
    struct seen_case seen = {.suite = check->suite.at,
                             .name = check->name.at,
                             .classname = check->classname.at,
                             .file = check->has_file ? check->file.at : NULL,
                             .line = check->has_line ? check->line.at : NULL,
                             .element = check->element.at,
                             .type = check->has_type ? check->type.at : NULL,
                             .message = check->message.at,
                             .text = check->text[PART_OUTCOME].at,
                             .output = check->text[PART_OUTPUT].at,
                             .stray = check->text[PART_STRAY].at};
    if (check->seen)
        check->seen(check->context, &seen);
}

static bool read_case(struct check *check, struct sums *sums)
{
    const struct scan *scan = &check->scan;
    check->has_file = scan_attribute(scan, "file") != NULL;
    check->has_line = scan_attribute(scan, "line") != NULL;
    check->has_type = false;
    if (!has_attributes(check, check->has_line   ? "name classname time file line"
                               : check->has_file ? "name classname time file"
                                                 : "name classname time"))
        return false;
    if (check->has_file && check->dialect != JUNIT_EXTENDED)
        return complain(check, "file and line in another dialect than extended");
    keep(&check->name, scan_attribute(scan, "name"));
    keep(&check->classname, scan_attribute(scan, "classname"));
    keep(&check->file, check->has_file ? scan_attribute(scan, "file") : "");
    keep(&check->line, check->has_line ? scan_attribute(scan, "line") : "");
    if (strcmp(check->classname.at, check->suite.at) != 0)
        return complain(check, "a classname that is not the name of the suite");
    keep(&check->element, "");
    keep(&check->message, "");
    keep(&check->type, "");
    for (int part = 0; part < PART_COUNT; part++)
        keep(&check->text[part], "");
    add_milliseconds(sums, time_of(check));
    if (!read_parts(check))
        return false;
    if (check->element.length > 0 && !outcome_is_right(check))
        return false;
    if (!verdict_fits(check))
        return complain(check, "the verdict in the output is missing or another one");
    if (!reason_fits(check))
        return complain(check, "the reason of a skip is not in the output");
    sums->tests++;
    sums->failures += strcmp(check->element.at, "failure") == 0;
    sums->errors += strcmp(check->element.at, "error") == 0;
    sums->skipped += strcmp(check->element.at, "skipped") == 0;
    show(check);
    return true;
}

/* Whether the name of the suite follows the prefix that its properties state, or has none if they state none. */
static bool suite_name_is_right(const struct check *check)
{
    const char *name = check->suite.at;
    size_t length = check->prefix.length;
    if (length > 0) {
        if (strncmp(name, check->prefix.at, length) != 0 || name[length] != '.')
            return false;
        name += length + 1;
    }
    return strncmp(name, "shmcheck.", 9) == 0;
}

static bool read_properties(struct check *check)
{
    keep(&check->prefix, "");
    if (!starts(check, next_tag(check), "properties") || !has_attributes(check, ""))
        return false;
    enum scan_token token;
    while ((token = next_tag(check)) == SCAN_START) {
        if (!starts(check, token, "property") || !has_attributes(check, "name value"))
            return false;
        if (strcmp(scan_attribute(&check->scan, "name"), "suite_prefix") == 0)
            keep(&check->prefix, scan_attribute(&check->scan, "value"));
        if (!stops(check, next(check), "property"))
            return false;
    }
    return stops(check, token, "properties");
}

static bool read_suite(struct check *check, struct sums *whole)
{
    struct sums stated = {0}, sums = {0};
    if (!starts(check, SCAN_START, "testsuite") ||
        !has_attributes(check, check->dialect == JUNIT_SUREFIRE
                                   ? "name tests failures errors skipped time timestamp"
                                   : "name tests failures errors skipped time timestamp hostname id package"))
        return false;
    keep(&check->suite, scan_attribute(&check->scan, "name"));
    stated = (struct sums){number_of(check, "tests"), number_of(check, "failures"),
                           number_of(check, "errors"), number_of(check, "skipped"), time_of(check)};
    if (check->dialect != JUNIT_SUREFIRE && number_of(check, "id") != check->suite_count)
        return complain(check, "a wrong id of a suite");
    check->suite_count++;
    if (!read_properties(check))
        return false;
    if (!suite_name_is_right(check))
        return complain(check, "a wrong name of a suite");
    enum scan_token token;
    while ((token = next_tag(check)) == SCAN_START)
        if (!starts(check, token, "testcase") || !read_case(check, &sums))
            return false;
    if (!stops(check, token, "testsuite"))
        return false;
    if (memcmp(&sums, &stated, sizeof sums) != 0 || sums.tests == 0)
        return complain(check, "a suite whose sums are not those of its cases");
    whole->tests += sums.tests;
    whole->failures += sums.failures;
    whole->errors += sums.errors;
    add_milliseconds(whole, sums.milliseconds);
    return true;
}

static bool read_report(struct check *check)
{
    struct sums sums = {0};
    if (!starts(check, next_tag(check), "testsuites") ||
        !has_attributes(check, "name tests failures errors time"))
        return false;
    struct sums stated = {number_of(check, "tests"), number_of(check, "failures"), number_of(check, "errors"),
                          0, time_of(check)};
    enum scan_token token;
    while ((token = next_tag(check)) == SCAN_START)
        if (!read_suite(check, &sums))
            return false;
    if (!stops(check, token, "testsuites") || next_tag(check) != SCAN_END)
        return complain(check, "something behind the report");
    if (memcmp(&sums, &stated, sizeof sums) != 0 || check->suite_count == 0)
        return complain(check, "a report whose sums are not those of its suites");
    return check->wrong->length == 0;
}

bool report_rules_hold(const char *bytes, size_t length, enum junit_dialect dialect, struct text *wrong,
                       seen_function seen, void *context)
{
    struct check check = {.dialect = dialect, .wrong = wrong, .seen = seen, .context = context};
    bool holds =
        scan_begin(&check.scan, bytes, length) ? read_report(&check) : complain(&check, check.scan.wrong);
    scan_free(&check.scan);
    struct buffer *const owned[] = {&check.prefix,  &check.suite,   &check.name,    &check.classname,
                                    &check.file,    &check.line,    &check.message, &check.type,
                                    &check.element, &check.text[0], &check.text[1], &check.text[2]};
    for (size_t i = 0; i < sizeof owned / sizeof owned[0]; i++)
        buffer_free(owned[i]);
    return holds;
}
