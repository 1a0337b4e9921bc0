/* Paths of objects, and private namespaces. */
#include "testing.h"

#include "actor_fake.h"

/* ---- paths ---- */

static const WCHAR *next_path;

static LONG WINAPI query_object(HANDLE handle, int class, void *out, ULONG size, ULONG *got)
{
    UNICODE_STRING *path = out;
    size_t units = wcslen(next_path);
    (void)handle, (void)got;
    assert_int_equal(class, 1);
    assert_true(sizeof *path + units * sizeof(WCHAR) <= size);
    path->Length = (USHORT)(units * sizeof(WCHAR));
    path->Buffer = (WCHAR *)(path + 1);
    memcpy(path->Buffer, next_path, units * sizeof(WCHAR));
    return (LONG)fake.status;
}

static void expect_path(const WCHAR *path, const char *request, const char *expected)
{
    sys.NtQueryObject = query_object;
    next_path = path;
    expect(request, expected);
}

TEST(sessions_and_containers_in_paths_become_words)
{
    expect("create s size=1 protect=4", "ok error=0 ~handle=0x44");
    expect_path(L"", "path s", "ok path=");
    expect_path(L"", "path s name=x", "ok path=");
    expect_path(L"\\BaseNamedObjects\\x", "path s name=x", "ok path=\\BaseNamedObjects\\{name}");
    expect_path(L"\\BaseNamedObjects\\x", "path s name=y", "ok path=\\BaseNamedObjects\\x");
    expect_path(L"\\BaseNamedObjects\\ax", "path s name=x", "ok path=\\BaseNamedObjects\\ax");
    expect_path(L"\\Sessions\\12\\BaseNamedObjects\\x", "path s name=x",
                "ok path=\\Sessions\\{session}\\BaseNamedObjects\\{name}");
    expect_path(L"\\BaseNamedObjects\\Session\\3\\x", "path s",
                "ok path=\\BaseNamedObjects\\Session\\{session}\\x");
    expect_path(L"\\Sessions\\BNOLINKS\\1", "path s", "ok path=\\Sessions\\BNOLINKS\\1");
    expect_path(L"\\Sessions\\1\\AppContainerNamedObjects\\S-1-15-2-17-4\\a\\b", "path s name=a\\b",
                "ok path=\\Sessions\\{session}\\AppContainerNamedObjects\\{container}\\{name}");
    /* The name itself may contain what looks like a word. */
    expect_path(L"\\BaseNamedObjects\\Session\\1", "path s name=Session\\1",
                "ok path=\\BaseNamedObjects\\{name}");
}

TEST(a_path_that_cannot_be_queried_is_a_failure)
{
    expect("create s size=1 protect=4", "ok error=0 ~handle=0x44");
    fake.status = 0xC0000008;
    expect_path(L"\\x", "path s", "fail error=5 status=0xC0000008");
    sys.NtQueryObject = NULL;
    expect("path s", "fail error=127");
}

/* ---- private namespaces ---- */

static struct {
    WCHAR boundary[32], alias[32], sids[64];
    ULONG flags, close_flags;
    unsigned deleted;
    bool refuses_sids, opened, has_descriptor;
} space;

static HANDLE WINAPI create_boundary(LPCWSTR name, ULONG flags)
{
    wcsncpy(space.boundary, name, 31);
    space.flags = flags;
    return (HANDLE)called();
}

static BOOL WINAPI sid_from_text(LPCWSTR text, PSID *out)
{
    wcscat(wcscat(space.sids, text), L";");
    *out = LocalAlloc(LMEM_FIXED, 8);
    return wcscmp(text, L"nonsense") != 0;
}

static BOOL WINAPI add_to_boundary(HANDLE *boundary, PSID sid)
{
    (void)sid;
    called();
    *boundary = (HANDLE)((uintptr_t)*boundary + 1); /* each SID may change the address */
    return !space.refuses_sids;
}

static void WINAPI delete_boundary(HANDLE boundary)
{
    fake.handle = boundary;
    space.deleted++;
}

static HANDLE WINAPI create_namespace(SECURITY_ATTRIBUTES *attributes, LPVOID boundary, LPCWSTR alias)
{
    fake.other = boundary;
    space.has_descriptor = attributes != NULL;
    wcsncpy(space.alias, alias, 31);
    return (HANDLE)called();
}

static HANDLE WINAPI open_namespace(LPVOID boundary, LPCWSTR alias)
{
    space.opened = true;
    return create_namespace(NULL, boundary, alias);
}

static BOOLEAN WINAPI close_namespace(HANDLE handle, ULONG flags)
{
    fake.handle = handle;
    space.close_flags = flags;
    return (BOOLEAN)(called() != 0);
}

static int fresh_space(void **state)
{
    memset(&space, 0, sizeof space);
    fresh(state);
    sys.CreateBoundaryDescriptorW = create_boundary;
    sys.ConvertStringSidToSidW = sid_from_text;
    sys.AddSIDToBoundaryDescriptor = add_to_boundary;
    sys.DeleteBoundaryDescriptor = delete_boundary;
    sys.CreatePrivateNamespaceW = create_namespace;
    sys.OpenPrivateNamespaceW = open_namespace;
    sys.ClosePrivateNamespace = close_namespace;
    return 0;
}

