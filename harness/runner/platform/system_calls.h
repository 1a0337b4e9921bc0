/* Functions that some versions of Windows do not export. They are looked up when the program first needs one, so that the
 * program loads on every system; the pointer of a missing function is NULL. Tests replace the table to simulate a system
 * without them, or one where a function fails.
 * Pages, each with its minimum supported client: nf-fileio-cancelioex, nf-sysinfoapi-gettickcount64,
 * nf-processthreadsapi-initializeprocthreadattributelist, nf-psapi-getprocessmemoryinfo. */
#ifndef SHMCHECK_SYSTEM_CALLS_H
#define SHMCHECK_SYSTEM_CALLS_H

#include <windows.h>

#include <psapi.h>
#include <stdint.h>

struct system_calls {
    BOOL(WINAPI *CancelIoEx)(HANDLE, OVERLAPPED *); /* Windows Vista */
    ULONGLONG(WINAPI *GetTickCount64)(void);        /* Windows Vista */
    BOOL(WINAPI *InitializeProcThreadAttributeList)
    (LPPROC_THREAD_ATTRIBUTE_LIST, DWORD, DWORD, SIZE_T *); /* Windows Vista */
    BOOL(WINAPI *UpdateProcThreadAttribute)
    (LPPROC_THREAD_ATTRIBUTE_LIST, DWORD, DWORD_PTR, void *, SIZE_T, void *, SIZE_T *); /* Windows Vista */
    void(WINAPI *DeleteProcThreadAttributeList)(LPPROC_THREAD_ATTRIBUTE_LIST);          /* Windows Vista */
    BOOL(WINAPI *GetProcessMemoryInfo)
    (HANDLE, PROCESS_MEMORY_COUNTERS *, DWORD); /* Windows 7, or psapi.dll */
    /* Every Windows exports these. They are in the table because tests let them fail. */
    BOOL(WINAPI *AssignProcessToJobObject)(HANDLE, HANDLE);
    HANDLE(WINAPI *OpenProcess)(DWORD, BOOL, DWORD);
    BOOL(WINAPI *GetExitCodeProcess)(HANDLE, DWORD *);
    HMODULE(WINAPI *LoadLibraryExW)(LPCWSTR, HANDLE, DWORD);
    FARPROC(WINAPI *GetProcAddress)(HMODULE, LPCSTR);
};

const struct system_calls *system_calls(void);
/* For tests: this table is in use from now on; NULL: the system's own. */
void system_calls_replace(const struct system_calls *calls);

typedef void any_function(void);

/* The function of this name from kernelbase.dll, else kernel32.dll, else psapi.dll (there without the prefix K32); the
 * caller casts it to its type. NULL if none of them exports it. */
any_function *system_function(const char *name);
/* Loads a DLL of the system's own folder. NULL, with GetLastError, if there is none. */
HMODULE system_library(const wchar_t *name);

/* Milliseconds since the system started. Where GetTickCount64 is missing, only one thread may call this, and at least
 * once in 49.7 days. */
uint64_t system_milliseconds(void);
/* The memory counters of this process. FALSE if the system does not report them. */
BOOL system_memory(PROCESS_MEMORY_COUNTERS *out);
/* Whether processes can be started with attributes, such as a list of handles to inherit. */
BOOL system_has_attribute_lists(void);

#endif
