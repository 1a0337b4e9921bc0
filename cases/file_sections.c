/* Sections over files: their size, which file handles they accept, and what reaches the file. The files are
 * in the folder for temporary files. The page is nf-winbase-createfilemappinga unless a case names another.
 */
#include "topic.h"

/* A section over an empty file cannot be created with size 0. */
static void file_zero_length(struct stage *s)
{
    must(s, "writer", "file data name=^f");
    fails_status(s, "writer", "create section size=0 protect=PAGE_READWRITE file=data", ERROR_FILE_INVALID,
                 STATUS_MAPPED_FILE_SIZE_ZERO);
}

/* Size 0 means the exact size of the file: the size of a section over a file is not rounded up to pages. */
static void file_size_zero_means_file_size(struct stage *s)
{
    must(s, "writer", "file data name=^f size=13394");
    must(s, "writer", "create section name=@x size=0 protect=PAGE_READWRITE file=data");
    must(s, "reader", "open section name=@x access=FILE_MAP_ALL_ACCESS");
    gives(s, "reader", "size section", "size=13394 attributes=SEC_FILE");
}

/* A section larger than its file extends the file before the call returns. */
static void file_extended_on_create(struct stage *s)
{
    must(s, "writer", "file data name=^f size=100");
    must(s, "writer", "create section name=@x size=0x12000 protect=PAGE_READWRITE file=data");
    gives(s, "writer", "filesize data", "size=73728");
    must(s, "reader", "file data name=^f open=existing access=GENERIC_READ");
    gives(s, "reader", "filesize data", "size=73728");
    must(s, "writer", "create odd name=@y size=0x12345 protect=PAGE_READWRITE file=data");
    gives(s, "reader", "filesize data", "size=74565"); /* not whole pages */
}

/* A file cannot grow beyond its volume and keeps its size: this section is larger than the whole volume. The
 * case writes nothing into the file and removes it. */
static void file_disk_full(struct stage *s)
{
    must(s, "writer", "file data name=^f size=4096");
    must(s, "writer", "diskspace");
    if (fails_status(s, "writer", "create section size=$writer.beyond protect=PAGE_READWRITE file=data",
                     ERROR_DISK_FULL, STATUS_DISK_FULL))
        gives(s, "writer", "filesize data", "size=4096");
    leaves(s, "writer");
    must(s, "reader", "fileremove name=^f");
}

/* A protection without write access cannot extend the file. */
static void file_extend_readonly(struct stage *s)
{
    must(s, "writer", "file data name=^f size=4096");
    fails_status(s, "writer", "create section size=4097 protect=PAGE_READONLY file=data",
                 ERROR_NOT_ENOUGH_MEMORY, STATUS_SECTION_TOO_BIG);
    gives(s, "writer", "filesize data", "size=4096");
}

/* The contents of the extended part of a file are not promised: the case records them. */
static void file_extension_contents(struct stage *s)
{
    must(s, "writer", "file data name=^f size=100");
    must(s, "writer", "create section size=0x10000 protect=PAGE_READWRITE file=data");
    must(s, "writer", "map view of=section access=FILE_MAP_READ");
    records(s, "writer", "zero view at=100 length=65436");
}

/* The protection of the section must not allow more than the handle of the file. */
static void file_access_mismatch(struct stage *s)
{
    must(s, "writer", "file all name=^f size=4096");
    must(s, "writer", "file read name=^f open=existing access=GENERIC_READ");
    denied(s, "writer", "create section size=0 protect=PAGE_READWRITE file=read");
    must(s, "writer", "create readable size=0 protect=PAGE_READONLY file=read");
    must(s, "writer", "file write name=^f open=existing access=GENERIC_WRITE");
    denied(s, "writer", "create section size=0 protect=PAGE_READWRITE file=write");
}

