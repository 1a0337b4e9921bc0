/* Functions that the programs of scripts/reproduce use. A line of four equal signs begins a part: its name, and behind the
 * colon the parts that it needs. A program has only the parts that its calls need. */

/* ==== touch: */
/* These functions access memory byte by byte until an exception. They return its code, or 0. */
static ULONG_PTR fault_access;
static BYTE *fault_address;

struct access {
    volatile BYTE *to;
    const volatile BYTE *from;
    SIZE_T length;
    void (*work)(struct access *);
    ULONGLONG seed, origin;
};

static void describe_fault(const EXCEPTION_RECORD *record)
{
    fault_access = record->NumberParameters > 0 ? record->ExceptionInformation[0] : 0;
    fault_address = record->NumberParameters > 1 ? (BYTE *)record->ExceptionInformation[1] : NULL;
}

#ifdef _MSC_VER

static DWORD keep_fault(const EXCEPTION_POINTERS *raised, DWORD *code)
{
    describe_fault(raised->ExceptionRecord);
    *code = raised->ExceptionRecord->ExceptionCode;
    return EXCEPTION_EXECUTE_HANDLER;
}

static DWORD guarded(struct access *access)
{
    DWORD code = 0;
    __try {
        access->work(access);
    } __except (keep_fault(GetExceptionInformation(), &code)) {
    }
    return code;
}

#else

/* gcc has no structured exception handling in C: a vectored handler returns to a saved state of the thread. */
static void *way_back[5];
static volatile BOOL armed;
static volatile DWORD fault_code;

__attribute__((noreturn)) static void go_back(void)
{
    __builtin_longjmp(way_back, 1);
}

static LONG CALLBACK on_exception(EXCEPTION_POINTERS *raised)
{
    if (!armed)
        return EXCEPTION_CONTINUE_SEARCH;
    armed = FALSE;
    fault_code = raised->ExceptionRecord->ExceptionCode;
    describe_fault(raised->ExceptionRecord);
#ifdef _WIN64
    raised->ContextRecord->Rsp = ((raised->ContextRecord->Rsp - 512) & ~(DWORD64)15) - 8;
    raised->ContextRecord->Rip = (DWORD64)(ULONG_PTR)go_back;
#else
    raised->ContextRecord->Esp = ((raised->ContextRecord->Esp - 512) & ~(DWORD)15) - 4;
    raised->ContextRecord->Eip = (DWORD)(ULONG_PTR)go_back;
#endif
    return EXCEPTION_CONTINUE_EXECUTION;
}

__attribute__((noinline)) static DWORD guarded(struct access *access)
{
    static BOOL installed;
    if (!installed)
        AddVectoredExceptionHandler(1, on_exception);
    installed = TRUE;
    if (__builtin_setjmp(way_back))
        return fault_code;
    armed = TRUE;
    access->work(access);
    armed = FALSE;
    return 0;
}

#endif

/* ==== copy: touch */
static void copy_bytes(struct access *access)
{
    SIZE_T i;
    for (i = 0; i < access->length; i++)
        access->to[i] = access->from[i];
}

static DWORD copy_guarded(void *to, const void *from, SIZE_T length)
{
    struct access access = {0};
    access.to = to;
    access.from = from;
    access.length = length;
    access.work = copy_bytes;
    return guarded(&access);
}

/* ==== first_wrong: */
#define NOTHING_WRONG ((SIZE_T)-1)
static SIZE_T first_wrong; /* the offset of the first byte that differs from the expected one */

/* ==== pattern: touch */
/* Bytes that depend on their offset in the section, so that a view of a wrong part differs. */
static BYTE pattern(ULONGLONG seed, ULONGLONG at)
{
    ULONGLONG x = at + seed * 0x9E3779B97F4A7C15ull;
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9ull;
    x ^= x >> 27;
    return (BYTE)(1 + x % 255);
}

static void fill_bytes(struct access *access)
{
    SIZE_T i;
    for (i = 0; i < access->length; i++)
        access->to[i] = pattern(access->seed, access->origin + i);
}

static void verify_bytes(struct access *access)
{
    SIZE_T i;
    for (i = 0; i < access->length; i++)
        if (access->from[i] != pattern(access->seed, access->origin + i) && first_wrong == NOTHING_WRONG)
            first_wrong = i;
}

