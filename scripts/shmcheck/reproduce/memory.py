"""The code of steps that access memory, query pages and change them."""

from __future__ import annotations

from shmcheck.reproduce import values
from shmcheck.reproduce.role_code import RoleCode
from shmcheck.reproduce.sections import newer, verb
from shmcheck.reproduce.steps import CannotExpress, CallStep, unescape

ACCESS = {"read": "0", "write": "1", "execute": "8"}
NUMBERS = {"u8": "BYTE", "u16": "WORD", "u32": "DWORD", "u64": "ULONGLONG"}


def store(code: RoleCode, step: CallStep, call: str, shown: str) -> None:
    """An access whose reply has only the outcome to check."""
    touch(code, step, call, shown)


def touch(code: RoleCode, step: CallStep, call: str, shown: str) -> bool:
    """An access to memory that may raise an exception. Returns whether the expected reply has fields to check."""
    code.use("touch", *(["copy"] if call.startswith("copy_guarded") else []))
    code.declare("raised", "DWORD raised;")
    code.statement("raised", call)
    if step.expected.outcome == "ok":
        code.ok(step, "raised == 0", f"{shown}: expected success, got exception \x01#lx", "raised")
        return True
    if step.expected.outcome != "fault":
        raise CannotExpress(f"{step.verb}: the outcome '{step.expected.outcome}'")
    number = int(step.expected.fields.get("code", "0xC0000005"), 0)
    condition, text = f"raised == 0x{number:08X}", f"exception 0x{number:08X}"
    access = ACCESS.get(step.expected.fields.get("access", ""))
    if access is not None:
        condition += f" && fault_access == {access}"
        text += f" (access {access})"
    place = step.expected.fields.get("at", "")
    if place.startswith("+"):
        base = code.label(step.label, True).variable
        condition += f" && fault_address == {base} + {place[1:]}"
        text += f" at +{place[1:]}"
    code.ok(step, condition, f"{shown}: expected {text}, got \x01#lx (access \x01lu)", "raised, (DWORD)fault_access")
    return False


def data_of(code: RoleCode, step: CallStep) -> tuple[str, str]:
    """The data of a write: the C expression of its address, and its length."""
    if "text" in step.keys:
        text = step.text("text")
        return values.narrow(text), str(len(text))
    if "hex" in step.keys:
        data = bytes.fromhex(step.keys["hex"]).decode("latin-1")
        return values.narrow(data), str(len(data))
    for key, kind in NUMBERS.items():
        if key in step.keys:
            code.declare(key, f"{kind} {key};")
            code.add(f"{key} = {code.number(step, key)};")
            return f"&{key}", f"sizeof {key}"
    raise CannotExpress("write: machine code")


@verb("write")
def write(code: RoleCode, step: CallStep, index: int) -> None:
    label = code.label(step.label, True)
    data, length = data_of(code, step)
    address = code.address(step)
    code.guarded_by(
        [label],
        lambda: store(code, step, f"copy_guarded({address}, {data}, {length})", f"writing {length} bytes to {address}"),
    )


def read_expected(code: RoleCode, step: CallStep, address: str) -> None:
    fields = step.expected.fields
    how = step.keys.get("as", "hex")
    if how in NUMBERS:
        code.declare(how, f"{NUMBERS[how]} {how} = 0;")
        code.add(f"{how} = 0;")
        if touch(code, step, f"copy_guarded(&{how}, {address}, sizeof {how})", f"reading {address}") and how in fields:
            text = f"{how} at {address}: expected {fields[how]}, got \x01lu"
            code.ok(step, f"{how} == {fields[how]}", text, f"(DWORD){how}")
        return
    length = code.number(step, "length")
    code.declare("bytes", "char bytes[512];")
    if not touch(code, step, f"copy_guarded(bytes, {address}, {length})", f"reading {length} bytes at {address}"):
        return
    expected = step.expected.fields.get(how)
    if expected is None:
        return
    data = unescape(expected) if how == "text" else bytes.fromhex(expected).decode("latin-1")
    literal = values.narrow(data)
    shown = data if data.isprintable() and data.isascii() else data.encode("latin-1").hex()
    code.ok(
        step,
        f"memcmp(bytes, {literal}, {len(data)}) == 0",
        f"bytes at {address}: expected '{shown}', got '\x01.{len(data)}s'",
        "bytes",
    )


@verb("read")
def read(code: RoleCode, step: CallStep, index: int) -> None:
    label = code.label(step.label, True)
    address = code.address(step)
    code.guarded_by([label], lambda: read_expected(code, step, address))


