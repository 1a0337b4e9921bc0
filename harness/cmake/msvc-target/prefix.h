/* Included before each source that clang compiles for MSVC's target (scripts/shmcheck/proof/msvc_target.py), with
 * mingw-w64's headers instead of the Windows SDK. Precompiled, because windows.h is most of the work. */
#include "mingw_headers.h"

#include <windows.h>

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* These have the attribute that mingw_headers.h has removed. */
__declspec(noreturn) void __cdecl abort(void);
__declspec(noreturn) void __cdecl exit(int);
__declspec(noreturn) void __cdecl longjmp(jmp_buf, int);

/* Names that cl reports as deprecated (C4996), which /WX makes an error. */
#define OLD_NAME __declspec(deprecated("a name of POSIX: cl says C4996"))
OLD_NAME int access(const char *, int);
OLD_NAME int fileno(FILE *);
OLD_NAME int getpid(void);
OLD_NAME char *itoa(int, char *, int);
OLD_NAME char *strdup(const char *);
OLD_NAME int stricmp(const char *, const char *);
OLD_NAME int strnicmp(const char *, const char *, size_t);
OLD_NAME int unlink(const char *);
OLD_NAME wchar_t *wcsdup(const wchar_t *);
OLD_NAME int wcsicmp(const wchar_t *, const wchar_t *);
#undef OLD_NAME
