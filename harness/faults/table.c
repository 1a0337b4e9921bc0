/* The table that the actor's verbs call, in the place of the actor's own (system_start.c): Windows' functions, those of the
 * chosen fault, and in front of them the layers. */
#include "../actor/system_windows.h"
#include "layers.h"
#include "note.h"

struct system_calls sys;

/* A fault may replace a call that no layer stands in front of: then it tells itself when it is reached. */
static void put_together(void)
{
    sys = real;
#define REPLACE(result, name, parameters)                                                                    \
    if (hooks->calls.name)                                                                                   \
        sys.name = hooks->calls.name;                                                                        \
    else if (hooks->follow.name)                                                                             \
        sys.name = hooks->follow.name;
    SYSTEM_LINKED(REPLACE)
    SYSTEM_KERNELBASE(REPLACE)
    SYSTEM_NTDLL(REPLACE)
    SYSTEM_ADVAPI32(REPLACE)
#undef REPLACE
    layers_install_named(&sys);
    layers_install_modern(&sys);
    layers_install_pages(&sys);
    layers_install_uncommon(&sys);
}

void system_start(void)
{
    system_windows_fill(&real);
    if (layers_use_notes())
        notes_start();
    put_together();
}

static bool loaded;

void system_load_security(void)
{
    if (loaded)
        return;
    loaded = true;
    system_windows_fill_security(&real);
    put_together();
}

void system_unload_security(void)
{
    if (!loaded)
        return;
    loaded = false;
    system_windows_drop_security(&real);
    put_together();
}
