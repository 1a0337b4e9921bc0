#include "job.h"

#include <stdint.h>
#include <stdlib.h>

#include "../platform/system_calls.h"

struct job {
    HANDLE object; /* owned; NULL: none */
    DWORD refusal;
    HANDLE *listed; /* owned, and so are the handles: processes that are not in the object */
    size_t count, room;
};

static HANDLE new_object(void)
{
    HANDLE object = CreateJobObjectW(NULL, NULL);
    JOBOBJECT_EXTENDED_LIMIT_INFORMATION limits = {
        .BasicLimitInformation.LimitFlags =
            JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE | JOB_OBJECT_LIMIT_DIE_ON_UNHANDLED_EXCEPTION,
    };
    if (object &&
        !SetInformationJobObject(object, JobObjectExtendedLimitInformation, &limits, sizeof limits)) {
        DWORD error = GetLastError();
        CloseHandle(object);
        SetLastError(error);
        return NULL;
    }
    return object;
}

struct job *job_new(void)
{
    struct job *job = calloc(1, sizeof *job);
    if (!job) {
        SetLastError(ERROR_NOT_ENOUGH_MEMORY);
        return NULL;
    }
    job->object = new_object();
    if (!job->object)
        job->refusal = GetLastError();
    return job;
}

static bool runs(HANDLE process)
{
    return WaitForSingleObject(process, 0) == WAIT_TIMEOUT;
}

/* Removes the processes that have ended from the list. */
static void prune(struct job *job)
{
    size_t kept = 0;
    for (size_t i = 0; i < job->count; i++) {
        if (runs(job->listed[i]))
            job->listed[kept++] = job->listed[i];
        else
            CloseHandle(job->listed[i]);
    }
    job->count = kept;
}

static bool list(struct job *job, HANDLE process)
{
    HANDLE own = GetCurrentProcess(), copy;
    prune(job);
    if (job->count == job->room) {
        size_t room = job->room * 2 + 8;
        HANDLE *larger = realloc(job->listed, room * sizeof *larger);
        if (!larger) {
            SetLastError(ERROR_NOT_ENOUGH_MEMORY);
            return false;
        }
        job->listed = larger;
        job->room = room;
    }
    if (!DuplicateHandle(own, process, own, &copy, 0, FALSE, DUPLICATE_SAME_ACCESS))
        return false;
    job->listed[job->count++] = copy;
    return true;
}

/* A system may accept the job attribute and ignore it, so the process is asked whether it is in a job. Where jobs do not
 * nest (before Windows 8, and in old versions of Wine), a child of a process in a job cannot be put into another job. It
 * stays in the job of its parent, which ends with the run, and this does not count as a refusal of job objects. */
bool job_add(struct job *job, HANDLE process)
{
    BOOL inside = FALSE;
    if (job->object) {
        if ((IsProcessInJob(process, job->object, &inside) && inside) ||
            system_calls()->AssignProcessToJobObject(job->object, process))
            return true;
        DWORD error = GetLastError();
        if (error != ERROR_ACCESS_DENIED || !IsProcessInJob(process, NULL, &inside) || !inside)
            job->refusal = error ? error : ERROR_GEN_FAILURE;
    }
    return list(job, process);
}

size_t job_object_active(HANDLE object)
{
    JOBOBJECT_BASIC_ACCOUNTING_INFORMATION accounting;
    if (!QueryInformationJobObject(object, JobObjectBasicAccountingInformation, &accounting,
                                   sizeof accounting, NULL))
        return SIZE_MAX;
    return accounting.ActiveProcesses;
}

size_t job_active(struct job *job)
{
    prune(job);
    size_t inside = job->object ? job_object_active(job->object) : 0;
    if (inside == SIZE_MAX) /* an object that refuses processes has none */
        inside = job->refusal ? 0 : SIZE_MAX - job->count;
    return inside + job->count;
}

void job_kill(struct job *job)
{
    if (job->object)
        TerminateJobObject(job->object, EXIT_KILLED);
    for (size_t i = 0; i < job->count; i++)
        TerminateProcess(job->listed[i], EXIT_KILLED);
}

void job_free(struct job *job)
{
    if (!job)
        return;
    job_kill(job);
    for (size_t i = 0; i < job->count; i++)
        CloseHandle(job->listed[i]);
    free(job->listed);
    if (job->object)
        CloseHandle(job->object);
    free(job);
}

HANDLE job_object(const struct job *job)
{
    return job ? job->object : NULL;
}

DWORD job_refusal(const struct job *job)
{
    return job->refusal;
}
