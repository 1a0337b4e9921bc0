#include "external_role.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "../../common/utf16.h"
#include "../peer/child_end.h"
#include "substitute.h"

#define ARGUMENTS 16

/* The program and its arguments, as units. */
struct command {
    wchar_t units[LINE_BYTES];
    wchar_t *words[ARGUMENTS + 2]; /* the program, its arguments, NULL */
};

static bool in_replay(const struct stage *stage)
{
    return stage->peers.recording->mode == RECORDING_REPLAY;
}

/* The result of a program is recorded as a number; a replay has no program and takes the number from there. */
static uint32_t remembered(struct stage *stage, uint32_t number)
{
    struct recording *recording = stage->peers.recording;
    if (in_replay(stage)) {
        const struct recorded_entry *entry = recording_next(recording, RECORDED_EXTERNAL);
        return entry ? entry->number : 0;
    }
    if (recording->mode == RECORDING_ON)
        recording_add(recording, RECORDED_EXTERNAL, true, number, NULL);
    return number;
}

struct external_role *external_existing(struct stage *stage, int line, const char *name)
{
    struct external_role *role = stage_find_external(stage, name);
    if (!role)
        stage_abort(stage, line, "there is no external program '%s' yet", name);
    if (role->gone)
        stage_abort(stage, line, "the external program '%s' has ended", name);
    return role;
}

/* ---- starting ---- */

/* Decodes one word into units; references in it are replaced. NULL, or what is wrong. */
static const char *add_word(struct stage *stage, const char *word, wchar_t *out, size_t size)
{
    char keyed[LINE_BYTES], replaced[LINE_BYTES];
    struct text text = text_over(replaced, sizeof replaced);
    size_t length;
    snprintf(keyed, sizeof keyed, "=%s", word); /* an argument is replaced as the value of a key is */
    const char *wrong = substitute(stage, keyed, &text);
    if (wrong)
        return wrong;
    if (!escape_decode(replaced, &length))
        return "a '%' that two hexadecimal digits must follow; '%' itself is written %25";
    size_t count = utf16_from_bytes((uint16_t *)out, size - 1, replaced + 1, length - 1);
    if (count >= size)
        return "more than fits into a line, or a '%' escape that is not UTF-8";
    out[count] = 0;
    return wmemchr(out, 0, count) ? "a character 0" : NULL;
}

static void read_command(struct stage *stage, int line, const char *name, const char *words,
                         struct command *out)
{
    char word[LINE_BYTES];
    size_t used = 0, count = 0;
    while (*words) {
        size_t length = strcspn(words, " ");
        snprintf(word, sizeof word, "%.*s", (int)length, words);
        words += length + strspn(words + length, " ");
        const size_t room = sizeof out->units / sizeof out->units[0] - used;
        const char *wrong = count > ARGUMENTS ? "more than 16 arguments"
                            : room < 2        ? "more than fits into a line"
                                              : add_word(stage, word, out->units + used, room);
        if (wrong)
            stage_abort(stage, line, "external %s: %s: %s", name, word, wrong);
        out->words[count++] = out->units + used;
        used += wcslen(out->units + used) + 1;
    }
    out->words[count] = NULL;
}

static void start_program(struct stage *stage, int line, struct external_role *role,
                          const struct command *command)
{
    wchar_t path[PROGRAM_PATH_UNITS];
    const char *failed = "SearchPath";
    if (stage->settings->waits)
        stage->settings->waits(stage->settings->context);
    DWORD error = external_find(command->words[0], path, PROGRAM_PATH_UNITS);
    if (!error)
        error = external_start(&role->program, path, (const wchar_t *const *)command->words + 1, &failed);
    if (error)
        stage_abort(stage, line, "external %s: the program %s does not start: %s, error %lu%s", role->name,
                    utf8(command->words[0]), failed, (unsigned long)error,
                    error == ERROR_BAD_EXE_FORMAT
                        ? " ERROR_BAD_EXE_FORMAT: it is not a program for this system"
                        : "");
    role->pid = role->program.child.id;
}

void external_begins(struct stage *stage, int line, const char *name, const char *words)
{
    static struct command command;
    char told[LINE_BYTES];
    if (stage_find(stage, name) || stage_find_external(stage, name))
        stage_abort(stage, line, "role '%s' has started already; 'external' makes a new role", name);
    if (stage->external_count == STAGE_ROLES || strlen(name) >= ROLE_NAME_BYTES)
        stage_abort(stage, line,
                    "role '%s': a case has at most %d external programs, and a name at most %d characters",
                    name, STAGE_ROLES, ROLE_NAME_BYTES - 1);
    struct external_role *role = calloc(1, sizeof *role);
    if (!role)
        stage_abort(stage, line, "not enough memory for the role '%s'", name);
    stage->externals[stage->external_count++] = role;
    snprintf(role->name, sizeof role->name, "%s", name);
    read_command(stage, line, name, words, &command);
    if (!in_replay(stage))
        start_program(stage, line, role, &command);
    role->pid = remembered(stage, (uint32_t)role->pid);
    snprintf(told, sizeof told, "external %s %s", name, words);
    stage_tell(stage, STAGE_TRANSCRIPT, 0, told);
}

