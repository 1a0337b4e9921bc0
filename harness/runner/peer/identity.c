#include "identity.h"

#include <aclapi.h>
#include <sddl.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "../platform/appcontainer.h"
#include "../platform/session.h"
#include "image_copy.h"

typedef DWORD make_function(struct identity_launch *out, const struct identity *identity,
                            const wchar_t *actor, const char *run);
static make_function make_derived, make_low_file, make_appcontainer, make_other_user, make_other_session;

struct identity {
    const char *name, *traits, *promise;
    make_function *make;
    /* What make_derived does to the runner's own token: */
    DWORD level;                /* the integrity level; 0: unchanged */
    DWORD flags;                /* of CreateRestrictedToken */
    WELL_KNOWN_SID_TYPE denied; /* a group that counts for denials only; WinNullSid: none */
    const wchar_t *deleted;     /* a privilege that is deleted; NULL: none */
    bool restricts;             /* with restricting SIDs */
    bool own_objects;           /* its default DACL admits the user, not the group that is denied */
    /* What identity_launch_settle does: */
    bool lowered; /* to untrusted after the start, because no process can start at that level */
};

static const struct identity identities[] = {
    {.name = "untrusted",
     .traits = "integrity",
     .promise = "integrity=untrusted",
     .make = make_derived,
     .level = SECURITY_MANDATORY_LOW_RID,
     .lowered = true},
    {.name = "low",
     .traits = "integrity",
     .promise = "integrity=low",
     .make = make_derived,
     .level = SECURITY_MANDATORY_LOW_RID},
    {.name = "medium",
     .traits = "integrity",
     .promise = "integrity=medium",
     .make = make_derived,
     .level = SECURITY_MANDATORY_MEDIUM_RID},
    {.name = "low-file", .traits = "integrity", .promise = "integrity=low", .make = make_low_file},
    {.name = "restricted",
     .traits = "restricted",
     .promise = "restricted=yes",
     .make = make_derived,
     .restricts = true},
    {.name = "unauthenticated",
     .traits = "authenticated",
     .promise = "authenticated=no",
     .make = make_derived,
     .denied = WinAuthenticatedUserSid},
    {.name = "no-global-privilege",
     .traits = "global-privilege",
     .promise = "global-privilege=absent",
     .make = make_derived,
     .deleted = L"SeCreateGlobalPrivilege"},
    {.name = "filtered",
     .traits = "integrity,administrator,global-privilege",
     .promise = "integrity=medium administrator=no global-privilege=absent",
     .make = make_derived,
     .level = SECURITY_MANDATORY_MEDIUM_RID,
     .flags = LUA_TOKEN,
     .denied = WinBuiltinAdministratorsSid,
     .own_objects = true},
    {.name = "appcontainer",
     .traits = "appcontainer",
     .promise = "appcontainer=yes",
     .make = make_appcontainer},
    {.name = "other-user", .traits = "account", .promise = "account=local-service", .make = make_other_user},
    {.name = "other-session", .traits = "account", .promise = "account=system", .make = make_other_session},
};

const struct identity *identity_find(const char *name)
{
    for (size_t i = 0; i < sizeof identities / sizeof identities[0]; i++)
        if (strcmp(identities[i].name, name) == 0)
            return &identities[i];
    return NULL;
}

const struct identity *identity_at(size_t index)
{
    return index < sizeof identities / sizeof identities[0] ? &identities[index] : NULL;
}

const char *identity_name(const struct identity *identity)
{
    return identity->name;
}

const char *identity_traits(const struct identity *identity)
{
    return identity->traits;
}

const char *identity_promise(const struct identity *identity)
{
    return identity->promise;
}

/* For `return failed(out, "Function")` right behind a call that failed. */
static DWORD failed(struct identity_launch *out, const char *function)
{
    DWORD error = GetLastError();
    out->failed = function;
    return error ? error : ERROR_GEN_FAILURE;
}

static DWORD open_own_token(struct identity_launch *out, HANDLE *token)
{
    DWORD access =
        TOKEN_QUERY | TOKEN_DUPLICATE | TOKEN_ASSIGN_PRIMARY | TOKEN_ADJUST_DEFAULT | TOKEN_ADJUST_SESSIONID;
    if (OpenProcessToken(GetCurrentProcess(), access, token))
        return ERROR_SUCCESS;
    return failed(out, "OpenProcessToken");
}

static BOOL set_level(HANDLE token, DWORD rid)
{
    SID level = {SID_REVISION, 1, {SECURITY_MANDATORY_LABEL_AUTHORITY}, {rid}};
    TOKEN_MANDATORY_LABEL label = {{&level, SE_GROUP_INTEGRITY}};
    return SetTokenInformation(token, TokenIntegrityLevel, &label, sizeof label + GetLengthSid(&level));
}