def pattern_arguments(code: RoleCode, step: CallStep) -> str:
    label = code.label(step.label, True)
    at = code.number(step, "at", "0")
    origin = " + ".join(part for part in (label.origin, at) if part != "0") or "0"
    return f"{code.address(step)}, {code.number(step, 'length')}, {code.number(step, 'seed', '0')}, {origin}"


@verb("fill")
def fill(code: RoleCode, step: CallStep, index: int) -> None:
    code.use("pattern")
    label = code.label(step.label, True)
    arguments = pattern_arguments(code, step)
    code.guarded_by(
        [label], lambda: store(code, step, f"fill_guarded({arguments})", f"filling {step.label} with a pattern")
    )


def no_wrong_byte(code: RoleCode, step: CallStep, key: str, what: str, right: str, wrong: str) -> None:
    """Checks first_wrong against the expected field `key`, yes or no."""
    if key in step.expected.fields:
        good = step.expected.fields[key] == "yes"
        code.ok(
            step,
            f"first_wrong {'==' if good else '!='} NOTHING_WRONG",
            f"{what}: expected {right if good else wrong}, got \x01s",
            f'first_wrong == NOTHING_WRONG ? "{right}" : "{wrong}"',
        )


@verb("verify")
def verify(code: RoleCode, step: CallStep, index: int) -> None:
    if "or-zero" in step.keys:
        raise CannotExpress("verify: or-zero=yes")
    code.use("pattern", "first_wrong")
    if not touch(code, step, f"verify_guarded({pattern_arguments(code, step)})", f"reading {step.label}"):
        return
    no_wrong_byte(code, step, "match", f"the pattern in {step.label}", "all of it", "other bytes")


@verb("zero")
def zero(code: RoleCode, step: CallStep, index: int) -> None:
    code.use("zero")
    call = f"zero_guarded({code.address(step)}, {code.number(step, 'length')})"
    if not touch(code, step, call, f"reading {step.label}"):
        return
    no_wrong_byte(code, step, "zero", code.address(step), "zeros", "other bytes")


# ---- looking ----

REGION = {
    "base": "BaseAddress",
    "size": "RegionSize",
    "state": "State",
    "protect": "Protect",
    "type": "Type",
    "allocation-base": "AllocationBase",
    "allocation-protect": "AllocationProtect",
}


def region_checks(code: RoleCode, step: CallStep, base: str, call: str) -> None:
    code.declare("size", "SIZE_T size;")
    code.declare("info", "MEMORY_BASIC_INFORMATION info;")
    code.call(step, "size", call, "size != 0")
    if not step.expected.ok:
        return
    for key, member in REGION.items():
        value = step.expected.fields.get(key)
        if value is None:
            continue
        if key in ("base", "allocation-base"):
            place = base if value == "+0" else f"{base} {value[0]} {value[1:]}"
            text = f"{call}: expected {member} {place}, got \x01p"
            code.ok(step, f"(BYTE *)info.{member} == {place}", text, f"info.{member}")
        elif key == "size":
            code.ok(step, f"info.{member} == {value}", f"{call}: expected {member} {value}, got \x01lu", "(DWORD)info.RegionSize")
        else:
            names = values.constants(value, code.program.constants)
            wanted = f"({names})" if " | " in names else names
            code.ok(step, f"info.{member} == {wanted}", f"{call}: expected {member} {names}, got \x01#lx", f"info.{member}")


@verb("query")
def query(code: RoleCode, step: CallStep, index: int) -> None:
    if "process" in step.keys:
        raise CannotExpress("query: of another process")
    if step.label:
        label = code.label(step.label, True)
        address, base = code.address(step), label.variable
        guards = [label]
    else:
        base = f"(BYTE *)(ULONG_PTR){code.number(step, 'address')}"
        address, guards = base, []
    if step.label and "address" in step.keys:
        address = f"(void *)(ULONG_PTR){code.number(step, 'address')}"
    code.guarded_by(guards, lambda: region_checks(code, step, base, f"VirtualQuery({address}, &info, sizeof info)"))


FLAGS = {
    "private": 0,
    "mapped-data-file": 1,
    "mapped-image": 2,
    "mapped-pagefile": 3,
    "mapped-physical": 4,
    "direct-mapped": 5,
}