static struct access patterned(void *at, SIZE_T length, ULONGLONG seed, ULONGLONG origin)
{
    struct access access = {0};
    access.to = at;
    access.from = at;
    access.length = length;
    access.seed = seed;
    access.origin = origin;
    return access;
}

static DWORD fill_guarded(void *at, SIZE_T length, ULONGLONG seed, ULONGLONG origin)
{
    struct access access = patterned(at, length, seed, origin);
    access.work = fill_bytes;
    return guarded(&access);
}

static DWORD verify_guarded(void *at, SIZE_T length, ULONGLONG seed, ULONGLONG origin)
{
    struct access access = patterned(at, length, seed, origin);
    access.work = verify_bytes;
    first_wrong = NOTHING_WRONG;
    return guarded(&access);
}

/* ==== zero: touch first_wrong */
static void find_other_than_zero(struct access *access)
{
    SIZE_T i;
    for (i = 0; i < access->length; i++)
        if (access->from[i] != 0 && first_wrong == NOTHING_WRONG)
            first_wrong = i;
}

static DWORD zero_guarded(const void *at, SIZE_T length)
{
    struct access access = {0};
    access.from = at;
    access.length = length;
    access.work = find_other_than_zero;
    first_wrong = NOTHING_WRONG;
    return guarded(&access);
}

/* ==== status: */
/* The NTSTATUS behind the last error of the thread. */
static DWORD last_status(void)
{
    LONG(WINAPI * function)(void);
    function = (LONG(WINAPI *)(void))(void *)GetProcAddress(GetModuleHandleA("ntdll.dll"), "RtlGetLastNtStatus");
    return function ? (DWORD)function() : 0;
}

static void clear_status(void)
{
    ULONG(WINAPI * function)(LONG);
    function = (ULONG(WINAPI *)(LONG))(void *)GetProcAddress(GetModuleHandleA("ntdll.dll"), "RtlNtStatusToDosError");
    if (function)
        function(0);
}

/* ==== values: */
/* Values that one process passes to the others, each in a file in the folder for temporary files. */
static void value_path(char *path, const char *name)
{
    char folder[MAX_PATH];
    GetTempPathA(MAX_PATH, folder);
    sprintf(path, "%srepro-%lu-%s", folder, main_pid, name);
}

static void publish(const char *name, ULONGLONG value)
{
    char path[MAX_PATH * 2], text[32];
    DWORD written;
    HANDLE file;
    value_path(path, name);
    file = CreateFileA(path, GENERIC_WRITE, FILE_SHARE_READ, NULL, CREATE_ALWAYS, 0, NULL);
    _ui64toa(value, text, 10);
    WriteFile(file, text, (DWORD)strlen(text), &written, NULL);
    CloseHandle(file);
}

static ULONGLONG fetch(const char *name)
{
    char path[MAX_PATH * 2], text[32] = "";
    DWORD got = 0;
    HANDLE file;
    value_path(path, name);
    file = CreateFileA(path, GENERIC_READ, FILE_SHARE_READ, NULL, OPEN_EXISTING, 0, NULL);
    ReadFile(file, text, sizeof text - 1, &got, NULL);
    CloseHandle(file);
    return _strtoui64(text, NULL, 10);
}

static void forget_value(const char *name)
{
    char path[MAX_PATH * 2];
    value_path(path, name);
    DeleteFileA(path);
}

/* ==== long_name: */
/* A name followed by this number of letters. */
static const WCHAR *long_name(const WCHAR *start, int letters)
{
    static WCHAR name[41000];
    int length;
    wcscpy(name, start);
    for (length = (int)wcslen(name); letters > 0; letters--)
        name[length++] = 'n';
    name[length] = 0;
    return name;
}

/* ==== long_name_a: */
/* A name followed by this number of letters. */
static const char *long_name_a(const char *start, int letters)
{
    static char name[41000];
    int length;
    strcpy(name, start);
    for (length = (int)strlen(name); letters > 0; letters--)
        name[length++] = 'n';
    name[length] = 0;
    return name;
}

/* ==== plain_attributes: */
static SECURITY_ATTRIBUTES *plain_attributes(BOOL inherit)
{
    static SECURITY_ATTRIBUTES attributes;
    attributes.nLength = sizeof attributes;
    attributes.bInheritHandle = inherit;
    return &attributes;
}

