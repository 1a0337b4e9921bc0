#include "program.h"

#include <stdio.h>
#include <string.h>

#include "channel.h"
#include "process.h"
#include "utf8.h"
#include "version.h"

#define HELLO_TIMEOUT_MS 15000

#if defined(_M_ARM64) || defined(__aarch64__)
#define OWN_MACHINE 0xAA64
#elif defined(_M_X64) || defined(__x86_64__)
#define OWN_MACHINE 0x8664
#else
#define OWN_MACHINE 0x014C
#endif
#define X86_MACHINE 0x014C

static const char *machine_name(WORD machine)
{
    return machine == 0x8664 ? "x64" : machine == 0x014C ? "x86" : machine == 0xAA64 ? "arm64" : "unknown";
}

/* The machine field of a PE file's header, 0 if it is no such file. Page: windows/win32/debug/pe-format. */
static WORD program_machine(HANDLE file)
{
    DWORD got, offset;
    struct {
        DWORD signature;
        WORD machine;
    } header;
    BYTE start[64];
    if (!ReadFile(file, start, sizeof start, &got, NULL) || got != sizeof start || start[0] != 'M' ||
        start[1] != 'Z')
        return 0;
    memcpy(&offset, start + 60, sizeof offset);
    if (SetFilePointer(file, (LONG)offset, NULL, FILE_BEGIN) == INVALID_SET_FILE_POINTER ||
        !ReadFile(file, &header, 6, &got, NULL) || got != 6 || header.signature != 0x4550)
        return 0;
    return header.machine;
}

static bool check_file(const wchar_t *path, WORD machine, struct text *error)
{
    HANDLE file = CreateFileW(path, GENERIC_READ, FILE_SHARE_READ, NULL, OPEN_EXISTING, 0, NULL);
    if (file == INVALID_HANDLE_VALUE) {
        text_format(error, "the actor program %s cannot be opened (error %lu); give its path with --actor",
                    utf8(path), (unsigned long)GetLastError());
        return false;
    }
    WORD found = program_machine(file);
    CloseHandle(file);
    if (found == 0)
        text_format(error, "the actor %s is not a Windows program", utf8(path));
    else if (found != machine)
        text_format(error, "the actor %s is an %s program; this run needs an %s one", utf8(path),
                    machine_name(found), machine_name(machine));
    return found == machine;
}

static bool is_fitting_hello(const char *bytes, size_t length, struct text *error)
{
    struct line line;
    uint64_t protocol = 0;
    if (line_parse(&line, bytes, length) || strcmp(line.word, "hello") != 0 ||
        !line_number(&line, "protocol", &protocol)) {
        text_add(error, "it does not say hello as an actor does");
        return false;
    }
    if (protocol != PROTOCOL_VERSION || strcmp(line_value(&line, "version", ""), SHMCHECK_VERSION) != 0) {
        text_format(error, "it is version %s with protocol %llu, this runner is version %s with protocol %d",
                    line_value(&line, "version", "unknown"), (unsigned long long)protocol, SHMCHECK_VERSION,
                    PROTOCOL_VERSION);
        return false;
    }
    return true;
}

/* Starts the actor, hears its hello and lets it go. */
static bool try_actor(const wchar_t *path, struct text *error)
{
    char bytes[LINE_BYTES];
    size_t length;
    wchar_t handle[24];
    struct child child = {0};
    HANDLE job = job_new(), output = output_file_new(), end = INVALID_HANDLE_VALUE;
    struct channel *channel = channel_new();
    DWORD code = ERROR_NOT_ENOUGH_MEMORY;
    bool fits = false;
    if (job && output != INVALID_HANDLE_VALUE && channel)
        end = channel_child_end(channel);
    if (end == INVALID_HANDLE_VALUE)
        goto out;
    swprintf(handle, 24, L"%llx", (unsigned long long)(uintptr_t)end);
    code = child_start(&child, &(struct start){
                                   .image = path,
                                   .arguments = (const wchar_t *[]){L"serve", handle, NULL},
                                   .inherit = {end},
                                   .output = output,
                                   .job = job,
                               });
    CloseHandle(end);
    if (code)
        goto out;
    if (channel_receive(channel, bytes, &length, HELLO_TIMEOUT_MS) != CHANNEL_LINE)
        text_add(error, "it starts but does not say hello as an actor does");
    else
        fits = is_fitting_hello(bytes, length, error) &&
               channel_send(channel, "1 exit\n", 7, HELLO_TIMEOUT_MS) &&
               child_wait(&child, HELLO_TIMEOUT_MS, &code);
out:
    if (code && !error->length)
        text_format(error, "it does not start: error %lu", (unsigned long)code);
    channel_free(channel);
    child_kill(&child);
    child_close(&child);
    if (output != INVALID_HANDLE_VALUE)
        CloseHandle(output);
    if (job)
        CloseHandle(job);
    return fits;
}

static bool beside(wchar_t *out, const wchar_t *self, const wchar_t *name)
{
    const wchar_t *slash = wcsrchr(self, L'\\');
    size_t folder = slash ? (size_t)(slash - self) + 1 : 0;
    if (folder + wcslen(name) >= PROGRAM_PATH_UNITS)
        return false;
    wmemcpy(out, self, folder);
    wcscpy(out + folder, name);
    return true;
}

bool programs_find(struct programs *out, const wchar_t *actor, struct text *error)
{
    char why[600], ignored[1200];
    struct text reason = text_over(why, sizeof why), nothing = text_over(ignored, sizeof ignored);
    *out = (struct programs){0};
    DWORD length = GetModuleFileNameW(NULL, out->self, PROGRAM_PATH_UNITS);
    if (length == 0 || length == PROGRAM_PATH_UNITS ||
        !beside(out->actor_x86, out->self, L"shmactor-x86.exe") ||
        !beside(out->actor, out->self, L"shmactor.exe")) {
        text_add(error, "the path of this program is too long");
        return false;
    }
    if (actor && (GetFullPathNameW(actor, PROGRAM_PATH_UNITS, out->actor, NULL) == 0 ||
                  GetFullPathNameW(actor, 0, NULL, NULL) > PROGRAM_PATH_UNITS)) {
        text_format(error, "the path of the actor is too long: %s", utf8(actor));
        return false;
    }
    if (!check_file(out->actor, OWN_MACHINE, error))
        return false;
    if (!try_actor(out->actor, &reason)) {
        text_format(error, "the actor %s is of no use: %s", utf8(out->actor), why);
        return false;
    }
    /* The 32-bit one is a bonus: cases that need it say so. */
    if (!check_file(out->actor_x86, X86_MACHINE, &nothing) || !try_actor(out->actor_x86, &nothing))
        out->actor_x86[0] = 0;
    sha256_of_file(out->self, out->self_sha256);
    sha256_of_file(out->actor, out->actor_sha256);
    if (out->actor_x86[0])
        sha256_of_file(out->actor_x86, out->actor_x86_sha256);
    return true;
}
