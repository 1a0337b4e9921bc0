"""Rules of files under sections: file, filesize, fileread, filewrite, fileremove, filelock, pipe."""

from __future__ import annotations

from shmcheck.oracle.constants import GENERIC_READ, GENERIC_WRITE, PAGE_EXECUTE_READWRITE, PAGE_READWRITE
from shmcheck.oracle.rule_handles import handle_of, labelled
from shmcheck.oracle.rules import SUCCESS, Fail, Fields, done, grants, instead_of, lost, records, refuses, verb
from shmcheck.oracle.rule_life import Plain
from shmcheck.oracle.state import LOST, File, Handle, HandleLabel, MemoryLabel, NoStatement, Object, Process, World
from shmcheck.oracle.text import Reply, Step, escaped, plain


@verb("file", "pipe")
def open_file(world: World, process: Process, step: Step) -> Plain:
    return Plain(world, process, step)


def only_mapped(call: Plain) -> File | None:
    """The file of the call, if only sections or views hold it."""
    file = call.world.files.get(call.step.word("name"))
    if file is None or call.step.word("open") != "existing" or call.step.has("in") or file.handles:
        return None
    return file if file.live else None


@refuses("file", "file-open-needs-share-write")
def mapped_for_writing(call: Plain) -> Fail | None:
    file = only_mapped(call)
    if file is None or call.step.word("share", "all") == "all":
        return None
    return Fail(32) if file.views and writable(file) else None


def writable(file: File) -> bool:
    """Whether an existing section over the file has a writable protection."""
    return any(section.protect in (PAGE_READWRITE, PAGE_EXECUTE_READWRITE) for section in file.live)


def replaced(call: Plain) -> File | None:
    """The file that CREATE_ALWAYS would empty. NoStatement if a handle does not share it."""
    file = call.world.files.get(call.step.word("name"))
    if file is None or call.step.verb != "file" or call.step.word("open", "new") != "new":
        return None
    if file.unshared:
        raise NoStatement("who shares the file")
    return file


@refuses("file", "file-create-always-refused")
def created_over_mapped(call: Plain) -> Fail | None:
    file = replaced(call)
    if file is None or not file.live:
        return None
    if not file.views:
        raise NoStatement("CREATE_ALWAYS over a file with a section and without a view")
    return Fail(1224)


@grants("file", "file-open-needs-share-write")
def opens(call: Plain) -> Fields | None:
    file = only_mapped(call)
    if file is None:
        return None
    if writable(file) and not file.views and call.step.word("share", "all") != "all":
        raise NoStatement("a writable section without a view")
    return SUCCESS


@done("file pipe")
def opened(call: Plain, reply: Reply) -> None:
    step, world, process = call.step, call.world, call.process
    target: Object
    if step.verb == "pipe":
        target = Object("pipe")
    elif step.has("in"):
        target = File(0)
        target.kind = "image"
        target.size = None
    else:
        name = step.word("name")
        file = world.files.get(name)
        if file is None:
            file = world.files[name] = File(step.number("size"))
            if step.word("open") == "existing":
                file.size = None
                file.contents.forget(0, END)
        elif step.word("open") != "existing":
            empty(file, step.number("size"))
        file.unshared = file.unshared or step.word("share", "all") != "all"
        target = file
    value = world.give(process, Handle(target, step.number("access", GENERIC_READ | GENERIC_WRITE)))
    process.labels[step.label] = HandleLabel(value)
    process.last["handle"] = value


END = 1 << 40  # beyond the end of every file


def empty(file: File, size: int) -> None:
    """Creates the file again with this size. The contents of sections over it become unknown."""
    file.size = size
    file.contents.put(0, END, None)
    if file.live:
        file.contents.forget(0, END)


@lost("file pipe")
def opened_without_statement(call: Plain, reply: Reply) -> None:
    opened(call, reply)


class OfFile:
    __slots__ = ("world", "process", "step", "file", "at", "handle")

    def __init__(self, world: World, process: Process, step: Step) -> None:
        self.world, self.process, self.step = world, process, step
        handle = handle_of(process, labelled(process, step.label).value)
        if handle is None or not isinstance(handle.object, File) or handle.object.kind != "file":
            raise NoStatement("which file this is")
        self.handle = handle
        self.file = handle.object
        self.at = step.number("at")


