#include "prompt_command.h"

#include <stdio.h>
#include <string.h>

#include "../common/line.h"
#include "help.h"
#include "name_list.h"
#include "same.h"
#include "why.h"

#define WORDS 3

/* The first words of the line; the last element has the rest. */
static size_t split(const char *line, char words[WORDS][LINE_BYTES])
{
    size_t count = 0;
    while (*line && count < WORDS) {
        size_t length = count + 1 < WORDS ? strcspn(line, " ") : strlen(line);
        snprintf(words[count++], LINE_BYTES, "%.*s", (int)length, line);
        line += length;
        line += strspn(line, " ");
    }
    return count;
}

bool prompt_command(const char *line, struct text *out)
{
    static char words[WORDS][LINE_BYTES];
    memset(words, 0, sizeof words);
    size_t count = split(line, words);
    const char *command = words[0];
    if (strcmp(command, "help") == 0)
        help_add(out, words[1]);
    else if (strcmp(command, "names") == 0)
        name_list_add(out, words[1]);
    else if (strcmp(command, "why") == 0)
        why_add(out);
    else if (strcmp(command, "same") == 0 && count == 3)
        same_add(out, words[1], words[2]);
    else if (strcmp(command, "same") == 0)
        text_add(out, "same A B: two labels, of handles or of views\n");
    else
        return false;
    return true;
}

/* Whether the step asks for exactly this access. */
static bool asks_for(const char *line, const char *access)
{
    const char *at = strstr(line, " access=");
    size_t length = strlen(access);
    return at && strncmp(at + 8, access, length) == 0 && (at[8 + length] == ' ' || at[8 + length] == '\0');
}

void prompt_remark(const char *line, bool refused, struct text *out)
{
    const char *name = strstr(line, " name=");
    if (refused) {
        text_add(
            out,
            "# a blank in a value is written %20, a % is %25, other characters as the bytes of their UTF-8 "
            "(%C3%A4); values have no quotes\n");
        return;
    }
    if (name && (name[6] == '"' || name[6] == '\''))
        text_add(out, "# the quotes are part of the name; a blank in a name is written %20\n");
    if (strncmp(line, "open", 4) == 0 && asks_for(line, "SECTION_QUERY"))
        text_add(out, "# SECTION_QUERY is 1, which OpenFileMapping takes for FILE_MAP_COPY: it cannot ask "
                      "for query alone. "
                      "duplicate L to=0 access=SECTION_QUERY can, and so can ntopen, with the directory that "
                      "names shows: "
                      "ntopen M path=\\Sessions\\1\\BaseNamedObjects\\NAME access=SECTION_QUERY. granted L "
                      "shows what a "
                      "handle has\n");
}
