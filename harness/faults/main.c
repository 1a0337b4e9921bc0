/* shmactor-faulty: the actor on a system that breaks one rule, which the environment variable SHMCHECK_FAULT names. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../actor/reply.h"
#include "../actor/serve.h"
#include "families.h"
#include "layers.h"

/* The build gives the actor's own main this name. */
int actor_main(int argc, char **argv);

/* A line for each family: name, areas, topics, own parameters, gates, needs and sentence, separated by tabs. */
static int list_families(void)
{
    for (size_t i = 0; i < family_count; i++) {
        const struct family *family = &families[i];
        char name[FAMILY_NAME_BYTES];
        family_name(family, name);
        printf("%s\t%s\t%s\t%s\t%s\t%s\t%s\n", name, family->areas, family->topics, family->own,
               family->gates, family_needs(family), family->sentence);
    }
    return 0;
}

int main(int argc, char **argv)
{
    char problem[1024];
    if (argc == 2 && strcmp(argv[1], "--faults") == 0)
        return list_families();
    const char *system = getenv("SHMCHECK_FAULT");
    if (!system) {
        fputs("shmactor-faulty: SHMCHECK_FAULT must name a fault; `shmactor-faulty --faults` lists them\n",
              stderr);
        return EXIT_USAGE;
    }
    const struct family *family = family_choose(system, problem, sizeof problem);
    if (!family) {
        fprintf(stderr, "shmactor-faulty: SHMCHECK_FAULT=%s: %s\n", system, problem);
        return EXIT_USAGE;
    }
    layers_choose(family->hooks);
    return actor_main(argc, argv);
}
