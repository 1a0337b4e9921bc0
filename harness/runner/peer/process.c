#include "process.h"

#include <stdlib.h>
#include <string.h>

#include "../../common/spawn_args.h"
#include "../platform/system_calls.h"

#define COMMAND_LINE_UNITS 2048
#define START_ATTEMPTS 3
#define STANDARD_HANDLES 3

static bool build_command_line(wchar_t *line, size_t size, const struct process_spec *start)
{
    line[0] = 0;
    if (!command_line_add((uint16_t *)line, size, (const uint16_t *)start->image))
        return false;
    for (const wchar_t *const *argument = start->arguments; *argument; argument++)
        if (!command_line_add((uint16_t *)line, size, (const uint16_t *)*argument))
            return false;
    return true;
}

static bool add_attribute(LPPROC_THREAD_ATTRIBUTE_LIST list, DWORD_PTR attribute, void *data, size_t size)
{
    return data == NULL ||
           system_calls()->UpdateProcThreadAttribute(list, 0, attribute, data, size, NULL, NULL);
}

/* The attribute list with the handles to inherit, the container and, where the system knows that attribute, the job.
 * NULL, with GetLastError, on failure. */
static LPPROC_THREAD_ATTRIBUTE_LIST build_attributes(HANDLE *handles, size_t count, HANDLE *job,
                                                     SECURITY_CAPABILITIES *container)
{
    SIZE_T size = 0;
    const struct system_calls *calls = system_calls();
    calls->InitializeProcThreadAttributeList(NULL, 3, 0, &size);
    LPPROC_THREAD_ATTRIBUTE_LIST list = malloc(size);
    if (!list) {
        SetLastError(ERROR_NOT_ENOUGH_MEMORY);
        return NULL;
    }
    if (!calls->InitializeProcThreadAttributeList(list, 3, 0, &size)) {
        free(list);
        return NULL;
    }
    if (!add_attribute(list, PROC_THREAD_ATTRIBUTE_HANDLE_LIST, count > 0 ? handles : NULL,
                       count * sizeof *handles) ||
        !add_attribute(list, PROC_THREAD_ATTRIBUTE_SECURITY_CAPABILITIES, container, sizeof *container)) {
        DWORD error = GetLastError();
        calls->DeleteProcThreadAttributeList(list);
        free(list);
        SetLastError(error);
        return NULL;
    }
    /* Not known before Windows 10: then job_add puts the process into the job. */
    add_attribute(list, PROC_THREAD_ATTRIBUTE_JOB_LIST, *job ? job : NULL, sizeof *job);
    return list;
}

/* How a process tells its child's C library about open files: a count, a byte of flags for each, a handle for each, without
 * padding. The C libraries of Microsoft and of Wine read it from lpReserved2; libuv uses it too. */
struct crt_files {
    BYTE bytes[sizeof(int) + STANDARD_HANDLES + STANDARD_HANDLES * sizeof(HANDLE)];
};

static struct crt_files crt_files_of(const struct process_spec *start)
{
    enum { OPEN = 0x01, PIPE = 0x08, DEVICE = 0x40, TEXT_MODE = 0x80 };
    const int count = STANDARD_HANDLES;
    const HANDLE handles[STANDARD_HANDLES] = {start->input, start->output, start->output};
    const BYTE flags[STANDARD_HANDLES] = {start->input ? OPEN | PIPE | TEXT_MODE : 0,
                                          start->output ? OPEN | DEVICE | TEXT_MODE : 0,
                                          start->output ? OPEN | DEVICE | TEXT_MODE : 0};
    struct crt_files files;
    memcpy(files.bytes, &count, sizeof count);
    memcpy(files.bytes + sizeof count, flags, sizeof flags);
    memcpy(files.bytes + sizeof count + sizeof flags, handles, sizeof handles);
    return files;
}

/* Creates the process, suspended. With a token that takes CreateProcessAsUserW, whose other parameters are the same. */
static BOOL create_process(const struct process_spec *start, wchar_t *command_line, bool inherits,
                           STARTUPINFOEXW *startup, PROCESS_INFORMATION *out)
{
    /* DETACHED_PROCESS: no console window appears, and Ctrl-C in the runner's console does not reach the child. */
    DWORD flags = CREATE_SUSPENDED | (start->users_program ? CREATE_NO_WINDOW : DETACHED_PROCESS);
    if (startup->lpAttributeList)
        flags |= EXTENDED_STARTUPINFO_PRESENT;
    if (start->token)
        return CreateProcessAsUserW(start->token, start->image, command_line, NULL, NULL, inherits, flags,
                                    NULL, start->directory, &startup->StartupInfo, out);
    return CreateProcessW(start->image, command_line, NULL, NULL, inherits, flags, NULL, start->directory,
                          &startup->StartupInfo, out);
}

/* ERROR_INTERNAL_ERROR means that the process ended before its first instruction. Under Wine this happens to about one
 * process in 8,000: its heap gets the address of a page that Wine needs. A second attempt gets other addresses. */
