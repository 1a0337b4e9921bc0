"""The code of steps that create, open, map, unmap and close."""

from __future__ import annotations

from collections.abc import Callable

from shmcheck.reproduce import values
from shmcheck.reproduce.role_code import RoleCode
from shmcheck.reproduce.steps import CannotExpress, CallStep

Writer = Callable[[RoleCode, CallStep, int], None]
WRITERS: dict[str, Writer] = {}


def verb(name: str) -> Callable[[Writer], Writer]:
    """Registers the function that writes the calls of a verb: (code, step, index of the step)."""

    def register(writer: Writer) -> Writer:
        WRITERS[name] = writer
        return writer

    return register


def name_of(code: RoleCode, step: CallStep) -> str:
    """The name of an object as C: NULL without name=."""
    if "name" not in step.keys:
        return "NULL"
    name = values.object_name(step.keys["name"], code.program.prefix)
    narrow = step.keys.get("api") == "A"
    if "name-repeat" in step.keys:
        code.use("long_name" + ("_a" if narrow else ""))
        call = "long_name_a" if narrow else "long_name"
        return f"{call}({(values.narrow if narrow else values.wide)(name)}, {step.keys['name-repeat']})"
    return values.narrow(name) if narrow else values.wide(name)


def inherit_of(step: CallStep) -> str:
    """Whether the handle is inheritable, as C writes it."""
    return "TRUE" if step.keys.get("inherit") == "yes" else "FALSE"


def attributes_of(code: RoleCode, step: CallStep) -> str:
    """The SECURITY_ATTRIBUTES of a step; NULL without sd= and inherit=."""
    if "sd" not in step.keys and "inherit" not in step.keys:
        return "NULL"
    inherit = inherit_of(step)
    sd = step.text("sd", "default")
    if "{logon}" in sd or "{container}" in sd:
        raise CannotExpress("create: sd= with the SID of a logon session or an AppContainer")
    if sd == "default":
        code.use("plain_attributes")
        return f"plain_attributes({inherit})"
    code.use("attributes")
    return f"attributes({values.wide(sd)}, {inherit})"


def file_of(code: RoleCode, step: CallStep) -> str:
    word = step.keys.get("file", "invalid")
    if word == "invalid":
        return "INVALID_HANDLE_VALUE"
    if word == "null":
        return "NULL"
    if word == "stale":
        code.use("stale_file")
        return "stale_file()"
    return code.handle(word)


@verb("create")
def create(code: RoleCode, step: CallStep, index: int) -> None:
    high, low = values.split_64(code.number(step, "size"))
    function = {"W": "CreateFileMappingW", "A": "CreateFileMappingA", "numa": "CreateFileMappingNumaW"}[
        step.keys.get("api", "W")
    ]
    node = ", NUMA_NO_PREFERRED_NODE" if step.keys.get("api") == "numa" else ""
    file, attributes = file_of(code, step), attributes_of(code, step)
    call = f"{function}({file}, {attributes}, {code.constants(step, 'protect')}, {high}, {low}, {name_of(code, step)}{node})"
    section = code.make(step.label, False, step=step).variable
    code.call(step, section, call, f"{section} != NULL")
    code.publish(index, "handle", f"(ULONG_PTR){section}")


@verb("open")
def open_section(code: RoleCode, step: CallStep, index: int) -> None:
    function = "OpenFileMappingA" if step.keys.get("api") == "A" else "OpenFileMappingW"
    call = f"{function}({code.constants(step, 'access')}, {inherit_of(step)}, {name_of(code, step)})"
    section = code.make(step.label, False, step=step).variable
    code.call(step, section, call, f"{section} != NULL")
    code.publish(index, "handle", f"(ULONG_PTR){section}")


