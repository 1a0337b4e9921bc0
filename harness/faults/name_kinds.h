/* Kinds of names that a faulty system treats differently. */
#ifndef SHMCHECK_FAULTS_NAME_KINDS_H
#define SHMCHECK_FAULTS_NAME_KINDS_H

#include "real.h"

#define NAME_LONG_UNITS 200 /* UTF-16 units, from which on a name is NAME_LONG */

enum name_kind {
    NAME_NONE = 1 << 0,         /* NULL or "" */
    NAME_BLANK = 1 << 1,        /* a blank at either end */
    NAME_DOT = 1 << 2,          /* a dot at either end */
    NAME_BEYOND_ASCII = 1 << 3, /* some unit is above 0x7F */
    NAME_BEYOND_BMP = 1 << 4,   /* has a surrogate */
    NAME_LONG = 1 << 5,
    NAME_SEPARATOR = 1 << 6, /* has one of / : * ? | < > */
    NAME_LOCAL = 1 << 7,     /* begins with Local\ */
    NAME_GLOBAL = 1 << 8,    /* begins with Global\ */
    NAME_PLAIN = 1 << 9      /* has a name, but no backslash */
};

/* The kinds of a name, or'ed. */
unsigned name_kinds(const WCHAR *name);
/* The kind with this word in parameters ("blank", "beyond-ascii"); 0 if there is none. */
unsigned name_kind_of_word(const char *word);
/* The length of a prefix Local\ or Global\ in units; 0 without one. */
size_t name_prefix_length(const WCHAR *name);

#endif