@verb("filesize", "fileread", "filewrite", "filelock")
def of_file(world: World, process: Process, step: Step) -> OfFile:
    return OfFile(world, process, step)


@refuses("filesize", "file-setendoffile-blocked", "file-cut-needs-no-section")
def cut_while_mapped(call: OfFile) -> Fail | None:
    if not call.step.has("to"):
        return None
    if call.file.size is None:
        raise NoStatement("the size of the file")
    if call.step.number("to") >= call.file.size:
        return None
    return Fail(1224) if call.file.live else None


@instead_of(cut_while_mapped, "files-with-sections-can-be-cut")
def cut_all_the_same(call: OfFile) -> Fail | None:
    return None


@grants("filesize", "file-extended-on-create", "file-extend-readonly", "file-smaller-section")
def size_of_file(call: OfFile) -> Fields | None:
    if call.step.has("to") or call.file.size is None or not call.file.sections:
        return None
    return {"size": str(call.file.size)}


@grants("filesize", "file-grow-while-mapped", "file-cut-needs-no-section")
def grows(call: OfFile) -> Fields | None:
    """A cut that nothing refuses succeeds too."""
    if not call.step.has("to") or call.file.size is None or not call.file.live:
        return None
    if call.handle.access is None or not call.handle.access & GENERIC_WRITE:
        raise NoStatement("whether the handle may write")
    return SUCCESS


def lose_views(world: World, file: File) -> None:
    """A file with sections was made shorter: nothing is known of its sections and views from now on."""
    file.unshared = True
    for process in world.processes.values():
        for name, label in process.labels.items():
            region = label.region if isinstance(label, MemoryLabel) else None
            if region is not None and region.section is not None and region.section.file is file:
                process.labels[name] = LOST
    for section in file.live:
        section.kind = ""


@done("filesize")
def resized(call: OfFile, reply: Reply) -> None:
    if call.step.has("to"):
        size = call.step.number("to")
        if call.file.live and size < (call.file.size or 0):
            lose_views(call.world, call.file)
        call.file.contents.forget(min(size, call.file.size or 0), END)
        call.file.size = size


@lost("filesize")
def resized_without_statement(call: OfFile, reply: Reply) -> None:
    resized(call, reply)


@grants("fileread", "file-updated-when-last-view-goes", "file-writecopy-on-readonly-file")
def reads_file(call: OfFile) -> Fields | None:
    if call.file.dirty:
        raise NoStatement("ReadFile is not promised to agree with views")
    if call.handle.access is None or not call.handle.access & GENERIC_READ:
        raise NoStatement("whether the handle may read")
    if call.file.size is None or call.at >= call.file.size:
        raise NoStatement("reading at the end of a file")
    found = call.file.contents.read(call.at, min(call.at + call.step.number("length"), call.file.size))
    if found is None:
        raise NoStatement("what the bytes are")
    return {"text": escaped(found)}


@lost("filewrite")
def writes_file(call: OfFile, reply: Reply) -> None:
    if reply.word != "ok":
        return
    data, file = plain(call.step.word("text")), call.file
    end = call.at + len(data)
    if file.size is not None and end > file.size:
        file.contents.forget(file.size, END)
        file.size = end
    if file.sections:
        file.contents.forget(call.at, end)
    else:
        file.contents.write(call.at, data)


@verb("fileremove")
def remove_file(world: World, process: Process, step: Step) -> Plain:
    return Plain(world, process, step)


@records("fileremove", "file-delete-blocked")
def mapped_file(call: Plain) -> bool | None:
    file = call.world.files.get(call.step.word("name"))
    return file is not None and file.views > 0


@done("fileremove")
def removed(call: Plain, reply: Reply) -> None:
    call.world.files.pop(call.step.word("name"), None)


@lost("fileremove")
def removed_without_statement(call: Plain, reply: Reply) -> None:
    removed(call, reply)
