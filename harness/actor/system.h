/* Every call that the actor makes to the mapping, handle and security API goes through this one table, so
 * that a test build can link a faulty system in place of system_start.c and show that the cases notice.
 *
 * The members have the names and signatures of the functions of Win32 and of the Nt layer that they stand
 * for; their pages are the reference. What the actor needs for itself (its pipe, its files, its memory)
 * it calls directly. */
#ifndef SHMCHECK_SYSTEM_H
#define SHMCHECK_SYSTEM_H

#include <windows.h>
#include <accctrl.h>
#include <psapi.h>
#include <winternl.h>

#include <stdbool.h>

#define PATH_UNITS 32768 /* room for the longest path that Windows knows */

/* In kernel32 on every Windows that this program starts on: never NULL. */
#define SYSTEM_LINKED(CALL)                                                                                  \
    CALL(HANDLE, CreateFileMappingW, (HANDLE, SECURITY_ATTRIBUTES *, DWORD, DWORD, DWORD, LPCWSTR))          \
    CALL(HANDLE, CreateFileMappingA, (HANDLE, SECURITY_ATTRIBUTES *, DWORD, DWORD, DWORD, LPCSTR))           \
    CALL(HANDLE, OpenFileMappingW, (DWORD, BOOL, LPCWSTR))                                                   \
    CALL(HANDLE, OpenFileMappingA, (DWORD, BOOL, LPCSTR))                                                    \
    CALL(LPVOID, MapViewOfFile, (HANDLE, DWORD, DWORD, DWORD, SIZE_T))                                       \
    CALL(LPVOID, MapViewOfFileEx, (HANDLE, DWORD, DWORD, DWORD, SIZE_T, LPVOID))                             \
    CALL(BOOL, UnmapViewOfFile, (LPCVOID))                                                                   \
    CALL(BOOL, FlushViewOfFile, (LPCVOID, SIZE_T))                                                           \
    CALL(BOOL, CloseHandle, (HANDLE))                                                                        \
    CALL(SIZE_T, VirtualQuery, (LPCVOID, MEMORY_BASIC_INFORMATION *, SIZE_T))                                \
    CALL(SIZE_T, VirtualQueryEx, (HANDLE, LPCVOID, MEMORY_BASIC_INFORMATION *, SIZE_T))                      \
    CALL(BOOL, VirtualProtect, (LPVOID, SIZE_T, DWORD, DWORD *))                                             \
    CALL(BOOL, VirtualProtectEx, (HANDLE, LPVOID, SIZE_T, DWORD, DWORD *))                                   \
    CALL(LPVOID, VirtualAlloc, (LPVOID, SIZE_T, DWORD, DWORD))                                               \
    CALL(BOOL, VirtualFree, (LPVOID, SIZE_T, DWORD))                                                         \
    CALL(BOOL, GetProcessHandleCount, (HANDLE, DWORD *))                                                     \
    CALL(BOOL, VirtualLock, (LPVOID, SIZE_T))                                                                \
    CALL(BOOL, VirtualUnlock, (LPVOID, SIZE_T))                                                              \
    CALL(BOOL, GetHandleInformation, (HANDLE, DWORD *))                                                      \
    CALL(BOOL, SetHandleInformation, (HANDLE, DWORD, DWORD))                                                 \
    CALL(BOOL, DuplicateHandle, (HANDLE, HANDLE, HANDLE, HANDLE *, DWORD, BOOL, DWORD))                      \
    CALL(HANDLE, OpenProcess, (DWORD, BOOL, DWORD))                                                          \
    CALL(HANDLE, CreateEventW, (SECURITY_ATTRIBUTES *, BOOL, BOOL, LPCWSTR))                                 \
    CALL(HANDLE, CreateMutexW, (SECURITY_ATTRIBUTES *, BOOL, LPCWSTR))                                       \
    CALL(HANDLE, CreateSemaphoreW, (SECURITY_ATTRIBUTES *, LONG, LONG, LPCWSTR))                             \
    CALL(HANDLE, CreateWaitableTimerW, (SECURITY_ATTRIBUTES *, BOOL, LPCWSTR))                               \
    CALL(HANDLE, CreateJobObjectW, (SECURITY_ATTRIBUTES *, LPCWSTR))                                         \
    CALL(BOOL, SetEvent, (HANDLE))                                                                           \
    CALL(BOOL, ReleaseMutex, (HANDLE))                                                                       \
    CALL(BOOL, ReleaseSemaphore, (HANDLE, LONG, LONG *))                                                     \
    CALL(DWORD, WaitForSingleObject, (HANDLE, DWORD))                                                        \
    CALL(SIZE_T, GetLargePageMinimum, (void))                                                                \
    CALL(void, GetSystemInfo, (SYSTEM_INFO *))                                                               \
    CALL(BOOL, CreateProcessW,                                                                               \
         (LPCWSTR, LPWSTR, SECURITY_ATTRIBUTES *, SECURITY_ATTRIBUTES *, BOOL, DWORD, LPVOID, LPCWSTR,       \
          STARTUPINFOW *, PROCESS_INFORMATION *))