struct known_sid {
    BYTE bytes[SECURITY_MAX_SID_SIZE];
};

static PSID well_known(struct known_sid *out, WELL_KNOWN_SID_TYPE type)
{
    DWORD size = sizeof out->bytes;
    return CreateWellKnownSid(type, NULL, out->bytes, &size) ? out->bytes : NULL;
}

/* The SID of the token's logon session, copied to `out`; NULL if it has none. */
static PSID logon_sid(HANDLE token, struct known_sid *out)
{
    DWORD size = 0;
    PSID found = NULL;
    GetTokenInformation(token, TokenGroups, NULL, 0, &size);
    TOKEN_GROUPS *groups = size ? malloc(size) : NULL;
    if (groups && GetTokenInformation(token, TokenGroups, groups, size, &size))
        for (DWORD i = 0; i < groups->GroupCount && !found; i++)
            if ((groups->Groups[i].Attributes & SE_GROUP_LOGON_ID) == SE_GROUP_LOGON_ID &&
                CopySid(sizeof out->bytes, out->bytes, groups->Groups[i].Sid))
                found = out->bytes;
    free(groups);
    return found;
}

/* A process must still be able to open its libraries and the directory of named objects, which Everyone, Users and
 * RESTRICTED allow. The user is not among the SIDs, so that an object that allows only the user denies the process. */
static DWORD restricting_sids(HANDLE token, struct known_sid storage[4], SID_AND_ATTRIBUTES out[4])
{
    PSID sids[4] = {
        well_known(&storage[0], WinWorldSid),
        well_known(&storage[1], WinBuiltinUsersSid),
        well_known(&storage[2], WinRestrictedCodeSid),
        logon_sid(token, &storage[3]),
    };
    DWORD count = 0;
    for (int i = 0; i < 4; i++)
        if (sids[i])
            out[count++] = (SID_AND_ATTRIBUTES){.Sid = sids[i]};
    return count;
}

/* The user of the token as text, to be freed with LocalFree. NULL, with GetLastError, on failure. */
static LPWSTR user_text(HANDLE token)
{
    union {
        TOKEN_USER user;
        BYTE bytes[sizeof(TOKEN_USER) + SECURITY_MAX_SID_SIZE];
    } information;
    DWORD size;
    LPWSTR text;
    if (!GetTokenInformation(token, TokenUser, &information, sizeof information, &size) ||
        !ConvertSidToStringSidW(information.user.User.Sid, &text))
        return NULL;
    return text;
}

static BOOL set_default_dacl(HANDLE token, PSECURITY_DESCRIPTOR descriptor)
{
    BOOL present = FALSE, defaulted;
    TOKEN_DEFAULT_DACL information = {0};
    return GetSecurityDescriptorDacl(descriptor, &present, &information.DefaultDacl, &defaulted) && present &&
           SetTokenInformation(token, TokenDefaultDacl, &information, sizeof information);
}

/* An elevated token's default DACL admits Administrators and SYSTEM, which would leave a process where Administrators only
 * denies without access to its own objects. That of a user who is not elevated admits the user and SYSTEM. */
static DWORD admit_user(struct identity_launch *out)
{
    wchar_t sddl[300];
    PSECURITY_DESCRIPTOR descriptor;
    LPWSTR user = user_text(out->token);
    if (!user)
        return failed(out, "GetTokenInformation(TokenUser)");
    int length = swprintf(sddl, sizeof sddl / sizeof sddl[0], L"D:(A;;GA;;;%ls)(A;;GA;;;SY)", user);
    LocalFree(user);
    if (length < 0 ||
        !ConvertStringSecurityDescriptorToSecurityDescriptorW(sddl, SDDL_REVISION_1, &descriptor, NULL))
        return failed(out, "ConvertStringSecurityDescriptorToSecurityDescriptor");
    DWORD error = set_default_dacl(out->token, descriptor)
                      ? ERROR_SUCCESS
                      : failed(out, "SetTokenInformation(TokenDefaultDacl)");
    LocalFree(descriptor);
    return error;
}

static DWORD derive(struct identity_launch *out, const struct identity *identity, HANDLE own)
{
    struct known_sid denied_storage, storage[4];
    SID_AND_ATTRIBUTES denied = {0}, restricting[4];
    LUID_AND_ATTRIBUTES deleted = {0};
    if (identity->denied != WinNullSid &&
        (denied.Sid = well_known(&denied_storage, identity->denied)) == NULL)
        return failed(out, "CreateWellKnownSid");
    if (identity->deleted && !LookupPrivilegeValueW(NULL, identity->deleted, &deleted.Luid))
        return failed(out, "LookupPrivilegeValue");
    DWORD count = identity->restricts ? restricting_sids(own, storage, restricting) : 0;
    /* This token counts as a restricted version of the runner's own even if nothing was removed. Such a token can be
     * given to a process without SeAssignPrimaryTokenPrivilege. */
    if (!CreateRestrictedToken(own, identity->flags, denied.Sid != NULL, denied.Sid ? &denied : NULL,
                               identity->deleted != NULL, identity->deleted ? &deleted : NULL, count,
                               count ? restricting : NULL, &out->token))
        return failed(out, "CreateRestrictedToken");
    if (identity->level && !set_level(out->token, identity->level))
        return failed(out, "SetTokenInformation(TokenIntegrityLevel)");
    return identity->own_objects ? admit_user(out) : ERROR_SUCCESS;
}

