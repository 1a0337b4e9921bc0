/* One place in the pool: a worker process and the case that it runs. */
#ifndef SHMCHECK_WORKER_SLOT_H
#define SHMCHECK_WORKER_SLOT_H

#include "../peer/channel.h"
#include "../peer/process.h"
#include "../worker/wire.h"
#include "pool_settings.h"

#define NO_ITEM SIZE_MAX

struct worker_slot {
    struct channel *channel; /* NULL while there is no worker */
    struct child child;
    HANDLE worker_output; /* the output of the worker itself; reported if it crashes */
    HANDLE actor_output;  /* the output of its actors */
    uint32_t sequence;
    size_t item;                /* of the plan; NO_ITEM while idle */
    uint64_t started, deadline; /* milliseconds since the system started */
    struct wire_report report;  /* what the worker has reported about the case */
    struct case_outcome outcome;
};

enum worker_slot_result {
    SLOT_NOTHING, /* nothing more to read at the moment */
    SLOT_GOING_ON,
    SLOT_FINISHED /* the case has ended; slot->outcome is complete */
};

/* Starts a worker in an empty slot. False, with a message in `error`, if that fails. */
bool worker_slot_start(struct worker_slot *slot, const struct pool_settings *settings, struct job *job,
                       struct text *error);
/* Gives the worker a case. */
void worker_slot_feed(struct worker_slot *slot, const struct pool_settings *settings, size_t item);
/* Reads the next line of the worker, without waiting. */
enum worker_slot_result worker_slot_listen(struct worker_slot *slot, const struct pool_settings *settings);
/* Ends the worker, and its case with an error of this kind and this message. */
void worker_slot_break(struct worker_slot *slot, enum error_kind kind, const char *why);
/* Ends the worker, if there is one, and frees what the slot owns. */
void worker_slot_end(struct worker_slot *slot);

#endif
