#include "second_thread.h"

#include <windows.h>

static struct {
    HANDLE thread, wanted, done;
    DWORD id;
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

void second_thread_begin(void (*task)(void *), void *context)
{
    second.task = task;
    second.context = context;
    SetEvent(second.wanted);
}

void second_thread_wait(void)
{
    WaitForSingleObject(second.done, INFINITE);
}

void second_thread_run(void (*task)(void *), void *context)
{
    second_thread_begin(task, context);
    second_thread_wait();
}

static void nothing(void *unused)
{
    (void)unused;
}

void second_thread_start(void)
{
    second.wanted = CreateEventW(NULL, FALSE, FALSE, NULL);
    second.done = CreateEventW(NULL, FALSE, FALSE, NULL);
    if (second.wanted && second.done)
        second.thread = CreateThread(NULL, 0, serve_tasks, NULL, 0, &second.id);
    if (second.thread)
        second_thread_run(nothing, NULL);
}

bool second_thread_lives(void)
{
    return second.thread != NULL;
}

bool second_thread_is_this(void)
{
    return second.thread && second.id == GetCurrentThreadId();
}
