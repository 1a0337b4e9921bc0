"""Rules of creating: create (CreateFileMapping), createapp (FromApp), create2 (CreateFileMapping2)."""

from __future__ import annotations

from collections.abc import Callable

from shmcheck.oracle import access, names
from shmcheck.oracle.constants import (
    GENERIC_EXECUTE,
    GENERIC_READ,
    GENERIC_WRITE,
    MIB,
    PAGE_EXECUTE,
    PAGE_EXECUTE_READ,
    PAGE_EXECUTE_READWRITE,
    PAGE_EXECUTE_WRITECOPY,
    PAGE_GUARD,
    PAGE_NOACCESS,
    PAGE_NOCACHE,
    PAGE_READONLY,
    PAGE_READWRITE,
    PAGE_WRITECOMBINE,
    PAGE_WRITECOPY,
    SEC_ALL,
    SEC_COMMIT,
    SEC_FILE,
    SEC_IMAGE,
    SEC_LARGE_PAGES,
    SEC_NOCACHE,
    SEC_RESERVE,
    SEC_WRITECOMBINE,
    SECTION_MAP_EXECUTE,
    SECTION_MAP_READ,
    SECTION_MAP_WRITE,
    SECTION_QUERY,
    STANDARD_RIGHTS_REQUIRED,
    STATUS_SECTION_TOO_BIG,
)
from shmcheck.oracle.intervals import Intervals
from shmcheck.oracle.rules import (
    ACCESS_DENIED,
    INVALID_HANDLE,
    INVALID_PARAMETER,
    Fail,
    Fields,
    done,
    grants,
    instead_of,
    lost,
    refuses,
    verb,
)
from shmcheck.oracle.state import (
    LOST,
    UNKNOWN_NAME,
    File,
    Handle,
    HandleLabel,
    NoStatement,
    Object,
    Process,
    Section,
    World,
    pages_up,
)
from shmcheck.oracle.text import Reply, Step

# Map rights that a handle gets, by the protection of the section; row create-granted-access-by-protect.
RIGHTS = {
    PAGE_READONLY: SECTION_MAP_READ,
    PAGE_WRITECOPY: SECTION_MAP_READ,
    PAGE_READWRITE: SECTION_MAP_READ | SECTION_MAP_WRITE,
    PAGE_EXECUTE_READ: SECTION_MAP_READ | SECTION_MAP_EXECUTE,
    PAGE_EXECUTE_WRITECOPY: SECTION_MAP_READ | SECTION_MAP_EXECUTE,
    PAGE_EXECUTE_READWRITE: SECTION_MAP_READ | SECTION_MAP_WRITE | SECTION_MAP_EXECUTE,
}
WRITABLE = (PAGE_READWRITE, PAGE_EXECUTE_READWRITE)
EXECUTABLE = (PAGE_EXECUTE_READ, PAGE_EXECUTE_READWRITE, PAGE_EXECUTE_WRITECOPY)


LARGE_SIZE = 256 * MIB  # any current system has memory for smaller sections
BEYOND_EVERY_LIMIT = 1 << 62


class Create:
    """A call of CreateFileMapping or one of its relatives."""

    __slots__ = (
        "world", "process", "label", "name", "ansi", "size", "page", "attributes", "file", "file_access",
        "no_file", "sd", "inherit", "existing", "wanted", "exact", "granted",
    )  # fmt: skip

    def __init__(self, world: World, process: Process, step: Step) -> None:
        self.world = world
        self.process = process
        self.label = step.label
        self.ansi = step.word("api") == "A"
        self.name = names.of_step(world, step, self.ansi)
        self.size = step.number("size")
        protect = step.number("protect") | step.number("attributes")
        self.attributes = protect & SEC_ALL
        self.page = protect & ~SEC_ALL
        self.sd = "" if step.word("sd") == "default" else step.word("sd")
        self.inherit = step.word("inherit") == "yes"
        self.file: File | None = None
        self.file_access: int | None = None
        self.no_file = step.word("file")  # "stale", "pipe" or a word for no file
        if self.no_file not in ("", "invalid", "null", "stale"):
            self.take_file(self.no_file)
        key = self.name.key if self.name else ""
        found = world.names.get(key) if key else None
        if found is UNKNOWN_NAME:
            raise NoStatement("whether the name is there")
        self.existing: Object | None = found  # type: ignore[assignment]
        self.exact = step.has("access")  # CreateFileMapping2
        self.wanted = STANDARD_RIGHTS_REQUIRED | SECTION_QUERY | RIGHTS.get(self.page, 0)
        if self.exact:
            self.wanted = access.mapped(step.number("access"))
        self.granted: int | None | bool = None

    def take_file(self, word: str) -> None:
        label = self.process.labels.get(word)
        handle = self.process.table.get(label.value) if isinstance(label, HandleLabel) else None
        if handle is None:
            raise NoStatement(f"what file={word} is")
        if isinstance(handle.object, File):
            self.file, self.file_access = handle.object, handle.access
        elif handle.object.kind == "pipe":
            self.no_file = "pipe"
        else:
            raise NoStatement(f"a {handle.object.kind or 'handle'} as a file")

    @property
    def new(self) -> bool:
        """Whether the name is free, or the call has no name."""
        return self.existing is None

    @property
    def full_size(self) -> int:
        """The size that the section should have."""
        if self.file is None:
            return pages_up(self.size)
        if self.file.size is None:
            raise NoStatement("the size of the file")
        return self.size or self.file.size


