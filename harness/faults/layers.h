/* What the functions of the table have in common: they describe a call for the gate before they make it, and keep the
 * books after it. For the files layers*.c. */
#ifndef SHMCHECK_FAULTS_LAYERS_H
#define SHMCHECK_FAULTS_LAYERS_H

#include "fault.h"
#include "gate.h"

/* Of the chosen fault; set once by layers_choose. */
extern const struct hooks *hooks;
/* Chooses what the table will do. To be called once, before system_start, when the parameters are set. */
void layers_choose(const struct hooks *chosen);

/* The function that makes a call: the fault's if the gate is open, else what the fault always does, else Windows'. */
#define PICK(call, occasion)                                                                                 \
    (hooks->calls.call && gate_opens(occasion) ? hooks->calls.call                                           \
     : hooks->follow.call                      ? hooks->follow.call                                          \
                                               : real.call)

typedef HANDLE WINAPI create_function(HANDLE, SECURITY_ATTRIBUTES *, DWORD, DWORD, DWORD, LPCWSTR);
typedef HANDLE WINAPI open_function(DWORD, BOOL, LPCWSTR);
typedef LPVOID WINAPI map_function(HANDLE, DWORD, DWORD, DWORD, SIZE_T, LPVOID);
typedef BOOL WINAPI unmap_function(LPCVOID);

/* The fault's functions for calls that are not the W or Ex function itself; NULL: call that of Windows. */
create_function *create_instead(const struct occasion *occasion);
open_function *open_instead(const struct occasion *occasion);
map_function *map_instead(const struct occasion *occasion);
unmap_function *unmap_instead(const struct occasion *occasion);

struct occasion creating(enum way way, HANDLE file, DWORD protect, uint64_t size, const WCHAR *name);
struct occasion opening(enum way way, const WCHAR *name);
struct occasion mapping(enum way way, HANDLE section);
struct occasion about_handle(HANDLE handle);
struct occasion about_address(const void *address, enum way way);

/* Each keeps the last error and returns the result. */
HANDLE created(HANDLE handle, struct occasion occasion);
HANDLE opened(HANDLE handle, struct occasion occasion);
void *mapped(void *at, const struct occasion *occasion, DWORD access, uint64_t offset);
BOOL unmapped(BOOL done, uintptr_t base);
BOOL judged(BOOL done); /* notes a failure */

/* Whether the fault, or its gate, needs what processes note for one another (note.h). */
bool layers_use_notes(void);

/* Each puts the layers of its file into the table. */
void layers_install_named(struct system_calls *calls);    /* layers.c */
void layers_install_modern(struct system_calls *calls);   /* layers_modern.c */
void layers_install_pages(struct system_calls *calls);    /* layers_pages.c */
void layers_install_uncommon(struct system_calls *calls); /* layers_uncommon.c */

#endif