/* ==== own_sid: */
/* The SID of the user, as text. */
static const WCHAR *own_sid(void)
{
    static WCHAR text[200];
    BYTE user[256];
    DWORD size;
    HANDLE token;
    WCHAR *sid;
    if (!text[0] && OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &token)) {
        if (GetTokenInformation(token, TokenUser, user, sizeof user, &size) &&
            ConvertSidToStringSidW(((TOKEN_USER *)(void *)user)->User.Sid, &sid)) {
            wcscpy(text, sid);
            LocalFree(sid);
        }
        CloseHandle(token);
    }
    return text;
}

/* ==== expand: own_sid */
/* An SDDL text with the SID of the user in the place of {user}. */
static WCHAR *expand(const WCHAR *text)
{
    static WCHAR expanded[2048];
    WCHAR *to = expanded;
    while (*text) {
        if (wcsncmp(text, L"{user}", 6) == 0) {
            wcscpy(to, own_sid());
            to += wcslen(to);
            text += 6;
        } else {
            *to++ = *text++;
        }
    }
    *to = 0;
    return expanded;
}

/* ==== attributes: expand */
static SECURITY_ATTRIBUTES *attributes(const WCHAR *sddl, BOOL inherit)
{
    static SECURITY_ATTRIBUTES attributes;
    attributes.nLength = sizeof attributes;
    attributes.bInheritHandle = inherit;
    ConvertStringSecurityDescriptorToSecurityDescriptorW(expand(sddl), SDDL_REVISION_1,
                                                         &attributes.lpSecurityDescriptor, NULL);
    return &attributes;
}

/* ==== descriptor: expand */
static BOOL has_descriptor;
static WCHAR sddl_text[2048];

static DWORD show_descriptor(DWORD error, PSECURITY_DESCRIPTOR descriptor, SECURITY_INFORMATION part)
{
    WCHAR *text;
    has_descriptor = error == ERROR_SUCCESS && descriptor;
    wcscpy(sddl_text, has_descriptor ? L"" : L"no descriptor");
    if (has_descriptor &&
        ConvertSecurityDescriptorToStringSecurityDescriptorW(descriptor, SDDL_REVISION_1, part, &text, NULL)) {
        wcscpy(sddl_text, text);
        LocalFree(text);
    }
    LocalFree(descriptor);
    return error;
}

static DWORD read_descriptor(HANDLE handle, SECURITY_INFORMATION part)
{
    PSECURITY_DESCRIPTOR descriptor = NULL;
    DWORD error = GetSecurityInfo(handle, SE_KERNEL_OBJECT, part, NULL, NULL, NULL, NULL, &descriptor);
    return show_descriptor(error, descriptor, part);
}

/* ==== describe: descriptor */
static DWORD read_named_descriptor(const WCHAR *name, SECURITY_INFORMATION part)
{
    PSECURITY_DESCRIPTOR descriptor = NULL;
    WCHAR writable[512];
    DWORD error;
    wcscpy(writable, name);
    error = GetNamedSecurityInfoW(writable, SE_KERNEL_OBJECT, part, NULL, NULL, NULL, NULL, &descriptor);
    return show_descriptor(error, descriptor, part);
}

/* ==== same_sddl: descriptor */
static BOOL same_sddl(const WCHAR *expected)
{
    return wcscmp(sddl_text, expand(expected)) == 0;
}

/* ==== set_dacl: expand */
static DWORD set_dacl(HANDLE handle, const WCHAR *sddl)
{
    PSECURITY_DESCRIPTOR descriptor;
    BOOL present, defaulted;
    PACL dacl;
    if (!ConvertStringSecurityDescriptorToSecurityDescriptorW(expand(sddl), SDDL_REVISION_1, &descriptor, NULL) ||
        !GetSecurityDescriptorDacl(descriptor, &present, &dacl, &defaulted))
        return GetLastError();
    return SetSecurityInfo(handle, SE_KERNEL_OBJECT, DACL_SECURITY_INFORMATION, NULL, NULL, dacl, NULL);
}