@verb("create", "createapp", "create2")
def create(world: World, process: Process, step: Step) -> Create:
    if process.token is None:
        raise NoStatement("who the process is")
    if step.has("node"):
        raise NoStatement("NUMA nodes")
    call = Create(world, process, step)
    if call.name is not None and call.name.why:
        raise NoStatement(call.name.why)
    if isinstance(call.existing, Section):
        call.granted = access.granted(call.existing, process.token, call.wanted)
        if call.granted is None:
            raise NoStatement("whether the descriptor admits the process")
    return call


CREATES = "create createapp create2"


# ---- arguments that are refused ----


@refuses(CREATES, "create-zero-size-pagefile", "create-existing-bad-args-still-fail")
def zero_size(call: Create) -> Fail | None:
    return INVALID_PARAMETER if call.size == 0 and call.file is None and not call.attributes & SEC_IMAGE else None


@refuses(CREATES, "create-protect-zero", "create-existing-bad-args-still-fail")
def protect_zero(call: Create) -> Fail | None:
    return INVALID_PARAMETER if call.page == 0 else None


@refuses(CREATES, "create-protect-nonsense")
def protect_nonsense(call: Create) -> Fail | None:
    """Several protections together, and undefined bits."""
    page = call.page & ~(PAGE_GUARD | PAGE_NOCACHE | PAGE_WRITECOMBINE)
    known = page in RIGHTS or page in (0, PAGE_NOACCESS, PAGE_EXECUTE)
    return None if known else INVALID_PARAMETER


@refuses(CREATES, "create-protect-noaccess")
def protect_noaccess(call: Create) -> Fail | None:
    return INVALID_PARAMETER if call.page == PAGE_NOACCESS else None


@refuses(CREATES, "create-protect-execute")
def protect_execute(call: Create) -> Fail | None:
    return INVALID_PARAMETER if call.page == PAGE_EXECUTE else None


@refuses(CREATES, "create-protect-guard")
def protect_guard(call: Create) -> Fail | None:
    return INVALID_PARAMETER if call.page & PAGE_GUARD else None


@refuses(CREATES, "create-protect-nocache-writecombine")
def protect_nocache(call: Create) -> Fail | None:
    return INVALID_PARAMETER if call.page & (PAGE_NOCACHE | PAGE_WRITECOMBINE) else None


@refuses(CREATES, "create-commit-and-reserve")
def commit_and_reserve(call: Create) -> Fail | None:
    both = SEC_COMMIT | SEC_RESERVE
    return INVALID_PARAMETER if call.attributes & both == both else None


@refuses(CREATES, "create-nocache-needs-commit-or-reserve")
def nocache_alone(call: Create) -> Fail | None:
    return INVALID_PARAMETER if call.attributes == SEC_NOCACHE else None


@refuses(CREATES, "create-writecombine-needs-commit-or-reserve", "create-targets-invalid-alias")
def writecombine_alone(call: Create) -> Fail | None:
    return INVALID_PARAMETER if call.attributes == SEC_WRITECOMBINE else None


@refuses(CREATES, "create-sec-file-rejected")
def sec_file(call: Create) -> Fail | None:
    return INVALID_PARAMETER if call.attributes & SEC_FILE else None


@refuses(CREATES, "create-image-on-pagefile")
def image_without_file(call: Create) -> Fail | None:
    return Fail(193) if call.attributes == SEC_IMAGE and call.file is None and not call.no_file else None