/* A protection with execute needs GENERIC_EXECUTE on the file. */
static void file_execute_needs_generic_execute(struct stage *s)
{
    must(s, "writer", "file data name=^f size=4096");
    fails(s, "writer", "create section size=0 protect=PAGE_EXECUTE_READ file=data", ERROR_ACCESS_DENIED);
    must(s, "writer", "file code name=^f open=existing access=GENERIC_READ|GENERIC_EXECUTE");
    gives(s, "writer", "create section size=0 protect=PAGE_EXECUTE_READ file=code", "error=0");
}

/* Copy-on-write needs no write access to the file: private copies never reach it. */
static void file_writecopy_on_readonly_file(struct stage *s)
{
    must(s, "writer", "file data name=^f size=4096");
    must(s, "writer", "filewrite data text=original");
    must(s, "reader", "file data name=^f open=existing access=GENERIC_READ");
    gives(s, "reader", "create section size=0 protect=PAGE_WRITECOPY file=data", "error=0");
    succeeds(s, "reader", "map view of=section access=FILE_MAP_COPY");
    succeeds(s, "reader", "write view text=private!");
    gives(s, "reader", "read view length=8 as=text", "text=private!");
    gives(s, "writer", "fileread data length=8", "text=original");
}

/* A section smaller than its file shows the first bytes of the file only. */
static void file_smaller_section(struct stage *s)
{
    must(s, "writer", "file data name=^f size=0x20000");
    must(s, "writer", "filewrite data at=0 text=first");
    must(s, "writer", "create section name=@x size=0x10000 protect=PAGE_READWRITE file=data");
    must(s, "reader", "open section name=@x access=FILE_MAP_READ");
    fails_status(s, "reader", "map view of=section access=FILE_MAP_READ length=0x10001", ERROR_ACCESS_DENIED,
                 STATUS_INVALID_VIEW_SIZE);
    must(s, "reader", "map view of=section access=FILE_MAP_READ length=0");
    gives(s, "reader", "read view length=5 as=text", "text=first");
    gives(s, "writer", "filesize data", "size=131072");
}

/* A view longer than the section's file is refused, at offset 0 and at another offset, whatever its access. The section
 * ends in the page in which the file ends. */
static void file_view_longer_than_file(struct stage *s)
{
    static const char *const kinds[] = {"FILE_MAP_READ", "FILE_MAP_WRITE", "FILE_MAP_COPY"};
    must(s, "writer", "file data name=^f size=0x20064");
    must(s, "writer", "create section name=@x size=0 protect=PAGE_READWRITE file=data");
    must(s, "reader", "open section name=@x access=FILE_MAP_READ|FILE_MAP_WRITE");
    for (unsigned i = 0; i < COUNT(kinds); i++) {
        fails_status(s, "reader", step("map long of=section access=%s length=0x30000", kinds[i]),
                     ERROR_ACCESS_DENIED, STATUS_INVALID_VIEW_SIZE);
        fails_status(s, "reader", step("map page of=section access=%s length=0x21001", kinds[i]),
                     ERROR_ACCESS_DENIED, STATUS_INVALID_VIEW_SIZE);
        fails_status(s, "reader",
                     step("map behind of=section access=%s offset=0x20000 length=0x1001", kinds[i]),
                     ERROR_ACCESS_DENIED, STATUS_INVALID_VIEW_SIZE);
    }
    must(s, "reader", "map whole of=section access=FILE_MAP_READ length=0x20064");
    must(s, "reader", "map last of=section access=FILE_MAP_READ offset=0x20000 length=0x64");
    gives(s, "reader", "query last", WHOLE_VIEW("4096", "PAGE_READONLY"));
    gives(s, "writer", "filesize data", "size=131172");
}

/* Two sections over one local file show the same bytes, whichever process created them
 * (nf-memoryapi-mapviewoffile). */
