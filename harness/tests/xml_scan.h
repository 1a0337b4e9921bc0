/* A reader of XML as strict as the report's tests need it, with nothing of the writer in it: one element, no
 * DTD, no CDATA, no comments, only the references that the report uses. */
#ifndef SHMCHECK_XML_SCAN_H
#define SHMCHECK_XML_SCAN_H

#include "../common/text.h"

#define SCAN_ATTRIBUTES 16

enum scan_token {
    SCAN_START, /* <name a="b">; an empty element is a start and an end */
    SCAN_STOP,  /* </name> */
    SCAN_TEXT,  /* never empty */
    SCAN_END,
    SCAN_ERROR /* `wrong` says what */
};

struct scan_attribute {
    char name[32];
    struct buffer value; /* decoded */
};

struct scan {
    const char *begin, *at, *end;
    char name[32]; /* of the element of the token */
    struct scan_attribute attributes[SCAN_ATTRIBUTES];
    size_t attribute_count;
    struct buffer text; /* decoded */
    bool empty_element; /* its end is the next token */
    char wrong[200];
};

/* The bytes must stay. Checks the XML declaration and the characters of the whole text. */
bool scan_begin(struct scan *scan, const char *bytes, size_t length);
enum scan_token scan_next(struct scan *scan);
/* The value of an attribute of the last start; NULL if there is none. */
const char *scan_attribute(const struct scan *scan, const char *name);
void scan_free(struct scan *scan);

#endif