/* ---- steps ---- */

static void add_last_line(struct text *out, const struct external_role *role)
{
    if (!role->program.last[0]) {
        text_add(out, "; it printed no line since");
        return;
    }
    text_add(out, "; the last line that it printed: ");
    for (const char *at = role->program.last; *at; at++)
        text_add_bytes(out, (unsigned char)*at < ' ' ? "?" : at, 1);
}

static void print_line(struct stage *stage, struct external_role *role, const char *pattern, struct text *why)
{
    enum external_print print = EXTERNAL_PRINTED;
    if (stage->settings->waits)
        stage->settings->waits(stage->settings->context);
    if (!in_replay(stage))
        print = external_await(&role->program, pattern, stage->peers.timeout);
    print = (enum external_print)remembered(stage, (uint32_t)print);
    if (print == EXTERNAL_PRINTED)
        return;
    if (print == EXTERNAL_ENDED)
        text_add(why, "it ended without printing this");
    else
        text_format(why, "it did not print this within %lu ms", (unsigned long)stage->peers.timeout);
    add_last_line(why, role);
}

static void send_line(struct stage *stage, struct external_role *role, const char *line, struct text *why)
{
    char bytes[LINE_BYTES + 2];
    int length = snprintf(bytes, sizeof bytes, "%s\n", line);
    bool taken =
        in_replay(stage) || external_send(&role->program, bytes, (size_t)length, stage->peers.timeout);
    if (remembered(stage, taken) == 0)
        text_add(why, role->program.input ? "it has ended, or it does not read its standard input"
                                          : "its standard input has ended");
}

struct external_result external_perform(struct stage *stage, struct external_role *role, const char *step)
{
    struct external_result result = {false, ""};
    struct text why = text_over(result.why, sizeof result.why);
    char told[LINE_BYTES * 4];
    stage->steps++;
    if (strncmp(step, "line", 4) == 0)
        send_line(stage, role, step[4] ? step + 5 : "", &why);
    else if (strncmp(step, "prints ", 7) == 0)
        print_line(stage, role, step + 7, &why);
    else
        external_end_input(&role->program);
    result.done = why.length == 0;
    struct text text = text_over(told, sizeof told);
    text_format(&text, "%s> %s -> %s%s", role->name, step, result.done ? "ok" : "fail: ", result.why);
    stage_tell(stage, STAGE_TRANSCRIPT, 0, told);
    return result;
}

/* ---- ends ---- */

DWORD external_ends(struct stage *stage, int line, struct external_role *role)
{
    char told[LINE_BYTES];
    DWORD code = 0;
    enum child_state state = CHILD_ENDED;
    if (stage->settings->waits)
        stage->settings->waits(stage->settings->context);
    if (!in_replay(stage))
        state = child_wait(&role->program.child, stage->peers.timeout, &code);
    if (state == CHILD_RUNS)
        stage_abort_as(stage, STAGE_TIMEOUT, line, "the external program '%s' did not end within %lu ms",
                       role->name, (unsigned long)stage->peers.timeout);
    if (state == CHILD_CODE_UNKNOWN)
        stage_abort(stage, line,
                    "the external program '%s' ended, and its exit code cannot be read: error %lu",
                    role->name, (unsigned long)code);
    role->gone = true;
    code = remembered(stage, code);
    snprintf(told, sizeof told, "ends %s 0x%lX", role->name, (unsigned long)code);
    stage_tell(stage, STAGE_TRANSCRIPT, 0, told);
    return code;
}

void external_killed(struct stage *stage, int line, struct external_role *role)
{
    char told[LINE_BYTES];
    if (!in_replay(stage) && !child_kill(&role->program.child))
        stage_abort(stage, line, "the external program '%s' cannot be killed: error %lu", role->name,
                    (unsigned long)GetLastError());
    role->gone = true;
    snprintf(told, sizeof told, "%s> (killed) -> gone", role->name);
    stage_tell(stage, STAGE_TRANSCRIPT, 0, told);
}

void externals_end(struct stage *stage)
{
    for (size_t i = 0; i < stage->external_count; i++) {
        external_close(&stage->externals[i]->program, stage->externals[i]->name, stage->settings->output);
        free(stage->externals[i]);
    }
    stage->external_count = 0;
}