static void file_two_sections_coherent(struct stage *s)
{
    must(s, "writer", "file data name=^f size=0x20000");
    must(s, "writer", "create section size=0 protect=PAGE_READWRITE file=data");
    must(s, "writer", "map view of=section access=FILE_MAP_WRITE");
    must(s, "reader", "file data name=^f open=existing");
    must(s, "reader", "create section size=0 protect=PAGE_READWRITE file=data");
    must(s, "reader", "map view of=section access=FILE_MAP_WRITE");
    must(s, "writer", "write view at=0x10000 text=from-writer");
    gives(s, "reader", "read view at=0x10000 length=11 as=text", "text=from-writer");
    must(s, "reader", "write view at=1 text=from-reader");
    gives(s, "writer", "read view at=1 length=11 as=text", "text=from-reader");
}

/* No page promises that ReadFile and WriteFile agree with views: the case records whether they do. */
static void file_io_not_promised_coherent(struct stage *s)
{
    must(s, "writer", "file data name=^f size=4096");
    must(s, "writer", "create section size=0 protect=PAGE_READWRITE file=data");
    must(s, "writer", "map view of=section access=FILE_MAP_WRITE");
    must(s, "writer", "write view text=by-view");
    must(s, "reader", "file data name=^f open=existing");
    records(s, "reader", "fileread data length=7");
    must(s, "reader", "filewrite data at=100 text=by-file");
    records(s, "writer", "read view at=100 length=7 as=text");
}

/* The handle of the file may be closed: the views keep the file open (nf-memoryapi-unmapviewoffile). */
static void file_handle_may_close(struct stage *s)
{
    must(s, "writer", "file data name=^f size=4096");
    must(s, "writer", "filewrite data text=kept");
    must(s, "writer", "create section size=0 protect=PAGE_READWRITE file=data");
    must(s, "writer", "map view of=section access=FILE_MAP_WRITE");
    must(s, "writer", "close data");
    must(s, "writer", "close section");
    gives(s, "writer", "read view length=4 as=text", "text=kept");
    succeeds(s, "writer", "write view text=new!");
    must(s, "writer", "unmap view");
    must(s, "reader", "file data name=^f open=existing access=GENERIC_READ");
    gives(s, "reader", "fileread data length=4", "text=new!");
}

/* Maps the file and closes its handle and the section's: only the view is left. */
static void holds_by_view(struct stage *s, const char *protect, const char *access)
{
    must(s, "writer", "file data name=^f open=existing");
    must(s, "writer", step("create section size=0 protect=%s file=data", protect));
    must(s, "writer", step("map view of=section access=%s", access));
    must(s, "writer", "close data");
    must(s, "writer", "close section");
}

/* A view that can be written makes other opens need FILE_SHARE_WRITE, although no handle of the file is open
 * (FastFat sample, FatCheckShareAccess). A section that cannot be written does not. */
static void file_open_needs_share_write(struct stage *s)
{
    must(s, "writer", "file data name=^f size=4096");
    must(s, "writer", "close data");
    holds_by_view(s, "PAGE_READWRITE", "FILE_MAP_WRITE");
    fails_status(s, "reader", "file alone name=^f open=existing share=none", ERROR_SHARING_VIOLATION,
                 STATUS_SHARING_VIOLATION);
    fails_status(s, "reader", "file reads name=^f open=existing share=read", ERROR_SHARING_VIOLATION,
                 STATUS_SHARING_VIOLATION);
    if (succeeds(s, "reader", "file writes name=^f open=existing share=all"))
        must(s, "reader", "close writes");
    must(s, "writer", "unmap view");
    holds_by_view(s, "PAGE_READONLY", "FILE_MAP_READ");
    succeeds(s, "reader", "file exclusive name=^f open=existing share=none");
}

/* The file has the new bytes once the last view is unmapped (scope-of-allocated-memory). */
static void file_updated_when_last_view_goes(struct stage *s)
{
    must(s, "writer", "file data name=^f size=4096");
    must(s, "writer", "create section size=0 protect=PAGE_READWRITE file=data");
    must(s, "writer", "map view of=section access=FILE_MAP_WRITE");
    must(s, "writer", "write view at=4000 text=written");
    must(s, "writer", "unmap view");
    must(s, "writer", "close section");
    must(s, "reader", "file data name=^f open=existing access=GENERIC_READ");
    gives(s, "reader", "fileread data at=4000 length=7", "text=written");
}

