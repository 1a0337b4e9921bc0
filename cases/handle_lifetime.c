/* Topic handle_lifetime: how long a name, an object and its bytes live. A name lives as long as a handle in
 * any process, the bytes as long as a handle or a view, and nothing remains after the processes that hold
 * them. */
#include "topic.h"

static void must_open_and_map(struct stage *s, const char *role)
{
    must(s, role, "open section name=@x access=FILE_MAP_READ|FILE_MAP_WRITE");
    must(s, role, "map view of=section access=FILE_MAP_WRITE");
}

static void sees_bytes(struct stage *s, const char *role)
{
    gives(s, role, "read view at=0 length=5 as=text", "text=bytes");
}

static void name_is_gone(struct stage *s, const char *role)
{
    not_found(s, role, "open gone name=@x access=FILE_MAP_READ");
}

/* ---- handles and views ---- */

/* A view works after its handle is closed, and still shares with other processes. */
static void life_view_survives_handle(struct stage *s)
{
    writer_writes(s);
    must_open_and_map(s, "reader");
    succeeds(s, "writer", "close section");
    sees_bytes(s, "writer");
    succeeds(s, "writer", "write view at=8 text=after");
    gives(s, "reader", "read view at=8 length=5 as=text", "text=after");
    must(s, "reader", "close section");
    succeeds(s, "reader", "write view at=16 text=both");
    gives(s, "writer", "read view at=16 length=4 as=text", "text=both");
}

/* A handle works after its view is unmapped, and a new view shows the bytes. */
static void life_handle_survives_unmap(struct stage *s)
{
    writer_writes(s);
    succeeds(s, "writer", "unmap view");
    if (succeeds(s, "writer", "map view of=section access=FILE_MAP_READ"))
        sees_bytes(s, "writer");
}

/* A handle alone keeps the bytes, also while no view exists. One page says that they go with the last view
 * (D17). */
static void life_commit_held_by_handle(struct stage *s)
{
    writer_writes(s);
    must(s, "writer", "unmap view");
    must_open_and_map(s, "reader");
    sees_bytes(s, "reader");
}

/* Closing and unmapping work in either order; both together free everything. */
static void life_any_order(struct stage *s)
{
    writer_writes(s);
    succeeds(s, "writer", "close section");
    succeeds(s, "writer", "unmap view");
    name_is_gone(s, "reader");
    writer_writes(s);
    succeeds(s, "writer", "unmap view");
    succeeds(s, "writer", "close section");
    name_is_gone(s, "reader");
}

/* Only handles keep a name; views keep the memory. */
static void life_name_gone_with_view(struct stage *s)
{
    writer_writes(s);
    must(s, "writer", "close section");
    name_is_gone(s, "reader");
    sees_bytes(s, "writer");
}

/* The same if the view is in another process than the last handle. */
static void life_name_gone_view_in_other_process(struct stage *s)
{
    writer_writes(s);
    must_open_and_map(s, "reader");
    must(s, "reader", "close section");
    must(s, "writer", "close section");
    name_is_gone(s, "third");
    sees_bytes(s, "reader");
}

/* Either of two handles keeps the name, whichever process created it. */
static void name_lives_with_last_handle(struct stage *s)
{
    writer_writes(s);
    must(s, "reader", "open section name=@x access=FILE_MAP_READ");
    must(s, "writer", "close section");
    must(s, "writer", "unmap view");
    if (succeeds(s, "third", "open section name=@x access=FILE_MAP_READ")) {
        must(s, "third", "map view of=section access=FILE_MAP_READ");
        sees_bytes(s, "third");
        must(s, "third", "close section");
    }
    must(s, "reader", "close section");
    name_is_gone(s, "writer");
}

/* Creating the name again while an old view exists makes a new object of zeros that shares nothing with the
 * old view. */
static void life_recreate_makes_new_object(struct stage *s)
{
    writer_writes(s);
    must(s, "writer", "close section");
    gives(s, "reader", "create section name=@x size=4096 protect=PAGE_READWRITE", "error=0");
    must(s, "reader", "map view of=section access=FILE_MAP_WRITE");
    gives(s, "reader", "zero view at=0 length=4096", "zero=yes");
    must(s, "reader", "write view at=0 text=other");
    sees_bytes(s, "writer");
    must(s, "writer", "write view at=0 text=older");
    gives(s, "reader", "read view at=0 length=5 as=text", "text=other");
}

/* The new object may have another size; the old view keeps its own. */
static void recreate_with_another_size(struct stage *s)
{
    writer_writes(s);
    must(s, "writer", "close section");
    gives(s, "reader", "create section name=@x size=131072 protect=PAGE_READWRITE", "error=0");
    gives(s, "reader", "size section", "size=131072 attributes=SEC_COMMIT");
    gives(s, "writer", "query view", WHOLE_VIEW("4096", "PAGE_READWRITE"));
    sees_bytes(s, "writer");
}

/* The contents go with the last handle and the last view: a new section of that name is zero. */
static void life_all_closed_destroys(struct stage *s)
{
    writer_writes(s);
    must_open_and_map(s, "reader");
    must(s, "writer", "unmap view");
    must(s, "writer", "close section");
    must(s, "reader", "unmap view");
    must(s, "reader", "close section");
    gives(s, "third", "create section name=@x size=4096 protect=PAGE_READWRITE", "error=0");
    must(s, "third", "map view of=section access=FILE_MAP_READ");
    gives(s, "third", "zero view at=0 length=4096", "zero=yes");
}

/* ---- the end of a process ---- */

/* An object remains after its creator has exited, as long as another process has a handle. */
static void life_creator_exit(struct stage *s)
{
    writer_writes(s);
    must(s, "reader", "open section name=@x access=FILE_MAP_READ");
    leaves(s, "writer");
    if (succeeds(s, "third", "open section name=@x access=FILE_MAP_READ")) {
        must(s, "third", "map view of=section access=FILE_MAP_READ");
        sees_bytes(s, "third");
    }
}

