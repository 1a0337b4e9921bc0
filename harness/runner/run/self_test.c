#include "self_test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "../peer/image_copy.h"
#include "../peer/output_file.h"
#include "../peer/peer.h"
#include "../platform/access_token.h"
#include "../platform/system_calls.h"
#include "../stage/cmocka_bridge.h"

#define END_MS 15000
#define HELLO_MS 5000
#define RENAMES 50
#define LEFT_TEXT "the case is left"

/* ---- the child ---- */

static void leave_at_once(struct stage *stage)
{
    (void)stage;
    fputs(LEFT_TEXT "\n", stdout);
    leave_case();
}

int self_test_child(const wchar_t *how)
{
    if (wcscmp(how, L"leave") == 0) {
        enum case_end result = call_case("self-test", leave_at_once, NULL);
        fflush(stdout);
        return result == CASE_LEFT ? 0 : 1;
    }
    if (wcscmp(how, L"crash") == 0)
        *(volatile char *)(uintptr_t)wcslen(how) = 1; /* an address in the first page */
    /* As RaiseFailFastException, without its import: an exception that no handler may continue. */
    RaiseException(0xC0000409, EXCEPTION_NONCONTINUABLE, 0, NULL);
    return 1;
}

static void run_child(struct self_test_end *out, const struct programs *programs, const wchar_t *how)
{
    struct buffer printed = {0};
    struct child child;
    struct job *job = job_new();
    HANDLE output = output_file_new();
    uint64_t before = system_milliseconds();
    out->start_error =
        child_start(&child, &(struct process_spec){
                                .image = programs->self,
                                .arguments = (const wchar_t *[]){L"" SELF_TEST_ARGUMENT, how, NULL},
                                .output = output == INVALID_HANDLE_VALUE ? NULL : output,
                                .job = job,
                            });
    if (!out->start_error)
        out->state = child_wait(&child, END_MS, &out->code);
    out->milliseconds = system_milliseconds() - before;
    child_kill(&child);
    child_close(&child);
    if (output != INVALID_HANDLE_VALUE) {
        output_file_take(output, &printed);
        CloseHandle(output);
    }
    out->text = printed.at && strstr(printed.at, LEFT_TEXT);
    buffer_free(&printed);
    job_free(job);
}

/* ---- actors ---- */

/* The reply to one request, "" if there is none, without its number. */
static void ask(struct peer_group *group, struct peer *peer, int number, const char *request, char *out,
                size_t size)
{
    char wire[200], raw[LINE_BYTES];
    size_t length;
    int sent = snprintf(wire, sizeof wire, "%d %s\n", number, request);
    out[0] = 0;
    if (peer_send(group, peer, wire, (size_t)sent) &&
        peer_receive(group, peer, raw, &length) == CHANNEL_LINE) {
        const char *reply = strchr(raw, ' ');
        snprintf(out, size, "%s", reply ? reply + 1 : raw);
    }
}

/* Starts an actor and hears its hello; the caller closes the peer. */
static void start_actor(struct self_test_start *out, struct peer_group *group, struct peer *peer,
                        const wchar_t *program, const struct identity *identity)
{
    char raw[LINE_BYTES];
    size_t length;
    uint64_t before = system_milliseconds();
    *peer = (struct peer){0};
    out->failed = "CreateNamedPipe";
    out->error = peer_open(group, peer);
    if (!out->error)
        out->error = peer_start(group, peer, program, identity, &out->failed);
    if (out->error)
        return;
    out->failed = peer_receive(group, peer, raw, &length) == CHANNEL_LINE ? NULL : "its hello";
    out->milliseconds = system_milliseconds() - before;
    if (out->failed && peer->child.process)
        out->state = child_wait(&peer->child, HELLO_MS, &out->code);
    if (!out->failed && identity && (out->error = peer_settle(group, peer, identity)) != 0)
        out->failed = "SetTokenInformation";
}

static void look_at_actors(struct self_test_seen *out, const struct programs *programs,
                           struct peer_group *group)
{
    static const char *const requests[] = {
        "create section size=4096 protect=PAGE_READWRITE", "map view of=section access=FILE_MAP_READ",
        "read view at=0x10000 length=1", "write view at=0 u8=1", "execute view at=0"};
    struct peer peer;
    struct self_test_start plain = {0};
    start_actor(&plain, group, &peer, programs->actors[ARCH_OWN], NULL);
    for (int i = 0; i < 5 && !plain.failed; i++) {
        char reply[200];
        ask(group, &peer, i + 1, requests[i], reply, sizeof reply);
        if (i >= 2)
            snprintf(out->replies[i - 2], sizeof out->replies[i - 2], "%s", reply);
    }
    peer_close(&peer);
    const struct identity *identity;
    while (out->start_count < SELF_TEST_IDENTITIES && (identity = identity_at(out->start_count)) != NULL) {
        struct self_test_start *start = &out->starts[out->start_count++];
        start->name = identity_name(identity);
        start_actor(start, group, &peer, programs->actors[ARCH_OWN], identity);
        peer_close(&peer);
    }
}

static void look_at_copy(struct self_test_seen *out, const struct programs *programs,
                         struct peer_group *group)
{
    wchar_t path[MAX_PATH + 1];
    struct peer peer;
    out->copies[0].error = image_copy(programs->actors[ARCH_OWN], group->run, path, &out->copies[0].failed);
    if (out->copies[0].error)
        return;
    for (int i = 0; i < 2; i++) {
        start_actor(&out->copies[i], group, &peer, path, NULL);
        peer_close(&peer);
    }
    DeleteFileW(path);
}