@verb("map")
def map_view(code: RoleCode, step: CallStep, index: int) -> None:
    of = code.label(step.keys["of"], False)
    offset = code.number(step, "offset")
    high, low = values.split_64(offset)
    length, access = code.number(step, "length"), code.constants(step, "access")
    call = f"MapViewOfFile({of.variable}, {access}, {high}, {low}, {length})"
    if "base" in step.keys:
        base = code.number(step, "base")
        call = f"MapViewOfFileEx({of.variable}, {access}, {high}, {low}, {length}, (void *)(ULONG_PTR){base})"

    def write() -> None:
        view = code.make(step.label, True, offset, step)
        view.unexpected = view.unexpected or of.unexpected
        code.call(step, view.variable, call, f"{view.variable} != NULL")
        code.publish(index, "base", f"(ULONG_PTR){view.variable}")

    code.guarded_by([of], write)


def release(code: RoleCode, step: CallStep, memory: bool, call: str) -> None:
    """A call that releases the object of a label. If the step undoes an unexpected success, its result is not checked,
    because the object may not exist."""
    label = code.label(step.label, memory)
    code.declare("done", "BOOL done;")
    if label.unexpected:
        with code.block(f"if ({label.variable})"):
            code.statement("", call)
    else:
        code.call(step, "done", call, "done")
    if step.got.ok and step.keys.get("keep", "no") != "yes":
        if label.unexpected:
            code.add(f"{label.variable} = NULL;")
        del code.labels[step.label]


@verb("unmap")
def unmap(code: RoleCode, step: CallStep, index: int) -> None:
    release(code, step, True, f"UnmapViewOfFile({code.address(step)})")


@verb("close")
def close(code: RoleCode, step: CallStep, index: int) -> None:
    release(code, step, False, f"CloseHandle({code.handle(step.label)})")


@verb("release")
def release_memory(code: RoleCode, step: CallStep, index: int) -> None:
    release(code, step, True, f"VirtualFree({code.address(step)}, 0, MEM_RELEASE)")


# ---- calls of newer systems ----


def newer(code: RoleCode, step: CallStep, function: str, write: Callable[[], None]) -> None:
    """A call of a function that older systems do not export."""
    code.use(f"p{function}")
    if step.got.fields.get("error") == "127" and not step.failed:
        code.ok(step, f"!p{function}", f"{function}: expected not to be exported")
        return
    with code.block(f"if (p{function})"):
        write()
    code.add("else")
    code.depth += 1
    code.ok(step, "0", f"{function} is not exported by this system")
    code.depth -= 1


@verb("createapp")
def create_app(code: RoleCode, step: CallStep, index: int) -> None:
    file = file_of(code, step)
    section = code.make(step.label, False, step=step).variable
    call = (
        f"pCreateFileMappingFromApp({file}, {attributes_of(code, step)}, {code.constants(step, 'protect')}, "
        f"{code.number(step, 'size')}, {name_of(code, step)})"
    )
    newer(code, step, "CreateFileMappingFromApp", lambda: code.call(step, section, call, f"{section} != NULL", call[1:]))


@verb("openapp")
def open_app(code: RoleCode, step: CallStep, index: int) -> None:
    section = code.make(step.label, False, step=step).variable
    call = f"pOpenFileMappingFromApp({code.constants(step, 'access')}, {inherit_of(step)}, {name_of(code, step)})"
    newer(code, step, "OpenFileMappingFromApp", lambda: code.call(step, section, call, f"{section} != NULL", call[1:]))


@verb("mapapp")
def map_app(code: RoleCode, step: CallStep, index: int) -> None:
    of = code.handle(step.keys["of"])
    view = code.make(step.label, True, code.number(step, "offset"), step).variable
    call = (
        f"pMapViewOfFileFromApp({of}, {code.constants(step, 'access')}, {code.number(step, 'offset')}, "
        f"{code.number(step, 'length')})"
    )
    newer(code, step, "MapViewOfFileFromApp", lambda: code.call(step, view, call, f"{view} != NULL", call[1:]))


