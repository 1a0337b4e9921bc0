/* The line protocol between runner, workers and actors; PROTOCOL.md describes it.
 *
 *   SEQUENCE WORD [LABEL] [key=value ...]
 *
 * One blank between tokens, values percent-escaped, a key that starts with '~' is volatile: it is left out of
 * transcripts. A line has LINE_BYTES bytes at most, its newline included. */
#ifndef SHMCHECK_LINE_H
#define SHMCHECK_LINE_H

#include "text.h"

#define LINE_BYTES 1024
#define LINE_FIELDS 32
#define PROTOCOL_VERSION 1

struct field {
    const char *key;   /* with its '~', if any */
    const char *value; /* decoded; may contain a byte 0 */
    size_t length;     /* bytes of value, its terminator not counted */
};

struct line {
    uint32_t sequence;
    const char *word;  /* the verb of a request, the outcome of a reply */
    const char *label; /* "" if there is none */
    struct field fields[LINE_FIELDS];
    size_t count;
    char storage[LINE_BYTES]; /* what the pointers above point into; do not copy a struct line by value */
};

/* Parses one line without its newline; a trailing CR is dropped. NULL on success. Else what is wrong, as part of a sentence
 * ("no sequence number"); `out` is then unspecified. */
const char *line_parse(struct line *out, const char *bytes, size_t length);

/* Copies a line that line_parse has filled: `out` has its own storage. */
void line_copy(struct line *out, const struct line *from);

/* The field called `key`, or NULL. */
const struct field *line_field(const struct line *line, const char *key);
/* Its value, or `otherwise`. */
const char *line_value(const struct line *line, const char *key, const char *otherwise);
/* Its value as an unsigned number, decimal or 0x hexadecimal. False, and *out unchanged, if there is no such field or its
 * value is not a number of at most 64 bits. */
bool line_number(const struct line *line, const char *key, uint64_t *out);

/* What a reader takes at once: a worker sends the lines of many steps together. */
#define LINE_READER_BYTES 16384

/* Assembles lines from the fragments that a pipe delivers. */
struct line_reader {
    char bytes[LINE_READER_BYTES];
    size_t start, length; /* of the bytes that no line has been taken from */
};

enum line_next {
    LINE_NEXT_NONE, /* no whole line yet */
    LINE_NEXT_READY,
    LINE_NEXT_TOO_LONG /* LINE_BYTES bytes without a newline; the reader cannot be used any more */
};

/* Where the next bytes from the pipe go: *room of them at most. It moves the bytes that are there, so no read may be under
 * way. */
char *line_reader_room(struct line_reader *reader, size_t *room);
/* Says that `length` bytes were put there. */
void line_reader_added(struct line_reader *reader, size_t length);
/* Moves the first whole line, without its newline, to `out` of LINE_BYTES bytes. */
enum line_next line_reader_next(struct line_reader *reader, char *out, size_t *length);

/* A reply as transcripts show it: no sequence number, no volatile fields, and names behind error and status
 * numbers: "fail error=5 ERROR_ACCESS_DENIED status=0xC0000022". `raw` is the line as received. */
void reply_describe(struct text *out, const char *raw);
/* The same with the volatile fields, which keep their '~'. */
void reply_describe_all(struct text *out, const char *raw);

#endif