/* In modules that are in every process, but not in every version of them: NULL where absent. */
#define SYSTEM_KERNELBASE(CALL)                                                                              \
    CALL(HANDLE, CreateFileMappingNumaW,                                                                     \
         (HANDLE, SECURITY_ATTRIBUTES *, DWORD, DWORD, DWORD, LPCWSTR, DWORD))                               \
    CALL(PVOID, MapViewOfFileNuma2, (HANDLE, HANDLE, ULONG64, PVOID, SIZE_T, ULONG, ULONG, ULONG))           \
    CALL(PVOID, MapViewOfFile3, (HANDLE, HANDLE, PVOID, ULONG64, SIZE_T, ULONG, ULONG, void *, ULONG))       \
    CALL(BOOL, UnmapViewOfFile2, (HANDLE, PVOID, ULONG))                                                     \
    CALL(BOOL, UnmapViewOfFileEx, (PVOID, ULONG))                                                            \
    CALL(PVOID, VirtualAlloc2, (HANDLE, PVOID, SIZE_T, ULONG, ULONG, void *, ULONG))                         \
    CALL(HANDLE, CreateFileMapping2,                                                                         \
         (HANDLE, SECURITY_ATTRIBUTES *, ULONG, ULONG, ULONG, ULONG64, PCWSTR, void *, ULONG))               \
    CALL(HANDLE, CreateFileMappingFromApp, (HANDLE, SECURITY_ATTRIBUTES *, ULONG, ULONG64, PCWSTR))          \
    CALL(HANDLE, OpenFileMappingFromApp, (ULONG, BOOL, PCWSTR))                                              \
    CALL(PVOID, MapViewOfFileFromApp, (HANDLE, ULONG, ULONG64, SIZE_T))                                      \
    CALL(DWORD, DiscardVirtualMemory, (PVOID, SIZE_T))                                                       \
    CALL(BOOL, PrefetchVirtualMemory, (HANDLE, ULONG_PTR, WIN32_MEMORY_RANGE_ENTRY *, ULONG))                \
    CALL(BOOL, QueryVirtualMemoryInformation, (HANDLE, LPCVOID, int, void *, SIZE_T, SIZE_T *))              \
    CALL(BOOL, K32QueryWorkingSetEx, (HANDLE, void *, DWORD))                                                \
    CALL(BOOL, K32GetProcessMemoryInfo, (HANDLE, PROCESS_MEMORY_COUNTERS *, DWORD))                          \
    CALL(BOOL, K32GetPerformanceInfo, (PERFORMANCE_INFORMATION *, DWORD))                                    \
    CALL(BOOL, SetProcessMitigationPolicy, (int, void *, SIZE_T))                                            \
    CALL(DWORD, K32GetMappedFileNameW, (HANDLE, LPVOID, LPWSTR, DWORD))                                      \
    CALL(BOOL, WaitOnAddress, (volatile void *, void *, SIZE_T, DWORD))                                      \
    CALL(void, WakeByAddressAll, (void *))                                                                   \
    CALL(ULONGLONG, GetTickCount64, (void))                                                                  \
    CALL(BOOL, InitializeProcThreadAttributeList,                                                            \
         (LPPROC_THREAD_ATTRIBUTE_LIST, DWORD, DWORD, SIZE_T *))                                             \
    CALL(BOOL, UpdateProcThreadAttribute,                                                                    \
         (LPPROC_THREAD_ATTRIBUTE_LIST, DWORD, DWORD_PTR, PVOID, SIZE_T, PVOID, SIZE_T *))                   \
    CALL(void, DeleteProcThreadAttributeList, (LPPROC_THREAD_ATTRIBUTE_LIST))                                \
    CALL(BOOL, CompareObjectHandles, (HANDLE, HANDLE))                                                       \
    CALL(HANDLE, CreatePrivateNamespaceW, (SECURITY_ATTRIBUTES *, LPVOID, LPCWSTR))                          \
    CALL(HANDLE, OpenPrivateNamespaceW, (LPVOID, LPCWSTR))                                                   \
    CALL(BOOLEAN, ClosePrivateNamespace, (HANDLE, ULONG))                                                    \
    CALL(HANDLE, CreateBoundaryDescriptorW, (LPCWSTR, ULONG))                                                \
    CALL(BOOL, AddSIDToBoundaryDescriptor, (HANDLE *, PSID))                                                 \
    CALL(void, DeleteBoundaryDescriptor, (HANDLE))                                                           \
    CALL(BOOL, GetAppContainerNamedObjectPath, (HANDLE, PSID, ULONG, LPWSTR, ULONG *))
