/* Runs a fuzz target once for every file it is given: the committed corpus, or an input that made it fail. */
#include "fuzz.h"

#include "../common/text.h"

static bool read_file(const char *path, struct buffer *out)
{
    FILE *file = fopen(path, "rb");
    if (!file)
        return false;
    char piece[4096];
    size_t length;
    while ((length = fread(piece, 1, sizeof piece, file)) > 0)
        buffer_add(out, piece, length);
    bool whole = !ferror(file) && !out->failed;
    fclose(file);
    return whole;
}

int main(int count, char **arguments)
{
    if (count < 2) {
        fprintf(stderr, "usage: %s FILE...\n", arguments[0]);
        return 2;
    }
    for (int i = 1; i < count; i++) {
        struct buffer bytes = {0};
        if (!read_file(arguments[i], &bytes)) {
            fprintf(stderr, "%s: cannot be read\n", arguments[i]);
            return 2;
        }
        LLVMFuzzerTestOneInput((const uint8_t *)(bytes.at ? bytes.at : ""), bytes.length);
        buffer_free(&bytes);
    }
    printf("%d inputs\n", count - 1);
    return 0;
}
