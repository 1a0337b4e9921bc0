#include "security.h"

#include <sddl.h>
#include <stdlib.h>
#include <string.h>

#include "../common/utf16.h"
#include "arguments.h"
#include "footprint.h"
#include "own_token.h"

#define SDDL_BYTES 2048

struct word {
    const char *word;
    char sid[SID_BYTES]; /* "" if this process has none */
};

enum { WORD_USER, WORD_LOGON, WORD_CONTAINER, WORDS };

static void find_words(struct word words[WORDS])
{
    if (!sys.ConvertSidToStringSidW || !sys.OpenProcessToken || !sys.GetTokenInformation)
        return;
    HANDLE token = token_open();
    TOKEN_USER *user = token_information(token, TokenUser);
    if (user)
        sid_text(user->User.Sid, words[WORD_USER].sid);
    TOKEN_GROUPS *groups = token_information(token, TokenGroups);
    for (DWORD i = 0; groups && i < groups->GroupCount; i++)
        if ((groups->Groups[i].Attributes & SE_GROUP_LOGON_ID) == SE_GROUP_LOGON_ID)
            sid_text(groups->Groups[i].Sid, words[WORD_LOGON].sid);
    TOKEN_APPCONTAINER_INFORMATION *container = token_information(token, TokenAppContainerSid);
    if (container && container->TokenAppContainer)
        sid_text(container->TokenAppContainer, words[WORD_CONTAINER].sid);
    free(container);
    free(groups);
    free(user);
    token_close(token);
}

static struct word *own_words(void)
{
    static struct word words[WORDS] = {
        [WORD_USER] = {"{user}", ""}, [WORD_LOGON] = {"{logon}", ""}, [WORD_CONTAINER] = {"{container}", ""}};
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
        for (size_t i = 0; i < WORDS && taken == 0; i++) {
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

static bool loaded;

void security_load(void)
{
    if (!loaded)
        footprint_allow(system_load_security);
    loaded = true;
}

void security_unload(void)
{
    if (loaded && footprint_withdraw(system_load_security, system_unload_security))
        loaded = false;
}

bool security_expand(const char *text, WCHAR *out, size_t units)
{
    char expanded[SDDL_BYTES];
    struct text whole = text_over(expanded, sizeof expanded);
    replace(&whole, text, false);
    return !whole.cut && utf16_from_bytes(out, units, expanded, whole.length) != SIZE_MAX;
}

PSECURITY_DESCRIPTOR security_from_sddl(const char *sddl, struct reply *reply)
{
    WCHAR wide[SDDL_BYTES + 4];
    security_load();
    if (!sys.ConvertStringSecurityDescriptorToSecurityDescriptorW) {
        reply_not_exported(reply);
        return NULL;
    }
    if (!security_expand(sddl, wide, SDDL_BYTES + 4)) {
        reply_bad(reply, "sd= is too long or not UTF-8");
        return NULL;
    }
    PSECURITY_DESCRIPTOR descriptor;
    if (!sys.ConvertStringSecurityDescriptorToSecurityDescriptorW(wide, SDDL_REVISION_1, &descriptor, NULL)) {
        reply_bad(reply, "sd= is not SDDL (error %lu)", GetLastError());
        return NULL;
    }
    return descriptor;
}

void security_free(PSECURITY_DESCRIPTOR descriptor)
{
    LocalFree(descriptor);
}

bool attributes_take(const struct line *request, struct attributes *out, struct reply *reply)
{
    const char *sd = argument_has(request, "sd") ? argument_text(request, "sd") : "default";
    out->used = argument_has(request, "sd") || argument_has(request, "inherit");
    out->value = (SECURITY_ATTRIBUTES){.nLength = sizeof out->value,
                                       .bInheritHandle = argument_yes(request, "inherit")};
    if (strcmp(sd, "default") == 0)
        return true;
    out->value.lpSecurityDescriptor = security_from_sddl(sd, reply);
    return out->value.lpSecurityDescriptor != NULL;
}

SECURITY_ATTRIBUTES *attributes_pointer(struct attributes *attributes)
{
    return attributes->used ? &attributes->value : NULL;
}

void attributes_free(struct attributes *attributes)
{
    security_free(attributes->value.lpSecurityDescriptor);
    attributes->value.lpSecurityDescriptor = NULL;
}

SECURITY_INFORMATION security_part(const struct line *request)
{
    static const SECURITY_INFORMATION parts[] = {DACL_SECURITY_INFORMATION, OWNER_SECURITY_INFORMATION,
                                                 LABEL_SECURITY_INFORMATION};
    return parts[argument_choice(request, "parts", "dacl owner label")];
}

void security_reply_sddl(PSECURITY_DESCRIPTOR descriptor, SECURITY_INFORMATION parts, struct reply *reply)
{
    LPWSTR wide;
    char bytes[SDDL_BYTES], replaced[SDDL_BYTES];
    if (!sys.ConvertSecurityDescriptorToStringSecurityDescriptorW) {
        reply_not_exported(reply);
        return;
    }
    if (!descriptor) { /* some systems report success without a descriptor */
        reply_ok(reply);
        reply_add(reply, "descriptor=none");
        return;
    }
    call_begins();
    BOOL done = sys.ConvertSecurityDescriptorToStringSecurityDescriptorW(descriptor, SDDL_REVISION_1, parts,
                                                                         &wide, NULL);
    struct call_result seen = call_ended();
    if (!done) {
        reply_fail(reply, seen);
        reply_add(reply, "call=ConvertSecurityDescriptorToStringSecurityDescriptor");
        return;
    }
    bool fits = utf16_to_bytes(bytes, sizeof bytes, wide, wcslen(wide)) != SIZE_MAX;
    LocalFree(wide);
    struct text text = text_over(replaced, sizeof replaced);
    if (fits)
        replace(&text, bytes, true);
    if (!fits || text.cut) {
        reply_bad(reply, "the descriptor is too long for a reply");
        return;
    }
    reply_ok(reply);
    reply_add_bytes(reply, "sddl", replaced, text.length);
}
