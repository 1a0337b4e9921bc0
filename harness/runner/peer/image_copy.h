/* Modified copies of actor programs. */
#ifndef SHMCHECK_IMAGE_COPY_H
#define SHMCHECK_IMAGE_COPY_H

#include <windows.h>

#include <stdbool.h>

/* Copies the program into the folder for temporary files and puts the path into `out`. The caller deletes the copy;
 * actor_files_remove(run) deletes what is left. Zero, or an error code with the name of the function that failed in *failed;
 * then no copy exists. */
DWORD image_copy(const wchar_t *program, const char *run, wchar_t out[MAX_PATH + 1], const char **failed);

/* Sets or clears IMAGE_FILE_LARGE_ADDRESS_AWARE in a program's header, which is all that the linker's option
 * /LARGEADDRESSAWARE does to a program that can be relocated. Zero, or an error code. Pages:
 * cpp/build/reference/largeaddressaware-handle-large-addresses, windows/win32/debug/pe-format. */
DWORD image_set_large_address_aware(const wchar_t *path, bool aware);

#endif
