# What the two mingw-w64 toolchain files share. SHMCHECK_MINGW_PREFIX is the target triplet.
set(CMAKE_C_COMPILER ${SHMCHECK_MINGW_PREFIX}-gcc)
set(CMAKE_RC_COMPILER ${SHMCHECK_MINGW_PREFIX}-windres)

# Programs of the build run here; libraries, headers and packages of the build machine are for another system.
set(CMAKE_FIND_ROOT_PATH /usr/${SHMCHECK_MINGW_PREFIX})
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)
