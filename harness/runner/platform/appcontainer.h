/* The AppContainer that actors of a run can be started in: a profile with a folder, made when it is first needed and
 * deleted at the end of the run. Pages: nf-userenv-createappcontainerprofile, nf-userenv-deleteappcontainerprofile,
 * nf-userenv-getappcontainerfolderpath. */
#ifndef SHMCHECK_APPCONTAINER_H
#define SHMCHECK_APPCONTAINER_H

#include <windows.h>

#include <stdbool.h>

/* Whether userenv.dll exports these functions and they work; a system may export stubs. Creates nothing. */
bool appcontainer_works(void);

/* The container of the run, created if it does not exist yet. `image` receives the path of a copy of the program `actor`
 * in the container's own folder, because a container cannot read programs in other folders. The SID stays valid until the
 * process ends. Zero, or an error code (or HRESULT) with the name of the function that failed. */
DWORD appcontainer_open(const char *run, const wchar_t *actor, PSID *sid, wchar_t *image, size_t image_units,
                        const char **failed);
/* Deletes the container of the run, if there is one, with its folder. */
void appcontainer_delete(const char *run);

#endif