#define SYSTEM_NTDLL(CALL)                                                                                   \
    CALL(LONG, NtQuerySection, (HANDLE, int, void *, SIZE_T, SIZE_T *))                                      \
    CALL(LONG, NtQueryObject, (HANDLE, int, void *, ULONG, ULONG *))                                         \
    CALL(LONG, NtOpenSection, (HANDLE *, ACCESS_MASK, OBJECT_ATTRIBUTES *))                                  \
    CALL(LONG, NtOpenDirectoryObject, (HANDLE *, ACCESS_MASK, OBJECT_ATTRIBUTES *))                          \
    CALL(LONG, NtQueryDirectoryObject, (HANDLE, void *, ULONG, BOOLEAN, BOOLEAN, ULONG *, ULONG *))          \
    CALL(LONG, NtMakePermanentObject, (HANDLE))                                                              \
    CALL(LONG, NtMakeTemporaryObject, (HANDLE))                                                              \
    CALL(LONG, RtlGetLastNtStatus, (void))                                                                   \
    CALL(ULONG, RtlNtStatusToDosError, (LONG))

/* In advapi32, which is loaded when it is first needed because loading it slows the start of every actor:
 * NULL before system_load_security, and NULL afterwards where absent. */
#define SYSTEM_ADVAPI32(CALL)                                                                                \
    CALL(BOOL, ConvertStringSecurityDescriptorToSecurityDescriptorW,                                         \
         (LPCWSTR, DWORD, PSECURITY_DESCRIPTOR *, ULONG *))                                                  \
    CALL(BOOL, ConvertSecurityDescriptorToStringSecurityDescriptorW,                                         \
         (PSECURITY_DESCRIPTOR, DWORD, SECURITY_INFORMATION, LPWSTR *, ULONG *))                             \
    CALL(BOOL, ConvertSidToStringSidW, (PSID, LPWSTR *))                                                     \
    CALL(BOOL, ConvertStringSidToSidW, (LPCWSTR, PSID *))                                                    \
    CALL(BOOL, InitializeSecurityDescriptor, (PSECURITY_DESCRIPTOR, DWORD))                                  \
    CALL(BOOL, SetSecurityDescriptorDacl, (PSECURITY_DESCRIPTOR, BOOL, PACL, BOOL))                          \
    CALL(BOOL, GetSecurityDescriptorDacl, (PSECURITY_DESCRIPTOR, BOOL *, PACL *, BOOL *))                    \
    CALL(DWORD, GetSecurityInfo,                                                                             \
         (HANDLE, SE_OBJECT_TYPE, SECURITY_INFORMATION, PSID *, PSID *, PACL *, PACL *,                      \
          PSECURITY_DESCRIPTOR *))                                                                           \
    CALL(DWORD, GetNamedSecurityInfoW,                                                                       \
         (LPCWSTR, SE_OBJECT_TYPE, SECURITY_INFORMATION, PSID *, PSID *, PACL *, PACL *,                     \
          PSECURITY_DESCRIPTOR *))                                                                           \
    CALL(DWORD, SetSecurityInfo, (HANDLE, SE_OBJECT_TYPE, SECURITY_INFORMATION, PSID, PSID, PACL, PACL))     \
    CALL(BOOL, OpenProcessToken, (HANDLE, DWORD, HANDLE *))                                                  \
    CALL(BOOL, GetTokenInformation, (HANDLE, TOKEN_INFORMATION_CLASS, LPVOID, DWORD, DWORD *))               \
    CALL(BOOL, SetTokenInformation, (HANDLE, TOKEN_INFORMATION_CLASS, LPVOID, DWORD))                        \
    CALL(BOOL, IsTokenRestricted, (HANDLE))                                                                  \
    CALL(BOOL, CreateRestrictedToken,                                                                        \
         (HANDLE, DWORD, DWORD, SID_AND_ATTRIBUTES *, DWORD, LUID_AND_ATTRIBUTES *, DWORD,                   \
          SID_AND_ATTRIBUTES *, HANDLE *))                                                                   \
    CALL(BOOL, DuplicateTokenEx,                                                                             \
         (HANDLE, DWORD, SECURITY_ATTRIBUTES *, SECURITY_IMPERSONATION_LEVEL, TOKEN_TYPE, HANDLE *))         \
    CALL(BOOL, CreateProcessAsUserW,                                                                         \
         (HANDLE, LPCWSTR, LPWSTR, SECURITY_ATTRIBUTES *, SECURITY_ATTRIBUTES *, BOOL, DWORD, LPVOID,        \
          LPCWSTR, STARTUPINFOW *, PROCESS_INFORMATION *))                                                   \
    CALL(BOOL, ImpersonateLoggedOnUser, (HANDLE))                                                            \
    CALL(BOOL, RevertToSelf, (void))                                                                         \
    CALL(BOOL, OpenThreadToken, (HANDLE, DWORD, BOOL, HANDLE *))                                             \
    CALL(BOOL, LookupPrivilegeValueW, (LPCWSTR, LPCWSTR, LUID *))                                            \
    CALL(BOOL, AdjustTokenPrivileges, (HANDLE, BOOL, TOKEN_PRIVILEGES *, DWORD, TOKEN_PRIVILEGES *, DWORD *))

#define SYSTEM_MEMBER(result, name, parameters) result(WINAPI *name) parameters;
struct system_calls {
    SYSTEM_LINKED(SYSTEM_MEMBER)
    SYSTEM_KERNELBASE(SYSTEM_MEMBER)
    SYSTEM_NTDLL(SYSTEM_MEMBER)
    SYSTEM_ADVAPI32(SYSTEM_MEMBER)
};
#undef SYSTEM_MEMBER

/* What the actor calls. system_start.c defines these four with the functions of Windows; a faulty system defines
 * them with functions of its own on top of those of system_windows.h. */
extern struct system_calls sys;
void system_start(void);           /* once, before the first use of sys; cheap: no module is loaded */
void system_load_security(void);   /* fills the advapi32 part; may be called often; disturbs the last error */
void system_unload_security(void); /* undoes it; may be called often; disturbs the last error */

#endif
