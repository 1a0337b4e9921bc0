# SHMCHECK_VERSION: the project's version and, in a git checkout, what `git describe` calls the commit.
set(SHMCHECK_VERSION "${PROJECT_VERSION}")
find_package(Git QUIET)
if(GIT_FOUND AND EXISTS "${PROJECT_SOURCE_DIR}/.git")
    # No lock on the index: a build must not block a commit.
    execute_process(
        COMMAND "${CMAKE_COMMAND}" -E env GIT_OPTIONAL_LOCKS=0
            "${GIT_EXECUTABLE}" -C "${PROJECT_SOURCE_DIR}" describe --always --dirty
        OUTPUT_VARIABLE shmcheck_commit OUTPUT_STRIP_TRAILING_WHITESPACE
        RESULT_VARIABLE shmcheck_git_result ERROR_QUIET)
    if(shmcheck_git_result EQUAL 0 AND shmcheck_commit)
        string(APPEND SHMCHECK_VERSION "+${shmcheck_commit}")
        # The reflog grows with every commit and checkout: CMake runs again and the version stays true.
        execute_process(
            COMMAND "${GIT_EXECUTABLE}" -C "${PROJECT_SOURCE_DIR}" rev-parse --git-path logs/HEAD
            OUTPUT_VARIABLE shmcheck_reflog OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
        cmake_path(ABSOLUTE_PATH shmcheck_reflog BASE_DIRECTORY "${PROJECT_SOURCE_DIR}")
        if(EXISTS "${shmcheck_reflog}")
            set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${shmcheck_reflog}")
        endif()
    endif()
endif()
message(STATUS "shmcheck ${SHMCHECK_VERSION}")

# What the programs of one run must agree on; scripts/ compares it between build trees.
file(WRITE "${CMAKE_BINARY_DIR}/generated/version.txt" "${SHMCHECK_VERSION}\n")

# shmcheck_give_version(SOURCE...): defines SHMCHECK_VERSION for those of the sources that mention it, so that after a
# commit only these few are compiled again.
function(shmcheck_give_version)
    foreach(source IN LISTS ARGN)
        file(STRINGS "${PROJECT_SOURCE_DIR}/${source}" mentions LIMIT_COUNT 1 REGEX "SHMCHECK_VERSION|version\\.h\"")
        if(mentions)
            set_source_files_properties("${source}" PROPERTIES
                COMPILE_DEFINITIONS "SHMCHECK_VERSION=\"${SHMCHECK_VERSION}\"")
        endif()
    endforeach()
endfunction()
