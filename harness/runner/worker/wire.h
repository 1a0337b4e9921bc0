/* The wire between the parent and a worker: the one place that encodes and decodes its lines. Plain C.
 *
 * Parent to worker, once:          1 settings run=R actor=PATH [ARCH=yes] ... scale-thousandths=N volatile=yes|no
 *                                             prestarted=yes|no reuse=yes|no mutate=PERCENT seed=N
 * then for each file of steps:     N play path=PATH shown=PATH
 * then for each case:              N case id=ID instance=I pair=P
 * Worker to parent, at its start:  0 hello protocol=1
 * while case N runs:               N transcript text=T
 *                                  N finding verdict=V [kind=K] line=L text=T
 *                                  N part text=T           (the next transcript or finding continues this text)
 * at its end:                      N done roles=N starts=N reused=N retired=N why=WORD,... handles=N
 *
 * wire_put_* adds one line with its newline to `out`, which has LINE_BYTES bytes; a line that is too long sets out->cut.
 * wire_get_* reads a line of that word. It returns false if a field is missing or its value is wrong. */
#ifndef SHMCHECK_WIRE_H
#define SHMCHECK_WIRE_H

#include "../../common/actor_use.h"
#include "../../common/arch.h"
#include "../../common/line.h"
#include "../../common/verdict.h"

#define WIRE_PATH_UNITS 520

/* ---- parent to worker ---- */

struct wire_settings {
    char run[32];                    /* the id of the run */
    uint16_t actor[WIRE_PATH_UNITS]; /* the program of this architecture's actors */
    bool has_actor[ARCH_COUNT]; /* there is an actor of this other architecture beside the worker's program */
    double timeout_scale;       /* kept to a thousandth */
    bool with_volatile;
    bool prestarted, reuse;
    unsigned mutate_percent; /* 0 to 100 */
    uint64_t mutate_seed;
};

struct wire_play {
    uint16_t path[WIRE_PATH_UNITS];
    uint16_t shown[WIRE_PATH_UNITS]; /* the path as messages and reports show it */
};

struct wire_case {
    char id[WORD_BYTES];
    unsigned instance;
    struct pair pair;
};

enum wire_order { WIRE_NO_ORDER, WIRE_SETTINGS, WIRE_PLAY, WIRE_CASE };

/* Which order a line of the parent is, from its word. */
enum wire_order wire_order_of(const struct line *line);

void wire_put_settings(struct text *out, uint32_t sequence, const struct wire_settings *settings);
bool wire_get_settings(const struct line *line, struct wire_settings *out);
void wire_put_play(struct text *out, uint32_t sequence, const struct wire_play *play);
bool wire_get_play(const struct line *line, struct wire_play *out);
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
/* The next piece of a text of the transcript (`finding` is NULL) or of a finding, which may take several lines. Returns what
 * is left of the text; "" when the last line was added. */
const char *wire_put_text(struct text *out, uint32_t sequence, const struct wire_finding *finding,
                          const char *text);
void wire_put_done(struct text *out, uint32_t sequence, const struct wire_done *done);

enum wire_report_kind {
    WIRE_NONSENSE,   /* not a report about this case */
    WIRE_MORE,       /* a part; the rest follows */
    WIRE_TRANSCRIPT, /* `text` is complete */
    WIRE_FINDING,    /* `text` and `finding` are complete */
    WIRE_DONE        /* `done` is complete */
};

/* What the parent hears about one case. */
struct wire_report {
    struct buffer text; /* owned; its parts so far. `failed`: memory ran out, and the text is incomplete */
    bool complete;      /* the text was returned: the next line starts a new one */
    struct wire_finding finding;
    struct wire_done done;
};

/* Takes one line about the case with this sequence number. `report` starts as {0} and is kept from line to line. */
enum wire_report_kind wire_get_report(const struct line *line, uint32_t sequence, struct wire_report *report);
/* The text of WIRE_TRANSCRIPT and WIRE_FINDING; valid until the next wire_get_report. */
const char *wire_report_text(const struct wire_report *report);
/* Frees the text, and starts as for a new case. */
void wire_report_free(struct wire_report *report);

#endif
