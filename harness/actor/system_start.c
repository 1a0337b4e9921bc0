#include "system_windows.h"

struct system_calls sys;

void system_start(void)
{
    system_windows_fill(&sys);
}

static bool loaded;

void system_load_security(void)
{
    if (!loaded)
        system_windows_fill_security(&sys);
    loaded = true;
}

void system_unload_security(void)
{
    if (loaded)
        system_windows_drop_security(&sys);
    loaded = false;
}
