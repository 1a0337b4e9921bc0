/* The identity of this process, and what its token gives to objects that it creates. */
#include <stdlib.h>
#include <string.h>

#include "../../common/win32_constants.h"
#include "../../common/line.h"
#include "../../common/text.h"
#include "../arguments.h"
#include "../own_token.h"
#include "../security.h"
#include "verbs.h"

static bool token_functions(struct reply *reply)
{
    security_load();
    if (sys.OpenProcessToken && sys.OpenThreadToken && sys.GetTokenInformation && sys.SetTokenInformation &&
        sys.ConvertSidToStringSidW && sys.LookupPrivilegeValueW && sys.IsTokenRestricted &&
        sys.CreateRestrictedToken && sys.ImpersonateLoggedOnUser && sys.RevertToSelf &&
        sys.InitializeSecurityDescriptor && sys.SetSecurityDescriptorDacl && sys.GetSecurityDescriptorDacl)
        return true;
    reply_not_exported(reply);
    return false;
}

/* A DWORD of a token, 0 where this version of Windows has no such class of information. */
static DWORD token_number(HANDLE token, TOKEN_INFORMATION_CLASS class)
{
    DWORD number = 0, size;
    return sys.GetTokenInformation(token, class, &number, sizeof number, &size) ? number : 0;
}

struct sid_word {
    const char *sid, *word;
};

static const char *sid_word(const char *sid, const struct sid_word *words, size_t count, const char *other)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(words[i].sid, sid) == 0)
            return words[i].word;
    return other;
}

/* The level is the last part of a SID under S-1-16. A level without a name is replied as the whole SID. */
static void reply_integrity(HANDLE token, struct reply *reply)
{
    static const char authority[] = "S-1-16-";
    char sid[SID_BYTES] = "unknown";
    uint64_t rid;
    TOKEN_MANDATORY_LABEL *label = token_information(token, TokenIntegrityLevel);
    if (label)
        sid_text(label->Label.Sid, sid);
    free(label);
    const char *name = NULL;
    if (strncmp(sid, authority, sizeof authority - 1) == 0 && number_parse(sid + sizeof authority - 1, &rid))
        name = integrity_name(rid);
    reply_add(reply, "integrity=%s", name ? name : sid);
}

static void reply_account(HANDLE token, struct reply *reply)
{
    static const struct sid_word accounts[] = {
        {"S-1-5-18", "system"},
        {"S-1-5-19", "local-service"},
        {"S-1-5-20", "network-service"},
    };
    char sid[SID_BYTES] = "";
    TOKEN_USER *user = token_information(token, TokenUser);
    if (user)
        sid_text(user->User.Sid, sid);
    free(user);
    reply_add(reply, "account=%s", sid_word(sid, accounts, sizeof accounts / sizeof accounts[0], "user"));
    reply_add(reply, "~sid=%s", sid);
}

static void reply_appcontainer(HANDLE token, struct reply *reply)
{
    char sid[SID_BYTES] = "";
    TOKEN_APPCONTAINER_INFORMATION *container = token_information(token, TokenAppContainerSid);
    if (container && container->TokenAppContainer)
        sid_text(container->TokenAppContainer, sid);
    free(container);
    reply_add(reply, "appcontainer=%s", token_number(token, TokenIsAppContainer) ? "yes" : "no");
    if (sid[0])
        reply_add(reply, "~container=%s", sid);
}

static void reply_restricted(HANDLE token, struct reply *reply)
{
    reply_add(reply, "restricted=%s", sys.IsTokenRestricted(token) ? "yes" : "no");
}

static void reply_session(HANDLE token, struct reply *reply)
{
    reply_add(reply, "~session=%lu", token_number(token, TokenSessionId));
}

/* Whether the process is a member of the group. A group that counts for denials only does not make it one. */
static bool is_member(const TOKEN_GROUPS *groups, const char *wanted)
{
    char sid[SID_BYTES];
    for (DWORD i = 0; groups && i < groups->GroupCount; i++) {
        sid_text(groups->Groups[i].Sid, sid);
        if (strcmp(sid, wanted) == 0)
            return (groups->Groups[i].Attributes & SE_GROUP_ENABLED) != 0;
    }
    return false;
}

static void reply_group(HANDLE token, const char *key, const char *sid, struct reply *reply)
{
    TOKEN_GROUPS *groups = token_information(token, TokenGroups);
    reply_add(reply, "%s=%s", key, is_member(groups, sid) ? "yes" : "no");
    free(groups);
}

/* Systems without TokenElevation have no user account control: the tokens of administrators and of LocalSystem are not
 * filtered. */
static void reply_elevated(HANDLE token, struct reply *reply)
{
    DWORD elevated = 0, size;
    if (sys.GetTokenInformation(token, TokenElevation, &elevated, sizeof elevated, &size))
        reply_add(reply, "elevated=%s", elevated ? "yes" : "no");
    else
        reply_group(token, "elevated", "S-1-5-32-544", reply);
}

static void reply_administrator(HANDLE token, struct reply *reply)
{
    reply_group(token, "administrator", "S-1-5-32-544", reply);
}

static void reply_authenticated(HANDLE token, struct reply *reply)
{
    reply_group(token, "authenticated", "S-1-5-11", reply);
}

static void reply_global_privilege(HANDLE token, struct reply *reply)
{
    LUID luid;
    const char *state = "unknown";
    TOKEN_PRIVILEGES *privileges = token_information(token, TokenPrivileges);
    if (privileges && sys.LookupPrivilegeValueW(NULL, L"SeCreateGlobalPrivilege", &luid))
        state = privilege_state(privileges, luid);
    free(privileges);
    reply_add(reply, "global-privilege=%s", state);
}

