#include "external_program.h"

#include <stdio.h>
#include <string.h>

#include "../platform/system_calls.h"
#include "output_file.h"

#define LOOK_MS 5
#define PIECE_BYTES 4096

DWORD external_find(const wchar_t *name, wchar_t *path, size_t units)
{
    DWORD length = SearchPathW(NULL, name, L".exe", (DWORD)units, path, NULL);
    if (length >= units)
        return ERROR_FILENAME_EXCED_RANGE;
    if (length == 0)
        return GetLastError();
    DWORD attributes = GetFileAttributesW(path);
    return attributes == INVALID_FILE_ATTRIBUTES || (attributes & FILE_ATTRIBUTE_DIRECTORY)
               ? ERROR_FILE_NOT_FOUND
               : ERROR_SUCCESS;
}

/* The process with the two ends that it inherits. */
static DWORD start_process(struct external_program *out, const wchar_t *path, const wchar_t *const *arguments,
                           HANDLE output, const char **failed)
{
    HANDLE input = channel_child_end(out->input);
    *failed = "the pipe for its standard input";
    if (input == INVALID_HANDLE_VALUE)
        return GetLastError();
    const struct process_spec start = {.image = path,
                                       .arguments = arguments,
                                       .output = output,
                                       .input = input,
                                       .job = out->job,
                                       .users_program = true};
    *failed = "CreateProcess";
    DWORD error = child_start(&out->child, &start);
    CloseHandle(input);
    return error;
}

DWORD external_start(struct external_program *out, const wchar_t *path, const wchar_t *const *arguments,
                     const char **failed)
{
    DWORD error = ERROR_SUCCESS;
    HANDLE output;
    *out = (struct external_program){0};
    *failed = "the file for its output";
    output = output_file_new_with_reader(&out->printed);
    if (output == INVALID_HANDLE_VALUE) {
        out->printed = NULL;
        return GetLastError();
    }
    *failed = "the job and the pipe for its standard input";
    out->job = job_new();
    out->input = out->job ? channel_new() : NULL;
    error = out->input ? start_process(out, path, arguments, output, failed) : GetLastError();
    CloseHandle(output);
    if (error)
        external_close(out, "", NULL);
    return error;
}

bool external_send(struct external_program *program, const char *bytes, size_t length, DWORD milliseconds)
{
    return program->input && channel_send(program->input, bytes, length, milliseconds);
}

void external_end_input(struct external_program *program)
{
    channel_free(program->input);
    program->input = NULL;
}

/* Ends the line that is being read. */
static void finish_line(struct external_program *program)
{
    if (program->length > 0 && program->line[program->length - 1] == '\r')
        program->line[--program->length] = '\0';
    memcpy(program->last, program->line, program->length + 1);
    program->length = 0;
    program->line[0] = '\0';
}

/* Takes the bytes up to the first line that matches; *taken is how many. */
static bool take_bytes(struct external_program *program, const char *bytes, size_t count, const char *pattern,
                       size_t *taken)
{
    for (*taken = 0; *taken < count;) {
        char byte = bytes[(*taken)++];
        if (program->rest_of_line) {
            program->rest_of_line = byte != '\n';
        } else if (byte == '\n') {
            finish_line(program);
            if (glob_matches(pattern, program->last))
                return true;
        } else if (program->length < EXTERNAL_LINE_BYTES) {
            program->line[program->length++] = byte ? byte : '?';
            program->line[program->length] = '\0';
        }
    }
    return false;
}

/* Reads what has been printed since the last time. */
static bool look(struct external_program *program, const char *pattern)
{
    char bytes[PIECE_BYTES];
    size_t count, taken;
    while ((count = output_file_read(program->printed, program->read, bytes, sizeof bytes)) > 0) {
        bool matched = take_bytes(program, bytes, count, pattern, &taken);
        program->read += taken;
        if (matched)
            return true;
    }
    if (program->length == 0 || !glob_matches(pattern, program->line))
        return false;
    finish_line(program);
    program->rest_of_line = true;
    return true;
}

enum external_print external_await(struct external_program *program, const char *pattern, DWORD milliseconds)
{
    const uint64_t end = system_milliseconds() + milliseconds;
    for (;;) {
        DWORD ignored;
        const bool over = system_milliseconds() >= end;
        const bool runs = child_wait(&program->child, 0, &ignored) == CHILD_RUNS;
        if (look(program, pattern))
            return EXTERNAL_PRINTED;
        if (!runs)
            return EXTERNAL_ENDED;
        if (over)
            return EXTERNAL_SILENT;
        child_wait(&program->child, LOOK_MS, &ignored);
    }
}

static void write_all(HANDLE sink, const char *bytes, size_t length)
{
    DWORD written;
    WriteFile(sink, bytes, (DWORD)length, &written, NULL);
}

/* Copies everything that was printed, below a heading. */
static void copy_output(const struct external_program *program, const char *name, HANDLE sink)
{
    char bytes[PIECE_BYTES];
    size_t count;
    uint64_t offset = 0;
    for (; (count = output_file_read(program->printed, offset, bytes, sizeof bytes)) > 0; offset += count) {
        if (offset == 0) {
            char heading[80];
            int length = snprintf(heading, sizeof heading, "# %s printed:\n", name);
            write_all(sink, heading, length > 0 ? (size_t)length : 0);
        }
        write_all(sink, bytes, count);
    }
}

void external_close(struct external_program *program, const char *name, HANDLE sink)
{
    child_kill(&program->child);
    job_free(program->job);
    program->job = NULL;
    if (program->printed && sink)
        copy_output(program, name, sink);
    child_close(&program->child);
    external_end_input(program);
    if (program->printed)
        CloseHandle(program->printed);
    program->printed = NULL;
}
