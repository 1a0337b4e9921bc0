# shmcheck_cmocka: the installed cmocka for this target (vcpkg, MSYS2, Debian), else its sources, which fetch_cmocka.py
# fetches and checks, compiled here with the project's own toolchain.

# Debian's package file of 1.1.5 only sets variables; newer ones define a target under one of two names.
find_package(cmocka QUIET)
foreach(candidate cmocka::cmocka cmocka-static cmocka)
    if(cmocka_FOUND AND TARGET ${candidate} AND NOT TARGET shmcheck_cmocka)
        add_library(shmcheck_cmocka INTERFACE)
        target_link_libraries(shmcheck_cmocka INTERFACE ${candidate})
    endif()
endforeach()
if(cmocka_FOUND AND NOT TARGET shmcheck_cmocka AND CMOCKA_LIBRARIES)
    add_library(shmcheck_cmocka INTERFACE)
    target_link_libraries(shmcheck_cmocka INTERFACE ${CMOCKA_LIBRARIES})
    target_include_directories(shmcheck_cmocka SYSTEM INTERFACE ${CMOCKA_INCLUDE_DIR})
endif()

if(TARGET shmcheck_cmocka)
    message(STATUS "cmocka: installed (${cmocka_DIR})")
    return()
endif()

# All build trees beside this one use the same download.
cmake_path(GET CMAKE_BINARY_DIR PARENT_PATH shmcheck_build_root)
set(SHMCHECK_DOWNLOADS "${shmcheck_build_root}/downloads" CACHE PATH "Where fetched sources are kept")
set(SHMCHECK_CMOCKA_ARCHIVE "$ENV{SHMCHECK_CMOCKA_ARCHIVE}" CACHE FILEPATH
    "A cmocka-VERSION.tar.xz that was downloaded before; \"\": it is fetched if need be")
file(GLOB shmcheck_cmocka_found "${SHMCHECK_DOWNLOADS}/cmocka-*/src/cmocka.c")
if(NOT shmcheck_cmocka_found)
    execute_process(
        COMMAND "${Python3_EXECUTABLE}" "${CMAKE_CURRENT_LIST_DIR}/fetch_cmocka.py" "${SHMCHECK_DOWNLOADS}"
                ${SHMCHECK_CMOCKA_ARCHIVE}
        RESULT_VARIABLE shmcheck_fetch_result)
    if(NOT shmcheck_fetch_result EQUAL 0)
        message(FATAL_ERROR "cmocka is not installed for this target and its sources could not be fetched.")
    endif()
    file(GLOB shmcheck_cmocka_found "${SHMCHECK_DOWNLOADS}/cmocka-*/src/cmocka.c")
endif()
list(SORT shmcheck_cmocka_found COMPARE NATURAL ORDER DESCENDING)
list(GET shmcheck_cmocka_found 0 shmcheck_cmocka_source)
cmake_path(GET shmcheck_cmocka_source PARENT_PATH shmcheck_cmocka_source)
cmake_path(GET shmcheck_cmocka_source PARENT_PATH shmcheck_cmocka_source)
message(STATUS "cmocka: the sources in ${shmcheck_cmocka_source}")

shmcheck_name_paths_from("${SHMCHECK_DOWNLOADS}")
add_library(shmcheck_cmocka STATIC "${shmcheck_cmocka_source}/src/cmocka.c")
target_include_directories(shmcheck_cmocka SYSTEM PUBLIC "${shmcheck_cmocka_source}/include")
# cmocka's own configure step would find the same, by thirty test compilations for each build tree.
target_compile_definitions(shmcheck_cmocka PRIVATE
    HAVE_INTTYPES_H HAVE_MALLOC_H HAVE_SIGNAL_H HAVE_SNPRINTF HAVE_VSNPRINTF HAVE_STRUCT_TIMESPEC)
if(MSVC)
    target_compile_definitions(shmcheck_cmocka PRIVATE HAVE_MSVC_THREAD_LOCAL_STORAGE _CRT_SECURE_NO_WARNINGS)
    target_compile_options(shmcheck_cmocka PRIVATE /w)
else()
    target_compile_definitions(shmcheck_cmocka PRIVATE HAVE_GCC_THREAD_LOCAL_STORAGE HAVE_STRINGS_H _GNU_SOURCE)
    target_compile_options(shmcheck_cmocka PRIVATE -w)
endif()
if(MINGW)
    target_compile_definitions(shmcheck_cmocka PRIVATE __USE_MINGW_ANSI_STDIO=1)
elseif(NOT WIN32)
    target_compile_definitions(shmcheck_cmocka PRIVATE HAVE_CLOCK_REALTIME HAVE_SIGLONGJMP HAVE_STRSIGNAL)
endif()
