# The sources of each library and program; a new file is added here. Topics are not in this file: cases.cmake reads them
# from cases/topics.def.

set(SHMCHECK_COMMON_SOURCES
    harness/common/arch.c
    harness/common/fact.c
    harness/common/line.c
    harness/common/win32_constants.c
    harness/common/spawn_args.c
    harness/common/text.c
    harness/common/verdict.c
    harness/common/utf16.c)

set(SHMCHECK_REPORT_SOURCES
    harness/report/junit.c
    harness/report/junit_case.c
    harness/report/known.c
    harness/report/toml.c
    harness/report/xml.c)

set(SHMCHECK_RUNNER_SOURCES
    harness/runner/platform/access_token.c
    harness/runner/platform/appcontainer.c
    harness/runner/platform/invariant.c
    harness/runner/platform/needs.c
    harness/runner/platform/platform.c
    harness/runner/platform/read_file.c
    harness/runner/platform/registry.c
    harness/runner/platform/session.c
    harness/runner/platform/sha256.c
    harness/runner/platform/system_calls.c
    harness/runner/peer/actor_files.c
    harness/runner/peer/channel.c
    harness/runner/peer/child_end.c
    harness/runner/peer/external_program.c
    harness/runner/peer/identity.c
    harness/runner/peer/image_copy.c
    harness/runner/peer/job.c
    harness/runner/peer/output_file.c
    harness/runner/peer/peer.c
    harness/runner/peer/prestarted.c
    harness/runner/peer/process.c
    harness/runner/peer/program.c
    harness/runner/peer/recording.c
    harness/runner/peer/used_actors.c
    harness/runner/stage/actor_lifecycle.c
    harness/runner/stage/actor_spec.c
    harness/runner/stage/actors_end.c
    harness/runner/stage/cmocka_bridge.c
    harness/runner/stage/external_role.c
    harness/runner/stage/stage.c
    harness/runner/stage/step.c
    harness/runner/stage/substitute.c
    harness/runner/case/case_run.c
    harness/runner/case/catalogue.c
    harness/runner/case/check.c
    harness/runner/case/contract.c
    harness/runner/case/external.c
    harness/runner/case/play.c
    harness/runner/case/play_file.c
    harness/runner/case/play_parser.c
    harness/runner/case/play_step.c
    harness/runner/case/vocabulary.c
    harness/runner/worker/mutation_run.c
    harness/runner/worker/reply_mutations.c
    harness/runner/worker/wire.c
    harness/runner/worker/worker.c
    harness/runner/run/actor_totals.c
    harness/runner/run/case_outcome.c
    harness/runner/run/console.c
    harness/runner/run/footprint.c
    harness/runner/run/known_file.c
    harness/runner/run/options.c
    harness/runner/run/plan.c
    harness/runner/run/play_input.c
    harness/runner/run/pool.c
    harness/runner/run/report_file.c
    harness/runner/run/results.c
    harness/runner/run/summary.c
    harness/runner/run/run_start.c
    harness/runner/run/self_test.c
    harness/runner/run/self_test_child.c
    harness/runner/run/self_test_judge.c
    harness/runner/run/self_test_starts.c
    harness/runner/run/self_test_system.c
    harness/runner/run/worker_slot.c)

# The actor without main.c and what the faulty actors and tests replace: system_start.c, and guard.c and verbs.c, which the faulty
# actors call under other names.
set(SHMCHECK_ACTOR_CORE_SOURCES
    harness/actor/arguments.c
    harness/actor/clock.c
    harness/actor/footprint.c
    harness/actor/held.c
    harness/actor/help.c
    harness/actor/name_list.c
    harness/actor/objects.c
    harness/actor/own_token.c
    harness/actor/prompt.c
    harness/actor/prompt_command.c
    harness/actor/relay.c
    harness/actor/reply.c
    harness/actor/same.c
    harness/actor/second_thread.c
    harness/actor/security.c
    harness/actor/serve.c
    harness/actor/system_windows.c
    harness/actor/touch.c
    harness/actor/verb_table.c
    harness/actor/why.c
    harness/actor/bursts/burst.c
    harness/actor/bursts/loops.c
    harness/actor/bursts/loops_litmus.c
    harness/actor/bursts/loops_order.c
    harness/actor/verbs/advise.c
    harness/actor/verbs/bursts.c
    harness/actor/verbs/change.c
    harness/actor/verbs/churn.c
    harness/actor/verbs/clear.c
    harness/actor/verbs/commitment.c
    harness/actor/verbs/file.c
    harness/actor/verbs/handle.c
    harness/actor/verbs/identity.c
    harness/actor/verbs/memory.c
    harness/actor/verbs/modern.c
    harness/actor/verbs/namespace.c
    harness/actor/verbs/path.c
    harness/actor/verbs/placed.c
    harness/actor/verbs/policy.c
    harness/actor/verbs/process.c
    harness/actor/verbs/query.c
    harness/actor/verbs/resident.c
    harness/actor/verbs/section.c
    harness/actor/verbs/security.c
    harness/actor/verbs/wait_address.c)
