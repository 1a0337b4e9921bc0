# generated/statuses.h: the NTSTATUS values of statuses.def as macros for C. Cases and faulty systems use them as
# constants; windows.h defines only some, and with a type of its own, so include it first.
set(shmcheck_statuses "${PROJECT_SOURCE_DIR}/harness/common/statuses.def")
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${shmcheck_statuses}")
file(STRINGS "${shmcheck_statuses}" shmcheck_status_lines REGEX "^ENTRY\\(STATUS_[A-Z0-9_]+, 0x[0-9A-F]+, [0-9]+\\)$")
if(NOT shmcheck_status_lines)
    message(FATAL_ERROR "${shmcheck_statuses} has no line of the form ENTRY(STATUS_NAME, 0xCODE, ERROR).")
endif()
set(shmcheck_status_header "/* Made from harness/common/statuses.def by harness/cmake/statuses.cmake. */\n#include <stdint.h>\n")
foreach(line IN LISTS shmcheck_status_lines)
    string(REGEX REPLACE "^ENTRY\\(([A-Z0-9_]+), (0x[0-9A-F]+), [0-9]+\\)$"
        "#ifndef \\1\n#define \\1 UINT32_C(\\2)\n#endif\n" macro "${line}")
    string(APPEND shmcheck_status_header "${macro}")
endforeach()
file(CONFIGURE OUTPUT "${CMAKE_BINARY_DIR}/generated/statuses.h" CONTENT "${shmcheck_status_header}" @ONLY)
target_include_directories(shmcommon PUBLIC "${CMAKE_BINARY_DIR}/generated")
