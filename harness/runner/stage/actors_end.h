/* What becomes of the actors at the end of a case. */
#ifndef SHMCHECK_ACTORS_END_H
#define SHMCHECK_ACTORS_END_H

#include "stage.h"

/* Ends all roles of the stage. A plain actor is asked to release everything (`clear`); if its footprint is then that of its
 * hello it waits for another role in settings->used, otherwise it is retired, which is no fault of the case. All others that
 * live are asked to exit, all at once, and must answer and end with code 0; no other process of the job may be left. What goes
 * wrong is reported as an error, and after an error no actor is used again. In a replay nothing has to end. */
void actors_end(struct stage *stage);

#endif
