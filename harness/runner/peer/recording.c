#include "recording.h"

#include <stdlib.h>
#include <string.h>

void tape_record(struct tape *tape, enum tape_kind kind, bool flag, uint32_t number, const char *text)
{
    struct tape_entry *grown = realloc(tape->entries, (tape->count + 1) * sizeof *grown);
    char *copy = text ? malloc(strlen(text) + 1) : NULL;
    if (grown)
        tape->entries = grown;
    if (!grown || (text && !copy)) {
        free(copy);
        tape->incomplete = true;
        return;
    }
    if (text)
        strcpy(copy, text);
    grown[tape->count++] = (struct tape_entry){.kind = kind, .flag = flag, .number = number, .text = copy};
}

static struct tape_entry *recorded_line(struct tape *tape, size_t index)
{
    return tape->mode == TAPE_RECORD && index < tape->count && tape->entries[index].kind == TAPE_LINE
               ? &tape->entries[index]
               : NULL;
}

void tape_note_recorded(struct tape *tape, size_t index)
{
    struct tape_entry *entry = recorded_line(tape, index);
    if (entry)
        entry->recorded = true;
}

bool tape_looked_at(const struct tape_entry *entry, const char *field)
{
    size_t length = strlen(field);
    for (const char *word = entry->looked_at; *word; word += strspn(word, " ")) {
        size_t own = strcspn(word, " ");
        if (own == length && memcmp(word, field, length) == 0)
            return true;
        word += own;
    }
    return false;
}

void tape_note_looked_at(struct tape *tape, size_t index, const char *field)
{
    struct tape_entry *entry = recorded_line(tape, index);
    if (!entry || tape_looked_at(entry, field))
        return;
    size_t used = strlen(entry->looked_at), length = strlen(field);
    if (used + (used > 0) + length + 1 > sizeof entry->looked_at) {
        tape->incomplete = true;
        return;
    }
    if (used > 0)
        entry->looked_at[used++] = ' ';
    memcpy(entry->looked_at + used, field, length + 1);
}

const struct tape_entry *tape_play(struct tape *tape, enum tape_kind kind)
{
    if (tape->next == tape->count || tape->entries[tape->next].kind != kind) {
        tape->strayed = true;
        return NULL;
    }
    return &tape->entries[tape->next++];
}

void tape_free(struct tape *tape)
{
    for (size_t i = 0; i < tape->count; i++)
        free(tape->entries[i].text);
    free(tape->entries);
    *tape = (struct tape){.mutated_at = SIZE_MAX};
}