@verb("kind")
def kind(code: RoleCode, step: CallStep, index: int) -> None:
    label = code.label(step.label, True)
    code.use("region_information")
    code.declare("done", "BOOL done;")
    code.declare("region", "struct region_information region = {0};")
    shown = f"QueryVirtualMemoryInformation({code.address(step)})"
    call = (
        f"pQueryVirtualMemoryInformation(GetCurrentProcess(), {code.address(step)}, 0, &region, sizeof region, NULL)"
    )

    def written() -> None:
        code.call(step, "done", call, "done", shown)
        if not step.expected.ok:
            return
        for key, value in step.expected.fields.items():
            if key == "base":
                text = f"{shown}: expected AllocationBase {label.variable}, got \x01p"
                code.ok(step, f"region.AllocationBase == {label.variable} {value[0]} {value[1:]}", text, "region.AllocationBase")
            elif key in FLAGS:
                bit = f"region.Flags >> {FLAGS[key]} & 1"
                code.ok(step, f"({bit}) == {int(value == 'yes')}", f"{shown}: expected {key} {value}, got \x01lu", bit)
            elif key in ("size", "commit"):
                member = "RegionSize" if key == "size" else "CommitSize"
                code.ok(
                    step, f"region.{member} == {value}", f"{shown}: expected {member} {value}, got \x01lu",
                    f"(DWORD)region.{member}",
                )

    newer(code, step, "QueryVirtualMemoryInformation", written)


@verb("commitment")
def commitment(code: RoleCode, step: CallStep, index: int) -> None:
    code.use("commitment")
    if "unit" not in step.keys:
        code.add("mark_commit_charge();")
        return
    code.declare("units", "LONGLONG units;")
    unit, settle = code.number(step, "unit"), code.number(step, "settle")
    code.add(f"units = commit_charge_since({unit}, {settle});")
    expected = step.expected.fields.get("units", "0")
    text = f"commit charge since the mark, in units of {unit} bytes: expected {expected}, got \x01ld"
    code.ok(step, f"units == {expected}", text, "(LONG)units")
    code.publish(index, "total", "marked_charge")


@verb("diskspace")
def disk_space(code: RoleCode, step: CallStep, index: int) -> None:
    code.use("disk_space")
    code.declare("available", "ULONGLONG available, beyond;")
    code.add("disk_space(&available, &beyond);")
    code.publish(index, "available", "available")
    code.publish(index, "beyond", "beyond")


@verb("addresses")
def addresses(code: RoleCode, step: CallStep, index: int) -> None:
    code.declare("system", "SYSTEM_INFO system;")
    code.declare("space", "ULONGLONG space;")
    code.add("GetSystemInfo(&system);")
    code.add("space = (((ULONGLONG)(ULONG_PTR)system.lpMaximumApplicationAddress >> 20) + 1) << 20;")
    expected = step.expected.fields["space"]
    code.ok(
        step, f"space == {expected}", f"GetSystemInfo: expected addresses below {int(expected):#x}, got \x01#lx MiB",
        "(DWORD)(space >> 20)",
    )


@verb("size")
def section_size(code: RoleCode, step: CallStep, index: int) -> None:
    if step.keys.get("class", "basic") != "basic" or step.keys.get("buffer", "exact") != "exact":
        raise CannotExpress("size: another class or length than that of the section's size")
    if not step.expected.ok:
        nt_fail(code, step, f"NtQuerySection({code.handle(step.label)})", "section_size", f"section_size({code.handle(step.label)})")
        return
    code.use("section_size")
    section = code.handle(step.label)
    code.declare("done", "BOOL done;")
    code.add(f"done = section_size({section}) >= 0;")
    code.ok(step, "done", f"NtQuerySection({section}): expected success")
    for key, variable in (("size", "section_bytes"), ("attributes", "section_attributes")):
        value = step.expected.fields.get(key)
        if value is not None:
            number = value if key == "size" else f"({values.constants(value, code.program.constants)})"
            code.ok(
                step, f"{variable} == {number}", f"NtQuerySection({section}): expected {key} {value}, got \x01#lx",
                f"(DWORD){variable}",
            )


def nt_fail(code: RoleCode, step: CallStep, shown: str, helper: str, call: str) -> None:
    """A call of an Nt function that is expected to fail: checks its status."""
    code.use(helper)
    code.declare("nt", "LONG nt;")
    code.add(f"nt = {call};")
    if "status" in step.expected.fields:
        number = int(step.expected.fields["status"], 0)
        code.ok(step, f"(DWORD)nt == 0x{number:08X}", f"{shown}: expected status 0x{number:08X}, got \x01#lx", "nt")
    else:
        code.ok(step, "nt < 0", f"{shown}: expected failure, got \x01#lx", "nt")