TEST(a_namespace_is_made_with_its_boundary)
{
    expect("namespace n alias=a boundary=b sids=WD,S-1-5-12 container=yes", "ok");
    assert_true(wcscmp(space.boundary, L"b") == 0 && wcscmp(space.alias, L"a") == 0);
    assert_true(wcscmp(space.sids, L"WD;S-1-5-12;") == 0);
    assert_int_equal(space.flags, 1);
    assert_true(!space.opened && !space.has_descriptor);
    assert_true(fake.other == (HANDLE)(uintptr_t)0x46); /* with both SIDs */
    assert_true(space.deleted == 1 && fake.handle == (HANDLE)(uintptr_t)0x46);
    expect("namespace m alias=a boundary=b existing=yes", "ok");
    assert_true(space.opened && space.flags == 0);
    expect("namespace n alias=a boundary=b",
           "bad reason=the%20label%20'n'%20is%20in%20use:%20a%20private%20namespace");
}

TEST(a_failing_call_of_namespace_is_named)
{
    space.refuses_sids = true;
    fake.error = ERROR_ACCESS_DENIED;
    expect("namespace n alias=a boundary=b sids=WD", "fail error=5 call=AddSIDToBoundaryDescriptor");
    assert_int_equal(space.deleted, 1);
    fake.result = 0;
    fake.error = ERROR_INVALID_PARAMETER;
    expect("namespace n alias=a boundary=b sids=WD", "fail error=87 call=CreateBoundaryDescriptor");
    assert_int_equal(space.deleted, 1);
    fake.result = 0x44;
    expect("namespace n alias=a boundary=b sids=nonsense",
           "bad reason=sids=:%20'nonsense'%20is%20not%20a%20SID");
    assert_int_equal(space.deleted, 2);
    sys.OpenPrivateNamespaceW = NULL;
    expect("namespace n alias=a boundary=b sids=WD", "fail error=127");
}

TEST(only_leave_closes_a_namespace)
{
    expect("namespace n alias=a boundary=b sids=WD", "ok");
    expect("close n", "bad reason='n'%20is%20a%20private%20namespace,%20not%20a%20handle");
    fake.result = 0;
    fake.error = ERROR_INVALID_HANDLE;
    expect("leave n", "fail error=6");
    assert_int_equal(space.close_flags, 0);
    fake.result = 1;
    expect("leave n destroy=yes keep=yes", "ok");
    assert_true(space.close_flags == 1 && fake.handle == (HANDLE)(uintptr_t)0x44);
    expect("leave n", "ok");
    expect("leave n", "bad reason=no%20label%20'n'");
    expect("create s size=1 protect=4", "ok error=6 ~handle=0x1");
    expect("leave s", "bad reason='s'%20is%20a%20section,%20not%20a%20private%20namespace");
}

static DWORD WINAPI gives_no_descriptor(LPCWSTR name, SE_OBJECT_TYPE type, SECURITY_INFORMATION parts,
                                        PSID *owner, PSID *group, PACL *dacl, PACL *sacl,
                                        PSECURITY_DESCRIPTOR *out)
{
    (void)name, (void)type, (void)parts, (void)owner, (void)group, (void)dacl, (void)sacl;
    *out = NULL;
    return ERROR_SUCCESS;
}

static BOOL WINAPI never_converts(PSECURITY_DESCRIPTOR descriptor, DWORD revision, SECURITY_INFORMATION parts,
                                  LPWSTR *out, ULONG *length)
{
    (void)descriptor, (void)revision, (void)parts, (void)out, (void)length;
    return FALSE;
}

/* A success without a descriptor does not prove that the object exists, so describe looks the name up. */
TEST(describe_looks_the_name_up_if_there_is_no_descriptor)
{
    sys.GetNamedSecurityInfoW = gives_no_descriptor;
    sys.ConvertSecurityDescriptorToStringSecurityDescriptorW = never_converts;
    fake.result = 0;
    fake.error = ERROR_FILE_NOT_FOUND;
    fake.status = 0xC0000034;
    expect("describe name=x", "fail error=2 status=0xC0000034 call=OpenFileMapping");
    assert_int_equal(fake.access, READ_CONTROL);
    fake.error = ERROR_ACCESS_DENIED;
    expect("describe name=x", "ok descriptor=none");
    fake.result = 0x44;
    expect("describe name=x", "ok descriptor=none");
    assert_true(fake.handle == (HANDLE)(uintptr_t)0x44); /* closed */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FRESH(sessions_and_containers_in_paths_become_words),
        FRESH(a_path_that_cannot_be_queried_is_a_failure),
        cmocka_unit_test_setup(a_namespace_is_made_with_its_boundary, fresh_space),
        cmocka_unit_test_setup(a_failing_call_of_namespace_is_named, fresh_space),
        cmocka_unit_test_setup(only_leave_closes_a_namespace, fresh_space),
        FRESH(describe_looks_the_name_up_if_there_is_no_descriptor),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
