/* The first process of Microsoft's page "Creating Named Shared Memory" (win32/memory/creating-named-shared-memory),
 * written anew: its calls, in its order, with its arguments. Where that one waits for a key, this one waits for a line on
 * its standard input. It has no code of the harness: it is the user's program in tests and examples of files of steps
 * (PLAY.md).
 *
 * example_writer [NAME]: NAME instead of the page's name, for users who may not create names in Global\. */
#include <windows.h>

#include <stdio.h>
#include <string.h>

#define BYTES 256

int main(int count, char **arguments)
{
    static const char message[] = "Message from first process.";
    const char *name = count > 1 ? arguments[1] : "Global\\MyFileMappingObject";
    HANDLE section = CreateFileMappingA(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, BYTES, name);
    if (!section) {
        printf("CreateFileMapping: error %lu\n", (unsigned long)GetLastError());
        return 1;
    }
    char *view = MapViewOfFile(section, FILE_MAP_ALL_ACCESS, 0, 0, BYTES);
    if (!view) {
        printf("MapViewOfFile: error %lu\n", (unsigned long)GetLastError());
        CloseHandle(section);
        return 1;
    }
    memcpy(view, message, sizeof message - 1);
    printf("written; waiting for a line\n");
    getchar();
    UnmapViewOfFile(view);
    CloseHandle(section);
    return 0;
}
