/* The vocabulary of cases: steps that actors perform, and what is expected of them. A case includes this header alone.
 *
 * A step is the text of a request as harness/PROTOCOL.md describes it. An actor starts when its role is first named. The
 * runner replaces in a step
 *   name=@tag    by Local\shmcheck-<run>-<case>-tag, a name that no other program uses
 *   ^tag         by the same without Local\, behind a '=', a '\', a '/' or an escape: name=^tag, name=Global\^tag
 *   $role.field  by the last volatile value of that name in a reply to the role, behind a '=', a '\' or a ';':
 *                base=$writer.base, base=$reader.base+65536, to=$reader.pid (the '~' is not written)
 * and the transcript keeps the step as the case wrote it.
 *
 * Preconditions end the case with the verdict `error`. After an expectation that does not hold the case goes on, so that the
 * report has all that was seen. The verdict is then `fail` if the row is documented there, and `deviates` if it is observed;
 * contract.toml says which, separately for the outcome and for the code of an error. */
#ifndef SHMCHECK_CHECKS_H
#define SHMCHECK_CHECKS_H

#include <windows.h>

#include "check.h"
#include "test_case.h"
#include "vocabulary.h"

#endif
