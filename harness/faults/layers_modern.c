/* The table's other ways to create, open, map and unmap: the functions of Windows Vista, 8 and 10. */
#include "layers.h"

static HANDLE WINAPI layer_create_numa(HANDLE file, SECURITY_ATTRIBUTES *attributes, DWORD protect,
                                       DWORD high, DWORD low, LPCWSTR name, DWORD node)
{
    struct occasion occasion = creating(WAY_NUMA, file, protect, ((uint64_t)high << 32) | low, name);
    create_function *instead = create_instead(&occasion);
    HANDLE handle = instead ? instead(file, attributes, protect, high, low, name)
                            : real.CreateFileMappingNumaW(file, attributes, protect, high, low, name, node);
    return created(handle, occasion);
}

static HANDLE WINAPI layer_create_from_app(HANDLE file, SECURITY_ATTRIBUTES *attributes, ULONG protect,
                                           ULONG64 size, PCWSTR name)
{
    struct occasion occasion = creating(WAY_FROM_APP, file, protect, size, name);
    create_function *instead = create_instead(&occasion);
    HANDLE handle =
        instead ? instead(file, attributes, protect, (DWORD)(size >> 32), (DWORD)(size & UINT32_MAX), name)
                : real.CreateFileMappingFromApp(file, attributes, protect, size, name);
    return created(handle, occasion);
}

/* CreateFileMappingW gives all rights; the caller of CreateFileMapping2 asks for some. */
static HANDLE narrowed(HANDLE handle, ULONG access)
{
    DWORD error = GetLastError();
    HANDLE out = NULL;
    if (handle &&
        real.DuplicateHandle(GetCurrentProcess(), handle, GetCurrentProcess(), &out, access, FALSE, 0)) {
        real.CloseHandle(handle);
        handle = out;
    }
    SetLastError(error);
    return handle;
}

static HANDLE WINAPI layer_create2(HANDLE file, SECURITY_ATTRIBUTES *attributes, ULONG access, ULONG protect,
                                   ULONG flags, ULONG64 size, PCWSTR name, void *extra, ULONG extra_count)
{
    struct occasion occasion = creating(WAY_2, file, protect | flags, size, name);
    create_function *instead = extra_count == 0 ? create_instead(&occasion) : NULL;
    if (!instead)
        return created(
            real.CreateFileMapping2(file, attributes, access, protect, flags, size, name, extra, extra_count),
            occasion);
    HANDLE handle =
        instead(file, attributes, protect | flags, (DWORD)(size >> 32), (DWORD)(size & UINT32_MAX), name);
    return created(narrowed(handle, access), occasion);
}

static HANDLE WINAPI layer_open_from_app(ULONG access, BOOL inherit, PCWSTR name)
{
    struct occasion occasion = opening(WAY_FROM_APP, name);
    open_function *instead = open_instead(&occasion);
    return opened((instead ? instead : real.OpenFileMappingFromApp)(access, inherit, name), occasion);
}

static PVOID WINAPI layer_map_from_app(HANDLE section, ULONG access, ULONG64 offset, SIZE_T length)
{
    struct occasion occasion = mapping(WAY_FROM_APP, section);
    map_function *instead = map_instead(&occasion);
    void *at =
        instead ? instead(section, access, (DWORD)(offset >> 32), (DWORD)(offset & UINT32_MAX), length, NULL)
                : real.MapViewOfFileFromApp(section, access, offset, length);
    return mapped(at, &occasion, access, offset);
}

/* The access that MapViewOfFileEx takes for a page protection; 0 if there is none. */
static DWORD access_of(ULONG protect)
{
    switch (protect) {
    case PAGE_READONLY:
        return FILE_MAP_READ;
    case PAGE_READWRITE:
        return FILE_MAP_WRITE;
    case PAGE_WRITECOPY:
        return FILE_MAP_COPY;
    case PAGE_EXECUTE_READ:
        return FILE_MAP_READ | FILE_MAP_EXECUTE;
    case PAGE_EXECUTE_READWRITE:
        return FILE_MAP_WRITE | FILE_MAP_EXECUTE;
    default:
        return 0;
    }
}

