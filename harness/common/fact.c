#include "fact.h"

#define ENTRY(id, name, use, order, why) const char FACT_##id[] = name;
#include "facts.def"
#undef ENTRY

#define CONDITION_PLATFORM(id) FACT_##id,
#define CONDITION_PAIR(id) FACT_##id,
#define CONDITION_DETAIL(id) FACT_##id,
#define CONDITION_PART(id) FACT_##id,
#define CONDITION_RUN(id)

const char *const fact_condition_names[] = {
#define ENTRY(id, name, use, order, why) CONDITION_##use(id)
#include "facts.def"
#undef ENTRY
};
const size_t fact_condition_name_count = sizeof fact_condition_names / sizeof fact_condition_names[0];
