/* The system and the user of a run, as facts that are read once at the start. They become properties of every suite, and
 * known.toml can have conditions on them. */
#ifndef SHMCHECK_PLATFORM_H
#define SHMCHECK_PLATFORM_H

#include "../../common/fact.h"

#define PLATFORM_FACTS 48
#define FACT_BYTES 160

struct platform {
    struct fact facts[PLATFORM_FACTS]; /* point into `values` and at literals */
    char values[PLATFORM_FACTS][FACT_BYTES];
    size_t count;
};

/* Reads the facts. One that cannot be read is absent. */
void platform_read(struct platform *out);
/* Its value, or NULL. */
const char *platform_fact(const struct platform *platform, const char *name);
/* Adds a fact that platform_read does not find. The value is copied, and cut at FACT_BYTES. */
void platform_add(struct platform *platform, const char *name, const char *value);

/* Windows 11 (build 22000 and later) calls itself "Windows 10 ..." in the registry, for programs that look for that.
 * Corrects such a name in place. Seen for example in the issue 1143 of shirou/gopsutil. */
void platform_correct_product(char *product, unsigned long build);

#endif
