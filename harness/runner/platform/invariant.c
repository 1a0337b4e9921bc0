#include "invariant.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void (*current_handler)(void *context, const char *message);
static void *current_context;

void invariant_set_handler(void (*handler)(void *context, const char *message), void *context)
{
    current_handler = handler;
    current_context = context;
}

/* The path from the repository's root, without the folder of the machine that built the program. */
static const char *short_path(const char *file)
{
    const char *found = NULL;
    for (const char *at = file; (at = strstr(at, "harness")) != NULL; at++)
        found = at;
    return found ? found : file;
}

_Noreturn void invariant_broken(const char *condition, const char *file, int line)
{
    char message[400];
    void (*handler)(void *, const char *) = current_handler;
    snprintf(message, sizeof message, "internal error: %s does not hold at %s:%d", condition,
             short_path(file), line);
    /* The handler may break an invariant too; that ends the process. */
    current_handler = NULL;
    if (handler)
        handler(current_context, message);
    fprintf(stderr, "shmcheck: %s\n", message);
    fflush(stderr);
    abort();
}
