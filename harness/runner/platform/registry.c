#include "registry.h"

#include <windows.h>

#include <string.h>

#define VALUE_BYTES 1024

/* Reads a value of this type. Returns its size in bytes; 0 if there is none. */
static DWORD read_value(const char *key, const char *name, DWORD wanted, BYTE out[VALUE_BYTES])
{
    HKEY opened;
    DWORD size = VALUE_BYTES, type = 0;
    /* KEY_WOW64_64KEY: Windows 2000 does not know the flag, and every later Windows does. */
    if (RegOpenKeyExA(HKEY_LOCAL_MACHINE, key, 0, KEY_QUERY_VALUE | KEY_WOW64_64KEY, &opened) !=
        ERROR_SUCCESS)
        return 0;
    LSTATUS status = RegQueryValueExA(opened, name, NULL, &type, out, &size);
    RegCloseKey(opened);
    return status == ERROR_SUCCESS && type == wanted ? size : 0;
}

bool registry_number(const char *key, const char *name, unsigned long *out)
{
    BYTE value[VALUE_BYTES];
    DWORD number;
    if (read_value(key, name, REG_DWORD, value) != sizeof number)
        return false;
    memcpy(&number, value, sizeof number);
    *out = number;
    return true;
}

bool registry_text(const char *key, const char *name, char *out, size_t size)
{
    BYTE value[VALUE_BYTES];
    size_t length = read_value(key, name, REG_SZ, value);
    out[0] = '\0';
    while (length > 0 && value[length - 1] == '\0') /* the zero at the end may be stored or not */
        length--;
    if (length >= size)
        length = size - 1;
    memcpy(out, value, length);
    out[length] = '\0';
    return length > 0;
}
