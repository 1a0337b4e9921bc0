/* The second process of Microsoft's page "Creating Named Shared Memory" (win32/memory/creating-named-shared-memory),
 * written anew: its calls, in its order, with its arguments. Where that one shows a message box, this one prints the
 * message.
 *
 * example_reader [NAME]: NAME instead of the page's name. */
#include <windows.h>

#include <stdio.h>

#define BYTES 256

int main(int count, char **arguments)
{
    const char *name = count > 1 ? arguments[1] : "Global\\MyFileMappingObject";
    HANDLE section = OpenFileMappingA(FILE_MAP_ALL_ACCESS, FALSE, name);
    if (!section) {
        printf("OpenFileMapping: error %lu\n", (unsigned long)GetLastError());
        return 1;
    }
    const char *view = MapViewOfFile(section, FILE_MAP_ALL_ACCESS, 0, 0, BYTES);
    if (!view) {
        printf("MapViewOfFile: error %lu\n", (unsigned long)GetLastError());
        CloseHandle(section);
        return 1;
    }
    printf("%.*s\n", BYTES, view);
    UnmapViewOfFile(view);
    CloseHandle(section);
    return 0;
}