/* ==== privilege: */
static void set_privilege(const WCHAR *name, DWORD attributes)
{
    TOKEN_PRIVILEGES privileges = {0};
    HANDLE token;
    privileges.PrivilegeCount = 1;
    privileges.Privileges[0].Attributes = attributes;
    LookupPrivilegeValueW(NULL, name, &privileges.Privileges[0].Luid);
    if (OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY | TOKEN_ADJUST_PRIVILEGES, &token)) {
        AdjustTokenPrivileges(token, FALSE, &privileges, 0, NULL, NULL);
        CloseHandle(token);
    }
}

static const char *privilege_state(const WCHAR *name)
{
    static union {
        TOKEN_PRIVILEGES held;
        BYTE room[2048];
    } all;
    const char *state = "absent";
    LUID luid;
    HANDLE token;
    DWORD size, i;
    LookupPrivilegeValueW(NULL, name, &luid);
    if (!OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &token))
        return "unknown";
    if (!GetTokenInformation(token, TokenPrivileges, &all, sizeof all, &size))
        all.held.PrivilegeCount = 0;
    for (i = 0; i < all.held.PrivilegeCount; i++)
        if (memcmp(&all.held.Privileges[i].Luid, &luid, sizeof luid) == 0)
            state = all.held.Privileges[i].Attributes & SE_PRIVILEGE_ENABLED ? "enabled" : "disabled";
    CloseHandle(token);
    return state;
}

/* ==== identity: */
static BOOL token_information(TOKEN_INFORMATION_CLASS kind, void *out, DWORD room)
{
    HANDLE token;
    DWORD size;
    BOOL done;
    if (!OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &token))
        return FALSE;
    done = GetTokenInformation(token, kind, out, room, &size);
    CloseHandle(token);
    return done;
}

static DWORD integrity_level(void)
{
    union {
        TOKEN_MANDATORY_LABEL label;
        BYTE room[256];
    } all;
    if (!token_information(TokenIntegrityLevel, &all, sizeof all))
        return 0xFFFFFFFF;
    return *GetSidSubAuthority(all.label.Label.Sid, 0);
}

static BOOL is_restricted(void)
{
    HANDLE token;
    BOOL restricted;
    if (!OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &token))
        return FALSE;
    restricted = IsTokenRestricted(token);
    CloseHandle(token);
    return restricted;
}

/* Whether a group is enabled in the token; a deny-only group is not. */
static BOOL has_group(WELL_KNOWN_SID_TYPE type)
{
    static union {
        TOKEN_GROUPS held;
        BYTE room[8192];
    } all;
    BYTE sid[SECURITY_MAX_SID_SIZE];
    DWORD size = sizeof sid, i;
    if (!CreateWellKnownSid(type, NULL, sid, &size) || !token_information(TokenGroups, &all, sizeof all))
        return FALSE;
    for (i = 0; i < all.held.GroupCount; i++)
        if (EqualSid(all.held.Groups[i].Sid, sid))
            return (all.held.Groups[i].Attributes & SE_GROUP_ENABLED) != 0;
    return FALSE;
}

/* ==== derived_token: */
/* A restricted version of this process's token. `level`: its integrity level, 0 for none; `denied`: a group that only
 * denies, WinNullSid for none; `deleted`: a privilege; `restricts`: with restricting SIDs that are not the user's. */
static HANDLE derived_token(DWORD level, DWORD flags, WELL_KNOWN_SID_TYPE denied, const WCHAR *deleted, BOOL restricts)
{
    static const WELL_KNOWN_SID_TYPE restricting[] = {WinWorldSid, WinBuiltinUsersSid, WinRestrictedCodeSid};
    static BYTE sids[4][SECURITY_MAX_SID_SIZE];
    SID_AND_ATTRIBUTES disabled = {0}, restricted[3] = {{0}};
    LUID_AND_ATTRIBUTES privilege = {0};
    SID_IDENTIFIER_AUTHORITY authority = SECURITY_MANDATORY_LABEL_AUTHORITY;
    TOKEN_MANDATORY_LABEL label = {{0}};
    HANDLE own, token = NULL;
    DWORD size, i;
    OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY | TOKEN_DUPLICATE | TOKEN_ASSIGN_PRIMARY | TOKEN_ADJUST_DEFAULT,
                     &own);
    size = SECURITY_MAX_SID_SIZE;
    disabled.Sid = sids[3];
    if (denied != WinNullSid)
        CreateWellKnownSid(denied, NULL, sids[3], &size);
    for (i = 0; i < 3; i++) {
        size = SECURITY_MAX_SID_SIZE;
        CreateWellKnownSid(restricting[i], NULL, sids[i], &size);
        restricted[i].Sid = sids[i];
    }
    if (deleted)
        LookupPrivilegeValueW(NULL, deleted, &privilege.Luid);
    if (!CreateRestrictedToken(own, flags, denied != WinNullSid, denied != WinNullSid ? &disabled : NULL,
                               deleted != NULL, deleted ? &privilege : NULL, restricts ? 3 : 0,
                               restricts ? restricted : NULL, &token))
        printf("CreateRestrictedToken: error %lu\n", GetLastError());
    if (level && AllocateAndInitializeSid(&authority, 1, level, 0, 0, 0, 0, 0, 0, 0, &label.Label.Sid)) {
        label.Label.Attributes = SE_GROUP_INTEGRITY;
        if (!SetTokenInformation(token, TokenIntegrityLevel, &label, sizeof label + GetLengthSid(label.Label.Sid)))
            printf("SetTokenInformation(TokenIntegrityLevel): error %lu\n", GetLastError());
        FreeSid(label.Label.Sid);
    }
    CloseHandle(own);
    return token;
}

