/* The verbs: one table for the pipe, the prompt and its help. harness/PROTOCOL.md describes each for people.
 */
#ifndef SHMCHECK_VERBS_H
#define SHMCHECK_VERBS_H

#include "reply.h"

/* What stands behind the verb. */
enum verb_label {
    LABEL_NONE,    /* nothing may */
    LABEL_MAYBE,   /* a label may */
    LABEL_REQUIRED /* a label must */
};

/* Performs a request and builds its reply. The request has a label as `label` says, and no key but those of
 * `keys`, each at most once. */
typedef void verb_function(const struct line *request, struct reply *reply);

struct verb {
    const char *name;
    enum verb_label label;
    const char *keys;     /* blank-separated; NULL: none */
    const char *synopsis; /* what stands behind the name */
    const char *help;     /* one line: what is called, what it answers */
    verb_function *run;
};

extern const struct verb verbs[];
extern const size_t verb_count;
const struct verb *verb_find(const char *name);

/* Performs any request: finds the verb, checks label and keys. A reply that would make a longer line than the
 * protocol allows becomes `bad`. */
void verb_perform(const struct line *request, struct reply *reply);

/* verb_section.c */
verb_function verb_create, verb_open, verb_map, verb_unmap, verb_close;
/* verb_memory.c */
verb_function verb_write, verb_read, verb_fill, verb_verify, verb_zero, verb_checksum, verb_execute,
    verb_increment;
/* verb_query.c */
verb_function verb_query, verb_size, verb_granted, verb_flags, verb_system, verb_addresses, verb_regions;
/* verb_security.c */
verb_function verb_descriptor, verb_setdescriptor, verb_privilege;
/* verb_change.c */
verb_function verb_protect, verb_commit, verb_decommit, verb_reserve, verb_release, verb_setflags;
/* verb_advise.c */
verb_function verb_reset, verb_discard, verb_prefetch, verb_lock, verb_unlock;
/* verb_resident.c */
verb_function verb_resident, verb_charge, verb_filename, verb_kind;
/* verb_commitment.c */
verb_function verb_commitment, verb_largepages, verb_workingset;
/* verb_policy.c */
verb_function verb_strict, verb_tryclose, verb_permanent, verb_temporary;
/* verb_address.c */
verb_function verb_await, verb_wake;
/* verb_placed.c */
verb_function verb_map2, verb_map3, verb_unmap2, verb_placeholder, verb_split, verb_export;
/* verb_modern.c */
verb_function verb_createapp, verb_create2, verb_openapp, verb_mapapp;
/* verb_pull.c */
verb_function verb_pull, verb_closeremote;
/* verb_file.c */
verb_function verb_file, verb_pipe, verb_filesize, verb_filetime, verb_diskspace, verb_fileread,
    verb_filewrite, verb_filelock, verb_fileremove, verb_flush, verb_fileflush;
/* verb_handle.c */
verb_function verb_hold, verb_signal, verb_wait, verb_duplicate, verb_adopt, verb_compare;
/* verb_process.c */
verb_function verb_spawn, verb_crash, verb_exit;
/* verb_race.c */
verb_function verb_race;
/* verb_burst.c */
verb_function verb_burst;
/* verb_churn.c */
verb_function verb_churn, verb_initialise;
/* verb_gone.c */
verb_function verb_gone;
/* verb_identity.c */
verb_function verb_identity, verb_defaultdacl, verb_impersonate, verb_revert;
/* verb_path.c */
verb_function verb_path, verb_ntopen, verb_describe, verb_containerpath;
/* verb_namespace.c */
verb_function verb_namespace, verb_leave;

#endif