static DWORD create_with_retry(const struct process_spec *start, wchar_t *command_line, bool inherits,
                               STARTUPINFOEXW *startup, PROCESS_INFORMATION *out)
{
    DWORD error = ERROR_INTERNAL_ERROR;
    for (int attempt = 0; attempt < START_ATTEMPTS && error == ERROR_INTERNAL_ERROR; attempt++)
        error = create_process(start, command_line, inherits, startup, out) ? ERROR_SUCCESS : GetLastError();
    return error;
}

DWORD child_start(struct child *out, const struct process_spec *start)
{
    *out = (struct child){0};
    wchar_t command_line[COMMAND_LINE_UNITS];
    if (!build_command_line(command_line, COMMAND_LINE_UNITS, start))
        return ERROR_FILENAME_EXCED_RANGE;

    HANDLE job = job_object(start->job), handles[4];
    size_t count = handle_list_build(
        handles, (HANDLE[]){start->inherit[0], start->inherit[1], start->output, start->input}, 4);
    /* Without attribute lists (before Windows Vista) a child inherits every inheritable handle of this process. */
    LPPROC_THREAD_ATTRIBUTE_LIST attributes = NULL;
    if (!system_has_attribute_lists() && start->container)
        return ERROR_PROC_NOT_FOUND;
    if (system_has_attribute_lists() &&
        (attributes = build_attributes(handles, count, &job, start->container)) == NULL)
        return GetLastError();

    struct crt_files files = crt_files_of(start);
    STARTUPINFOEXW startup = {
        .StartupInfo = {.cb = attributes ? sizeof startup : sizeof startup.StartupInfo,
                        .dwFlags = STARTF_USESTDHANDLES,
                        .cbReserved2 = start->users_program ? (WORD)sizeof files : 0,
                        .lpReserved2 = start->users_program ? files.bytes : NULL,
                        .hStdInput = start->input,
                        .hStdOutput = start->output,
                        .hStdError = start->output},
        .lpAttributeList = attributes,
    };
    PROCESS_INFORMATION process;
    DWORD error = create_with_retry(start, command_line, count > 0, &startup, &process);
    if (!error && ((start->job && !job_add(start->job, process.hProcess)) ||
                   ResumeThread(process.hThread) == (DWORD)-1)) {
        error = GetLastError();
        TerminateProcess(process.hProcess, EXIT_KILLED);
        CloseHandle(process.hThread);
        CloseHandle(process.hProcess);
    } else if (!error) {
        CloseHandle(process.hThread);
        *out = (struct child){process.hProcess, process.dwProcessId};
    }
    if (attributes)
        system_calls()->DeleteProcThreadAttributeList(attributes);
    free(attributes);
    return error;
}

DWORD child_open(struct child *out, DWORD id)
{
    /* PROCESS_QUERY_LIMITED_INFORMATION exists since Windows Vista. A system may also grant it and not return the exit
     * code. */
    static const DWORD rights[] = {PROCESS_QUERY_LIMITED_INFORMATION, PROCESS_QUERY_INFORMATION};
    DWORD error = ERROR_SUCCESS, ignored;
    *out = (struct child){0};
    for (size_t i = 0; i < sizeof rights / sizeof rights[0]; i++) {
        HANDLE process = system_calls()->OpenProcess(SYNCHRONIZE | PROCESS_TERMINATE | rights[i], FALSE, id);
        if (process && system_calls()->GetExitCodeProcess(process, &ignored)) {
            *out = (struct child){process, id};
            return ERROR_SUCCESS;
        }
        error = GetLastError();
        if (process)
            CloseHandle(process);
    }
    return error;
}

enum child_state child_wait(const struct child *child, DWORD milliseconds, DWORD *exit_code)
{
    if (WaitForSingleObject(child->process, milliseconds) != WAIT_OBJECT_0)
        return CHILD_RUNS;
    if (system_calls()->GetExitCodeProcess(child->process, exit_code))
        return CHILD_ENDED;
    *exit_code = GetLastError();
    return CHILD_CODE_UNKNOWN;
}

bool child_kill(const struct child *child)
{
    DWORD ignored;
    if (!child->process)
        return true;
    TerminateProcess(child->process, EXIT_KILLED);
    return child_wait(child, 10000, &ignored) != CHILD_RUNS;
}

void child_close(struct child *child)
{
    if (child->process)
        CloseHandle(child->process);
    *child = (struct child){0};
}

uint64_t own_handle_count(void)
{
    DWORD count = 0;
    if (GetProcessHandleCount(GetCurrentProcess(), &count) && count > 0)
        return count;
    /* Wine 8 always reports 0. There a new handle gets the lowest free value, a multiple of 4. So if handles stay open, new ones
     * get higher values. */
    HANDLE fresh = CreateEventW(NULL, TRUE, FALSE, NULL);
    if (!fresh)
        return 0;
    CloseHandle(fresh);
    return (uint64_t)(uintptr_t)fresh / 4;
}
