/* The gate: whether the rule of the chosen fault is broken for one call, by the fault's parameters. Without such a
 * parameter the gate is always open.
 *
 *   size=N      the section has at least N bytes
 *   object=N    the process has at least N sections open, with this one
 *   handle=N    the process has at least N handles to the section, with this one
 *   view=N      the process has at least N views of the section, with this one
 *   call=N      it is the N-th call that the fault concerns in this process, or a later one
 *   open=N      the name was opened or created N times by all processes, with this one
 *   process=N   N processes have used the name, with this one
 *   whose=W     the handle comes from: creator (a new section), existing (create of a name in use), opener, duplicate;
 *               or it is the second one, or the first one, of several to one section
 *   after=N     at least N milliseconds after the section was created, or became known to the process
 *   event=E     after the process closed a handle to the section (close), or unmapped a view of it (unmap); after a call
 *               failed in the process (failure); the name was created for the second time (re-creation); another process
 *               that used the name has ended, with code 0 (exit) or another (kill)
 *   way=W       the call is that function: W, A, Numa, FromApp, 2 to create; W, A, FromApp to open; plain, Ex, FromApp,
 *               3, Numa2 to map; plain, Ex, 2 to unmap
 *   name=K      the section has a name of that kind (name_kinds.h)
 *   backing=B   pagefile, file, or reserve (SEC_RESERVE) */
#ifndef SHMCHECK_FAULTS_GATE_H
#define SHMCHECK_FAULTS_GATE_H

#include "books.h"

enum way {
    WAY_OTHER,
    WAY_W,
    WAY_A,
    WAY_NUMA,
    WAY_FROM_APP,
    WAY_2,
    WAY_PLAIN,
    WAY_EX,
    WAY_3,
    WAY_NUMA2,
    WAY_COUNT
};
enum adds { ADDS_NOTHING, ADDS_HANDLE, ADDS_VIEW };

/* One call, as far as it is known before it is made. */
struct occasion {
    enum way way;
    enum adds adds;
    bool known;             /* whether `section` is filled in */
    struct section section; /* of the handle or view; of a create or open what it asks for */
};

/* Reads the parameters, and begins to count. `tells`: the fault calls fault_reached itself. */
void gate_start(bool tells);
/* Whether the gate needs the notes, or the sizes of sections that are opened. */
bool gate_needs_notes(void);
bool gate_needs_sizes(void);
/* Also counts the call, and calls fault_reached if the gate is open. Keeps the last error. */
bool gate_opens(const struct occasion *occasion);
/* A call of the table has failed in this process. */
void gate_note_failure(void);

#endif