@refuses(CREATES, "create-image-exclusive")
def image_with_others(call: Create) -> Fail | None:
    others = SEC_COMMIT | SEC_RESERVE | SEC_LARGE_PAGES | SEC_WRITECOMBINE
    return INVALID_PARAMETER if call.attributes & SEC_IMAGE and call.attributes & others else None


@refuses(CREATES, "large-needs-commit")
def large_without_commit(call: Create) -> Fail | None:
    if call.attributes & SEC_LARGE_PAGES and not call.attributes & (SEC_COMMIT | SEC_IMAGE):
        return INVALID_PARAMETER
    return None


@refuses(CREATES, "large-pagefile-only")
def large_over_file(call: Create) -> Fail | None:
    return INVALID_PARAMETER if call.attributes & SEC_LARGE_PAGES and call.file is not None else None


def only_for_new(check: Callable[[Create], Fail | None]) -> Callable[[Create], Fail | None]:
    """The same rule on a platform that checks SEC_ flags only for a new section."""

    def changed(call: Create) -> Fail | None:
        return None if call.existing is not None else check(call)

    return changed


for _check in (
    commit_and_reserve, nocache_alone, writecombine_alone, sec_file, image_without_file, image_with_others,
    large_without_commit,
):  # fmt: skip
    instead_of(_check, "names-come-before-section-flags")(only_for_new(_check))


@refuses(CREATES, "large-needs-privilege")
def large_without_privilege(call: Create) -> Fail | None:
    if call.attributes & SEC_LARGE_PAGES and call.attributes & SEC_COMMIT and call.file is None:
        state = call.process.token.privileges.get("SeLockMemoryPrivilege") if call.process.token else None
        if state is None or state == "enabled":
            raise NoStatement("large pages")
        return Fail(1314)
    return None


@instead_of(large_without_privilege, "large-pages-for-everyone")
def large_for_everyone(call: Create) -> Fail | None:
    return None


def what_is_not_stated(call: Create) -> None:
    """Arguments about which the contract makes no statement."""
    known = SEC_IMAGE | SEC_FILE | SEC_LARGE_PAGES | SEC_COMMIT | SEC_RESERVE | SEC_NOCACHE | SEC_WRITECOMBINE
    if call.attributes & ~known or call.page not in RIGHTS:
        raise NoStatement("these bits of the protection")
    both = SEC_NOCACHE | SEC_WRITECOMBINE
    if call.attributes & both == both or (call.attributes & both and call.file is not None):
        raise NoStatement("SEC_NOCACHE or SEC_WRITECOMBINE here")
    if call.attributes & SEC_LARGE_PAGES:
        raise NoStatement("large pages")


# ---- names ----


@refuses("create", "name-length-limit")
def long_name(call: Create) -> Fail | None:
    if call.name is None:
        return None
    if call.ansi and call.name.most > names.MAX_ANSI:
        if call.name.least > names.MAX_ANSI:
            return Fail(206)
        raise NoStatement("whether the name is longer than MAX_PATH")
    if call.name.most > names.MAX_UNITS:
        raise NoStatement("how long a wide name may be is not documented")
    return None


@refuses(
    CREATES,
    "name-collide-mutex", "name-collide-event", "name-collide-semaphore", "name-collide-timer", "name-collide-job",
)  # fmt: skip
def name_of_another_kind(call: Create) -> Fail | None:
    if call.existing is None or isinstance(call.existing, Section):
        return None
    if not call.existing.kind:
        raise NoStatement("what the name stands for")
    return INVALID_HANDLE


@refuses(
    CREATES, "name-global-create-needs-privilege", "name-global-privilege-must-be-enabled", "name-global-privilege-since"
)
def global_without_privilege(call: Create) -> Fail | None:
    if call.name is None or call.name.space != "global" or call.existing is not None:
        return None
    if call.world.platform.client_session is False:
        return None
    token = call.process.token
    state = token.privileges.get("SeCreateGlobalPrivilege") if token else None
    if state is None:
        raise NoStatement("whether the process has SeCreateGlobalPrivilege")
    return ACCESS_DENIED if state != "enabled" else None


@instead_of(global_without_privilege, "global-names-for-everyone")
def global_for_everyone(call: Create) -> Fail | None:
    return None


# ---- existing objects ----


@refuses(
    CREATES,
    "create-existing-requests-protect-access", "sd-create-existing-needs-standard-rights", "sd-empty-dacl",
    "il-low-cannot-write-up",
)  # fmt: skip
def existing_refuses(call: Create) -> Fail | None:
    return ACCESS_DENIED if isinstance(call.existing, Section) and call.granted is False else None