/* The writer has a view of a file whose last write was long ago. The reader sets the time through a handle of
 * its own, because a handle that set the time may stop it from changing. */
static void map_old_file(struct stage *s)
{
    must(s, "writer", "file data name=^f size=4096");
    must(s, "writer", "close data");
    must(s, "reader", "file data name=^f open=existing");
    must(s, "reader", "filetime data set=yes");
    must(s, "reader", "close data");
    must(s, "writer", "file data name=^f open=existing");
    must_give(s, "writer", "filetime data", "moved=no");
    must(s, "writer", "create section size=0 protect=PAGE_READWRITE file=data");
    must(s, "writer", "map view of=section access=FILE_MAP_WRITE");
    must(s, "writer", "close section");
}

static void close_and_record_time(struct stage *s)
{
    must(s, "writer", "unmap view");
    must(s, "writer", "close data");
    must(s, "reader", "file data name=^f open=existing access=GENERIC_READ");
    records(s, "reader", "filetime data");
    must_give(s, "reader", "fileread data at=100 length=7", "text=written");
}

/* The last-write time need not change for writes through views (nf-memoryapi-mapviewoffile): the case records
 * whether it has changed when the last view and the last handle are closed. */
static void file_timestamp(struct stage *s)
{
    map_old_file(s);
    must(s, "writer", "write view at=100 text=written");
    close_and_record_time(s);
}

/* The same if the pages are flushed to the file before the view is unmapped. */
static void file_timestamp_flushed(struct stage *s)
{
    map_old_file(s);
    must(s, "writer", "write view at=100 text=written");
    must(s, "writer", "flush view");
    must(s, "writer", "fileflush data");
    close_and_record_time(s);
}

/* A file cannot be truncated while it is mapped (nf-fileapi-setendoffile), and can be afterwards. */
static void file_setendoffile_blocked(struct stage *s)
{
    must(s, "writer", "file data name=^f size=0x20000");
    must(s, "reader", "file data name=^f open=existing");
    must(s, "reader", "create section size=0 protect=PAGE_READWRITE file=data");
    must(s, "reader", "map view of=section access=FILE_MAP_READ");
    fails_status(s, "writer", "filesize data to=4096", ERROR_USER_MAPPED_FILE, STATUS_USER_MAPPED_FILE);
    gives(s, "writer", "filesize data", "size=131072");
    must(s, "reader", "unmap view");
    must(s, "reader", "close section");
    row(s, "file-cut-after-unmap");
    records(s, "writer", "filesize data to=4096");
}

/* A file can grow while a section over it lives, with and without a view. */
static void file_grow_while_mapped(struct stage *s)
{
    must(s, "writer", "file data name=^f size=4096");
    must(s, "reader", "file data name=^f open=existing");
    must(s, "reader", "create section size=0 protect=PAGE_READWRITE file=data");
    succeeds(s, "writer", "filesize data to=8192");
    gives(s, "reader", "filesize data", "size=8192");
    must(s, "reader", "map view of=section access=FILE_MAP_READ");
    succeeds(s, "writer", "filesize data to=65536");
    gives(s, "reader", "filesize data", "size=65536");
}

/* A section without a view is enough to keep a file from being cut. */
static void file_cut_needs_no_section(struct stage *s)
{
    must(s, "writer", "file data name=^f size=0x20000");
    must(s, "reader", "file data name=^f open=existing");
    must(s, "reader", "create section size=0 protect=PAGE_READWRITE file=data");
    fails_status(s, "writer", "filesize data to=4096", ERROR_USER_MAPPED_FILE, STATUS_USER_MAPPED_FILE);
    gives(s, "writer", "filesize data", "size=131072");
}

