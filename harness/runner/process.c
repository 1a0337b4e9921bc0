#include "process.h"

#include <stdlib.h>

#include "../common/start.h"

#define COMMAND_LINE_UNITS 2048

HANDLE job_new(void)
{
    HANDLE job = CreateJobObjectW(NULL, NULL);
    JOBOBJECT_EXTENDED_LIMIT_INFORMATION limits = {
        .BasicLimitInformation.LimitFlags =
            JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE | JOB_OBJECT_LIMIT_DIE_ON_UNHANDLED_EXCEPTION,
    };
    if (job && !SetInformationJobObject(job, JobObjectExtendedLimitInformation, &limits, sizeof limits)) {
        DWORD error = GetLastError();
        CloseHandle(job);
        SetLastError(error);
        return NULL;
    }
    return job;
}

size_t job_active(HANDLE job)
{
    JOBOBJECT_BASIC_ACCOUNTING_INFORMATION accounting;
    if (!QueryInformationJobObject(job, JobObjectBasicAccountingInformation, &accounting, sizeof accounting,
                                   NULL))
        return SIZE_MAX;
    return accounting.ActiveProcesses;
}

void job_kill(HANDLE job)
{
    TerminateJobObject(job, EXIT_KILLED);
}

static bool build_command_line(wchar_t *line, size_t size, const struct start *start)
{
    line[0] = 0;
    if (!command_line_add((uint16_t *)line, size, (const uint16_t *)start->image))
        return false;
    for (const wchar_t *const *argument = start->arguments; *argument; argument++)
        if (!command_line_add((uint16_t *)line, size, (const uint16_t *)*argument))
            return false;
    return true;
}

/* The attribute list with the handles to inherit and, where the system knows that attribute, the job. */
static LPPROC_THREAD_ATTRIBUTE_LIST build_attributes(HANDLE *handles, size_t count, HANDLE *job)
{
    SIZE_T size = 0;
    InitializeProcThreadAttributeList(NULL, 2, 0, &size);
    LPPROC_THREAD_ATTRIBUTE_LIST list = malloc(size);
    if (!list)
        return NULL;
    if (!InitializeProcThreadAttributeList(list, 2, 0, &size)) {
        free(list);
        return NULL;
    }
    if (count > 0 && !UpdateProcThreadAttribute(list, 0, PROC_THREAD_ATTRIBUTE_HANDLE_LIST, handles,
                                                count * sizeof *handles, NULL, NULL)) {
        DeleteProcThreadAttributeList(list);
        free(list);
        return NULL;
    }
    /* Not known before Windows 10: then put_in_job does it all. */
    UpdateProcThreadAttribute(list, 0, PROC_THREAD_ATTRIBUTE_JOB_LIST, job, sizeof *job, NULL, NULL);
    return list;
}

/* A system may accept the job attribute and ignore it, so what counts is where the process is. */
static bool put_in_job(HANDLE process, HANDLE job)
{
    BOOL inside = FALSE;
    return (IsProcessInJob(process, job, &inside) && inside) || AssignProcessToJobObject(job, process);
}

DWORD child_start(struct child *out, const struct start *start)
{
    *out = (struct child){0};
    wchar_t command_line[COMMAND_LINE_UNITS];
    if (!build_command_line(command_line, COMMAND_LINE_UNITS, start))
        return ERROR_FILENAME_EXCED_RANGE;

    HANDLE job = start->job, handles[3];
    size_t count =
        handle_list_build(handles, (HANDLE[]){start->inherit[0], start->inherit[1], start->output}, 3);
    LPPROC_THREAD_ATTRIBUTE_LIST attributes = build_attributes(handles, count, &job);
    if (!attributes)
        return ERROR_NOT_ENOUGH_MEMORY;

    STARTUPINFOEXW startup = {
        .StartupInfo = {.cb = sizeof startup,
                        .dwFlags = STARTF_USESTDHANDLES,
                        .hStdOutput = start->output,
                        .hStdError = start->output},
        .lpAttributeList = attributes,
    };
    PROCESS_INFORMATION process;
    DWORD error = ERROR_SUCCESS;
    /* DETACHED_PROCESS: no console window appears, none is paid for, and Ctrl-C in ours does not reach the
     * child. */
    if (!CreateProcessW(start->image, command_line, NULL, NULL, count > 0,
                        EXTENDED_STARTUPINFO_PRESENT | CREATE_SUSPENDED | DETACHED_PROCESS, NULL, NULL,
                        &startup.StartupInfo, &process)) {
        error = GetLastError();
    } else if (!put_in_job(process.hProcess, start->job) || ResumeThread(process.hThread) == (DWORD)-1) {
        error = GetLastError();
        TerminateProcess(process.hProcess, EXIT_KILLED);
        CloseHandle(process.hThread);
        CloseHandle(process.hProcess);
    } else {
        CloseHandle(process.hThread);
        *out = (struct child){process.hProcess, process.dwProcessId};
    }
    DeleteProcThreadAttributeList(attributes);
    free(attributes);
    return error;
}

bool child_wait(const struct child *child, DWORD milliseconds, DWORD *exit_code)
{
    return WaitForSingleObject(child->process, milliseconds) == WAIT_OBJECT_0 &&
           GetExitCodeProcess(child->process, exit_code);
}

bool child_kill(const struct child *child)
{
    DWORD ignored;
    if (!child->process)
        return true;
    TerminateProcess(child->process, EXIT_KILLED);
    return child_wait(child, 10000, &ignored);
}

void child_close(struct child *child)
{
    if (child->process)
        CloseHandle(child->process);
    *child = (struct child){0};
}
