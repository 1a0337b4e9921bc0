/* Faults of single entries of access lists. */
#include "books.h"
#include "families.h"
#include "parameters.h"

/* Of advapi32, which the actor has loaded when there is a descriptor. */
typedef BOOL WINAPI delete_ace(PACL, DWORD);
typedef BOOL WINAPI get_ace(PACL, DWORD, LPVOID *);

static FARPROC security_function(const char *name)
{
    HMODULE module = GetModuleHandleW(L"advapi32.dll");
    return module ? GetProcAddress(module, name) : NULL;
}

/* Whether there was an entry to drop. `which` is first or last of several, or deny: the first that denies. */
static bool drop_entry(PACL dacl)
{
    delete_ace *drop = (delete_ace *)(void (*)(void))security_function("DeleteAce");
    get_ace *get = (get_ace *)(void (*)(void))security_function("GetAce");
    WORD count = dacl->AceCount;
    if (!drop || !get)
        return false;
    if (!parameter_is("which", "deny"))
        return count > 1 && drop(dacl, parameter_is("which", "first") ? 0u : (DWORD)count - 1);
    for (DWORD i = 0; i < count; i++) {
        ACE_HEADER *entry;
        if (get(dacl, i, (void **)&entry) && entry->AceType == ACCESS_DENIED_ACE_TYPE)
            return drop(dacl, i);
    }
    return false;
}

/* Changes the caller's descriptor. No other call sees that, because an actor makes a new descriptor for each call. */
static HANDLE WINAPI create_dropping_entry(HANDLE file, SECURITY_ATTRIBUTES *attributes, DWORD protect,
                                           DWORD high, DWORD low, LPCWSTR name)
{
    BOOL present = FALSE, defaulted;
    PACL dacl = NULL;
    if (attributes && attributes->lpSecurityDescriptor && real.GetSecurityDescriptorDacl &&
        real.GetSecurityDescriptorDacl(attributes->lpSecurityDescriptor, &present, &dacl, &defaulted) &&
        present && dacl && drop_entry(dacl))
        fault_reached();
    return real.CreateFileMappingW(file, attributes, protect, high, low, name);
}

static DWORD WINAPI set_dropping_entry(HANDLE handle, SE_OBJECT_TYPE type, SECURITY_INFORMATION information,
                                       PSID owner, PSID group, PACL dacl, PACL sacl)
{
    if (section_of(handle) && dacl && (information & DACL_SECURITY_INFORMATION) && drop_entry(dacl))
        fault_reached();
    return real.SetSecurityInfo(handle, type, information, owner, group, dacl, sacl);
}

const struct hooks hooks_entry_dropped = {.tells = true,
                                          .calls = {.CreateFileMappingW = create_dropping_entry}};
const struct hooks hooks_entry_dropped_later = {.tells = true,
                                                .calls = {.SetSecurityInfo = set_dropping_entry}};
