# shmcheck_compiler: how every source of this project is compiled. Link it to each target.
# Warnings are errors where CMAKE_COMPILE_WARNING_AS_ERROR is ON: in the project's own jobs (SHMCHECK_WERROR=1 in the
# environment of scripts/). A user's newer compiler may have new warnings.
add_library(shmcheck_compiler INTERFACE)
target_compile_features(shmcheck_compiler INTERFACE c_std_11)

if(MSVC)
    # /guard:cf: a case about the targets of indirect calls needs programs that check them.
    target_compile_options(shmcheck_compiler INTERFACE /W4 /utf-8 /guard:cf)
    # /INCREMENTAL:NO: RelWithDebInfo links incrementally by default, and guarded programs that were linked so end at
    # random with 0xC0000409. /Brepro: the same sources give the same program; reports name programs by their hashes.
    target_link_options(shmcheck_compiler INTERFACE /guard:cf /INCREMENTAL:NO /Brepro)
    target_compile_definitions(shmcheck_compiler INTERFACE _CRT_SECURE_NO_WARNINGS)
    # Actors run as other users, at low integrity and in containers, where they may not find a runtime DLL.
    if(NOT DEFINED CMAKE_MSVC_RUNTIME_LIBRARY)
        set(CMAKE_MSVC_RUNTIME_LIBRARY "MultiThreaded$<$<CONFIG:Debug>:Debug>")
    endif()
else()
    target_compile_options(shmcheck_compiler INTERFACE
        -Wall -Wextra -Wpedantic -Wconversion -Wshadow)
endif()

if(WIN32)
    target_compile_definitions(shmcheck_compiler INTERFACE _WIN32_WINNT=0x0a00 WIN32_LEAN_AND_MEAN)
endif()
if(MINGW)
    target_compile_definitions(shmcheck_compiler INTERFACE __USE_MINGW_ANSI_STDIO=1)
    # Without the time of linking the same sources give the same program: reports name programs by their hashes.
    # zig's linker writes no time and has no such option.
    target_link_options(shmcheck_compiler INTERFACE -static -static-libgcc
        $<$<C_COMPILER_ID:GNU>:-Wl,--no-insert-timestamp>)
endif()

# The same sources give the same programs in every folder: the paths of sources in them begin at the folder `root`.
function(shmcheck_name_paths_from root)
    if(WIN32 AND NOT MSVC)
        add_compile_options("-ffile-prefix-map=${root}/=")
    endif()
endfunction()
shmcheck_name_paths_from("${PROJECT_SOURCE_DIR}")

option(SHMCHECK_FUZZ "Make the fuzz targets libFuzzer programs (native build with clang only)" OFF)
if(SHMCHECK_FUZZ)
    if(WIN32 OR NOT CMAKE_C_COMPILER_ID STREQUAL "Clang")
        message(FATAL_ERROR "SHMCHECK_FUZZ is for the native build with clang.")
    endif()
    target_compile_options(shmcheck_compiler INTERFACE -fsanitize=fuzzer-no-link)
endif()

option(SHMCHECK_SANITIZE "Build with AddressSanitizer and UndefinedBehaviorSanitizer (native build only)" OFF)
if(SHMCHECK_SANITIZE)
    if(WIN32)
        message(FATAL_ERROR "SHMCHECK_SANITIZE is for the native build on Linux.")
    endif()
    target_compile_options(shmcheck_compiler INTERFACE
        -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer -g)
    target_link_options(shmcheck_compiler INTERFACE -fsanitize=address,undefined)
endif()

# Import libraries of Windows, for the programs and libraries that call it.
set(SHMCHECK_WINDOWS_LIBRARIES advapi32)