@instead_of(existing_refuses, "owner-has-all-standard-rights")
def existing_refuses_not_the_owner(call: Create) -> Fail | None:
    existing = call.existing
    if isinstance(existing, Section) and existing.descriptor and call.granted is False:
        if access.granted_if(existing, call.process.token, call.wanted, existing.descriptor, True) is not False:
            return None
    return existing_refuses(call)


# ---- sizes ----


@refuses(CREATES, "size-too-big")
def too_big(call: Create) -> Fail | None:
    if call.file is None and call.size >= 1 << 44:
        if call.size >= BEYOND_EVERY_LIMIT and call.attributes & SEC_RESERVE and call.new:
            return Fail(8, STATUS_SECTION_TOO_BIG)
        raise NoStatement("how large a section may be")
    return None


@instead_of(too_big, "sections-as-large-as-a-file")
def too_big_for_a_file(call: Create) -> Fail | None:
    if call.file is None and call.size >= 1 << 44:
        raise NoStatement("how large a file may be")
    return None


@refuses("createapp", "fromapp-64-bit-arguments")
def size_is_whole(call: Create) -> Fail | None:
    """All 64 bits of the size count. The other rules state the effects."""
    return None


@instead_of(size_is_whole, "fromapp-drops-upper-halves")
def size_loses_its_upper_half(call: Create) -> Fail | None:
    if call.size >= 1 << 32:
        raise NoStatement("FromApp calls drop the upper half of 64-bit arguments here")
    return None


@refuses(CREATES, "create-commit-limit")
def beyond_commit(call: Create) -> Fail | None:
    if call.file is not None or call.attributes & (SEC_RESERVE | SEC_IMAGE) or call.size <= LARGE_SIZE or not call.new:
        return None
    limit = call.world.platform.commit_limit
    if call.size >= 1 << 42 or (limit is not None and call.size > 4 * limit):
        return Fail(1455)
    if limit is None or call.size > limit // 8:
        raise NoStatement("how much can be committed")
    return None


@instead_of(beyond_commit, "no-commit-limit")
def no_commit_limit(call: Create) -> Fail | None:
    return None


# ---- files ----


@refuses(CREATES, "create-closed-file-handle")
def stale_file(call: Create) -> Fail | None:
    return INVALID_HANDLE if call.no_file == "stale" else None


@refuses(CREATES, "file-unsupported-device")
def not_a_file(call: Create) -> Fail | None:
    return Fail(193) if call.no_file == "pipe" else None


@instead_of(not_a_file, "pipe-is-of-another-type")
def pipe_of_another_type(call: Create) -> Fail | None:
    return INVALID_HANDLE if call.no_file == "pipe" else None


@refuses(CREATES, "file-zero-length")
def empty_file(call: Create) -> Fail | None:
    if call.file is None or call.size or call.existing is not None:
        return None
    if access_of_file(call) is not None:
        return None  # row file-access-before-size
    return Fail(1006) if call.file.size == 0 else None


@refuses(CREATES, "image-bad-file")
def file_is_no_image(call: Create) -> Fail | None:
    if call.file is None or call.attributes != SEC_IMAGE:
        return None
    if call.file.kind == "image":
        raise NoStatement("images")
    if call.existing is not None:
        raise NoStatement("whether the file counts where the name exists")
    return Fail(193)


@refuses(CREATES, "file-access-mismatch")
def access_of_file(call: Create) -> Fail | None:
    if call.file is None or call.existing is not None:
        return None
    if call.file_access is None:
        raise NoStatement("with what access the file was opened")
    if not call.file_access & GENERIC_READ or (call.page in WRITABLE and not call.file_access & GENERIC_WRITE):
        return ACCESS_DENIED
    return None


@refuses(CREATES, "file-execute-needs-generic-execute")
def execute_of_file(call: Create) -> Fail | None:
    if call.file is None or call.existing is not None or call.page not in EXECUTABLE:
        return None
    if call.file_access is None:
        raise NoStatement("with what access the file was opened")
    return None if call.file_access & GENERIC_EXECUTE else ACCESS_DENIED


@instead_of(execute_of_file, "execute-needs-no-right-to-the-file")
def execute_of_any_file(call: Create) -> Fail | None:
    return None


