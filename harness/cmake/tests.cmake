# Tests of the harness itself: one program for each harness/tests/test_*.c, in bin/tests/.
# scripts/test starts what `ctest --show-only` lists and reads its TAP output; plain `ctest` works too.
enable_testing()

# What several tests share, and nothing else uses.
add_library(shmtest STATIC ${SHMCHECK_TEST_SUPPORT_SOURCES})
target_link_libraries(shmtest PUBLIC shmreport shmcommon)

# shmcheck_test(NAME LIBRARY...): harness/tests/NAME.c and NAME_SOURCES, linked with cmocka and these libraries.
function(shmcheck_test name)
    set(sources harness/tests/${name}.c ${${name}_SOURCES})
    shmcheck_give_version(${sources})
    add_executable(${name} ${sources})
    target_link_libraries(${name} PRIVATE ${ARGN} shmcheck_compiler shmcheck_cmocka)
    set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "$<1:${CMAKE_BINARY_DIR}/bin/tests>")
    add_test(NAME ${name} COMMAND ${name})
    set_tests_properties(${name} PROPERTIES TIMEOUT 120 LABELS tap)
endfunction()

# A test file that is in no list is an error: it would never run. A new or deleted file changes the folder.
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/harness/tests")
file(GLOB shmcheck_test_files "${PROJECT_SOURCE_DIR}/harness/tests/test_*.c")
foreach(file IN LISTS shmcheck_test_files)
    cmake_path(GET file STEM name)
    if(NOT name IN_LIST SHMCHECK_PORTABLE_TESTS AND NOT name IN_LIST SHMCHECK_WINDOWS_TESTS)
        message(FATAL_ERROR "${name}.c is in no list of harness/cmake/sources.cmake, so it would never run. Add it to one.")
    endif()
endforeach()

foreach(name IN LISTS SHMCHECK_PORTABLE_TESTS)
    shmcheck_test(${name} shmtest shmreport shmcommon)
endforeach()
if(WIN32)
    foreach(name IN LISTS SHMCHECK_WINDOWS_TESTS)
        shmcheck_test(${name} ${${name}_LIBRARIES} shmrunner)
    endforeach()
else()
    include(fuzz)
endif()

# Programs of users, for files of steps: they have no code of the harness. They are beside shmcheck.exe, which finds them
# there by their names.
if(WIN32)
    foreach(name IN ITEMS example_writer example_reader)
        add_executable(${name} harness/tests/${name}.c)
        target_link_libraries(${name} PRIVATE shmcheck_compiler)
    endforeach()
endif()
