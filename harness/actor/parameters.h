/* MEM_EXTENDED_PARAMETER and MEM_ADDRESS_REQUIREMENTS as their pages lay them out; older headers lack them. Pages:
 * ns-winnt-mem_extended_parameter, ne-winnt-mem_extended_parameter_type, ns-winnt-mem_address_requirements. */
#ifndef SHMCHECK_PARAMETERS_H
#define SHMCHECK_PARAMETERS_H

#include "system.h"

#include <stdint.h>

struct address_requirements {
    void *lowest, *highest;
    SIZE_T alignment;
};

struct extended_parameter {
    uint64_t type; /* 8 bits, the rest reserved */
    union {
        void *pointer;
        uint64_t number;
    } value;
};
#define PARAMETER_ADDRESS_REQUIREMENTS 1
#define PARAMETER_NUMA_NODE 2

#endif
