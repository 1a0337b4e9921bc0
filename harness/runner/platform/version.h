#ifndef SHMCHECK_VERSION_H
#define SHMCHECK_VERSION_H

#ifndef SHMCHECK_VERSION /* the build defines it: project version and commit */
#define SHMCHECK_VERSION "dev"
#endif

#endif
