/* The actors at the end of a case: which are used again, and which end. */
#ifndef SHMCHECK_ACTORS_END_H
#define SHMCHECK_ACTORS_END_H

#include "stage.h"

/* Ends all roles of the stage. A plain actor is asked to release everything (`clear`). If its footprint is then that of
 * its hello it waits for another role in settings->used; otherwise it is retired, which is not an error. All other actors
 * that run are asked to exit, all at the same time. They must answer and end with code 0, and no other process of the job
 * may remain; anything else is reported as an error. After an error no actor is used again. In a replay there are no
 * processes to end. */
void actors_end(struct stage *stage);

#endif
