/* The wire between the parent and a worker: this file alone encodes and decodes its lines. Plain C.
 *
 * Parent to worker, once:          1 settings run=R [ARCH=yes] ... scale-thousandths=N volatile=yes|no
 *                                             prestarted=yes|no reuse=yes|no mutate=PERCENT seed=N text=ACTOR
 * then for each file of steps:     N play input=yes|no text=PATH
 * then for each case:              N case id=ID instance=I pair=P
 * Worker to parent, at its start:  0 hello protocol=1
 * while case N runs:               N transcript text=T
 *                                  N finding verdict=V [kind=K] line=L text=T
 * at its end:                      N done roles=N starts=N reused=N retired=N why=WORD,... handles=N
 * In both directions:              N part text=T           (the next line with text= continues this text)
 *
 * wire_put_* adds one line with its newline to `out`, which has LINE_BYTES bytes. A text that it takes must fit:
 * wire_put_part puts all but the end of a longer one into lines of their own.
 * wire_get_* reads a line of that word. It returns false if a field is missing or its value is wrong. */
#ifndef SHMCHECK_WIRE_H
#define SHMCHECK_WIRE_H

#include "../../common/actor_use.h"
#include "../../common/arch.h"
#include "../../common/line.h"
#include "../../common/verdict.h"

/* A text of any length, as its receiver puts it together. Starts as {0}. */
struct wire_text {
    struct buffer bytes; /* owned; its parts so far. `failed`: memory ran out, and the text is incomplete */
    bool complete;       /* the next line with a text starts a new one */
};

/* Adds a line with the next part of a text that does not fit into one line, and sets *text to what is left. False, and no
 * line is added, if the text fits. */
bool wire_put_part(struct text *out, uint32_t sequence, const char **text);
/* The text; "" if there is none. Valid until the next line is read. */
const char *wire_text(const struct wire_text *text);

/* ---- parent to worker ---- */

struct wire_settings {
    char run[32];               /* the id of the run */
    bool has_actor[ARCH_COUNT]; /* there is an actor of this other architecture beside the worker's program */
    double timeout_scale;       /* kept to a thousandth */
    bool with_volatile;
    bool prestarted, reuse;
    unsigned mutate_percent; /* 0 to 100 */
    uint64_t mutate_seed;
};

struct wire_case {
    char id[WORD_BYTES];
    unsigned instance;
    struct pair pair;
};

enum wire_order {
    WIRE_NO_ORDER,   /* not a line of the parent */
    WIRE_ORDER_PART, /* a part of a text; the order follows */
    WIRE_SETTINGS,
    WIRE_PLAY,
    WIRE_CASE
};

/* Which order a line of the parent is. Adds the text of a part, of settings or of a file of steps to `text`; without one
 * the line is no order. */
enum wire_order wire_get_order(const struct line *line, struct wire_text *text);

/* `actor`: the path of the program of this architecture's actors, in UTF-8. */
void wire_put_settings(struct text *out, uint32_t sequence, const struct wire_settings *settings,
                       const char *actor);
bool wire_get_settings(const struct line *line, struct wire_settings *out);
/* `path`: of a file of steps, in UTF-8. `is_input`: it is a copy of the standard input, and messages name it so. */
void wire_put_play(struct text *out, uint32_t sequence, bool is_input, const char *path);
bool wire_get_play(const struct line *line, bool *is_input);
void wire_put_case(struct text *out, uint32_t sequence, const struct wire_case *which);
bool wire_get_case(const struct line *line, struct wire_case *out);

/* ---- worker to parent ---- */

struct wire_finding {
    enum verdict verdict;       /* VERDICT_SKIP: a control did not show its effect */
    enum error_kind error_kind; /* of VERDICT_ERROR */
    int line;                   /* of the topic's file; 0: no place of its own */
};

struct wire_done {
    struct actor_use use;
    uint64_t handles; /* that the worker has open after the case */
};

void wire_put_hello(struct text *out);
/* Whether the line is the hello of a worker with this version of the protocol. */
bool wire_is_hello(const struct line *line);
/* A line with a text of the transcript (`finding` is NULL) or of a finding. */
void wire_put_text(struct text *out, uint32_t sequence, const struct wire_finding *finding, const char *text);
void wire_put_done(struct text *out, uint32_t sequence, const struct wire_done *done);

enum wire_report_kind {
    WIRE_NONSENSE,   /* not a report about this case */
    WIRE_MORE,       /* a part; the rest follows */
    WIRE_TRANSCRIPT, /* `text` is complete */
    WIRE_FINDING,    /* `text` and `finding` are complete */
    WIRE_DONE        /* `done` is complete */
};

/* What a worker has reported about one case. */
struct wire_report {
    struct wire_text text; /* of WIRE_TRANSCRIPT and WIRE_FINDING */
    struct wire_finding finding;
    struct wire_done done;
};

/* Takes one line about the case with this sequence number. `report` starts as {0} and is kept from line to line. */
enum wire_report_kind wire_get_report(const struct line *line, uint32_t sequence, struct wire_report *report);
/* Frees the text, and starts as for a new case. */
void wire_report_free(struct wire_report *report);

#endif
