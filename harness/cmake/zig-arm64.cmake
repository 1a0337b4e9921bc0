# Windows on ARM64, with zig's C compiler and linker (zig cc): a mingw-w64 for ARM64 in one package.
# `zig` must be on PATH; -DSHMCHECK_ZIG=FILE names another one.
set(CMAKE_SYSTEM_NAME Windows)
set(CMAKE_SYSTEM_PROCESSOR ARM64)
find_program(SHMCHECK_ZIG zig REQUIRED)
list(APPEND CMAKE_TRY_COMPILE_PLATFORM_VARIABLES SHMCHECK_ZIG)

set(CMAKE_C_COMPILER "${SHMCHECK_ZIG}" cc)
set(CMAKE_C_COMPILER_TARGET aarch64-windows-gnu)
set(CMAKE_C_ARCHIVE_CREATE "\"${SHMCHECK_ZIG}\" ar qc <TARGET> <OBJECTS>")
set(CMAKE_C_ARCHIVE_APPEND "\"${SHMCHECK_ZIG}\" ar q <TARGET> <OBJECTS>")
set(CMAKE_C_ARCHIVE_FINISH "\"${SHMCHECK_ZIG}\" ranlib <TARGET>")
# No debug information: it contains the folder of the build, and a hash of it is in the program, so that two checkouts would
# make two packages.
set(CMAKE_EXE_LINKER_FLAGS_INIT "-s")

set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