set(SHMCHECK_ACTOR_DISPATCH_SOURCES
    harness/actor/guard.c
    harness/actor/verbs.c)
set(SHMCHECK_ACTOR_SOURCES
    ${SHMCHECK_ACTOR_CORE_SOURCES}
    ${SHMCHECK_ACTOR_DISPATCH_SOURCES}
    harness/actor/main.c
    harness/actor/system_start.c)

set(SHMCHECK_BENCH_SOURCES
    harness/bench/bench.c
    harness/bench/bench_case.c
    harness/bench/ping.c)

# Tests, by the names of their files. Portable ones run natively too.
set(SHMCHECK_PORTABLE_TESTS
    test_common_arch
    test_common_line
    test_common_win32_constants
    test_common_spawn_args
    test_common_text
    test_common_utf16
    test_report_hostile
    test_report_junit
    test_report_known
    test_report_rules
    test_report_toml
    test_report_xml
    test_runner_play_file
    test_runner_reply_mutations
    test_runner_wire)
set(SHMCHECK_WINDOWS_TESTS
    test_actor
    test_actor_bursts
    test_actor_clear
    test_actor_files
    test_actor_guard
    test_actor_memory
    test_actor_names
    test_actor_old_windows
    test_actor_prompt
    test_actor_regions
    test_actor_table
    test_actor_verbs
    test_faults_gate
    test_runner_catalogue
    test_runner_channel
    test_runner_controls
    test_runner_identity
    test_runner_misbehaving_actors
    test_runner_mutation_run
    test_runner_options
    test_runner_output
    test_runner_power
    test_runner_report_file
    test_runner_results
    test_runner_missing_functions
    test_runner_self_test
    test_runner_sha256
    test_runner_start
    test_runner_summary
    test_runner_used_actors
    test_runner_workers
    test_windows_constants)
set(SHMCHECK_TEST_SUPPORT_SOURCES
    harness/tests/report_rules.c
    harness/tests/xml_scan.c)
# What a test needs besides its own file.
foreach(name test_actor_bursts test_actor_files test_actor_memory test_actor_names test_actor_regions test_actor_table
        test_actor_verbs)
    set(${name}_SOURCES harness/tests/actor_fake.c harness/tests/actor_request.c)
    set(${name}_LIBRARIES shmactor_core shmactor_dispatch)
endforeach()
foreach(name test_actor_clear test_actor_guard)
    set(${name}_LIBRARIES shmactor_core shmactor_dispatch)
    set(${name}_SOURCES harness/actor/system_start.c harness/tests/actor_request.c)
endforeach()
set(test_faults_gate_SOURCES
    harness/actor/system_windows.c
    harness/faults/books.c harness/faults/gate.c harness/faults/name_kinds.c harness/faults/note.c
    harness/faults/parameters.c harness/faults/places.c harness/faults/real.c)
set(test_runner_catalogue_LIBRARIES shmcases)
set(test_runner_misbehaving_actors_SOURCES harness/tests/misbehaving_actor.c harness/tests/pool_log.c)
set(test_runner_mutation_run_SOURCES ${test_runner_misbehaving_actors_SOURCES})
set(test_runner_play_file_SOURCES
    harness/runner/case/play_file.c harness/runner/case/play_parser.c harness/runner/case/play_step.c)
set(test_runner_reply_mutations_SOURCES harness/runner/worker/reply_mutations.c harness/runner/peer/recording.c)
set(test_runner_wire_SOURCES harness/runner/worker/wire.c)
set(test_runner_used_actors_SOURCES ${test_runner_misbehaving_actors_SOURCES})
set(test_runner_workers_SOURCES ${test_runner_misbehaving_actors_SOURCES})
set(test_runner_self_test_LIBRARIES shmcases)
set(test_runner_missing_functions_SOURCES harness/tests/self_child.c)
set(test_runner_start_SOURCES harness/tests/self_child.c)
set(test_runner_output_SOURCES harness/tests/self_child.c)
set(test_runner_results_SOURCES harness/tests/results_fixture.c)
set(test_runner_power_SOURCES harness/tests/results_fixture.c)
set(test_runner_controls_SOURCES ${test_runner_misbehaving_actors_SOURCES})
set(test_runner_summary_SOURCES harness/tests/results_fixture.c)
# Fuzz targets: harness/tests/fuzz_NAME.c, inputs in harness/tests/corpus/NAME/.
set(SHMCHECK_FUZZ_TARGETS
    known
    line
    report)
