/* The table's calls that few programs make: about other processes, names of mapped files, waiting on an address, objects that
 * stay, and policies of a process. */
#include "layers.h"

static BOOL WINAPI layer_protect_other(HANDLE process, LPVOID address, SIZE_T size, DWORD to, DWORD *old)
{
    struct occasion occasion = {0};
    return judged(PICK(VirtualProtectEx, &occasion)(process, address, size, to, old));
}

static DWORD WINAPI layer_mapped_name(HANDLE process, LPVOID address, LPWSTR out, DWORD size)
{
    struct occasion occasion = about_address(address, WAY_OTHER);
    return PICK(K32GetMappedFileNameW, &occasion)(process, address, out, size);
}

static BOOL WINAPI layer_prefetch(HANDLE process, ULONG_PTR count, WIN32_MEMORY_RANGE_ENTRY *ranges,
                                  ULONG flags)
{
    struct occasion occasion = {0};
    return PICK(PrefetchVirtualMemory, &occasion)(process, count, ranges, flags);
}

static void WINAPI layer_wake(void *address)
{
    struct occasion occasion = about_address(address, WAY_OTHER);
    PICK(WakeByAddressAll, &occasion)(address);
}

static LONG WINAPI layer_make_permanent(HANDLE handle)
{
    struct occasion occasion = about_handle(handle);
    return PICK(NtMakePermanentObject, &occasion)(handle);
}

static BOOL WINAPI layer_set_policy(int policy, void *value, SIZE_T size)
{
    struct occasion occasion = {0};
    return PICK(SetProcessMitigationPolicy, &occasion)(policy, value, size);
}

void layers_install_uncommon(struct system_calls *calls)
{
    calls->VirtualProtectEx = layer_protect_other;
    if (real.K32GetMappedFileNameW)
        calls->K32GetMappedFileNameW = layer_mapped_name;
    if (real.PrefetchVirtualMemory)
        calls->PrefetchVirtualMemory = layer_prefetch;
    if (real.WakeByAddressAll)
        calls->WakeByAddressAll = layer_wake;
    if (real.NtMakePermanentObject)
        calls->NtMakePermanentObject = layer_make_permanent;
    if (real.SetProcessMitigationPolicy)
        calls->SetProcessMitigationPolicy = layer_set_policy;
}