def process_of(step: CallStep) -> str:
    word = step.keys.get("process", "self")
    if word == "self":
        return "GetCurrentProcess()"
    if word == "null":
        return "NULL"
    raise CannotExpress(f"{step.verb}: a view in another process")


@verb("map3")
def map_3(code: RoleCode, step: CallStep, index: int) -> None:
    of = code.handle(step.keys["of"])
    lowest, highest, alignment = (code.number(step, key) for key in ("lowest", "highest", "alignment"))
    bounded = (lowest, highest, alignment) != ("0", "0", "0")
    base = code.number(step, "base")
    place = "NULL" if base == "0" else f"(void *)(ULONG_PTR){base}"
    view = code.make(step.label, True, code.number(step, "offset"), step).variable
    process, kind = process_of(step), code.constants(step, "type")
    parameters, count = ("NULL", "0")
    if bounded:
        code.use("bounds")
        parameters = f"bounds({lowest}, {highest}, {alignment})"
        count = "2" if step.keys.get("twice") == "yes" else "1"
    call = (
        f"pMapViewOfFile3({of}, {process}, {place}, {code.number(step, 'offset')}, {code.number(step, 'length')}, {kind}, "
        f"{code.constants(step, 'protect')}, {parameters}, {count})"
    )
    newer(code, step, "MapViewOfFile3", lambda: code.call(step, view, call, f"{view} != NULL", call[1:]))
    code.publish(index, "base", f"(ULONG_PTR){view}")


@verb("unmap2")
def unmap_2(code: RoleCode, step: CallStep, index: int) -> None:
    if "address" in step.keys:
        raise CannotExpress("unmap2: a view in another process")
    view = code.label(step.label, True)
    code.declare("done", "BOOL done;")
    flags = code.constants(step, "flags")
    function = "UnmapViewOfFile2" if "process" in step.keys else "UnmapViewOfFileEx"
    process = f"{process_of(step)}, " if "process" in step.keys else ""
    call = f"p{function}({process}{view.variable}, {flags})"
    newer(code, step, function, lambda: code.call(step, "done", call, "done", call[1:]))
    if step.got.ok and step.keys.get("keep") != "yes":
        del code.labels[step.label]


@verb("placeholder")
def placeholder(code: RoleCode, step: CallStep, index: int) -> None:
    size = code.number(step, "size")
    if "like" in step.keys:
        code.use("allocation_size")
        size = f"allocation_size({code.label(step.keys['like'], True).variable})"
    room = code.make(step.label, True, step=step).variable
    code.program.constants.add("MEM_RESERVE_PLACEHOLDER")
    call = f"pVirtualAlloc2(NULL, NULL, {size}, MEM_RESERVE | MEM_RESERVE_PLACEHOLDER, PAGE_NOACCESS, NULL, 0)"
    newer(code, step, "VirtualAlloc2", lambda: code.call(step, room, call, f"{room} != NULL", call[1:]))
    code.publish(index, "base", f"(ULONG_PTR){room}")


@verb("split")
def split(code: RoleCode, step: CallStep, index: int) -> None:
    code.declare("done", "BOOL done;")
    code.program.constants.add("MEM_PRESERVE_PLACEHOLDER")
    call = f"VirtualFree({code.address(step)}, {code.number(step, 'length')}, MEM_RELEASE | MEM_PRESERVE_PLACEHOLDER)"
    code.call(step, "done", call, "done")


@verb("export")
def export(code: RoleCode, step: CallStep, index: int) -> None:
    module = step.keys.get("from", "kernelbase") + ".dll"
    there = f'GetProcAddress(GetModuleHandleA("{module}"), "{step.label}") != NULL'
    expected = step.expected.fields.get("present", "yes") == "yes"
    code.declare("done", "BOOL done;")
    code.statement("done", there)
    code.ok(
        step,
        "done" if expected else "!done",
        f"{module} exports {step.label}: expected {'yes' if expected else 'no'}, got \x01s",
        'done ? "yes" : "no"',
    )
