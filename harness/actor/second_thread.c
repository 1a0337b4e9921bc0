#include "second_thread.h"

#include "footprint.h"

static struct {
    HANDLE thread, wanted, done;
    void (*task)(void *);
    void *context;
} second;

static DWORD WINAPI serve_tasks(void *unused)
{
    (void)unused;
    while (WaitForSingleObject(second.wanted, INFINITE) == WAIT_OBJECT_0) {
        second.task(second.context);
        SetEvent(second.done);
    }
    return 0;
}

static void run(void (*task)(void *), void *context)
{
    second.task = task;
    second.context = context;
    SetEvent(second.wanted);
    WaitForSingleObject(second.done, INFINITE);
}

static void nothing(void *unused)
{
    (void)unused;
}

/* The thread has performed a task when this returns, so what it allocates at its start is there. */
static void start(void)
{
    second.wanted = CreateEventW(NULL, FALSE, FALSE, NULL);
    second.done = CreateEventW(NULL, FALSE, FALSE, NULL);
    if (second.wanted && second.done)
        second.thread = CreateThread(NULL, 0, serve_tasks, NULL, 0, NULL);
    if (second.thread)
        run(nothing, NULL);
}

bool second_thread_lives(void)
{
    return second.thread != NULL;
}

bool second_thread_run(void (*task)(void *), void *context)
{
    if (!second.thread)
        footprint_allow(start);
    if (!second.thread)
        return false;
    run(task, context);
    return true;
}
