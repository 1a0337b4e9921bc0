/* shmactor-faulty: the actor on a system that breaks one rule, which the environment variable SHMCHECK_FAULT names. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../actor/reply.h"
#include "../actor/serve.h"
#include "faults.h"

/* CMake gives the actor's own main this name. */
int actor_main(int argc, char **argv);

/* name, topics and sentence, separated by tabs */
static int list_faults(void)
{
    for (size_t i = 0; i < fault_group_count; i++) {
        for (size_t j = 0; j < fault_groups[i]->count; j++) {
            const struct seeded *fault = &fault_groups[i]->faults[j];
            printf("%s\t%s\t%s\n", fault->name, fault->topics, fault->sentence);
        }
    }
    return 0;
}

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "--faults") == 0)
        return list_faults();
    const char *name = getenv("SHMCHECK_FAULT");
    if (!name) {
        fputs("shmactor-faulty: SHMCHECK_FAULT must name a fault; `shmactor-faulty --faults` lists them\n",
              stderr);
        return EXIT_USAGE;
    }
    chosen_fault = fault_find(name);
    if (!chosen_fault) {
        fprintf(stderr, "shmactor-faulty: SHMCHECK_FAULT: no fault is called '%s'\n", name);
        return EXIT_USAGE;
    }
    return actor_main(argc, argv);
}