/* CREATE_ALWAYS over a mapped file would cut it to nothing (the verb's open=new is CREATE_ALWAYS). */
static void file_create_always_refused(struct stage *s)
{
    must(s, "writer", "file data name=^f size=4096");
    must(s, "writer", "filewrite data text=kept");
    must(s, "writer", "create section size=0 protect=PAGE_READWRITE file=data");
    must(s, "writer", "map view of=section access=FILE_MAP_READ");
    must(s, "writer", "close data");
    fails_status(s, "reader", "file again name=^f open=new", ERROR_USER_MAPPED_FILE, STATUS_USER_MAPPED_FILE);
    gives(s, "writer", "read view length=4 as=text", "text=kept");
}

/* The writer has a file with the text "kept", and a view of it; no handle of the file is left. */
static void writer_maps_a_file(struct stage *s)
{
    must(s, "writer", "file data name=^f size=4096");
    must(s, "writer", "filewrite data text=kept");
    must(s, "writer", "create section size=0 protect=PAGE_READWRITE file=data");
    must(s, "writer", "map view of=section access=FILE_MAP_READ");
    must(s, "writer", "close data");
}

/* Copying onto a mapped file would cut it first. */
static void file_copy_onto_mapped(struct stage *s)
{
    must(s, "reader", "file other name=^g");
    must(s, "reader", "close other");
    must(s, "reader", "filecopy name=^g");
    writer_maps_a_file(s);
    fails_status(s, "reader", "filecopy name=^f", ERROR_USER_MAPPED_FILE, STATUS_USER_MAPPED_FILE);
    gives(s, "writer", "read view length=4 as=text", "text=kept");
}

/* A mapped file can be opened to be deleted when the handle is closed. */
static void file_delete_on_close_opens(struct stage *s)
{
    writer_maps_a_file(s);
    succeeds(s, "reader", "file last name=^f open=existing access=GENERIC_READ delete-on-close=yes");
    gives(s, "reader", "fileread last length=4", "text=kept");
    gives(s, "writer", "read view length=4 as=text", "text=kept");
}

/* Whether a mapped file can be replaced by a rename is recorded: reports contradict each other. The view keeps the old bytes
 * in any case. */
static void file_rename_over_mapped(struct stage *s)
{
    writer_maps_a_file(s);
    records(s, "reader", "filereplace name=^f");
    row(s, "file-delete-keeps-view");
    gives(s, "writer", "read view length=4 as=text", "text=kept");
}

/* For an empty file that was opened only for reading, the missing right is reported, not the size. */
static void file_access_before_size(struct stage *s)
{
    must(s, "writer", "file data name=^f");
    must(s, "writer", "file read name=^f open=existing access=GENERIC_READ");
    fails_status(s, "writer", "create section size=0 protect=PAGE_READWRITE file=read", ERROR_ACCESS_DENIED,
                 STATUS_ACCESS_DENIED);
    fails_status(s, "writer", "create readable size=0 protect=PAGE_READONLY file=read", ERROR_FILE_INVALID,
                 STATUS_MAPPED_FILE_SIZE_ZERO);
}

/* A file handle without any access backs no section. */
static void file_no_access_handle(struct stage *s)
{
    static const char *const protections[] = {"PAGE_READONLY", "PAGE_WRITECOPY", "PAGE_READWRITE"};
    must(s, "writer", "file all name=^f size=4096");
    must(s, "writer", "file none name=^f open=existing access=0");
    for (unsigned i = 0; i < COUNT(protections); i++)
        fails_status(s, "writer", step("create s%u size=0 protect=%s file=none", i, protections[i]),
                     ERROR_ACCESS_DENIED, STATUS_ACCESS_DENIED);
}

/* The name of a section over a file also disappears with its last handle, even while views exist. */
static void file_section_name_gone_with_view(struct stage *s)
{
    must(s, "writer", "file data name=^f size=4096");
    must(s, "writer", "filewrite data text=kept");
    must(s, "writer", "create section name=@x size=0 protect=PAGE_READWRITE file=data");
    must(s, "writer", "map view of=section access=FILE_MAP_WRITE");
    must(s, "reader", "open section name=@x access=FILE_MAP_READ");
    must(s, "reader", "close section");
    must(s, "writer", "close section");
    not_found(s, "reader", "open section name=@x access=FILE_MAP_READ");
    gives(s, "writer", "read view length=4 as=text", "text=kept");
    gives(s, "writer", "create section name=@x size=0 protect=PAGE_READWRITE file=data", "error=0");
}

