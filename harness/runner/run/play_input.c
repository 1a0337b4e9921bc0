#include "play_input.h"

#include <stdio.h>
#include <string.h>

#include "../peer/actor_files.h"

static bool copy_to(HANDLE file, struct text *error)
{
    static char bytes[65536];
    DWORD got, written;
    HANDLE input = GetStdHandle(STD_INPUT_HANDLE);
    for (;;) {
        if (!ReadFile(input, bytes, sizeof bytes, &got, NULL) && GetLastError() != ERROR_BROKEN_PIPE) {
            text_format(error, "the standard input cannot be read: error %lu", (unsigned long)GetLastError());
            return false;
        }
        if (got == 0)
            return true;
        if (!WriteFile(file, bytes, got, &written, NULL)) {
            text_format(error, "the standard input cannot be copied to a temporary file: error %lu",
                        (unsigned long)GetLastError());
            return false;
        }
    }
}

static bool copy_standard_input(struct play_input *out, struct text *error)
{
    wchar_t folder[MAX_PATH + 1];
    if (out->copy[0]) {
        text_add(error, "--play names the standard input twice");
        return false;
    }
    if (!GetTempPathW(MAX_PATH + 1, folder)) {
        text_format(error, "there is no folder for temporary files: error %lu",
                    (unsigned long)GetLastError());
        return false;
    }
    snprintf(out->owner, sizeof out->owner, "in%lx", (unsigned long)GetCurrentProcessId());
    swprintf(out->copy, sizeof out->copy / sizeof out->copy[0], L"%lsshmcheck-%hs-steps.txt", folder,
             out->owner);
    HANDLE file =
        CreateFileW(out->copy, GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, FILE_ATTRIBUTE_TEMPORARY, NULL);
    if (file == INVALID_HANDLE_VALUE) {
        text_format(error, "no temporary file for the standard input: error %lu",
                    (unsigned long)GetLastError());
        return false;
    }
    bool copied = copy_to(file, error);
    CloseHandle(file);
    return copied;
}

bool play_input_load(struct play_input *out, const struct options *options, struct text *error)
{
    for (size_t i = 0; i < options->play_count; i++) {
        struct play_source *source = &out->sources[i];
        const wchar_t *path = options->play[i];
        bool input = wcscmp(path, L"-") == 0;
        if (input && !copy_standard_input(out, error))
            return false;
        *source = (struct play_source){input ? out->copy : path, input ? PLAY_INPUT : path};
        if (!play_load(source, error))
            return false;
        out->count++;
    }
    return true;
}

void play_input_end(struct play_input *input)
{
    play_unload();
    if (input->copy[0])
        actor_files_remove(input->owner);
}
