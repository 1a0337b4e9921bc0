#include "self_test.h"

#include <stdio.h>

#include "../peer/output_file.h"
#include "self_test_child.h"
#include "self_test_starts.h"
#include "self_test_system.h"

#define HELLO_MS 15000

static void look_at_everything(struct self_test_seen *out, const struct self_test_setup *setup,
                               struct peer_group *group)
{
    bool in_its_job = false, ignored;
    self_test_child_run(&out->leaves, setup->programs, L"leave", &in_its_job);
    self_test_faults(out, setup, group);
    self_test_program(out);
    self_test_job(&out->job, setup->programs, in_its_job);
    self_test_system(&out->system);
    self_test_files(out, setup);
    self_test_child_run(&out->crash, setup->programs, L"crash", &ignored);
    self_test_child_run(&out->fast_fail, setup->programs, L"fast-fail", &ignored);
}

void self_test_look(struct self_test_seen *out, const struct self_test_setup *setup)
{
    struct recording none = {.mode = RECORDING_OFF, .mutated_at = SIZE_MAX};
    MEMORYSTATUSEX memory = {.dwLength = sizeof memory};
    struct job *job = job_new();
    HANDLE output = output_file_new();
    struct peer_group group = {.timeout = (DWORD)(HELLO_MS * setup->timeout_scale),
                               .job = job,
                               .output = output == INVALID_HANDLE_VALUE ? NULL : output,
                               .recording = &none};
    snprintf(group.run, sizeof group.run, "%s", setup->run);
    *out = (struct self_test_seen){.whole = setup->needed == NULL};
    if (out->whole)
        look_at_everything(out, setup, &group);
    self_test_identities(out, setup, &group);
    self_test_copies(out, setup, &group);
    out->free_mib = GlobalMemoryStatusEx(&memory) ? memory.ullAvailPageFile >> 20 : UINT64_MAX;
    job_free(job);
    if (output != INVALID_HANDLE_VALUE)
        CloseHandle(output);
}
