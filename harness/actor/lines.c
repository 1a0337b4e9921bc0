#include "lines.h"

enum lines_next lines_read(HANDLE from, struct line_reader *reader, char *out, size_t *length)
{
    for (;;) {
        enum line_next next = line_reader_next(reader, out, length);
        if (next == LINE_NEXT_READY)
            return LINES_READY;
        if (next == LINE_NEXT_TOO_LONG)
            return LINES_TOO_LONG;
        size_t room;
        DWORD got = 0;
        char *to = line_reader_room(reader, &room);
        /* ERROR_MORE_DATA: a message pipe has the rest of the message for the next call. */
        if (!ReadFile(from, to, (DWORD)room, &got, NULL) && GetLastError() != ERROR_MORE_DATA)
            return LINES_END;
        if (got == 0)
            return LINES_END;
        line_reader_added(reader, got);
    }
}

bool lines_write(HANDLE to, const char *bytes, size_t length)
{
    while (length > 0) {
        DWORD put = 0;
        if (!WriteFile(to, bytes, (DWORD)length, &put, NULL) || put == 0)
            return false;
        bytes += put;
        length -= put;
    }
    return true;
}