@verb("granted")
def granted(code: RoleCode, step: CallStep, index: int) -> None:
    handle = code.handle(step.label)
    label = code.labels[step.label]
    shown = f"NtQueryObject({handle})"
    if not step.expected.ok:
        nt_fail(code, step, shown, "granted", f"query_object({handle})")
        return
    code.use("granted")
    code.declare("nt", "LONG nt;")
    wanted = step.expected.fields["access"]

    def written() -> None:
        code.add(f"nt = query_object({handle});")
        code.ok(
            step, f"nt >= 0 && granted_access == {wanted}", f"{shown}: expected granted access {wanted}, got \x01#lx",
            "granted_access",
        )

    code.guarded_by([label], written)


@verb("system")
def system(code: RoleCode, step: CallStep, index: int) -> None:
    code.declare("system", "SYSTEM_INFO system;")
    code.add("GetSystemInfo(&system);")
    for key, member in (("page", "dwPageSize"), ("granularity", "dwAllocationGranularity")):
        value = step.expected.fields.get(key)
        if value:
            code.ok(
                step, f"system.{member} == {value}", f"GetSystemInfo: expected {member} {value}, got \x01lu", f"system.{member}"
            )


@verb("resident")
def resident(code: RoleCode, step: CallStep, index: int) -> None:
    raise CannotExpress("resident: the result of QueryWorkingSetEx depends on other use of the memory")


# ---- changing ----


def on_pages(code: RoleCode, step: CallStep, target: str, call: str, good: str) -> None:
    code.guarded_by([code.label(step.label, True)], lambda: code.call(step, target, call, good))


@verb("protect")
def protect(code: RoleCode, step: CallStep, index: int) -> None:
    code.declare("done", "BOOL done;")
    code.declare("old", "DWORD old = 0;")
    call = f"VirtualProtect({code.address(step)}, {code.number(step, 'length')}, {code.constants(step, 'to')}, &old)"
    on_pages(code, step, "done", call, "done")
    expected = step.expected.fields.get("old")
    if step.expected.ok and expected:
        names = values.constants(expected, code.program.constants)
        code.ok(step, f"old == ({names})" if "|" in names else f"old == {names}",
                f"{call}: expected old protection {names}, got \x01#lx", "old")


@verb("commit")
def commit(code: RoleCode, step: CallStep, index: int) -> None:
    at = code.declare("committed", "BYTE *committed;")
    call = f"VirtualAlloc({code.address(step)}, {code.number(step, 'length')}, MEM_COMMIT, {code.constants(step, 'protect')})"
    on_pages(code, step, at, call, f"{at} != NULL")
    base = step.expected.fields.get("base")
    if step.expected.ok and base:
        place = f"{code.label(step.label, True).variable} {base[0]} {base[1:]}"
        code.ok(step, f"{at} == {place}", f"{call}: expected {place}, got \x01p", at)


@verb("reset")
def reset(code: RoleCode, step: CallStep, index: int) -> None:
    at = code.declare("committed", "BYTE *committed;")
    call = f"VirtualAlloc({code.address(step)}, {code.number(step, 'length')}, MEM_RESET, PAGE_READWRITE)"
    on_pages(code, step, at, call, f"{at} != NULL")


@verb("decommit")
def decommit(code: RoleCode, step: CallStep, index: int) -> None:
    code.declare("done", "BOOL done;")
    on_pages(code, step, "done", f"VirtualFree({code.address(step)}, {code.number(step, 'length')}, MEM_DECOMMIT)", "done")


@verb("reserve")
def reserve(code: RoleCode, step: CallStep, index: int) -> None:
    base = code.number(step, "base")
    place = "NULL" if base == "0" else f"(void *)(ULONG_PTR){base}"
    memory = code.make(step.label, True, step=step).variable
    code.call(step, memory, f"VirtualAlloc({place}, {code.number(step, 'size')}, MEM_RESERVE, PAGE_NOACCESS)", f"{memory} != NULL")
    code.publish(index, "base", f"(ULONG_PTR){memory}")


@verb("lock")
def lock(code: RoleCode, step: CallStep, index: int) -> None:
    code.declare("done", "BOOL done;")
    on_pages(code, step, "done", f"VirtualLock({code.address(step)}, {code.number(step, 'length')})", "done")


@verb("unlock")
def unlock(code: RoleCode, step: CallStep, index: int) -> None:
    code.declare("done", "BOOL done;")
    on_pages(code, step, "done", f"VirtualUnlock({code.address(step)}, {code.number(step, 'length')})", "done")


@verb("flush")
def flush(code: RoleCode, step: CallStep, index: int) -> None:
    code.declare("done", "BOOL done;")
    on_pages(code, step, "done", f"FlushViewOfFile({code.address(step)}, {code.number(step, 'length')})", "done")