/* In the order of the words of tell=. */
static void (*const traits[])(HANDLE, struct reply *) = {
    reply_integrity,     reply_appcontainer, reply_restricted,       reply_elevated, reply_administrator,
    reply_authenticated, reply_account,      reply_global_privilege, reply_session,
};
#define TRAITS (sizeof traits / sizeof traits[0])

void verb_identity(const struct line *request, struct reply *reply)
{
    unsigned wanted = argument_words(request, "tell");
    if (!token_functions(reply))
        return;
    HANDLE token = token_open();
    reply_ok(reply);
    for (size_t i = 0; i < TRAITS; i++)
        if (wanted & (1U << i))
            traits[i](token, reply);
    token_close(token);
}

/* Generic rights as a section maps them (page file-mapping-security-and-access-rights). */
static ACCESS_MASK section_rights(ACCESS_MASK mask)
{
    static const struct {
        ACCESS_MASK generic, rights;
    } mapping[] = {
        {GENERIC_READ, STANDARD_RIGHTS_READ | SECTION_QUERY | SECTION_MAP_READ},
        {GENERIC_WRITE, STANDARD_RIGHTS_WRITE | SECTION_MAP_WRITE},
        {GENERIC_EXECUTE, STANDARD_RIGHTS_EXECUTE | SECTION_MAP_EXECUTE},
        {GENERIC_ALL, SECTION_ALL_ACCESS},
    };
    for (size_t i = 0; i < sizeof mapping / sizeof mapping[0]; i++)
        if (mask & mapping[i].generic)
            mask = (mask & ~mapping[i].generic) | mapping[i].rights;
    return mask;
}

/* Every kind of entry that a default list can have has its mask right behind the header. */
static void map_entries(PACL list)
{
    BYTE *at = (BYTE *)(list + 1);
    for (WORD i = 0; i < list->AceCount; i++) {
        ACCESS_ALLOWED_ACE *entry = (ACCESS_ALLOWED_ACE *)(void *)at;
        entry->Mask = section_rights(entry->Mask);
        at += entry->Header.AceSize;
    }
}

/* The token that the system uses: that of the thread while it impersonates, else that of the process. */
static HANDLE effective_token(void)
{
    HANDLE token;
    return sys.OpenThreadToken(GetCurrentThread(), TOKEN_QUERY, TRUE, &token) ? token : token_open();
}

void verb_defaultdacl(const struct line *request, struct reply *reply)
{
    SECURITY_DESCRIPTOR descriptor;
    (void)request;
    if (!token_functions(reply))
        return;
    HANDLE token = effective_token();
    call_begins();
    TOKEN_DEFAULT_DACL *information = token_information(token, TokenDefaultDacl);
    struct call_result seen = call_ended();
    token_close(token);
    if (!information) {
        reply_fail(reply, seen);
        return;
    }
    if (information->DefaultDacl)
        map_entries(information->DefaultDacl);
    if (sys.InitializeSecurityDescriptor(&descriptor, SECURITY_DESCRIPTOR_REVISION) &&
        sys.SetSecurityDescriptorDacl(&descriptor, information->DefaultDacl != NULL, information->DefaultDacl,
                                      FALSE))
        security_reply_sddl(&descriptor, DACL_SECURITY_INFORMATION, reply);
    else
        reply_bad(reply, "no descriptor can be made (error %lu)", GetLastError());
    free(information);
}

/* A token of the process's user that gives new objects this access list. NULL: the reply is made. */
static HANDLE duplicate_with(PACL list, struct reply *reply)
{
    HANDLE own = NULL, token = NULL;
    const char *call = "OpenProcessToken";
    TOKEN_DEFAULT_DACL information = {list};
    DWORD access = TOKEN_QUERY | TOKEN_DUPLICATE | TOKEN_IMPERSONATE | TOKEN_ADJUST_DEFAULT;
    call_begins();
    BOOL done = sys.OpenProcessToken(GetCurrentProcess(), access, &own);
    if (done) {
        call = "CreateRestrictedToken";
        done = sys.CreateRestrictedToken(own, 0, 0, NULL, 0, NULL, 0, NULL, &token);
    }
    if (done) {
        call = "SetTokenInformation";
        done = sys.SetTokenInformation(token, TokenDefaultDacl, &information, sizeof information);
    }
    struct call_result seen = call_ended();
    if (own)
        CloseHandle(own);
    if (done)
        return token;
    if (token)
        CloseHandle(token);
    reply_fail(reply, seen);
    reply_add(reply, "call=%s", call);
    return NULL;
}

static void impersonate(PACL list, struct reply *reply)
{
    HANDLE token = duplicate_with(list, reply);
    if (!token)
        return;
    call_begins();
    BOOL done = sys.ImpersonateLoggedOnUser(token);
    struct call_result seen = call_ended();
    CloseHandle(token);
    reply_done(reply, done, seen);
}

void verb_impersonate(const struct line *request, struct reply *reply)
{
    BOOL present = FALSE, defaulted;
    PACL list = NULL;
    const char *sddl = argument_text(request, "sd");
    if (!token_functions(reply))
        return;
    PSECURITY_DESCRIPTOR descriptor = security_from_sddl(sddl, reply);
    if (!descriptor)
        return;
    if (sys.GetSecurityDescriptorDacl(descriptor, &present, &list, &defaulted) && present && list)
        impersonate(list, reply);
    else
        reply_bad(reply, "sd= has no DACL (no D: part), or none that a token can hold");
    security_free(descriptor);
}

void verb_revert(const struct line *request, struct reply *reply)
{
    (void)request;
    if (!token_functions(reply))
        return;
    call_begins();
    BOOL done = sys.RevertToSelf();
    struct call_result seen = call_ended();
    reply_done(reply, done, seen);
}
