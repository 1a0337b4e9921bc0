# shmcases: the topics, and the contract that they are judged by.

# One list of topics for C and CMake: each line X(sample) of topics.def stands for cases/sample.c.
set(shmcheck_topics_file "${PROJECT_SOURCE_DIR}/cases/topics.def")
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${shmcheck_topics_file}")
file(STRINGS "${shmcheck_topics_file}" shmcheck_topic_lines REGEX "^X\\([a-z0-9_]+\\)")
if(NOT shmcheck_topic_lines)
    message(FATAL_ERROR "${shmcheck_topics_file} has no line of the form X(topic).")
endif()
set(shmcheck_topic_sources)
foreach(line IN LISTS shmcheck_topic_lines)
    string(REGEX REPLACE "^X\\(([a-z0-9_]+)\\).*" "\\1" topic "${line}")
    list(APPEND shmcheck_topic_sources "${PROJECT_SOURCE_DIR}/cases/${topic}.c")
endforeach()

set(shmcheck_contract "${PROJECT_SOURCE_DIR}/cases/contract.toml")
set(shmcheck_contract_table "${CMAKE_BINARY_DIR}/generated/contract_table.c")
set(shmcheck_contract_script "${PROJECT_SOURCE_DIR}/harness/cmake/contract_table.py")
file(MAKE_DIRECTORY "${CMAKE_BINARY_DIR}/generated")
add_custom_command(
    OUTPUT "${shmcheck_contract_table}"
    COMMAND "${Python3_EXECUTABLE}" "${shmcheck_contract_script}" "${shmcheck_contract}" "${shmcheck_contract_table}"
    DEPENDS "${shmcheck_contract}" "${shmcheck_contract_script}" "${PROJECT_SOURCE_DIR}/scripts/shmcheck/contract.py"
    COMMENT "Compiling the contract into a table"
    VERBATIM)

# An object library: the runner's library refers to the catalogue, and some tests have a catalogue of their own.
add_library(shmcases OBJECT "${PROJECT_SOURCE_DIR}/cases/topics.c" ${shmcheck_topic_sources} "${shmcheck_contract_table}")
target_include_directories(shmcases PRIVATE "${PROJECT_SOURCE_DIR}/harness/runner/case" "${PROJECT_SOURCE_DIR}/cases")
target_link_libraries(shmcases PUBLIC shmrunner)
