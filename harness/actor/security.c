#include "security.h"

#include <sddl.h>
#include <stdlib.h>
#include <string.h>

#include "../common/wide.h"

#define SID_BYTES 192 /* a SID has at most 15 parts of 10 digits */
#define SDDL_BYTES 2048

struct word {
    const char *word;
    char sid[SID_BYTES]; /* "" if this process has none */
};

static void sid_text(PSID sid, char *out)
{
    LPWSTR text;
    if (!sys.ConvertSidToStringSidW(sid, &text))
        return;
    if (wide_to_bytes(out, SID_BYTES, text, wcslen(text)) == SIZE_MAX)
        out[0] = '\0';
    LocalFree(text);
}

/* What a token says about a class of information, on the heap; NULL if it does not say. */
static void *token_information(HANDLE token, TOKEN_INFORMATION_CLASS class)
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

static void find_words(struct word words[2])
{
    HANDLE token;
    if (!sys.ConvertSidToStringSidW || !sys.OpenProcessToken || !sys.GetTokenInformation ||
        !sys.OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &token))
        return;
    TOKEN_USER *user = token_information(token, TokenUser);
    if (user)
        sid_text(user->User.Sid, words[0].sid);
    TOKEN_GROUPS *groups = token_information(token, TokenGroups);
    for (DWORD i = 0; groups && i < groups->GroupCount; i++)
        if ((groups->Groups[i].Attributes & SE_GROUP_LOGON_ID) == SE_GROUP_LOGON_ID)
            sid_text(groups->Groups[i].Sid, words[1].sid);
    free(groups);
    free(user);
    CloseHandle(token);
}

static struct word *own_words(void)
{
    static struct word words[2] = {{"{user}", ""}, {"{logon}", ""}};
    static bool found;
    if (!found)
        find_words(words);
    found = true;
    return words;
}

/* Copies `from`, with each SID in place of its word, or the other way round. A SID is only replaced as a
 * whole. */
static void replace(struct text *out, const char *from, bool to_words)
{
    const struct word *words = own_words();
    while (*from) {
        size_t taken = 0;
        for (size_t i = 0; i < 2 && taken == 0; i++) {
            const char *old = to_words ? words[i].sid : words[i].word;
            size_t length = strlen(old);
            if (!words[i].sid[0] || strncmp(from, old, length) != 0)
                continue;
            if (to_words && (from[length] == '-' || (from[length] >= '0' && from[length] <= '9')))
                continue;
            text_add(out, to_words ? words[i].word : words[i].sid);
            taken = length;
        }
        if (taken == 0) {
            text_add_bytes(out, from, 1);
            taken = 1;
        }
        from += taken;
    }
}

PSECURITY_DESCRIPTOR security_from_sddl(const char *sddl, struct reply *reply)
{
    char expanded[SDDL_BYTES];
    WCHAR wide[SDDL_BYTES + 4];
    struct text text = text_over(expanded, sizeof expanded);
    system_load_security();
    if (!sys.ConvertStringSecurityDescriptorToSecurityDescriptorW) {
        reply_not_exported(reply);
        return NULL;
    }
    replace(&text, sddl, false);
    if (text.cut || wide_from_bytes(wide, SDDL_BYTES + 4, expanded, text.length) == SIZE_MAX) {
        reply_bad(reply, "sd= is too long or no UTF-8");
        return NULL;
    }
    PSECURITY_DESCRIPTOR descriptor;
    if (!sys.ConvertStringSecurityDescriptorToSecurityDescriptorW(wide, SDDL_REVISION_1, &descriptor, NULL)) {
        reply_bad(reply, "sd= is no SDDL (error %lu)", GetLastError());
        return NULL;
    }
    return descriptor;
}

void security_free(PSECURITY_DESCRIPTOR descriptor)
{
    LocalFree(descriptor);
}

void security_reply_sddl(PSECURITY_DESCRIPTOR descriptor, SECURITY_INFORMATION parts, struct reply *reply)
{
    LPWSTR wide;
    char bytes[SDDL_BYTES], replaced[SDDL_BYTES];
    if (!sys.ConvertSecurityDescriptorToStringSecurityDescriptorW) {
        reply_not_exported(reply);
        return;
    }
    outcome_before();
    BOOL done = sys.ConvertSecurityDescriptorToStringSecurityDescriptorW(descriptor, SDDL_REVISION_1, parts,
                                                                         &wide, NULL);
    struct outcome seen = outcome_after();
    if (!done) {
        reply_fail(reply, seen);
        reply_add(reply, "call=ConvertSecurityDescriptorToStringSecurityDescriptor");
        return;
    }
    bool fits = wide_to_bytes(bytes, sizeof bytes, wide, wcslen(wide)) != SIZE_MAX;
    LocalFree(wide);
    struct text text = text_over(replaced, sizeof replaced);
    if (fits)
        replace(&text, bytes, true);
    if (!fits || text.cut) {
        reply_bad(reply, "the descriptor is too long to be told");
        return;
    }
    reply_ok(reply);
    reply_add_bytes(reply, "sddl", replaced, text.length);
}