/* Windows 10 refuses to delete a mapped file, Windows 11 deletes it; the transcript records which. */
static void file_delete_blocked(struct stage *s)
{
    must(s, "writer", "file data name=^f size=4096");
    must(s, "writer", "filewrite data text=mapped");
    must(s, "writer", "create section size=0 protect=PAGE_READWRITE file=data");
    must(s, "writer", "map view of=section access=FILE_MAP_WRITE");
    must(s, "writer", "close data");
    must(s, "writer", "close section");
    records(s, "reader", "fileremove name=^f");
    row(s, "file-delete-keeps-view");
    gives(s, "writer", "read view length=6 as=text", "text=mapped");
    succeeds(s, "writer", "write view text=after-");
    gives(s, "writer", "read view length=6 as=text", "text=after-");
}

/* Byte-range locks do not affect sections, whether another process or the same one holds them
 * (locking-and-unlocking-byte-ranges-in-files). */
static void file_lock_ignored(struct stage *s)
{
    static const char *const roles[] = {"reader", "writer"};
    must(s, "writer", "file data name=^f size=4096");
    must(s, "reader", "file data name=^f open=existing");
    must(s, "writer", "filewrite data text=locked");
    must(s, "writer", "filelock data at=0 length=4096");
    for (unsigned i = 0; i < 2; i++) {
        if (!gives(s, roles[i], "create section size=0 protect=PAGE_READWRITE file=data", "error=0") ||
            !succeeds(s, roles[i], "map view of=section access=FILE_MAP_WRITE"))
            continue;
        gives(s, roles[i], "read view length=6 as=text", "text=locked");
        succeeds(s, roles[i], "write view at=100 text=written");
        gives(s, roles[i], "read view at=100 length=7 as=text", "text=written");
    }
}

/* A pipe cannot back a section (nf-ntifs-ntcreatesection). */
static void file_unsupported_device(struct stage *s)
{
    must(s, "writer", "pipe end");
    fails_status(s, "writer", "create section size=4096 protect=PAGE_READONLY file=end", ERROR_BAD_EXE_FORMAT,
                 STATUS_INVALID_FILE_FOR_SECTION);
}

/* If a pagefile section has the name already, the file that is passed with the name is ignored. */
static void file_named_and_pagefile_name_clash(struct stage *s)
{
    must(s, "writer", "create section name=@x size=4096 protect=PAGE_READWRITE");
    must(s, "writer", "map view of=section access=FILE_MAP_WRITE");
    must(s, "writer", "write view text=pages");
    must(s, "reader", "file data name=^f size=0x20000");
    must(s, "reader", "filewrite data text=bytes");
    gives(s, "reader", "create section name=@x size=0 protect=PAGE_READWRITE file=data", "error=183");
    gives(s, "reader", "size section", "size=4096 attributes=SEC_COMMIT");
    must(s, "reader", "map view of=section access=FILE_MAP_READ");
    gives(s, "reader", "read view length=5 as=text", "text=pages");
}

/* Which type bits the view of a file has is recorded: the page names one
 * (ns-memoryapi-win32_memory_region_information), and the NT call has been seen to set none. Whether the file is mapped
 * directly depends on the volume, so that bit is not asked for. */
static void file_region_flag(struct stage *s)
{
    static const char *const ask =
        "kind view show=private,mapped-data-file,mapped-image,mapped-pagefile,mapped-physical";
    must(s, "writer", "file data name=^f size=0x20000");
    must(s, "writer", "create section name=@x size=0 protect=PAGE_READWRITE file=data");
    must(s, "writer", "map view of=section access=FILE_MAP_WRITE");
    records(s, "writer", ask);
    must(s, "reader", "open section name=@x access=FILE_MAP_READ");
    must(s, "reader", "map view of=section access=FILE_MAP_READ");
    records(s, "reader", ask);
}

