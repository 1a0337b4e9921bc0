/* Makes mingw-w64's headers readable where the compiler is not gcc: they write such attributes behind a declaration
 * then, where they are errors, and take __attribute__ away. */
#include <_mingw.h>
#undef __MINGW_ATTRIB_NORETURN
#define __MINGW_ATTRIB_NORETURN
#undef __MINGW_ATTRIB_DEPRECATED
#define __MINGW_ATTRIB_DEPRECATED
#undef __attribute__
