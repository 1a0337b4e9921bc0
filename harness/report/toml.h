/* A strict small subset of TOML 1.0: [[table]] lines, key = "string" lines, comments, blank lines; LF or
 * CRLF. What is read here, every TOML reader reads the same way; everything else that TOML has is an
 * error, and so are a byte order mark and a character 0 in a string. The caller finds keys that are given twice.
 * Page: https://toml.io/en/v1.0.0 */
#ifndef SHMCHECK_TOML_H
#define SHMCHECK_TOML_H

#include "../common/text.h"

enum toml_item {
    TOML_END,
    TOML_TABLE, /* `name` is the table's */
    TOML_PAIR,  /* `name` and `value` */
    TOML_ERROR  /* `wrong` says what; the reader cannot be used any more */
};

struct toml {
    const char *at, *end; /* what is not read yet */
    int line;             /* of the item; at the end, of the last line */
    struct buffer name;   /* both terminated, and valid until the next call */
    struct buffer value;
    char wrong[160]; /* part of a sentence, without the line */
};

/* The bytes must stay where they are while they are read. */
void toml_start(struct toml *toml, const char *bytes, size_t length);
enum toml_item toml_next(struct toml *toml);
void toml_free(struct toml *toml);

#endif
