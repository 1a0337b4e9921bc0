/* Faults of sections that a file backs: the size of the file, the rights of its handle, names, images. */
#include "families.h"
#include "books.h"

static bool is_file(HANDLE file)
{
    return file != INVALID_HANDLE_VALUE && GetFileType(file) == FILE_TYPE_DISK;
}

/* The size of the file in bytes; UINT64_MAX if it is none, or if its size is unknown. */
static uint64_t bytes_of(HANDLE file)
{
    LARGE_INTEGER size;
    return is_file(file) && GetFileSizeEx(file, &size) ? (uint64_t)size.QuadPart : UINT64_MAX;
}

static uint64_t joined(DWORD high, DWORD low)
{
    return (uint64_t)high << 32 | low;
}

/* A file without bytes still grows: no section is empty. */
static HANDLE WINAPI create_without_growth(HANDLE file, SECURITY_ATTRIBUTES *attributes, DWORD protect,
                                           DWORD high, DWORD low, LPCWSTR name)
{
    const uint64_t bytes = bytes_of(file);
    if (bytes != UINT64_MAX && bytes > 0 && joined(high, low) > bytes) {
        fault_reached();
        high = low = 0; /* as many bytes as the file has */
    }
    return real.CreateFileMappingW(file, attributes, protect, high, low, name);
}

static HANDLE WINAPI create_growing_by_pages(HANDLE file, SECURITY_ATTRIBUTES *attributes, DWORD protect,
                                             DWORD high, DWORD low, LPCWSTR name)
{
    const uint64_t bytes = bytes_of(file), wanted = joined(high, low);
    if (bytes != UINT64_MAX && wanted > bytes && wanted % PAGE_BYTES != 0) {
        const uint64_t grown = (wanted + PAGE_BYTES - 1) / PAGE_BYTES * PAGE_BYTES;
        fault_reached();
        high = (DWORD)(grown >> 32);
        low = (DWORD)(grown & UINT32_MAX);
    }
    return real.CreateFileMappingW(file, attributes, protect, high, low, name);
}

static HANDLE WINAPI create_of_one_page(HANDLE file, SECURITY_ATTRIBUTES *attributes, DWORD protect,
                                        DWORD high, DWORD low, LPCWSTR name)
{
    const uint64_t bytes = bytes_of(file);
    if (bytes != UINT64_MAX && bytes > PAGE_BYTES && joined(high, low) == 0) {
        fault_reached();
        low = PAGE_BYTES;
    }
    return real.CreateFileMappingW(file, attributes, protect, high, low, name);
}

static HANDLE WINAPI create_of_nothing(HANDLE file, SECURITY_ATTRIBUTES *attributes, DWORD protect,
                                       DWORD high, DWORD low, LPCWSTR name)
{
    if (bytes_of(file) == 0 && joined(high, low) == 0) {
        fault_reached();
        low = PAGE_BYTES;
    }
    return real.CreateFileMappingW(file, attributes, protect, high, low, name);
}

/* The file is cut before it is mapped, and its position is put back. */
static HANDLE WINAPI create_cutting(HANDLE file, SECURITY_ATTRIBUTES *attributes, DWORD protect, DWORD high,
                                    DWORD low, LPCWSTR name)
{
    const uint64_t bytes = bytes_of(file), wanted = joined(high, low);
    LARGE_INTEGER end = {.QuadPart = (LONGLONG)wanted}, zero = {.QuadPart = 0}, before;
    if (bytes != UINT64_MAX && wanted > 0 && wanted < bytes &&
        SetFilePointerEx(file, zero, &before, FILE_CURRENT)) {
        if (SetFilePointerEx(file, end, NULL, FILE_BEGIN) && SetEndOfFile(file))
            fault_reached();
        SetFilePointerEx(file, before, NULL, FILE_BEGIN);
    }
    return real.CreateFileMappingW(file, attributes, protect, high, low, name);
}

/* A protection that the file's handle does not allow becomes one that it does. */
static HANDLE WINAPI create_with_less(HANDLE file, SECURITY_ATTRIBUTES *attributes, DWORD protect, DWORD high,
                                      DWORD low, LPCWSTR name)
{
    HANDLE section = real.CreateFileMappingW(file, attributes, protect, high, low, name);
    if (section || GetLastError() != ERROR_ACCESS_DENIED || !is_file(file))
        return section;
    fault_reached();
    return real.CreateFileMappingW(file, attributes, (protect & ~PROTECTIONS) | PAGE_READONLY, 0, 0, name);
}

static HANDLE WINAPI create_unnamed(HANDLE file, SECURITY_ATTRIBUTES *attributes, DWORD protect, DWORD high,
                                    DWORD low, LPCWSTR name)
{
    if (is_file(file) && name && *name) {
        fault_reached();
        name = NULL;
    }
    return real.CreateFileMappingW(file, attributes, protect, high, low, name);
}

/* The section keeps the file open after its last handle and view. */
static HANDLE WINAPI create_keeping_file(HANDLE file, SECURITY_ATTRIBUTES *attributes, DWORD protect,
                                         DWORD high, DWORD low, LPCWSTR name)
{
    HANDLE section = real.CreateFileMappingW(file, attributes, protect, high, low, name);
    const DWORD error = GetLastError();
    if (section && is_file(file)) {
        fault_reached();
        leak_to_parent(section);
    }
    SetLastError(error);
    return section;
}

static HANDLE WINAPI create_no_image(HANDLE file, SECURITY_ATTRIBUTES *attributes, DWORD protect, DWORD high,
                                     DWORD low, LPCWSTR name)
{
    if (is_file(file) && (protect & SEC_IMAGE)) {
        fault_reached();
        protect &= ~(DWORD)SEC_IMAGE;
    }
    return real.CreateFileMappingW(file, attributes, protect, high, low, name);
}

const struct hooks hooks_file_not_extended = {.tells = true,
                                              .calls = {.CreateFileMappingW = create_without_growth}};
const struct hooks hooks_file_grows_by_pages = {.tells = true,
                                                .calls = {.CreateFileMappingW = create_growing_by_pages}};
const struct hooks hooks_file_size_zero_is_a_page = {.tells = true,
                                                     .calls = {.CreateFileMappingW = create_of_one_page}};
const struct hooks hooks_empty_file_accepted = {.tells = true,
                                                .calls = {.CreateFileMappingW = create_of_nothing}};
const struct hooks hooks_file_cut_by_section = {.tells = true,
                                                .calls = {.CreateFileMappingW = create_cutting}};
const struct hooks hooks_file_rights_ignored = {.tells = true,
                                                .calls = {.CreateFileMappingW = create_with_less}};
const struct hooks hooks_file_section_unnamed = {.tells = true,
                                                 .calls = {.CreateFileMappingW = create_unnamed}};
const struct hooks hooks_file_stays_mapped = {.tells = true,
                                              .calls = {.CreateFileMappingW = create_keeping_file}};
const struct hooks hooks_image_is_data = {.tells = true, .calls = {.CreateFileMappingW = create_no_image}};
