/* Variable arguments for mingw-w64's headers when clang compiles for MSVC's target: they define them only for gcc, and
 * for cl on x86 and x64. */
#ifndef _INC_VADEFS
#define _INC_VADEFS
#define _VA_LIST_DEFINED
typedef __builtin_va_list va_list;
#define _crt_va_start(list, last) __builtin_va_start(list, last)
#define _crt_va_arg(list, type) __builtin_va_arg(list, type)
#define _crt_va_end(list) __builtin_va_end(list)
#define _crt_va_copy(to, from) __builtin_va_copy(to, from)
#endif
