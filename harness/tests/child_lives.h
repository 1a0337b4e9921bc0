/* A test program that is its own child: what a child does is said by its first argument. */
#ifndef SHMCHECK_CHILD_LIVES_H
#define SHMCHECK_CHILD_LIVES_H

#include "../runner/peer/process.h"

#define SOON_MS 10000

/* Lives: "signals HANDLE..." sets every event that it was told of; "arguments ..." prints the other arguments, a line
 * each, four hexadecimal digits a unit; "lines LETTER" prints LIFE_LINES lines of LIFE_LINE_BYTES; "flood" prints
 * "<head>", LIFE_FLOOD_BYTES dots and "<tail>"; "forever" stays; "exit CODE" goes; "family 1" starts a second
 * generation in a job of its own and that a third without any care, each prints the id of its child, all stay. */
#define LIFE_LINES 1000
#define LIFE_LINE_BYTES 7
#define LIFE_FLOOD_BYTES (20u << 20)

/* The path of this program, and the job of this process and of everything that it starts. */
extern wchar_t own_path[MAX_PATH * 2];
extern HANDLE family;

/* What main starts with. True: this was a child, and main returns *code. */
bool lived_as_child(int argc, char **argv, int *code);

/* Starts a child with this life and word (NULL: none). Zero, or the error code. */
DWORD start_child(struct child *child, struct job *job, HANDLE output, const wchar_t *life,
                  const wchar_t *word);
/* It ends soon, with this code; then it is closed. */
void expect_end(struct child *child, DWORD code);

/* Neither returns without one. */
struct job *new_job(void);
HANDLE new_output(void);

#endif
