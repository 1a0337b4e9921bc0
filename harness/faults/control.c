/* Systems without a fault: each has one layer of the instrumentation, and must leave every verdict as it is. */
#include "families.h"
#include "note.h"

static HANDLE WINAPI create_as_is(HANDLE file, SECURITY_ATTRIBUTES *attributes, DWORD protect, DWORD high,
                                  DWORD low, LPCWSTR name)
{
    return real.CreateFileMappingW(file, attributes, protect, high, low, name);
}

static HANDLE WINAPI open_as_is(DWORD access, BOOL inherit, LPCWSTR name)
{
    return real.OpenFileMappingW(access, inherit, name);
}

static LPVOID WINAPI map_as_is(HANDLE section, DWORD access, DWORD high, DWORD low, SIZE_T length,
                               LPVOID base)
{
    return real.MapViewOfFileEx(section, access, high, low, length, base);
}

static BOOL WINAPI unmap_as_is(LPCVOID address)
{
    return real.UnmapViewOfFile(address);
}

static bool touch_as_is(touch_function *how, struct touch *touch, struct raised_exception *fault)
{
    return guard_run_plainly(how, touch, fault);
}

static HANDLE WINAPI create_noted(HANDLE file, SECURITY_ATTRIBUTES *attributes, DWORD protect, DWORD high,
                                  DWORD low, LPCWSTR name)
{
    return real.CreateFileMappingW(file, attributes, protect, high, low, note_name(name));
}

static HANDLE WINAPI open_noted(DWORD access, BOOL inherit, LPCWSTR name)
{
    return real.OpenFileMappingW(access, inherit, note_name(name));
}

static void ask_as_is(struct line *request)
{
    (void)request;
}

const struct hooks hooks_control_calls = {.calls = {.CreateFileMappingW = create_as_is,
                                                    .OpenFileMappingW = open_as_is,
                                                    .MapViewOfFileEx = map_as_is,
                                                    .UnmapViewOfFile = unmap_as_is}};
const struct hooks hooks_control_memory = {.shadow = true, .touches = touch_as_is};
const struct hooks hooks_control_notes = {
    .notes = true, .follow = {.CreateFileMappingW = create_noted, .OpenFileMappingW = open_noted}};
const struct hooks hooks_control_requests = {.asks = ask_as_is};
