/* A test program that starts itself as a child. The first argument says what the child does. */
#ifndef SHMCHECK_SELF_CHILD_H
#define SHMCHECK_SELF_CHILD_H

#include "../runner/peer/process.h"

#define SOON_MS 10000

/* What children do: "signals HANDLE..." sets every event of these values; "arguments ..." prints the other arguments, a
 * line each, four hexadecimal digits a unit; "lines LETTER" prints SELF_CHILD_LINES lines of SELF_CHILD_LINE_BYTES;
 * "flood" prints "<head>", SELF_CHILD_FLOOD_BYTES dots and "<tail>"; "forever" waits until it is ended; "exit CODE" ends;
 * "family 1" starts "family 2" in a job, which starts "forever" in no job of its own: both print the id of their child,
 * and wait. */
#define SELF_CHILD_LINES 1000
#define SELF_CHILD_LINE_BYTES 7
#define SELF_CHILD_FLOOD_BYTES (20u << 20)

/* The path of this program, and the job with this process and all that it starts. */
extern wchar_t own_path[MAX_PATH * 2];
extern HANDLE family;

/* main calls this first. True: this process was a child, and main returns *code. */
bool ran_as_child(int argc, char **argv, int *code);

/* Starts a child that does this, with a further argument (NULL: none). Zero, or the error code. */
DWORD start_child(struct child *child, struct job *job, HANDLE output, const wchar_t *action,
                  const wchar_t *word);
/* Waits for the end of the child, which must come soon and with this code, and closes it. */
void expect_end(struct child *child, DWORD code);

/* Both fail the test if they cannot return one. */
struct job *new_job(void);
HANDLE new_output(void);

#endif
