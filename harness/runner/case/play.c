#include "play.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../platform/needs.h"
#include "../platform/read_file.h"
#include "../../common/utf16.h"
#include "../stage/external_role.h"
#include "case_run.h"
#include "catalogue.h"
#include "checks.h"
#include "contract.h"
#include "external.h"
#include "play_file.h"

#define PLAY_BYTES (64u << 20)

static struct play_file files[PLAY_FILES];
static const struct topic *play_topics[PLAY_FILES];
static size_t file_count;

static void perform(struct stage *stage, const struct play_line *line)
{
    const char *role = line->role;
    const int at = line->line;
    switch (line->kind) {
    case PLAY_STEP:
        if (line->expected[0])
            check_matches(stage, at, role, line->text, line->expected);
        else
            check_records(stage, at, role, line->text);
        break;
    case PLAY_STARTS:
        case_starts(stage, at, role, line->text);
        break;
    case PLAY_SPAWNS:
        case_spawns(stage, at, line->other, role, line->text);
        break;
    case PLAY_EXTERNAL:
        external_begins(stage, at, role, line->text);
        break;
    case PLAY_PROGRAM:
        check_external(stage, at, role, line->text);
        break;
    case PLAY_KILLS:
        if (line->external)
            external_killed(stage, at, external_existing(stage, at, role));
        else
            case_killed(stage, at, role);
        break;
    case PLAY_LEAVES:
        case_leaves(stage, at, role);
        break;
    case PLAY_BEGINS:
        case_begins(stage, at, role, line->text);
        break;
    case PLAY_FINISHES:
        check_finishes_as(stage, at, role, line->expected[0] ? line->expected : "*");
        break;
    case PLAY_ENDS:
        if (line->external)
            check_external_ends(stage, at, role, line->code);
        else if (line->text[0])
            check_ends(stage, at, role, line->text, line->code);
        else
            check_ended(stage, at, role, line->code);
        break;
    case PLAY_ROW:
        check_row(stage, line->text);
        break;
    }
}

static void run_lines(struct stage *stage)
{
    const struct play_case *play = stage->case_state->test->play;
    for (size_t i = 0; i < play->count; i++)
        perform(stage, &play->lines[i]);
}

static bool row_exists(const char *id)
{
    return contract_find(id) != NULL;
}

static bool program_exists(const char *escaped)
{
    char bytes[LINE_BYTES];
    uint16_t name[LINE_BYTES];
    wchar_t path[PROGRAM_PATH_UNITS];
    size_t length;
    struct text text = text_over(bytes, sizeof bytes);
    text_add(&text, escaped);
    if (text.cut || !escape_decode(bytes, &length))
        return false;
    size_t units = utf16_from_bytes(name, LINE_BYTES - 1, bytes, length);
    if (units >= LINE_BYTES)
        return false;
    name[units] = 0;
    return external_find((const wchar_t *)name, path, PROGRAM_PATH_UNITS) == 0;
}

static const struct play_words words = {row_exists, needs_known, program_exists, run_lines};

/* The name of a file without its folder and its ending, as the name of a topic: lower-case letters, digits and '-'. */
static void topic_name(const wchar_t *path, char out[WORD_BYTES])
{
    const wchar_t *name = path;
    size_t length = 0;
    for (const wchar_t *at = path; *at; at++)
        if (*at == '\\' || *at == '/')
            name = at + 1;
    const wchar_t *end = wcschr(name, '.');
    for (; *name && name != end && length < 60; name++) {
        wchar_t unit = *name >= 'A' && *name <= 'Z' ? *name - 'A' + 'a' : *name;
        bool plain = (unit >= 'a' && unit <= 'z') || (length > 0 && unit >= '0' && unit <= '9');
        if (plain)
            out[length++] = (char)unit;
        else if (length > 0 && out[length - 1] != '-')
            out[length++] = '-';
    }
    out[length] = '\0';
    if (length == 0)
        memcpy(out, "steps", 6);
}

/* A name of a case or topic that an earlier file has already. */
static const char *name_used_before(const struct play_file *file)
{
    for (size_t f = 0; f < file_count; f++) {
        if (strcmp(files[f].topic.name, file->topic.name) == 0)
            return file->topic.name;
        for (size_t i = 0; i < files[f].topic.count; i++)
            for (size_t j = 0; j < file->topic.count; j++)
                if (strcmp(files[f].tests[i].name, file->tests[j].name) == 0)
                    return file->tests[j].name;
    }
    return NULL;
}

bool play_load(const struct play_source *source, struct text *error)
{
    char name[WORD_BYTES];
    size_t length = 0;
    if (file_count == PLAY_FILES) {
        text_format(error, "%s: more than %d files of steps", utf8(source->shown), PLAY_FILES);
        return false;
    }
    char *bytes = read_file(source->path, PLAY_BYTES, &length, error);
    if (!bytes)
        return false;
    topic_name(source->shown, name);
    struct play_file *file = &files[file_count];
    bool fine = play_parse(file, utf8(source->shown), name, bytes, length, &words, error);
    free(bytes);
    const char *used = fine ? name_used_before(file) : NULL;
    if (used) {
        text_format(error,
                    "%s: an earlier file of steps has '%s' too; every file and every case needs its own name",
                    utf8(source->shown), used);
        play_free(file);
        return false;
    }
    if (fine)
        play_topics[file_count++] = &file->topic;
    catalogue_use(play_topics, file_count);
    return fine;
}

void play_unload(void)
{
    catalogue_use(NULL, 0);
    while (file_count > 0)
        play_free(&files[--file_count]);
}