/* ---- this program and the system ---- */

/* The layout of the load configuration, whose newer fields some headers lack: windows/win32/debug/pe-format. */
#ifdef _WIN64
#define GUARD_FLAGS_AT 144
#define LONGJUMP_COUNT_AT 184
#else
#define GUARD_FLAGS_AT 88
#define LONGJUMP_COUNT_AT 116
#endif

static void look_at_program(struct self_test_seen *out)
{
    const BYTE *base = (const BYTE *)GetModuleHandleW(NULL);
    const IMAGE_DOS_HEADER *start = (const void *)base;
    const IMAGE_NT_HEADERS *headers = (const void *)(base + start->e_lfanew);
    const IMAGE_DATA_DIRECTORY *directory =
        &headers->OptionalHeader.DataDirectory[IMAGE_DIRECTORY_ENTRY_LOAD_CONFIG];
    const BYTE *config = base + directory->VirtualAddress;
    DWORD size, flags;
    SIZE_T jumps;
    out->characteristics = headers->OptionalHeader.DllCharacteristics;
    if (!directory->VirtualAddress)
        return;
    memcpy(&size, config, sizeof size);
    if (size < LONGJUMP_COUNT_AT + sizeof jumps)
        return;
    memcpy(&flags, config + GUARD_FLAGS_AT, sizeof flags);
    memcpy(&jumps, config + LONGJUMP_COUNT_AT, sizeof jumps);
    out->guard_flags = flags;
    out->jumps = (unsigned long)jumps;
}

static void look_at_system(struct self_test_seen *out, const struct programs *programs)
{
    static const char key[] = "SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Policies\\System";
    MEMORYSTATUSEX memory = {.dwLength = sizeof memory};
    BOOL inside = FALSE;
    DWORD lua = 0, size = sizeof lua, session = 0;
    out->in_job = IsProcessInJob(GetCurrentProcess(), NULL, &inside) && inside;
    out->job_refusal = programs->job_refusal;
    if (ProcessIdToSessionId(GetCurrentProcessId(), &session))
        out->session = session;
    out->elevated = access_token_elevated();
    out->lua = RegGetValueA(HKEY_LOCAL_MACHINE, key, "EnableLUA", RRF_RT_REG_DWORD, NULL, &lua, &size)
                   ? -1
                   : lua != 0;
    if (GlobalMemoryStatusEx(&memory))
        out->free_mib = memory.ullAvailPageFile >> 20;
}

static bool make_and_rename(const wchar_t *folder, const char *run, unsigned number)
{
    wchar_t first[MAX_PATH], second[MAX_PATH];
    if (swprintf(first, MAX_PATH, L"%lsshmcheck-%hs-new-%u.tmp", folder, run, number) < 0 ||
        swprintf(second, MAX_PATH, L"%lsshmcheck-%hs-old-%u.tmp", folder, run, number) < 0)
        return false;
    HANDLE file = CreateFileW(first, GENERIC_WRITE, 0, NULL, CREATE_NEW, 0, NULL);
    if (file == INVALID_HANDLE_VALUE)
        return false;
    CloseHandle(file);
    bool moved = MoveFileExW(first, second, MOVEFILE_REPLACE_EXISTING) != 0;
    return DeleteFileW(moved ? second : first) && moved;
}

static void look_at_files(struct self_test_seen *out, const wchar_t *folder, const char *run)
{
    for (unsigned i = 0; i < RENAMES; i++) {
        uint64_t before = system_milliseconds();
        out->failed_renames += !make_and_rename(folder, run, i);
        uint64_t took = system_milliseconds() - before;
        if (took > out->worst_rename)
            out->worst_rename = took;
    }
}

void self_test_identity(struct self_test_start *out, const struct programs *programs, const char *run,
                        const struct identity *identity)
{
    struct recording none = {.mode = RECORDING_OFF, .mutated_at = SIZE_MAX};
    struct peer_group group = {.timeout = HELLO_MS, .job = job_new(), .recording = &none};
    struct peer peer;
    snprintf(group.run, sizeof group.run, "%s", run);
    *out = (struct self_test_start){.name = identity_name(identity)};
    start_actor(out, &group, &peer, programs->actors[ARCH_OWN], identity);
    peer_close(&peer);
    job_free(group.job);
}

void self_test_look(struct self_test_seen *out, const struct programs *programs, const char *run,
                    const wchar_t *folder)
{
    struct recording none = {.mode = RECORDING_OFF, .mutated_at = SIZE_MAX};
    struct job *job = job_new();
    HANDLE output = output_file_new();
    struct peer_group group = {.timeout = HELLO_MS,
                               .job = job,
                               .output = output == INVALID_HANDLE_VALUE ? NULL : output,
                               .recording = &none};
    snprintf(group.run, sizeof group.run, "%s", run);
    *out = (struct self_test_seen){0};
    run_child(&out->leaves, programs, L"leave");
    look_at_actors(out, programs, &group);
    look_at_program(out);
    look_at_copy(out, programs, &group);
    look_at_system(out, programs);
    look_at_files(out, folder, run);
    run_child(&out->crash, programs, L"crash");
    run_child(&out->fast_fail, programs, L"fast-fail");
    job_free(job);
    if (output != INVALID_HANDLE_VALUE)
        CloseHandle(output);
}
