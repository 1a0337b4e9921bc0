/* The parameters of the chosen fault: pairs of a key and a value, both words. */
#ifndef SHMCHECK_FAULTS_PARAMETERS_H
#define SHMCHECK_FAULTS_PARAMETERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PARAMETERS_MOST 8
#define PARAMETER_BYTES 32

/* Copies both. False if there is no room, or the key is given already. */
bool parameter_set(const char *key, const char *value);
/* Forgets all of them, for tests. */
void parameters_forget(void);
/* The value; "" if it is not given. */
const char *parameter(const char *key);
bool parameter_is(const char *key, const char *value);
/* A number with K, M or G for 2^10, 2^20 or 2^30; 0 if it is not given. */
uint64_t parameter_number(const char *key);

#endif
