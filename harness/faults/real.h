/* The system as it is, below every fault, and small helpers on top of it. */
#ifndef SHMCHECK_FAULTS_REAL_H
#define SHMCHECK_FAULTS_REAL_H

#include <stddef.h>
#include <stdint.h>

#include "../actor/system.h"

#define PAGE_BYTES 4096u       /* of x86, x64 and arm64 Windows */
#define GRANULE_BYTES 0x10000u /* views begin at multiples of this many bytes */
#define PROTECTIONS 0xFFu      /* PAGE_ values of a section, without its flags */

/* The functions of Windows. The advapi32 part is NULL until system_load_security was called. */
extern struct system_calls real;

/* Sets what a failed call leaves behind: the last error, and the NTSTATUS that the actor reports with it. */
void leave_failure(DWORD error, LONG status);
/* A new handle to the same section with SECTION_ALL_ACCESS, whatever the rights of `section`. The caller closes it.
 * NULL if the system does not allow it. Changes the last error. */
HANDLE with_all_rights(HANDLE section);
/* Duplicates the handle into the process that started this one, which keeps it open to its own end; into this one if no
 * Windows program has started it. */
void leak_to_parent(HANDLE handle);
/* The size of a section in bytes, 0 if it is unknown. Changes the last error. */
uint64_t section_size(HANDLE section);
/* The size in bytes of the allocation at `base`, as far as its pages are in the state of the first one. */
size_t view_size(const void *base);
/* The size in bytes of the whole allocation at `base`. */
size_t allocation_size(const void *base);
/* Maps a copy-on-write view whose committed pages are copied already, and protects it as `access` says. The caller
 * unmaps it. NULL and the last error if it cannot be mapped. */
void *map_copy(HANDLE section, DWORD access, DWORD high, DWORD low, SIZE_T length, void *base);
/* Gives this process its own copy of every committed page of a copy-on-write view. */
void make_private(void *base);
/* Tells the driver that the fault has concerned a call: creates the file that the environment variable
 * SHMCHECK_FAULT_REACHED names, once in each process. Keeps the last error. */
void fault_reached(void);

#endif