/* Nothing is persistent: after its only holder has ended the name is free and the next object is new. */
static void life_persistent_needs_holder(struct stage *s)
{
    writer_writes(s);
    leaves(s, "writer");
    name_is_gone(s, "reader");
    gives(s, "reader", "create section name=@x size=4096 protect=PAGE_READWRITE", "error=0");
    must(s, "reader", "map view of=section access=FILE_MAP_READ");
    gives(s, "reader", "zero view at=0 length=4096", "zero=yes");
}

/* TerminateProcess closes handles and views like any other end. */
static void life_terminate_closes(struct stage *s)
{
    writer_writes(s);
    killed(s, "writer");
    name_is_gone(s, "reader");
}

/* An unhandled exception closes handles and views too. */
static void life_crash_closes(struct stage *s)
{
    writer_writes(s);
    dies(s, "writer", "crash how=access-violation", STATUS_ACCESS_VIOLATION);
    name_is_gone(s, "reader");
}

/* Exiting with open handles and mapped views, of this section and of another one, closes them. */
static void life_exit_without_cleanup(struct stage *s)
{
    writer_writes(s);
    must(s, "writer", "open again name=@x access=FILE_MAP_READ");
    must(s, "writer", "map more of=again access=FILE_MAP_READ");
    must(s, "writer", "create second name=@y size=4096 protect=PAGE_READWRITE");
    leaves(s, "writer");
    name_is_gone(s, "reader");
    not_found(s, "reader", "open gone name=@y access=FILE_MAP_READ");
}

/* A reader can use its view after the writer has exited, and its handle keeps the name. */
static void reader_outlives_exit(struct stage *s)
{
    writer_writes(s);
    must_open_and_map(s, "reader");
    leaves(s, "writer");
    sees_bytes(s, "reader");
    succeeds(s, "reader", "write view at=8 text=on");
    must_open_and_map(s, "third");
    gives(s, "third", "read view at=8 length=2 as=text", "text=on");
}

/* What a writer stored before it was killed stays visible to every process with a view. */
static void reader_outlives_kill(struct stage *s)
{
    writer_writes(s);
    must_open_and_map(s, "reader");
    must(s, "writer", "write view at=4090 text=last");
    killed(s, "writer");
    sees_bytes(s, "reader");
    gives(s, "reader", "read view at=4090 length=4 as=text", "text=last");
    row(s, "life-terminate-closes");
    must(s, "reader", "close section");
    name_is_gone(s, "third");
}

/* The same after a crash: the stored bytes stay, the handle of the crashed process does not. */
static void reader_outlives_crash(struct stage *s)
{
    writer_writes(s);
    must_open_and_map(s, "reader");
    dies(s, "writer", "crash how=access-violation", STATUS_ACCESS_VIOLATION);
    sees_bytes(s, "reader");
    must(s, "reader", "close section");
    name_is_gone(s, "third");
    sees_bytes(s, "reader");
}

/* A handle in any process keeps the old object: a writer that was killed and starts again finds the old bytes
 * and the old size until the last holder closes its handle. */
static void stale_holder_keeps_old_object(struct stage *s)
{
    writer_writes(s);
    must(s, "reader", "open section name=@x access=FILE_MAP_READ");
    killed(s, "writer");
    gives(s, "restarted", "create section name=@x size=131072 protect=PAGE_READWRITE", "error=183");
    gives(s, "restarted", "size section", "size=4096 attributes=SEC_COMMIT");
    must(s, "restarted", "map view of=section access=FILE_MAP_READ");
    sees_bytes(s, "restarted");
    row(s, "life-all-closed-destroys");
    must(s, "restarted", "unmap view");
    must(s, "restarted", "close section");
    must(s, "reader", "close section");
    gives(s, "restarted", "create section name=@x size=131072 protect=PAGE_READWRITE", "error=0");
    gives(s, "restarted", "size section", "size=131072 attributes=SEC_COMMIT");
    must(s, "restarted", "map view of=section access=FILE_MAP_READ");
    gives(s, "restarted", "zero view at=0 length=131072", "zero=yes");
}

static const struct test_case handle_lifetime_cases[] = {
    {CASE(life_view_survives_handle)},
    {CASE(life_handle_survives_unmap)},
    {CASE(life_commit_held_by_handle)},
    {CASE(life_any_order)},
    {CASE(life_name_gone_with_view),
     .rows = "life-name-gone-with-view open-needs-open-handle-somewhere life-commit-held-by-view"},
    {CASE(life_name_gone_view_in_other_process)},
    {CASE(name_lives_with_last_handle), .rows = "open-needs-open-handle-somewhere life-creator-exit"},
    {CASE(life_recreate_makes_new_object)},
    {CASE(recreate_with_another_size), .rows = "life-recreate-makes-new-object"},
    {CASE(life_all_closed_destroys)},
    {CASE(life_creator_exit)},
    {CASE(life_persistent_needs_holder)},
    {CASE(life_terminate_closes)},
    {CASE(life_crash_closes)},
    {CASE(life_exit_without_cleanup)},
    {CASE(reader_outlives_exit), .rows = "life-creator-exit"},
    {CASE(reader_outlives_kill), .rows = "view-only-writer-visible-after-kill life-terminate-closes"},
    {CASE(reader_outlives_crash), .rows = "life-crash-closes life-name-gone-view-in-other-process"},
    {CASE(stale_holder_keeps_old_object), .rows = "create-existing-returns-183 life-all-closed-destroys"},
};

TOPIC(handle_lifetime, handle_lifetime_cases)
