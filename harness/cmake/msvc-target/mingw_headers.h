/* Makes mingw-w64's headers readable for a compiler that is not gcc. For it they put these attributes after a
 * declaration, where they are errors, and define __attribute__ as nothing. */
#include <_mingw.h>
#undef __MINGW_ATTRIB_NORETURN
#define __MINGW_ATTRIB_NORETURN
#undef __MINGW_ATTRIB_DEPRECATED
#define __MINGW_ATTRIB_DEPRECATED
#undef __attribute__
