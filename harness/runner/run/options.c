#include "options.h"

#ifndef WIN32_LEAN_AND_MEAN
#define WIN32_LEAN_AND_MEAN
#endif
#include <windows.h>

#include <stdlib.h>
#include <string.h>

#include "../../common/line.h"
#include "../../common/wide.h"
#include "../platform/utf8.h"

const char options_help[] =
    "shmcheck: does named shared memory on this system do what is documented?\n"
    "\n"
    "  shmcheck [options]    run every case; the last line is 'N passed, N failed, N skipped'\n"
    "\n"
    "  --list                print id, topic, needs and rows of every case, tab-separated; run nothing\n"
    "  --filter GLOB         only cases whose id matches (* and ?); may be given several times\n"
    "  --junit FILE          write the report there as JUnit XML; its folder must exist\n"
    "  --junit-dialect strict|extended\n"
    "                        strict (default) is what every reader takes; extended adds file and line\n"
    "  --jobs N              cases at the same time, 1 to 32 (default: processors, 8 at most)\n"
    "  --pair W-R,...        run every case with a writer of the first and a reader of the second\n"
    "                        architecture (x64, x86, arm64), in suites called shmcheck.W-R.TOPIC; for\n"
    "                        example x64-x64,x64-x86,x86-x64,x86-x86. A pair that cannot run is skipped\n"
    "  --repeat N            run every case N times, 1 to 1000\n"
    "  --timeout-scale X     multiply every deadline by X, 0.1 to 100 (step 5 s, case 30 s, run 20 min)\n"
    "  --allow-large         also run cases that take over 1 GiB of memory or disk, or very many objects\n"
    "  --known FILE          deviations that are expected on some platform, each with a reason\n"
    "  --actor PATH          the actor program (default: shmactor.exe beside this program)\n"
    "  --mutate PERCENT      run each case again with one reply changed at a time, so often\n"
    "                        (1 to 100); the report then is about the cases, not about this system\n"
    "  --seed N              chooses the changes when PERCENT is less than 100\n"
    "  --verbose             show transcripts as they happen, volatile values included\n"
    "  --version, --help\n"
    "\n"
    "Exit code: 0 all passed, skipped or known; 1 some fail or deviate; 2 some error; 3 could not run.\n";

static char *to_utf8(const wchar_t *word)
{
    size_t units = wcslen(word), size = units * 3 + 8;
    char *out = malloc(size);
    if (out && wide_to_bytes(out, size, (const uint16_t *)word, units) == SIZE_MAX) {
        free(out);
        return NULL;
    }
    return out;
}

static bool parse_count(const wchar_t *word, unsigned most, unsigned *out)
{
    char *bytes = to_utf8(word);
    uint64_t number;
    bool fine = bytes && number_parse(bytes, &number) && number >= 1 && number <= most;
    if (fine)
        *out = (unsigned)number;
    free(bytes);
    return fine;
}

/* Digits and at most one point; not strtod, which follows the locale. */
static bool parse_scale(const wchar_t *word, double *out)
{
    double value = 0, unit = 0;
    size_t digits = 0;
    for (; *word; word++) {
        if (*word == L'.' && unit == 0) {
            unit = 1;
        } else if (*word >= L'0' && *word <= L'9' && digits < 9) {
            value = value * 10 + (*word - L'0');
            unit *= 10;
            digits++;
        } else {
            return false;
        }
    }
    if (unit > 1)
        value /= unit;
    *out = value;
    return digits > 0 && value >= 0.1 && value <= 100;
}

/* One pair of a list. A pair that is named twice would be two cases of one name. */
static bool add_pair(struct options *out, const wchar_t *word, size_t length, struct text *error)
{
    wchar_t piece[200] = L"";
    struct pair pair;
    wcsncpy(piece, word, length < 199 ? length : 199);
    const char *name = utf8(piece);
    if (!pair_find(name, &pair)) {
        text_format(
            error,
            "--pair takes pairs like x64-x86 with commas between them, of x64, x86 and arm64, not '%s'",
            name);
        return false;
    }
    for (size_t i = 0; i < out->pair_count; i++) {
        if (out->pairs[i].writer == pair.writer && out->pairs[i].reader == pair.reader) {
            text_format(error, "--pair names %s twice", name);
            return false;
        }
    }
    out->pairs[out->pair_count++] = pair;
    return true;
}

static bool parse_pairs(struct options *out, const wchar_t *list, struct text *error)
{
    for (;;) {
        size_t length = wcscspn(list, L",");
        if (!add_pair(out, list, length, error))
            return false;
        if (!list[length])
            return true;
        list += length + 1;
    }
}

