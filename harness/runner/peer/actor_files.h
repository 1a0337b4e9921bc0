/* Temporary files that actors of a run create, and copies of actor programs: their names begin with shmcheck-RUN-. */
#ifndef SHMCHECK_ACTOR_FILES_H
#define SHMCHECK_ACTOR_FILES_H

/* Deletes those of this run from the folder for temporary files. */
void actor_files_remove(const char *run);
/* Deletes those of every run that were not used for a day: a run that was killed left them. */
void actor_files_remove_old(void);

#endif
