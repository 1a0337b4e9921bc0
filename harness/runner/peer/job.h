/* The processes that the harness started and ends together. They are in a job object, and the system ends them with its
 * last handle. Where a process cannot be put into one, the job keeps its handle and ends it with that; processes that it
 * starts itself are then unknown. Pages: job-objects, nested-jobs. */
#ifndef SHMCHECK_JOB_H
#define SHMCHECK_JOB_H

#include <windows.h>

#include <stdbool.h>
#include <stddef.h>

/* The exit code of a process that the harness ended; no program of the harness returns it: "nsm". */
#define EXIT_KILLED 0x6E736D

struct job;

/* NULL, with GetLastError, if memory runs out. */
struct job *job_new(void);
/* Ends every process of the job, and frees it. NULL is allowed. */
void job_free(struct job *job);
/* Puts a process into the job. False, with GetLastError, if memory or handles run out. */
bool job_add(struct job *job, HANDLE process);
/* How many processes of the job are running; SIZE_MAX if the system does not say. */
size_t job_active(struct job *job);
/* Ends every process of the job, with EXIT_KILLED. */
void job_kill(struct job *job);

/* The job object; NULL if there is none. The job owns it. */
HANDLE job_object(const struct job *job);
/* The error code for which processes are ended one by one instead of by a job object; 0: none. */
DWORD job_refusal(const struct job *job);

/* How many processes run in a job object; SIZE_MAX if the system does not say. */
size_t job_object_active(HANDLE object);

#endif