static unsigned default_jobs(void)
{
    SYSTEM_INFO system;
    GetSystemInfo(&system);
    return system.dwNumberOfProcessors < 8 ? (unsigned)system.dwNumberOfProcessors : 8;
}

static bool take_value(struct options *out, const wchar_t *name, const wchar_t *word, struct text *error)
{
    if (wcscmp(name, L"--filter") == 0) {
        if (out->filter_count == OPTIONS_FILTERS) {
            text_format(error, "more than %d times --filter", OPTIONS_FILTERS);
            return false;
        }
        char *filter = to_utf8(word);
        if (filter)
            out->filters[out->filter_count++] = filter;
        else
            text_add(error, "not enough memory for the filters");
        return filter != NULL;
    }
    if (wcscmp(name, L"--pair") == 0)
        return parse_pairs(out, word, error);
    if (wcscmp(name, L"--junit") == 0)
        out->junit = word;
    else if (wcscmp(name, L"--known") == 0)
        out->known = word;
    else if (wcscmp(name, L"--actor") == 0)
        out->actor = word;
    else if (wcscmp(name, L"--jobs") == 0 && !parse_count(word, OPTIONS_JOBS, &out->jobs))
        text_format(error, "--jobs takes a number from 1 to %d, not '%s'", OPTIONS_JOBS, utf8(word));
    else if (wcscmp(name, L"--mutate") == 0 && !parse_count(word, 100, &out->mutate))
        text_format(error, "--mutate takes a number from 1 to 100, not '%s'", utf8(word));
    else if (wcscmp(name, L"--seed") == 0 && !parse_count(word, 1000000000, &out->seed))
        text_format(error, "--seed takes a number from 1 to 1000000000, not '%s'", utf8(word));
    else if (wcscmp(name, L"--repeat") == 0 && !parse_count(word, 1000, &out->repeat))
        text_format(error, "--repeat takes a number from 1 to 1000, not '%s'", utf8(word));
    else if (wcscmp(name, L"--timeout-scale") == 0 && !parse_scale(word, &out->timeout_scale))
        text_format(error, "--timeout-scale takes a number from 0.1 to 100, not '%s'", utf8(word));
    else if (wcscmp(name, L"--junit-dialect") == 0 && wcscmp(word, L"extended") == 0)
        out->dialect = JUNIT_EXTENDED;
    else if (wcscmp(name, L"--junit-dialect") == 0 && wcscmp(word, L"strict") != 0)
        text_format(error, "--junit-dialect is strict or extended, not '%s'", utf8(word));
    return error->length == 0;
}

static bool is_value_option(const wchar_t *word)
{
    static const wchar_t *const names[] = {L"--filter", L"--junit", L"--junit-dialect", L"--jobs",
                                           L"--repeat", L"--known", L"--timeout-scale", L"--actor",
                                           L"--mutate", L"--seed",  L"--pair"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (wcscmp(word, names[i]) == 0)
            return true;
    return false;
}

bool options_parse(struct options *out, int argc, wchar_t **argv, struct text *error)
{
    *out = (struct options){
        .action = ACTION_RUN, .jobs = default_jobs(), .repeat = 1, .seed = 1, .timeout_scale = 1.0};
    for (int i = 1; i < argc; i++) {
        if (is_value_option(argv[i])) {
            if (i + 1 == argc || argv[i + 1][0] == 0) {
                text_format(error, "%s needs a value", utf8(argv[i]));
                return false;
            }
            if (!take_value(out, argv[i], argv[i + 1], error))
                return false;
            i++;
        } else if (wcscmp(argv[i], L"--list") == 0) {
            out->action = ACTION_LIST;
        } else if (wcscmp(argv[i], L"--version") == 0) {
            out->action = ACTION_VERSION;
        } else if (wcscmp(argv[i], L"--help") == 0) {
            out->action = ACTION_HELP;
        } else if (wcscmp(argv[i], L"--verbose") == 0) {
            out->verbose = true;
        } else if (wcscmp(argv[i], L"--allow-large") == 0) {
            out->allow_large = true;
        } else {
            text_format(error, "unknown option '%s'; --help lists the options", utf8(argv[i]));
            return false;
        }
    }
    return true;
}

void options_free(struct options *options)
{
    for (size_t i = 0; i < options->filter_count; i++)
        free(options->filters[i]);
    options->filter_count = 0;
}
