#include "contract.h"

#include <string.h>

const struct contract_row *contract_find(const char *id)
{
    size_t low = 0;
    size_t high = contract_row_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(id, contract_rows[middle].id);
        if (order == 0)
            return &contract_rows[middle];
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return NULL;
}