/* ==== lower_to_untrusted: */
/* Lowers this process to untrusted. No process can start at that level. */
static void lower_to_untrusted(HANDLE process)
{
    SID_IDENTIFIER_AUTHORITY authority = SECURITY_MANDATORY_LABEL_AUTHORITY;
    TOKEN_MANDATORY_LABEL label = {{0}};
    HANDLE token;
    label.Label.Attributes = SE_GROUP_INTEGRITY;
    if (!AllocateAndInitializeSid(&authority, 1, SECURITY_MANDATORY_UNTRUSTED_RID, 0, 0, 0, 0, 0, 0, 0, &label.Label.Sid))
        return;
    if (OpenProcessToken(process, TOKEN_QUERY | TOKEN_ADJUST_DEFAULT, &token)) {
        SetTokenInformation(token, TokenIntegrityLevel, &label, sizeof label + GetLengthSid(label.Label.Sid));
        CloseHandle(token);
    }
    FreeSid(label.Label.Sid);
}

/* ==== file_path: */
/* The path of a file in the folder for temporary files, or in that of the system. */
static const WCHAR *file_path(const WCHAR *name, BOOL of_system)
{
    static WCHAR path[MAX_PATH * 2];
    if (of_system) {
        GetSystemDirectoryW(path, MAX_PATH);
        wcscat(path, L"\\");
    } else {
        GetTempPathW(MAX_PATH, path);
    }
    return wcscat(path, name);
}

/* ==== stale_file: */
/* The value of a file handle that was just closed. */
static HANDLE stale_file(void)
{
    WCHAR path[MAX_PATH];
    HANDLE file;
    GetModuleFileNameW(NULL, path, MAX_PATH);
    file = CreateFileW(path, GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_DELETE, NULL, OPEN_EXISTING, 0, NULL);
    CloseHandle(file);
    return file;
}

/* ==== set_size: */
static BOOL set_size(HANDLE file, ULONGLONG size)
{
    LARGE_INTEGER end;
    end.QuadPart = (LONGLONG)size;
    return SetFilePointerEx(file, end, NULL, FILE_BEGIN) && SetEndOfFile(file);
}

/* ==== at: */
/* An offset in a file, for ReadFile, WriteFile and LockFileEx. */
static OVERLAPPED *at(ULONGLONG offset)
{
    static OVERLAPPED place;
    place.Offset = (DWORD)offset;
    place.OffsetHigh = (DWORD)(offset >> 32);
    return &place;
}

/* ==== disk_space: */
static void disk_space(ULONGLONG *available, ULONGLONG *beyond)
{
    ULARGE_INTEGER room, total;
    WCHAR folder[MAX_PATH];
    GetTempPathW(MAX_PATH, folder);
    GetDiskFreeSpaceExW(folder, &room, &total, NULL);
    *available = room.QuadPart;
    *beyond = total.QuadPart + ((ULONGLONG)1 << 30);
}

/* ==== commitment: */
/* The commit charge of the whole system (page GetPerformanceInfo); other processes change it too. */
static ULONGLONG marked_charge;

