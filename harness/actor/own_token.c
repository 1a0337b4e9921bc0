#include "own_token.h"

#include <sddl.h>
#include <stdlib.h>

#include "../common/utf16.h"

/* What GetCurrentProcessToken of newer headers returns. */
#define OWN_TOKEN ((HANDLE)(LONG_PTR)-4)

HANDLE token_open(void)
{
    HANDLE token;
    return sys.OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &token) ? token : OWN_TOKEN;
}

void token_close(HANDLE token)
{
    if (token != OWN_TOKEN)
        CloseHandle(token);
}

void *token_information(HANDLE token, TOKEN_INFORMATION_CLASS class)
{
    DWORD size = 0;
    sys.GetTokenInformation(token, class, NULL, 0, &size);
    void *information = size ? malloc(size) : NULL;
    if (information && !sys.GetTokenInformation(token, class, information, size, &size)) {
        free(information);
        information = NULL;
    }
    return information;
}

const char *privilege_state(const TOKEN_PRIVILEGES *privileges, LUID privilege)
{
    const LUID_AND_ATTRIBUTES *held = privileges->Privileges;
    for (DWORD i = 0; i < privileges->PrivilegeCount; i++)
        if (held[i].Luid.LowPart == privilege.LowPart && held[i].Luid.HighPart == privilege.HighPart)
            return held[i].Attributes & SE_PRIVILEGE_ENABLED ? "enabled" : "disabled";
    return "absent";
}

void sid_text(PSID sid, char *out)
{
    LPWSTR text;
    out[0] = '\0';
    if (!sys.ConvertSidToStringSidW(sid, &text))
        return;
    if (utf16_to_bytes(out, SID_BYTES, text, wcslen(text)) == SIZE_MAX)
        out[0] = '\0';
    LocalFree(text);
}
