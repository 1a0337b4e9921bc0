#include "recording.h"

#include <stdlib.h>
#include <string.h>

void recording_add(struct recording *recording, enum recorded_kind kind, bool flag, uint32_t number,
                   const char *text)
{
    struct recorded_entry *grown = realloc(recording->entries, (recording->count + 1) * sizeof *grown);
    char *copy = text ? malloc(strlen(text) + 1) : NULL;
    if (grown)
        recording->entries = grown;
    if (!grown || (text && !copy)) {
        free(copy);
        recording->incomplete = true;
        return;
    }
    if (text)
        strcpy(copy, text);
    grown[recording->count++] =
        (struct recorded_entry){.kind = kind, .flag = flag, .number = number, .text = copy};
}

static struct recorded_entry *recorded_line(struct recording *recording, size_t index)
{
    return recording->mode == RECORDING_ON && index < recording->count &&
                   recording->entries[index].kind == RECORDED_LINE
               ? &recording->entries[index]
               : NULL;
}

void recording_note_unjudged(struct recording *recording, size_t index)
{
    struct recorded_entry *entry = recorded_line(recording, index);
    if (entry)
        entry->unjudged = true;
}

bool recording_was_read(const struct recorded_entry *entry, const char *field)
{
    size_t length = strlen(field);
    for (const char *word = entry->fields_read; *word; word += strspn(word, " ")) {
        size_t own = strcspn(word, " ");
        if (own == length && memcmp(word, field, length) == 0)
            return true;
        word += own;
    }
    return false;
}

void recording_note_read(struct recording *recording, size_t index, const char *field)
{
    struct recorded_entry *entry = recorded_line(recording, index);
    if (!entry || recording_was_read(entry, field))
        return;
    size_t used = strlen(entry->fields_read), length = strlen(field);
    if (used + (used > 0) + length + 1 > sizeof entry->fields_read) {
        recording->incomplete = true;
        return;
    }
    if (used > 0)
        entry->fields_read[used++] = ' ';
    memcpy(entry->fields_read + used, field, length + 1);
}

const struct recorded_entry *recording_next(struct recording *recording, enum recorded_kind kind)
{
    if (recording->next == recording->count || recording->entries[recording->next].kind != kind) {
        recording->diverged = true;
        return NULL;
    }
    return &recording->entries[recording->next++];
}

void recording_free(struct recording *recording)
{
    for (size_t i = 0; i < recording->count; i++)
        free(recording->entries[i].text);
    free(recording->entries);
    *recording = (struct recording){.mutated_at = SIZE_MAX};
}
