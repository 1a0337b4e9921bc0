# shmactor-faulty.exe: the actor on top of systems that break one rule each. It is in bin/tests/ because it is only for
# tests: a report about a real system must not come from it.
set(SHMCHECK_FAULT_SOURCES
    harness/faults/access.c
    harness/faults/alike.c
    harness/faults/books.c
    harness/faults/bursts.c
    harness/faults/contents.c
    harness/faults/control.c
    harness/faults/copied_pages.c
    harness/faults/copies.c
    harness/faults/create.c
    harness/faults/descriptors.c
    harness/faults/families.c
    harness/faults/file_backed.c
    harness/faults/gate.c
    harness/faults/handles.c
    harness/faults/layers.c
    harness/faults/layers_modern.c
    harness/faults/layers_pages.c
    harness/faults/layers_uncommon.c
    harness/faults/lifetime.c
    harness/faults/main.c
    harness/faults/name_kinds.c
    harness/faults/names.c
    harness/faults/note.c
    harness/faults/other_handles.c
    harness/faults/page_ranges.c
    harness/faults/pages.c
    harness/faults/parameters.c
    harness/faults/places.c
    harness/faults/real.c
    harness/faults/selected_openings.c
    harness/faults/selected_views.c
    harness/faults/table.c
    harness/faults/uncommon_calls.c
    harness/faults/views.c)

# The faulty system replaces system_start.c. Its main, guard_run and verb_perform call those of the actor, which get other names.
add_library(shmfaulty_main OBJECT harness/actor/main.c)
target_compile_definitions(shmfaulty_main PRIVATE main=actor_main)
add_library(shmfaulty_guard OBJECT harness/actor/guard.c)
target_compile_definitions(shmfaulty_guard PRIVATE guard_run=guard_run_plainly)
add_library(shmfaulty_verbs OBJECT harness/actor/verbs.c)
target_compile_definitions(shmfaulty_verbs PRIVATE verb_perform=verb_perform_plainly)

add_executable(shmactor-faulty ${SHMCHECK_FAULT_SOURCES})
target_link_libraries(shmactor-faulty PRIVATE shmfaulty_main shmfaulty_guard shmfaulty_verbs
    shmactor_core shmcommon ${SHMCHECK_WINDOWS_LIBRARIES})
foreach(part shmfaulty_main shmfaulty_guard shmfaulty_verbs)
    target_link_libraries(${part} PRIVATE shmcommon)
endforeach()
set_target_properties(shmactor-faulty PROPERTIES RUNTIME_OUTPUT_DIRECTORY "$<1:${CMAKE_BINARY_DIR}/bin/tests>")

# Lists what runs of shmcheck left behind, for the tests of scripts/.
add_executable(leftovers harness/tests/leftovers.c)
target_link_libraries(leftovers PRIVATE shmcommon)
set_target_properties(leftovers PROPERTIES RUNTIME_OUTPUT_DIRECTORY "$<1:${CMAKE_BINARY_DIR}/bin/tests>")
