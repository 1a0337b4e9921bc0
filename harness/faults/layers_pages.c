/* The table's calls about pages, and those about handles that neither make nor end one. */
#include "layers.h"

static BOOL WINAPI layer_protect(LPVOID address, SIZE_T size, DWORD to, DWORD *old)
{
    struct occasion occasion = about_address(address, WAY_OTHER);
    return judged(PICK(VirtualProtect, &occasion)(address, size, to, old));
}

static LPVOID WINAPI layer_alloc(LPVOID address, SIZE_T size, DWORD kind, DWORD protect)
{
    struct occasion occasion = about_address(address, WAY_OTHER);
    return PICK(VirtualAlloc, &occasion)(address, size, kind, protect);
}

static BOOL WINAPI layer_free(LPVOID address, SIZE_T size, DWORD kind)
{
    struct occasion occasion = about_address(address, WAY_OTHER);
    return PICK(VirtualFree, &occasion)(address, size, kind);
}

static SIZE_T WINAPI layer_query(LPCVOID address, MEMORY_BASIC_INFORMATION *out, SIZE_T size)
{
    struct occasion occasion = about_address(address, WAY_OTHER);
    return PICK(VirtualQuery, &occasion)(address, out, size);
}

static BOOL WINAPI layer_flush(LPCVOID address, SIZE_T size)
{
    struct occasion occasion = about_address(address, WAY_OTHER);
    return judged(PICK(FlushViewOfFile, &occasion)(address, size));
}

static BOOL WINAPI layer_region(HANDLE process, LPCVOID address, int class, void *out, SIZE_T size,
                                SIZE_T *got)
{
    struct occasion occasion = about_address(address, WAY_OTHER);
    return PICK(QueryVirtualMemoryInformation, &occasion)(process, address, class, out, size, got);
}

static LONG WINAPI layer_query_section(HANDLE section, int class, void *out, SIZE_T size, SIZE_T *got)
{
    struct occasion occasion = about_handle(section);
    return PICK(NtQuerySection, &occasion)(section, class, out, size, got);
}

static BOOL WINAPI layer_get_flags(HANDLE handle, DWORD *flags)
{
    struct occasion occasion = about_handle(handle);
    return PICK(GetHandleInformation, &occasion)(handle, flags);
}

static BOOL WINAPI layer_set_flags(HANDLE handle, DWORD mask, DWORD flags)
{
    struct occasion occasion = about_handle(handle);
    return PICK(SetHandleInformation, &occasion)(handle, mask, flags);
}

static BOOL WINAPI layer_compare(HANDLE one, HANDLE other)
{
    struct occasion occasion = about_handle(one);
    return PICK(CompareObjectHandles, &occasion)(one, other);
}

static BOOL WINAPI layer_start_process(LPCWSTR image, LPWSTR command, SECURITY_ATTRIBUTES *process_attributes,
                                       SECURITY_ATTRIBUTES *thread_attributes, BOOL inherit, DWORD flags,
                                       LPVOID environment, LPCWSTR folder, STARTUPINFOW *startup,
                                       PROCESS_INFORMATION *process)
{
    struct occasion occasion = {0};
    return PICK(CreateProcessW, &occasion)(image, command, process_attributes, thread_attributes, inherit,
                                           flags, environment, folder, startup, process);
}

static HANDLE WINAPI layer_mutex(SECURITY_ATTRIBUTES *attributes, BOOL owned, LPCWSTR name)
{
    struct occasion occasion = {0};
    return PICK(CreateMutexW, &occasion)(attributes, owned, name);
}

static void WINAPI layer_system(SYSTEM_INFO *information)
{
    struct occasion occasion = {0};
    PICK(GetSystemInfo, &occasion)(information);
}

static DWORD WINAPI layer_set_security(HANDLE handle, SE_OBJECT_TYPE type, SECURITY_INFORMATION information,
                                       PSID owner, PSID group, PACL dacl, PACL sacl)
{
    struct occasion occasion = about_handle(handle);
    return PICK(SetSecurityInfo, &occasion)(handle, type, information, owner, group, dacl, sacl);
}

static DWORD WINAPI layer_get_security(HANDLE handle, SE_OBJECT_TYPE type, SECURITY_INFORMATION information,
                                       PSID *owner, PSID *group, PACL *dacl, PACL *sacl,
                                       PSECURITY_DESCRIPTOR *out)
{
    struct occasion occasion = about_handle(handle);
    return PICK(GetSecurityInfo, &occasion)(handle, type, information, owner, group, dacl, sacl, out);
}

void layers_install_pages(struct system_calls *calls)
{
    calls->VirtualProtect = layer_protect;
    calls->VirtualAlloc = layer_alloc;
    calls->VirtualFree = layer_free;
    calls->VirtualQuery = layer_query;
    calls->FlushViewOfFile = layer_flush;
    calls->GetHandleInformation = layer_get_flags;
    calls->SetHandleInformation = layer_set_flags;
    calls->CreateProcessW = layer_start_process;
    calls->CreateMutexW = layer_mutex;
    calls->GetSystemInfo = layer_system;
    if (real.QueryVirtualMemoryInformation)
        calls->QueryVirtualMemoryInformation = layer_region;
    if (real.NtQuerySection)
        calls->NtQuerySection = layer_query_section;
    if (real.CompareObjectHandles)
        calls->CompareObjectHandles = layer_compare;
    if (real.SetSecurityInfo)
        calls->SetSecurityInfo = layer_set_security;
    if (real.GetSecurityInfo)
        calls->GetSecurityInfo = layer_get_security;
}
