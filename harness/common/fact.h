/* Names of the facts that a report records; facts.def lists them. Plain C. */
#ifndef SHMCHECK_FACT_H
#define SHMCHECK_FACT_H

#include <stddef.h>

/* A fact about the platform: "wine_version" = "8.0". A fact that does not apply is absent. */
struct fact {
    const char *name;
    const char *value;
};

/* FACT_OS_BUILD is "os_build", and so on. */
#define ENTRY(id, name, use, order, why) extern const char FACT_##id[];
#include "facts.def"
#undef ENTRY

/* The names that known.toml can put conditions on: all but those about one run. */
extern const char *const fact_condition_names[];
extern const size_t fact_condition_name_count;

#endif