@refuses(CREATES, "file-extend-readonly")
def longer_than_file(call: Create) -> Fail | None:
    if call.file is None or call.existing is not None or call.file.size is None:
        return None
    return Fail(8) if call.size > call.file.size and call.page not in WRITABLE else None


# ---- replies of a success ----


@grants(CREATES, "create-new-clears-last-error")
def new_object(call: Create) -> Fields | None:
    if not call.new:
        return None
    if call.name is not None and call.world.unsure:
        raise NoStatement("whether an object has that name")
    what_is_not_stated(call)
    if call.file is not None and call.attributes & SEC_IMAGE:
        raise NoStatement("images")
    if call.file is not None and call.file.size is not None and call.size > call.file.size + LARGE_SIZE:
        raise NoStatement("whether the volume has room")
    return {"error": "0"}


@grants(CREATES, "create-existing-returns-183")
def joined_object(call: Create) -> Fields | None:
    if call.new:
        return None
    what_is_not_stated(call)
    return {"error": "183"}


@grants(CREATES, "create-exec-protect-min-version")
def executable_section(call: Create) -> Fields | None:
    return {} if call.page in EXECUTABLE else None


@grants(CREATES, "create-unnamed")
def unnamed(call: Create) -> Fields | None:
    return {} if call.name is None else None


@grants(CREATES, "name-empty-string")
def empty_name(call: Create) -> Fields | None:
    return {} if call.name is not None and call.name.wrong == "empty" else None


@grants(CREATES, "name-global-create-existing-no-privilege")
def existing_global(call: Create) -> Fields | None:
    return {} if call.existing is not None and call.name is not None and call.name.space == "global" else None


@grants(CREATES, "name-squatted", "create-existing-keeps-size-larger", "create-existing-keeps-size-smaller")
def size_is_ignored(call: Create) -> Fields | None:
    existing = call.existing
    return {} if isinstance(existing, Section) and pages_up(call.size) != existing.extent else None


# ---- changes of the state ----


@done(CREATES)
def make(call: Create, reply: Reply) -> None:
    """Makes a new section or a handle to the existing one, as the reply says."""
    world, process = call.world, call.process
    existing = call.existing
    if reply.fields.get("error") == "183":
        if not isinstance(existing, Section):
            call.process.labels[call.label] = LOST
            return
        right = call.granted if isinstance(call.granted, int) and call.granted is not False else None
        handle = Handle(existing, None if right is False else right, call.inherit)
    else:
        section = new_section(call)
        if call.name is not None and call.name.key:
            section.name = call.name.key
            world.names[section.name] = section
        rights = RIGHTS.get(call.page)
        own = None if rights is None else STANDARD_RIGHTS_REQUIRED | SECTION_QUERY | rights
        handle = Handle(section, call.wanted if call.exact else own, call.inherit)
    value = world.give(process, handle)
    process.labels[call.label] = HandleLabel(value)
    process.last["handle"] = value


def new_section(call: Create) -> Section:
    attributes = call.attributes
    if call.file is not None:
        size = call.full_size
        attributes = (attributes & ~(SEC_COMMIT | SEC_RESERVE)) | SEC_FILE
    else:
        size = pages_up(call.size)
        if not attributes & (SEC_COMMIT | SEC_RESERVE):
            attributes |= SEC_COMMIT
    section = Section(size, call.page, attributes)
    if call.file is not None:
        take_over_file(section, call.file)
    elif attributes & SEC_RESERVE:
        section.committed = Intervals()
    token = call.process.token
    section.descriptor = call.sd
    section.owner = token.user if token else None
    section.default_dacl = token.default_dacl if token else None
    level = token.level if token else None
    section.owner_level = level or "medium"
    section.label = {"low": "LW", "untrusted": None, None: None}.get(level, "")
    return section


def take_over_file(section: Section, file: File) -> None:
    """A section over a file shows its bytes. A section longer than the file makes it grow."""
    section.file = file
    section.contents = file.contents
    file.sections += 1
    file.live.add(section)
    if file.size is not None and section.size > file.size:
        file.contents.forget(file.size, section.extent)  # row file-extension-contents: not promised to be zero
        file.size = section.size


@lost(CREATES)
def lose(call: Create, reply: Reply) -> None:
    """After a success without a statement: an unknown handle, maybe to the object of that name."""
    if reply.fields.get("error") == "183" and isinstance(call.existing, Section):
        make(call, reply)
        return
    call.process.labels[call.label] = LOST
    if call.name is not None and call.name.key and call.existing is None:
        call.world.names[call.name.key] = UNKNOWN_NAME
