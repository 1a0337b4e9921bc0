#include "access_token.h"

#include <windows.h>

#include <stdio.h>

#include "../../common/win32_constants.h"

/* False if the system does not answer; `out` must be large enough for what is asked. */
static bool query(TOKEN_INFORMATION_CLASS what, void *out, DWORD size)
{
    HANDLE token;
    DWORD needed;
    if (!OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &token))
        return false;
    bool fine = GetTokenInformation(token, what, out, size, &needed) != 0;
    CloseHandle(token);
    return fine;
}

bool access_token_elevated(void)
{
    TOKEN_ELEVATION elevation = {0};
    if (query(TokenElevation, &elevation, sizeof elevation))
        return elevation.TokenIsElevated != 0;
    /* Before Windows Vista tokens have no elevation: an enabled member of Administrators has all rights of the group. */
    BYTE administrators[SECURITY_MAX_SID_SIZE];
    DWORD size = sizeof administrators;
    BOOL member = FALSE;
    return CreateWellKnownSid(WinBuiltinAdministratorsSid, NULL, administrators, &size) &&
           CheckTokenMembership(NULL, administrators, &member) && member;
}

void access_token_integrity(char *out, size_t size)
{
    union {
        TOKEN_MANDATORY_LABEL label;
        unsigned char bytes[256];
    } level;
    snprintf(out, size, "unknown");
    if (!query(TokenIntegrityLevel, &level, sizeof level))
        return;
    PSID sid = level.label.Label.Sid;
    DWORD rid = *GetSidSubAuthority(sid, (DWORD)(*GetSidSubAuthorityCount(sid) - 1));
    const char *name = integrity_name(rid);
    if (name)
        snprintf(out, size, "%s", name);
    else
        snprintf(out, size, "0x%lx", (unsigned long)rid);
}

const char *access_token_privilege(const wchar_t *name)
{
    union {
        TOKEN_PRIVILEGES list;
        unsigned char bytes[4096];
    } privileges;
    LUID wanted;
    if (!LookupPrivilegeValueW(NULL, name, &wanted) ||
        !query(TokenPrivileges, &privileges, sizeof privileges))
        return "unknown";
    for (DWORD i = 0; i < privileges.list.PrivilegeCount; i++) {
        const LUID_AND_ATTRIBUTES *held = &privileges.list.Privileges[i];
        if (held->Luid.LowPart == wanted.LowPart && held->Luid.HighPart == wanted.HighPart)
            return held->Attributes & SE_PRIVILEGE_ENABLED ? "enabled" : "disabled";
    }
    return "absent";
}

bool access_token_new_process_minimum(void)
{
    TOKEN_MANDATORY_POLICY policy = {0};
    return query(TokenMandatoryPolicy, &policy, sizeof policy) &&
           (policy.Policy & TOKEN_MANDATORY_POLICY_NEW_PROCESS_MIN) != 0;
}

/* Whether an access-allowed entry of the list is for this SID. */
static int admits(PACL list, PSID sid)
{
    void *entry;
    for (DWORD i = 0; GetAce(list, i, &entry); i++) {
        ACCESS_ALLOWED_ACE *allowed = entry;
        if (allowed->Header.AceType == ACCESS_ALLOWED_ACE_TYPE && EqualSid(&allowed->SidStart, sid))
            return 1;
    }
    return 0;
}

int access_token_default_admits_logon(void)
{
    union {
        TOKEN_GROUPS list;
        unsigned char bytes[16384];
    } groups;
    union {
        TOKEN_DEFAULT_DACL dacl;
        unsigned char bytes[4096];
    } information;
    if (!query(TokenGroups, &groups, sizeof groups) ||
        !query(TokenDefaultDacl, &information, sizeof information) || !information.dacl.DefaultDacl)
        return -1;
    for (DWORD i = 0; i < groups.list.GroupCount; i++)
        if ((groups.list.Groups[i].Attributes & SE_GROUP_LOGON_ID) == SE_GROUP_LOGON_ID)
            return admits(information.dacl.DefaultDacl, groups.list.Groups[i].Sid);
    return -1;
}
