/* The catalogue: every topic of topics.def. */
#include "../harness/runner/case/catalogue.h"

#define X(topic_name) extern const struct topic topic_name##_topic;
#include "topics.def"
#undef X

#define X(topic_name) &topic_name##_topic,
const struct topic *const topics[] = {
#include "topics.def"
};
#undef X

const size_t topic_count = sizeof topics / sizeof topics[0];