/* SEC_COMMIT and SEC_RESERVE have no effect on a section over a file. */
static void reserve_no_effect_on_files(struct stage *s)
{
    static const char *const kinds[] = {"", "|SEC_COMMIT", "|SEC_RESERVE"};
    must(s, "writer", "file data name=^f size=4096");
    for (unsigned i = 0; i < 3; i++) {
        must(s, "writer", step("create s%u size=0 protect=PAGE_READWRITE%s file=data", i, kinds[i]));
        gives(s, "writer", step("size s%u", i), "size=4096 attributes=SEC_FILE");
    }
}

/* VirtualAlloc cannot commit pages of a section over a file. */
static void reserve_virtualalloc_on_file_view(struct stage *s)
{
    must(s, "writer", "file data name=^f size=4096");
    must(s, "writer", "create section size=0 protect=PAGE_READWRITE file=data");
    must(s, "writer", "map view of=section access=FILE_MAP_WRITE");
    fails_status(s, "writer", "commit view length=4096 protect=PAGE_READWRITE", ERROR_ACCESS_DENIED, 0);
}

/* SEC_LARGE_PAGES is refused for a section over a file. */
static void large_pagefile_only(struct stage *s)
{
    must(s, "writer", "file data name=^f size=0x200000");
    fails(s, "writer", "create section size=0 protect=PAGE_READWRITE|SEC_COMMIT|SEC_LARGE_PAGES file=data",
          ERROR_INVALID_PARAMETER);
}

/* SEC_IMAGE is refused for a file that is not a program. */
static void image_bad_file(struct stage *s)
{
    must(s, "writer", "file data name=^f size=4096");
    fails_status(s, "writer", "create section size=0 protect=PAGE_READONLY|SEC_IMAGE file=data",
                 ERROR_BAD_EXE_FORMAT, STATUS_INVALID_IMAGE_NOT_MZ);
}

static const struct test_case file_sections_cases[] = {
    {CASE(file_zero_length)},
    {CASE(file_size_zero_means_file_size)},
    {CASE(file_extended_on_create)},
    {CASE(file_disk_full)},
    {CASE(file_extend_readonly)},
    {CASE(file_extension_contents)},
    {CASE(file_access_mismatch)},
    {CASE(file_execute_needs_generic_execute)},
    {CASE(file_writecopy_on_readonly_file)},
    {CASE(file_smaller_section)},
    {CASE(file_view_longer_than_file), .rows = "map-length-past-end"},
    {CASE(file_two_sections_coherent)},
    {CASE(file_io_not_promised_coherent)},
    {CASE(file_handle_may_close)},
    {CASE(file_open_needs_share_write)},
    {CASE(file_updated_when_last_view_goes)},
    {CASE(file_timestamp)},
    {CASE(file_timestamp_flushed), .rows = "file-timestamp"},
    {CASE(file_region_flag), .needs = "has-region-info"},
    {CASE(file_setendoffile_blocked), .rows = "file-setendoffile-blocked file-cut-after-unmap"},
    {CASE(file_grow_while_mapped)},
    {CASE(file_cut_needs_no_section)},
    {CASE(file_create_always_refused)},
    {CASE(file_access_before_size)},
    {CASE(file_copy_onto_mapped)},
    {CASE(file_delete_on_close_opens)},
    {CASE(file_rename_over_mapped), .rows = "file-rename-over-mapped file-delete-keeps-view"},
    {CASE(file_no_access_handle)},
    {CASE(file_section_name_gone_with_view)},
    {CASE(file_delete_blocked), .rows = "file-delete-blocked file-delete-keeps-view"},
    {CASE(file_lock_ignored)},
    {CASE(file_unsupported_device)},
    {CASE(file_named_and_pagefile_name_clash)},
    {CASE(reserve_no_effect_on_files)},
    {CASE(reserve_virtualalloc_on_file_view)},
    {CASE(large_pagefile_only)},
    {CASE(image_bad_file)},
};
TOPIC(file_sections, file_sections_cases)