static DWORD make_derived(struct identity_launch *out, const struct identity *identity, const wchar_t *actor,
                          const char *run)
{
    HANDLE own;
    (void)actor;
    (void)run;
    DWORD error = open_own_token(out, &own);
    if (error)
        return error;
    error = derive(out, identity, own);
    CloseHandle(own);
    return error;
}

static DWORD label_file(struct identity_launch *out)
{
    PSECURITY_DESCRIPTOR descriptor;
    BOOL present = FALSE, defaulted;
    PACL label = NULL;
    if (!ConvertStringSecurityDescriptorToSecurityDescriptorW(L"S:(ML;;NW;;;LW)", SDDL_REVISION_1,
                                                              &descriptor, NULL))
        return failed(out, "ConvertStringSecurityDescriptorToSecurityDescriptor");
    DWORD error = GetSecurityDescriptorSacl(descriptor, &present, &label, &defaulted)
                      ? SetNamedSecurityInfoW(out->image, SE_FILE_OBJECT, LABEL_SECURITY_INFORMATION, NULL,
                                              NULL, NULL, label)
                      : GetLastError();
    if (error)
        out->failed = "SetNamedSecurityInfo";
    LocalFree(descriptor);
    return error;
}

static DWORD make_low_file(struct identity_launch *out, const struct identity *identity, const wchar_t *actor,
                           const char *run)
{
    (void)identity;
    DWORD error = image_copy(actor, run, out->image, &out->failed);
    if (error) {
        out->image[0] = 0;
        return error;
    }
    out->temporary = true;
    return label_file(out);
}

static DWORD make_appcontainer(struct identity_launch *out, const struct identity *identity,
                               const wchar_t *actor, const char *run)
{
    (void)identity;
    return appcontainer_open(run, actor, &out->container.AppContainerSid, out->image,
                             sizeof out->image / sizeof out->image[0], &out->failed);
}

static DWORD set_session(struct identity_launch *out, DWORD session)
{
    if (SetTokenInformation(out->token, TokenSessionId, &session, sizeof session))
        return ERROR_SUCCESS;
    return failed(out, "SetTokenInformation(TokenSessionId)");
}

static DWORD make_other_user(struct identity_launch *out, const struct identity *identity,
                             const wchar_t *actor, const char *run)
{
    DWORD session;
    (void)identity;
    (void)actor;
    (void)run;
    /* Service accounts have no password, and their tokens are for session 0. */
    if (!LogonUserW(L"LocalService", L"NT AUTHORITY", NULL, LOGON32_LOGON_SERVICE, LOGON32_PROVIDER_DEFAULT,
                    &out->token))
        return failed(out, "LogonUser");
    if (!ProcessIdToSessionId(GetCurrentProcessId(), &session))
        return failed(out, "ProcessIdToSessionId");
    return set_session(out, session);
}

static DWORD make_other_session(struct identity_launch *out, const struct identity *identity,
                                const wchar_t *actor, const char *run)
{
    DWORD session;
    out->apart = true;
    if (!session_other(&session)) {
        out->failed = "WTSEnumerateSessions";
        return ERROR_NOT_FOUND;
    }
    DWORD error = make_derived(out, identity, actor, run);
    return error ? error : set_session(out, session);
}

DWORD identity_launch_make(struct identity_launch *out, const struct identity *identity, const wchar_t *actor,
                           const char *run)
{
    *out = (struct identity_launch){.failed = ""};
    return identity->make(out, identity, actor, run);
}

DWORD identity_launch_settle(const struct identity *identity, const struct child *child)
{
    HANDLE token;
    DWORD error = ERROR_SUCCESS;
    if (!identity->lowered)
        return ERROR_SUCCESS;
    if (!OpenProcessToken(child->process, TOKEN_QUERY | TOKEN_ADJUST_DEFAULT, &token))
        return GetLastError();
    if (!set_level(token, SECURITY_MANDATORY_UNTRUSTED_RID))
        error = GetLastError();
    CloseHandle(token);
    return error;
}

void identity_launch_free(struct identity_launch *launch)
{
    if (launch->token)
        CloseHandle(launch->token);
    launch->token = NULL;
}
