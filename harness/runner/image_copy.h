/* Programs that were linked otherwise: copies of an actor whose header says so. */
#ifndef SHMCHECK_IMAGE_COPY_H
#define SHMCHECK_IMAGE_COPY_H

#ifndef WIN32_LEAN_AND_MEAN
#define WIN32_LEAN_AND_MEAN
#endif
#include <windows.h>

#include <stdbool.h>

/* Copies the program into the folder for temporary files, with IMAGE_FILE_LARGE_ADDRESS_AWARE in its header set or
 * cleared, which is all that the linker's option /LARGEADDRESSAWARE does to a program that can be relocated. Zero, with
 * the path in *out, which is the caller's to free after deleting the file; or an error code, with the function that
 * failed in *failed and *out NULL. Pages: cpp/build/reference/largeaddressaware-handle-large-addresses,
 * windows/win32/debug/pe-format. */
DWORD image_copy(const wchar_t *program, bool large_address_aware, wchar_t **out, const char **failed);

#endif
