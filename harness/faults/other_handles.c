/* Faults of handles whose effect is on other handles of the section, or on children. */
#include <stdlib.h>

#include "books.h"
#include "families.h"
#include "parameters.h"

#define DEPTH "SHMCHECK_FAULT_DEPTH" /* in the environment of processes that an actor started */

/* The first or the last open handle for which `fits` is true; NULL if there is none. */
static HANDLE chosen_handle(const struct section *of,
                            bool (*fits)(const struct section *, const struct section *))
{
    const struct section *other;
    HANDLE found = NULL;
    for (size_t i = 0; (other = section_number(i)) != NULL; i++)
        if (other->handle != of->handle && fits(other, of) && (!found || parameter_is("which", "last")))
            found = other->handle;
    return found;
}

static bool is_other_section(const struct section *other, const struct section *of)
{
    return !same_section(other, of);
}

static BOOL WINAPI close_another(HANDLE handle)
{
    const struct section *known = section_of(handle);
    HANDLE victim = known ? chosen_handle(known, same_section) : NULL;
    if (victim) {
        fault_reached();
        real.CloseHandle(victim);
    }
    return real.CloseHandle(handle);
}

static BOOL WINAPI close_stranger(HANDLE handle)
{
    const struct section *known = section_of(handle);
    HANDLE victim = known ? chosen_handle(known, is_other_section) : NULL;
    if (victim) {
        fault_reached();
        real.CloseHandle(victim);
    }
    return real.CloseHandle(handle);
}

static BOOL WINAPI set_flags_of_all(HANDLE handle, DWORD mask, DWORD flags)
{
    const struct section *known = section_of(handle), *other;
    for (size_t i = 0; known && (other = section_number(i)) != NULL; i++) {
        if (other->handle != handle && same_section(other, known)) {
            fault_reached();
            real.SetHandleInformation(other->handle, mask, flags);
        }
    }
    return real.SetHandleInformation(handle, mask, flags);
}

static BOOL WINAPI duplicate_with_flags(HANDLE from, HANDLE source, HANDLE to, HANDLE *out, DWORD access,
                                        BOOL inherit, DWORD options)
{
    DWORD flags = 0;
    if (from == GetCurrentProcess() && real.GetHandleInformation(source, &flags) &&
        (flags & HANDLE_FLAG_INHERIT) && !inherit) {
        fault_reached();
        inherit = TRUE;
    }
    return real.DuplicateHandle(from, source, to, out, access, inherit, options);
}

static BOOL WINAPI duplicate_nothing(HANDLE from, HANDLE source, HANDLE to, HANDLE *out, DWORD access,
                                     BOOL inherit, DWORD options)
{
    if (from != GetCurrentProcess() || to != from || !section_of(source) ||
        !(options & DUPLICATE_SAME_ACCESS) || (options & DUPLICATE_CLOSE_SOURCE))
        return real.DuplicateHandle(from, source, to, out, access, inherit, options);
    fault_reached();
    *out = source;
    return TRUE;
}

/* ---- children ---- */

static bool is_inheritable(const struct section *section)
{
    DWORD flags = 0;
    return real.GetHandleInformation(section->handle, &flags) && (flags & HANDLE_FLAG_INHERIT);
}

/* The first or the last inheritable handle does not reach the child. */
static BOOL WINAPI start_losing_handle(LPCWSTR image, LPWSTR command, SECURITY_ATTRIBUTES *process_attributes,
                                       SECURITY_ATTRIBUTES *thread_attributes, BOOL inherit, DWORD flags,
                                       LPVOID environment, LPCWSTR folder, STARTUPINFOW *startup,
                                       PROCESS_INFORMATION *process)
{
    const struct section *section;
    HANDLE lost = NULL;
    size_t count = 0;
    for (size_t i = 0; (section = section_number(i)) != NULL; i++) {
        if (!is_inheritable(section))
            continue;
        count++;
        if (!lost || parameter_is("which", "last"))
            lost = section->handle;
    }
    if (!inherit || count < 2) /* losing the only one is another fault */
        lost = NULL;
    if (lost) {
        fault_reached();
        real.SetHandleInformation(lost, HANDLE_FLAG_INHERIT, 0);
    }
    BOOL done = real.CreateProcessW(image, command, process_attributes, thread_attributes, inherit, flags,
                                    environment, folder, startup, process);
    DWORD error = GetLastError();
    if (lost)
        real.SetHandleInformation(lost, HANDLE_FLAG_INHERIT, HANDLE_FLAG_INHERIT);
    SetLastError(error);
    return done;
}

/* A process that an actor started cannot hand on the handles that it inherited: nothing is inheritable there. */
static BOOL WINAPI start_grandchild(LPCWSTR image, LPWSTR command, SECURITY_ATTRIBUTES *process_attributes,
                                    SECURITY_ATTRIBUTES *thread_attributes, BOOL inherit, DWORD flags,
                                    LPVOID environment, LPCWSTR folder, STARTUPINFOW *startup,
                                    PROCESS_INFORMATION *process)
{
    const struct section *section;
    bool is_child = getenv(DEPTH) != NULL;
    SetEnvironmentVariableA(DEPTH, "1");
    for (size_t i = 0; is_child && (section = section_number(i)) != NULL; i++) {
        fault_reached();
        real.SetHandleInformation(section->handle, HANDLE_FLAG_INHERIT, 0);
    }
    return real.CreateProcessW(image, command, process_attributes, thread_attributes, inherit, flags,
                               environment, folder, startup, process);
}

const struct hooks hooks_close_closes_another = {.tells = true, .calls = {.CloseHandle = close_another}};
const struct hooks hooks_close_closes_stranger = {.tells = true, .calls = {.CloseHandle = close_stranger}};
const struct hooks hooks_flags_of_all = {.tells = true, .calls = {.SetHandleInformation = set_flags_of_all}};
const struct hooks hooks_duplicate_keeps_flag = {.tells = true,
                                                 .calls = {.DuplicateHandle = duplicate_with_flags}};
const struct hooks hooks_duplicate_is_source = {.tells = true,
                                                .calls = {.DuplicateHandle = duplicate_nothing}};
const struct hooks hooks_one_handle_not_inherited = {.tells = true,
                                                     .calls = {.CreateProcessW = start_losing_handle}};
const struct hooks hooks_grandchildren_get_nothing = {.tells = true,
                                                      .calls = {.CreateProcessW = start_grandchild}};
