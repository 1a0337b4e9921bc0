#include "program.h"

#include <stdio.h>
#include <string.h>

#include "output_file.h"
#include "channel.h"
#include "child_end.h"
#include "process.h"
#include "../../common/utf16.h"
#include "../platform/version.h"

#define HELLO_TIMEOUT_MS 15000
#define END_TIMEOUT_MS 2000

/* For messages: what a program is made for. */
static const char *machine_name(WORD machine)
{
    enum arch arch;
    return arch_of_machine(machine, &arch) ? arch_name(arch) : "unknown";
}

/* The machine field of a PE file's header; 0 if the file is not a PE file. Page: windows/win32/debug/pe-format. */
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

static bool check_file(const wchar_t *path, enum arch arch, struct text *error)
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
    else if (found != arch_machine(arch))
        text_format(error, "the actor %s is an %s program; this run needs an %s one", utf8(path),
                    machine_name(found), arch_name(arch));
    return found == arch_machine(arch);
}

static bool is_fitting_hello(const char *bytes, size_t length, struct text *error)
{
    struct line line;
    uint64_t protocol = 0;
    if (line_parse(&line, bytes, length) || strcmp(line.word, "hello") != 0 ||
        !line_number(&line, "protocol", &protocol)) {
        text_add(error, "its first line is not the hello of an actor");
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

/* Starts the actor, reads its hello and asks it to exit. *refusal receives job_refusal unless it is set already. */
static bool try_actor(const wchar_t *path, DWORD *refusal, struct text *error)
{
    char bytes[LINE_BYTES];
    size_t length;
    wchar_t handle[24];
    struct child child = {0};
    struct job *job = job_new();
    HANDLE output = output_file_new(), end = INVALID_HANDLE_VALUE;
    struct channel *channel = channel_new();
    DWORD code = ERROR_SUCCESS;
    bool fits = false;
    if (job && output != INVALID_HANDLE_VALUE && channel)
        end = channel_child_end(channel);
    if (end == INVALID_HANDLE_VALUE) {
        text_format(error, "the pipe or the temporary file for it cannot be made: error %lu",
                    (unsigned long)GetLastError());
        goto out;
    }
    swprintf(handle, 24, L"%llx", (unsigned long long)(uintptr_t)end);
    code = child_start(&child, &(struct process_spec){
                                   .image = path,
                                   .arguments = (const wchar_t *[]){L"serve", handle, NULL},
                                   .inherit = {end},
                                   .output = output,
                                   .job = job,
                               });
    CloseHandle(end);
    if (code)
        goto out;
    if (channel_receive(channel, bytes, &length, HELLO_TIMEOUT_MS) != CHANNEL_LINE) {
        text_add(error, "it starts but sends no hello; ");
        enum child_state state = child_wait(&child, END_TIMEOUT_MS, &code);
        child_end_add(error, state, code);
    } else if (is_fitting_hello(bytes, length, error)) {
        fits = channel_send(channel, "1 exit\n", 7, HELLO_TIMEOUT_MS) &&
               child_wait(&child, HELLO_TIMEOUT_MS, &code) != CHILD_RUNS;
        if (!fits)
            text_add(error, "it says hello but does not exit when it is asked to");
    }
out:
    if (code && !error->length) {
        text_add(error, "it does not start: ");
        start_error_add(error, code);
    }
    channel_free(channel);
    child_kill(&child);
    child_close(&child);
    if (output != INVALID_HANDLE_VALUE)
        CloseHandle(output);
    if (job && !*refusal)
        *refusal = job_refusal(job);
    job_free(job);
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

bool programs_beside(wchar_t out[PROGRAM_PATH_UNITS], const wchar_t *self, enum arch arch)
{
    wchar_t name[40];
    swprintf(name, sizeof name / sizeof name[0], L"shmactor-%hs.exe", arch_name(arch));
    return beside(out, self, name);
}

static bool find_own(struct programs *out, const wchar_t *actor, struct text *error)
{
    char why[600];
    struct text reason = text_over(why, sizeof why);
    wchar_t *path = out->actors[ARCH_OWN];
    if (actor && (GetFullPathNameW(actor, PROGRAM_PATH_UNITS, path, NULL) == 0 ||
                  GetFullPathNameW(actor, 0, NULL, NULL) > PROGRAM_PATH_UNITS)) {
        text_format(error, "the path of the actor is too long: %s", utf8(actor));
        return false;
    }
    if (!check_file(path, ARCH_OWN, error))
        return false;
    if (!try_actor(path, &out->job_refusal, &reason)) {
        text_format(error, "the actor %s cannot be used: %s", utf8(path), why);
        return false;
    }
    return true;
}

/* Whether this is a 64-bit system that has no 32-bit system programs: WOW64 is an optional part of some versions, and Wine
 * prints a message of its own when a 32-bit program is started all the same. Page nf-sysinfoapi-getsystemwow64directoryw. */
static bool lacks_wow64(void)
{
    wchar_t path[PROGRAM_PATH_UNITS];
    const UINT length = GetSystemWow64DirectoryW(path, PROGRAM_PATH_UNITS - 20);
    if (length == 0 || length >= PROGRAM_PATH_UNITS - 20)
        return false;
    wcscat(path, L"\\ntdll.dll");
    return GetFileAttributesW(path) == INVALID_FILE_ATTRIBUTES;
}

/* An actor of another architecture. Reports say why there is none, so the message has no path of this machine. */
static void find_other(struct programs *out, enum arch arch)
{
    char why[600];
    struct text reason = text_over(why, sizeof why),
                missing = text_over(out->missing[arch], sizeof out->missing[arch]);
    wchar_t *path = out->actors[arch];
    if (GetFileAttributesW(path) == INVALID_FILE_ATTRIBUTES)
        text_format(&missing, "no %s actor: there is no shmactor-%s.exe beside shmcheck.exe", arch_name(arch),
                    arch_name(arch));
    else if (!check_file(path, arch, &reason))
        text_format(&missing, "no %s actor: shmactor-%s.exe is not a program for %s", arch_name(arch),
                    arch_name(arch), arch_name(arch));
    else if (arch == ARCH_X86 && lacks_wow64())
        text_add(&missing, "no x86 actor: this system runs no 32-bit programs (its folder of WOW64 has no "
                           "ntdll.dll)");
    else if (!try_actor(path, &out->job_refusal, &reason))
        text_format(&missing, "no %s actor: %s; does this system run %s programs?", arch_name(arch), why,
                    arch_name(arch));
    if (missing.length > 0)
        path[0] = 0;
}

bool programs_find(struct programs *out, const wchar_t *actor, struct text *error)
{
    *out = (struct programs){0};
    DWORD length = GetModuleFileNameW(NULL, out->self, PROGRAM_PATH_UNITS);
    bool fits = length > 0 && length < PROGRAM_PATH_UNITS &&
                beside(out->actors[ARCH_OWN], out->self, L"shmactor.exe");
    for (int i = 0; i < ARCH_COUNT && fits; i++)
        fits = i == ARCH_OWN || programs_beside(out->actors[i], out->self, (enum arch)i);
    if (!fits) {
        text_add(error, "the path of this program is too long");
        return false;
    }
    if (!find_own(out, actor, error))
        return false;
    for (int i = 0; i < ARCH_COUNT; i++)
        if (i != ARCH_OWN)
            find_other(out, (enum arch)i);
    sha256_of_file(out->self, out->self_sha256);
    for (int i = 0; i < ARCH_COUNT; i++)
        if (out->actors[i][0])
            sha256_of_file(out->actors[i], out->actor_sha256[i]);
    return true;
}