static bool is_own(HANDLE process)
{
    return !process || process == GetCurrentProcess();
}

static PVOID WINAPI layer_map3(HANDLE section, HANDLE process, PVOID base, ULONG64 offset, SIZE_T length,
                               ULONG kind, ULONG protect, void *extra, ULONG extra_count)
{
    struct occasion occasion = mapping(WAY_3, section);
    DWORD access = access_of(protect);
    bool plain = is_own(process) && kind == 0 && extra_count == 0 && access != 0;
    map_function *instead = plain ? map_instead(&occasion) : NULL;
    void *at;
    if (instead)
        at = instead(section, access, (DWORD)(offset >> 32), (DWORD)(offset & UINT32_MAX), length, base);
    else
        at = PICK(MapViewOfFile3, &occasion)(section, process, base, offset, length, kind, protect, extra,
                                             extra_count);
    return is_own(process) ? mapped(at, &occasion, access, offset) : at;
}

static PVOID WINAPI layer_map_numa2(HANDLE section, HANDLE process, ULONG64 offset, PVOID base, SIZE_T length,
                                    ULONG kind, ULONG protect, ULONG node)
{
    struct occasion occasion = mapping(WAY_NUMA2, section);
    DWORD access = access_of(protect);
    bool plain = is_own(process) && kind == 0 && access != 0;
    map_function *instead = plain ? map_instead(&occasion) : NULL;
    void *at =
        instead ? instead(section, access, (DWORD)(offset >> 32), (DWORD)(offset & UINT32_MAX), length, base)
                : PICK(MapViewOfFileNuma2, &occasion)(section, process, offset, base, length, kind, protect,
                                                      node);
    return is_own(process) ? mapped(at, &occasion, access, offset) : at;
}

static BOOL WINAPI layer_unmap_ex(PVOID address, ULONG flags)
{
    const struct view *view = view_at((uintptr_t)address);
    uintptr_t base = view ? view->base : 0;
    struct occasion occasion = about_address(address, WAY_EX);
    unmap_function *instead = flags == 0 ? unmap_instead(&occasion) : NULL;
    BOOL done = instead ? instead(address) : PICK(UnmapViewOfFileEx, &occasion)(address, flags);
    return unmapped(done, base);
}

static BOOL WINAPI layer_unmap2(HANDLE process, PVOID address, ULONG flags)
{
    bool own = is_own(process);
    const struct view *view = own ? view_at((uintptr_t)address) : NULL;
    uintptr_t base = view ? view->base : 0;
    struct occasion occasion = own ? about_address(address, WAY_2) : (struct occasion){.way = WAY_2};
    unmap_function *instead = own && process && flags == 0 ? unmap_instead(&occasion) : NULL;
    BOOL done = instead ? instead(address) : PICK(UnmapViewOfFile2, &occasion)(process, address, flags);
    return unmapped(done, base);
}

void layers_install_modern(struct system_calls *calls)
{
    if (real.CreateFileMappingNumaW)
        calls->CreateFileMappingNumaW = layer_create_numa;
    if (real.CreateFileMappingFromApp)
        calls->CreateFileMappingFromApp = layer_create_from_app;
    if (real.CreateFileMapping2)
        calls->CreateFileMapping2 = layer_create2;
    if (real.OpenFileMappingFromApp)
        calls->OpenFileMappingFromApp = layer_open_from_app;
    if (real.MapViewOfFileFromApp)
        calls->MapViewOfFileFromApp = layer_map_from_app;
    if (real.MapViewOfFile3)
        calls->MapViewOfFile3 = layer_map3;
    if (real.MapViewOfFileNuma2)
        calls->MapViewOfFileNuma2 = layer_map_numa2;
    if (real.UnmapViewOfFileEx)
        calls->UnmapViewOfFileEx = layer_unmap_ex;
    if (real.UnmapViewOfFile2)
        calls->UnmapViewOfFile2 = layer_unmap2;
}
