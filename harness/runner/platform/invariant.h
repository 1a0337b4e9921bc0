/* Assertions of the runner's own state. They stay on in release builds: a broken one makes the case that runs an `error`
 * that names the file and the line, and the run goes on. */
#ifndef SHMCHECK_INVARIANT_H
#define SHMCHECK_INVARIANT_H

#define INVARIANT(condition) ((condition) ? (void)0 : invariant_broken(#condition, __FILE__, __LINE__))

/* Calls the handler with "internal error: CONDITION does not hold at harness/...:LINE". Without a handler, or when the
 * handler returns, prints that to standard error and ends the process with abort(). */
_Noreturn void invariant_broken(const char *condition, const char *file, int line);

/* Sets the handler of broken invariants; it may leave by longjmp. NULL: none. */
void invariant_set_handler(void (*handler)(void *context, const char *message), void *context);

#endif