static ULONGLONG commit_charge(void)
{
    PERFORMANCE_INFORMATION now;
    if (!GetPerformanceInfo(&now, sizeof now))
        return 0;
    return (ULONGLONG)now.CommitTotal * now.PageSize;
}

static void mark_commit_charge(void)
{
    marked_charge = commit_charge();
}

/* The rise of the charge since the mark in units, rounded. Waits at most this time until it is 0. */
static LONGLONG commit_charge_since(ULONGLONG unit, DWORD milliseconds)
{
    DWORD start = GetTickCount();
    LONGLONG rise, half = (LONGLONG)(unit / 2);
    do {
        rise = (LONGLONG)(commit_charge() - marked_charge);
        rise = (rise + (rise < 0 ? -half : half)) / (LONGLONG)unit;
    } while (rise > 0 && GetTickCount() - start < milliseconds && (SwitchToThread(), TRUE));
    return rise;
}

/* ==== allocation_size: */
static SIZE_T allocation_size(const BYTE *base)
{
    MEMORY_BASIC_INFORMATION info;
    SIZE_T size = 0;
    while (VirtualQuery(base + size, &info, sizeof info) && info.State != MEM_FREE && info.AllocationBase == base)
        size = (SIZE_T)((BYTE *)info.BaseAddress - base) + info.RegionSize;
    return size;
}

/* ==== section_size: */
static ULONGLONG section_bytes;
static ULONG section_attributes;

static LONG section_size(HANDLE section)
{
    struct {
        void *base;
        ULONG attributes;
        LARGE_INTEGER size;
    } basic = {0};
    LONG(WINAPI * function)(HANDLE, int, void *, SIZE_T, SIZE_T *);
    LONG status;
    function = (LONG(WINAPI *)(HANDLE, int, void *, SIZE_T, SIZE_T *))(void *)GetProcAddress(
        GetModuleHandleA("ntdll.dll"), "NtQuerySection");
    status = function(section, 0, &basic, sizeof basic, NULL);
    section_bytes = (ULONGLONG)basic.size.QuadPart;
    section_attributes = basic.attributes;
    return status;
}

/* ==== granted: */
static ULONG granted_access;

/* NtQueryObject(ObjectBasicInformation): the rights of the handle. */
static LONG query_object(HANDLE handle)
{
    ULONG basic[14] = {0};
    LONG(WINAPI * function)(HANDLE, int, void *, ULONG, ULONG *);
    LONG status;
    function = (LONG(WINAPI *)(HANDLE, int, void *, ULONG, ULONG *))(void *)GetProcAddress(
        GetModuleHandleA("ntdll.dll"), "NtQueryObject");
    status = function(handle, 0, basic, sizeof basic, NULL);
    granted_access = basic[1];
    return status;
}

/* ==== compare_objects: */
static BOOL compare_objects(HANDLE first, HANDLE second)
{
    BOOL(WINAPI * function)(HANDLE, HANDLE);
    function =
        (BOOL(WINAPI *)(HANDLE, HANDLE))(void *)GetProcAddress(GetModuleHandleA("kernelbase.dll"), "CompareObjectHandles");
    return function && function(first, second);
}

/* ==== bounds: */
/* MEM_ADDRESS_REQUIREMENTS in a MEM_EXTENDED_PARAMETER, twice: passing it twice is an error. */
struct extended_parameter {
    ULONGLONG type;
    void *pointer;
#ifndef _WIN64
    ULONG unused;
#endif
};

static struct extended_parameter *bounds(ULONG_PTR lowest, ULONG_PTR highest, ULONG_PTR alignment)
{
    static struct {
        void *lowest, *highest;
        SIZE_T alignment;
    } requirements;
    static struct extended_parameter parameters[2];
    requirements.lowest = (void *)lowest;
    requirements.highest = (void *)highest;
    requirements.alignment = alignment;
    parameters[0].type = parameters[1].type = 1; /* MemExtendedParameterAddressRequirements */
    parameters[0].pointer = parameters[1].pointer = &requirements;
    return parameters;
}

/* ==== region_information: */
/* WIN32_MEMORY_REGION_INFORMATION of newer SDKs. */
struct region_information {
    void *AllocationBase;
    ULONG AllocationProtect;
    ULONG Flags;
    SIZE_T RegionSize;
    SIZE_T CommitSize;
};
