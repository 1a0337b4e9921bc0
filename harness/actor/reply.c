#include "reply.h"

#include <stdarg.h>
#include <stdio.h>

#include "../common/text.h"

void reply_ok(struct reply *reply)
{
    text_clear(&reply->text);
    text_add(&reply->text, "ok");
}

bool reply_bad(struct reply *reply, const char *format, ...)
{
    char reason[256];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(reason, sizeof reason, format, arguments);
    va_end(arguments);
    if (length < 0)
        length = 0;
    if ((size_t)length >= sizeof reason)
        length = (int)sizeof reason - 1;
    text_clear(&reply->text);
    text_add(&reply->text, "bad");
    reply_add_bytes(reply, "reason", reason, (size_t)length);
    return false;
}

void reply_add(struct reply *reply, const char *format, ...)
{
    char field[256];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(field, sizeof field, format, arguments);
    va_end(arguments);
    text_add(&reply->text, " ");
    text_add(&reply->text, field);
    if (length < 0 || (size_t)length >= sizeof field)
        reply->text.cut = true;
}

void reply_add_bytes(struct reply *reply, const char *key, const void *bytes, size_t length)
{
    text_format(&reply->text, " %s=", key);
    escape_add(&reply->text, bytes, length);
}

void reply_add_distance(struct reply *reply, const char *key, uintptr_t address, uintptr_t base)
{
    if (address >= base)
        reply_add(reply, "%s=+%llu", key, (unsigned long long)(address - base));
    else
        reply_add(reply, "%s=-%llu", key, (unsigned long long)(base - address));
}

void reply_add_handle(struct reply *reply, HANDLE handle)
{
    reply_add(reply, "~handle=0x%llX", (unsigned long long)(uintptr_t)handle);
}

void call_begins(void)
{
    /* RtlNtStatusToDosError stores its argument as the thread's last status, and does not set the last error.
     */
    if (sys.RtlNtStatusToDosError)
        sys.RtlNtStatusToDosError(0);
    SetLastError(SENTINEL_ERROR);
}

struct call_result call_ended(void)
{
    struct call_result seen = {.error = GetLastError()};
    if (sys.RtlGetLastNtStatus)
        seen.status = (DWORD)sys.RtlGetLastNtStatus();
    return seen;
}

void reply_add_error(struct reply *reply, DWORD error)
{
    if (error == SENTINEL_ERROR)
        reply_add(reply, "error=untouched");
    else
        reply_add(reply, "error=%lu", error);
}

void reply_fail_code(struct reply *reply, DWORD error, struct call_result seen)
{
    text_clear(&reply->text);
    text_add(&reply->text, "fail");
    reply_add_error(reply, error);
    if (seen.status != 0)
        reply_add(reply, "status=0x%08lX", seen.status);
}

void reply_fail(struct reply *reply, struct call_result seen)
{
    reply_fail_code(reply, seen.error, seen);
}

bool reply_done(struct reply *reply, BOOL done, struct call_result seen)
{
    if (done)
        reply_ok(reply);
    else
        reply_fail(reply, seen);
    return done;
}

void reply_fail_status(struct reply *reply, LONG status)
{
    DWORD error = sys.RtlNtStatusToDosError ? sys.RtlNtStatusToDosError(status) : ERROR_MR_MID_NOT_FOUND;
    reply_fail_code(reply, error, (struct call_result){.status = (DWORD)status});
}

void reply_not_exported(struct reply *reply)
{
    reply_fail_code(reply, ERROR_PROC_NOT_FOUND, (struct call_result){0});
}
