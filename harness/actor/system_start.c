#include "system_windows.h"

struct system_calls sys;

void system_start(void)
{
    system_windows_fill(&sys);
}

void system_load_security(void)
{
    static bool loaded;
    if (!loaded)
        system_windows_fill_security(&sys);
    loaded = true;
}
