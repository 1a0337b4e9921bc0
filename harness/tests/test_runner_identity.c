/* Identities: their table, the tokens that are made for them, and the files that they leave. */
#include "testing.h"

#include <wchar.h>

#include "../runner/platform/appcontainer.h"
#include "../runner/peer/identity.h"

static const char *const names[] = {
    "untrusted",           "low",      "medium",       "low-file",   "restricted",    "unauthenticated",
    "no-global-privilege", "filtered", "appcontainer", "other-user", "other-session",
};
#define NAMES (sizeof names / sizeof names[0])

static wchar_t self[MAX_PATH * 2];

TEST(identities_are_found_by_name)
{
    for (size_t i = 0; i < NAMES; i++)
        assert_non_null(identity_find(names[i]));
    assert_null(identity_find(""));
    assert_null(identity_find("lo"));
    assert_null(identity_find("low "));
}

/* The step `identity` asks for exactly the promised fields, in their order. */
TEST(every_promised_trait_is_asked_for)
{
    for (size_t i = 0; i < NAMES; i++) {
        const char *promise = identity_promise(identity_find(names[i]));
        const char *traits = identity_traits(identity_find(names[i]));
        while (*promise) {
            size_t key = strcspn(promise, "=");
            assert_int_equal(strcspn(traits, ","), key);
            assert_memory_equal(traits, promise, key);
            traits += key + (traits[key] == ',');
            promise += strcspn(promise, " ");
            promise += *promise == ' ';
        }
        assert_string_equal(traits, "");
    }
}

static DWORD make(struct identity_launch *out, const char *name)
{
    return identity_launch_make(out, identity_find(name), self, "test");
}

static const char *privilege(HANDLE token, const wchar_t *name)
{
    union {
        TOKEN_PRIVILEGES list;
        BYTE bytes[4096];
    } held;
    LUID luid;
    DWORD size;
    assert_true(LookupPrivilegeValueW(NULL, name, &luid));
    assert_true(GetTokenInformation(token, TokenPrivileges, &held, sizeof held, &size));
    for (DWORD i = 0; i < held.list.PrivilegeCount; i++)
        if (memcmp(&held.list.Privileges[i].Luid, &luid, sizeof luid) == 0)
            return "held";
    return "absent";
}

TEST(only_the_named_privilege_is_deleted)
{
    struct identity_launch launch;
    assert_int_equal(make(&launch, "no-global-privilege"), 0);
    assert_non_null(launch.token);
    assert_string_equal(privilege(launch.token, L"SeCreateGlobalPrivilege"), "absent");
    assert_string_equal(privilege(launch.token, L"SeChangeNotifyPrivilege"), "held");
    assert_true(launch.image[0] == 0 && !launch.temporary && !launch.apart &&
                !launch.container.AppContainerSid);
    identity_launch_free(&launch);
    assert_null(launch.token);
    identity_launch_free(&launch); /* a second call does nothing */
}

TEST(a_group_counts_for_denials_only)
{
    struct identity_launch launch;
    union {
        TOKEN_GROUPS list;
        BYTE bytes[8192];
    } groups;
    BYTE sid[SECURITY_MAX_SID_SIZE];
    DWORD size = sizeof sid, denying = 0;
    assert_int_equal(make(&launch, "unauthenticated"), 0);
    assert_true(CreateWellKnownSid(WinAuthenticatedUserSid, NULL, sid, &size));
    assert_true(GetTokenInformation(launch.token, TokenGroups, &groups, sizeof groups, &size));
    for (DWORD i = 0; i < groups.list.GroupCount; i++)
        if (EqualSid(groups.list.Groups[i].Sid, sid))
            denying |= groups.list.Groups[i].Attributes & (SE_GROUP_USE_FOR_DENY_ONLY | SE_GROUP_ENABLED);
    assert_int_equal(denying, SE_GROUP_USE_FOR_DENY_ONLY);
    identity_launch_free(&launch);
}

/* What the user makes, the user can open: the group that is denied does not stand for the user any more. */
TEST(a_filtered_token_admits_its_user_by_default)
{
    struct identity_launch launch;
    union {
        TOKEN_DEFAULT_DACL list;
        BYTE bytes[4096];
    } information;
    union {
        TOKEN_USER user;
        BYTE bytes[256];
    } user;
    DWORD size, rights = 0;
    void *entry;
    assert_int_equal(make(&launch, "filtered"), 0);
    assert_true(GetTokenInformation(launch.token, TokenUser, &user, sizeof user, &size));
    assert_true(GetTokenInformation(launch.token, TokenDefaultDacl, &information, sizeof information, &size));
    for (DWORD i = 0; GetAce(information.list.DefaultDacl, i, &entry); i++) {
        ACCESS_ALLOWED_ACE *allowed = entry;
        if (EqualSid(&allowed->SidStart, user.user.User.Sid))
            rights |= allowed->Mask;
    }
    assert_int_equal(rights & GENERIC_ALL, GENERIC_ALL);
    identity_launch_free(&launch);
}

TEST(a_labelled_program_is_a_copy)
{
    struct identity_launch launch;
    struct child no_child = {0};
    DWORD error = make(&launch, "low-file");
    assert_true(launch.temporary);
    assert_int_not_equal(GetFileAttributesW(launch.image), INVALID_FILE_ATTRIBUTES);
    assert_int_not_equal(_wcsicmp(launch.image, self), 0);
    if (error) /* a file system without labels */
        assert_string_equal(launch.failed, "SetNamedSecurityInfo");
    assert_true(DeleteFileW(launch.image));
    identity_launch_free(&launch);
    /* An identity without work after the start does not use the process. */
    assert_int_equal(identity_launch_settle(identity_find("low-file"), &no_child), 0);
    assert_int_not_equal(identity_launch_settle(identity_find("untrusted"), &no_child), 0);
}

TEST(an_identity_that_cannot_be_made_names_the_function)
{
    struct identity_launch launch;
    assert_int_equal(
        identity_launch_make(&launch, identity_find("low-file"), L"C:\\no\\such\\program.exe", "test"),
        ERROR_PATH_NOT_FOUND);
    assert_string_equal(launch.failed, "CopyFile");
    if (launch.temporary)
        DeleteFileW(launch.image);
    identity_launch_free(&launch);
}

TEST(without_appcontainers_the_identity_names_the_function)
{
    struct identity_launch launch;
    appcontainer_delete("test"); /* without a container this does nothing */
    if (appcontainer_works()) {
        print_message("AppContainers work here\n");
        skip();
    }
    assert_int_not_equal(make(&launch, "appcontainer"), 0);
    assert_string_not_equal(launch.failed, "");
    identity_launch_free(&launch);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(identities_are_found_by_name),
        cmocka_unit_test(every_promised_trait_is_asked_for),
        cmocka_unit_test(only_the_named_privilege_is_deleted),
        cmocka_unit_test(a_group_counts_for_denials_only),
        cmocka_unit_test(a_filtered_token_admits_its_user_by_default),
        cmocka_unit_test(a_labelled_program_is_a_copy),
        cmocka_unit_test(an_identity_that_cannot_be_made_names_the_function),
        cmocka_unit_test(without_appcontainers_the_identity_names_the_function),
    };
    GetModuleFileNameW(NULL, self, sizeof self / sizeof self[0]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
