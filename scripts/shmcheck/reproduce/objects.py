"""The code of steps about handles, files, other objects, security and tokens."""

from __future__ import annotations

from shmcheck.definitions import INTEGRITY_LEVELS
from shmcheck.reproduce import values
from shmcheck.reproduce.role_code import RoleCode
from shmcheck.reproduce.sections import name_of, verb
from shmcheck.reproduce.steps import CannotExpress, CallStep, unescape


def done_call(code: RoleCode, step: CallStep, call: str) -> None:
    code.declare("done", "BOOL done;")
    code.call(step, "done", call, "done")


# ---- handles ----


@verb("adopt")
def adopt(code: RoleCode, step: CallStep, index: int) -> None:
    memory = "address" in step.keys
    label = code.make(step.label, memory)
    value = code.number(step, "address" if memory else "handle")
    code.add(f"{label.variable} = ({'BYTE *' if memory else 'HANDLE'})(ULONG_PTR){value};")


@verb("duplicate")
def duplicate(code: RoleCode, step: CallStep, index: int) -> None:
    keys = step.keys
    to = code.number(step, "to")
    options = []
    if keys.get("same") == "yes" or "access" not in keys:
        options.append("DUPLICATE_SAME_ACCESS")
    if keys.get("close-source") == "yes":
        options.append("DUPLICATE_CLOSE_SOURCE")
    inherit = "TRUE" if keys.get("inherit") == "yes" else "FALSE"
    code.declare("copy", "HANDLE copy = NULL;")
    code.declare("done", "BOOL done;")
    target = "GetCurrentProcess()"
    if to != "0":
        target = code.declare("process", "HANDLE process;")
        code.add(f"process = OpenProcess({code.constants(step, 'rights', 'PROCESS_DUP_HANDLE')}, FALSE, (DWORD){to});")
    source = code.handle(step.label)
    call = (
        f"DuplicateHandle(GetCurrentProcess(), {source}, {target}, &copy, {code.constants(step, 'access')}, {inherit}, "
        f"{' | '.join(options) or '0'})"
    )
    code.call(step, "done", call, "done")
    if to != "0":
        code.add("CloseHandle(process);")
    if step.got.ok and "DUPLICATE_CLOSE_SOURCE" in options and keys.get("keep") != "yes":
        del code.labels[step.label]
    code.publish(index, "handle", "(ULONG_PTR)copy")


@verb("pull")
def pull(code: RoleCode, step: CallStep, index: int) -> None:
    options = [] if "access" in step.keys else ["DUPLICATE_SAME_ACCESS"]
    options += ["DUPLICATE_CLOSE_SOURCE"] if step.keys.get("close-source") == "yes" else []
    label = code.make(step.label, False, step=step).variable
    code.declare("process", "HANDLE process;")
    rights = code.constants(step, "rights", "PROCESS_DUP_HANDLE")
    code.add(f"process = OpenProcess({rights}, FALSE, (DWORD){code.number(step, 'from')});")
    theirs = f"(HANDLE)(ULONG_PTR){code.number(step, 'handle')}"
    done_call(
        code, step,
        f"DuplicateHandle(process, {theirs}, GetCurrentProcess(), &{label}, {code.constants(step, 'access')}, FALSE, "
        f"{' | '.join(options) or '0'})",
    )
    code.add("CloseHandle(process);")
    code.publish(index, "handle", f"(ULONG_PTR){label}")


@verb("closeremote")
def close_remote(code: RoleCode, step: CallStep, index: int) -> None:
    code.declare("process", "HANDLE process;")
    rights = code.constants(step, "rights", "PROCESS_DUP_HANDLE")
    code.add(f"process = OpenProcess({rights}, FALSE, (DWORD){code.number(step, 'from')});")
    theirs = f"(HANDLE)(ULONG_PTR){code.number(step, 'handle')}"
    done_call(code, step, f"DuplicateHandle(process, {theirs}, NULL, NULL, 0, FALSE, DUPLICATE_CLOSE_SOURCE)")
    code.add("CloseHandle(process);")


@verb("flags")
def flags(code: RoleCode, step: CallStep, index: int) -> None:
    code.declare("flags", "DWORD flags;")
    handle = code.handle(step.label)
    call = f"GetHandleInformation({handle}, &flags)"
    done_call(code, step, call)
    for key, name in (("inherit", "HANDLE_FLAG_INHERIT"), ("protect-from-close", "HANDLE_FLAG_PROTECT_FROM_CLOSE")):
        value = step.expected.fields.get(key)
        if value and step.expected.ok:
            mark = "!=" if value == "yes" else "=="
            code.ok(
                step, f"(flags & {name}) {mark} 0", f"{call}: expected {name} {'set' if value == 'yes' else 'clear'}, got \x01#lx",
                "flags",
            )
    code.publish(index, "handle", f"(ULONG_PTR){handle}")


@verb("setflags")
def set_flags(code: RoleCode, step: CallStep, index: int) -> None:
    names = {"inherit": "HANDLE_FLAG_INHERIT", "protect-from-close": "HANDLE_FLAG_PROTECT_FROM_CLOSE"}
    mask = " | ".join(name for key, name in names.items() if key in step.keys) or "0"
    value = " | ".join(name for key, name in names.items() if step.keys.get(key) == "yes") or "0"
    done_call(code, step, f"SetHandleInformation({code.handle(step.label)}, {mask}, {value})")


@verb("compare")
def compare(code: RoleCode, step: CallStep, index: int) -> None:
    if not step.expected.ok:
        raise CannotExpress("compare: a failure")
    code.use("compare_objects")
    code.declare("done", "BOOL done;")
    first, second = code.handle(step.label), code.handle(step.keys["with"])
    same = step.expected.fields.get("same") == "yes"
    code.add(f"done = compare_objects({first}, {second});")
    code.ok(
        step, "done" if same else "!done",
        f"CompareObjectHandles({first}, {second}): expected {'the same object' if same else 'two objects'}, got \x01s",
        'done ? "the same object" : "two objects"',
    )


# ---- files ----


@verb("file")
def file(code: RoleCode, step: CallStep, index: int) -> None:
    code.use("file_path")
    name = values.wide(values.object_name(step.keys["name"], code.program.prefix))
    shares = {
        "all": "FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE",
        "read": "FILE_SHARE_READ",
        "none": "0",
    }[step.keys.get("share", "all")]
    how = "CREATE_ALWAYS" if step.keys.get("open", "new") == "new" else "OPEN_EXISTING"
    of_system = "TRUE" if step.keys.get("in") == "system" else "FALSE"
    flags = "FILE_ATTRIBUTE_TEMPORARY" + (
        " | FILE_FLAG_DELETE_ON_CLOSE" if step.keys.get("delete-on-close") == "yes" else ""
    )
    label = code.make(step.label, False, step=step).variable
    access = code.constants(step, "access", "GENERIC_READ|GENERIC_WRITE")
    call = f"CreateFileW(file_path({name}, {of_system}), {access}, {shares}, NULL, {how}, {flags}, NULL)"
    code.call(step, label, call, f"{label} != INVALID_HANDLE_VALUE")
    if step.keys.get("size", "0") != "0":
        code.use("set_size")
        code.add(f"set_size({label}, {code.number(step, 'size')});")
    code.publish(index, "handle", f"(ULONG_PTR){label}")


@verb("pipe")
def pipe(code: RoleCode, step: CallStep, index: int) -> None:
    label = code.make(step.label, False, step=step).variable
    code.declare("other_end", "HANDLE other_end;")
    done_call(code, step, f"CreatePipe(&{label}, &other_end, NULL, 0)")
    code.add("CloseHandle(other_end);")


@verb("fileremove")
def file_remove(code: RoleCode, step: CallStep, index: int) -> None:
    code.use("file_path")
    name = values.wide(values.object_name(step.keys["name"], code.program.prefix))
    done_call(code, step, f"DeleteFileW(file_path({name}, FALSE))")


@verb("filesize")
def file_size(code: RoleCode, step: CallStep, index: int) -> None:
    handle = code.handle(step.label)
    if "to" in step.keys:
        code.use("set_size")
        done_call(code, step, f"set_size({handle}, {code.number(step, 'to')})")
        return
    code.declare("file_bytes", "LARGE_INTEGER file_bytes;")
    done_call(code, step, f"GetFileSizeEx({handle}, &file_bytes)")
    value = step.expected.fields.get("size")
    if value and step.expected.ok:
        code.ok(
            step, f"file_bytes.QuadPart == {value}", f"GetFileSizeEx({handle}): expected {value} bytes, got \x01lu",
            "file_bytes.LowPart",
        )


@verb("fileread")
def file_read(code: RoleCode, step: CallStep, index: int) -> None:
    code.use("at")
    code.declare("bytes", "char bytes[512];")
    code.declare("got", "DWORD got = 0;")
    call = f"ReadFile({code.handle(step.label)}, bytes, {code.number(step, 'length')}, &got, at({code.number(step, 'at')}))"
    done_call(code, step, call)
    if step.expected.ok and "text" in step.expected.fields:
        data = unescape(step.expected.fields["text"])
        shown = data if data.isprintable() and data.isascii() else data.encode("latin-1").hex()
        code.ok(
            step, f"got == {len(data)} && memcmp(bytes, {values.narrow(data)}, {len(data)}) == 0",
            f"{call}: expected '{shown}', got '\x01.{len(data)}s'", "bytes",
        )


@verb("filewrite")
def file_write(code: RoleCode, step: CallStep, index: int) -> None:
    code.use("at")
    code.declare("got", "DWORD got = 0;")
    data = step.text("text")
    done_call(
        code, step,
        f"WriteFile({code.handle(step.label)}, {values.narrow(data)}, {len(data)}, &got, at({code.number(step, 'at')}))",
    )


@verb("filelock")
def file_lock(code: RoleCode, step: CallStep, index: int) -> None:
    code.use("at")
    high, low = values.split_64(code.number(step, "length"))
    done_call(
        code, step,
        f"LockFileEx({code.handle(step.label)}, LOCKFILE_EXCLUSIVE_LOCK | LOCKFILE_FAIL_IMMEDIATELY, 0, {low}, {high}, "
        f"at({code.number(step, 'at')}))",
    )


@verb("fileflush")
def file_flush(code: RoleCode, step: CallStep, index: int) -> None:
    done_call(code, step, f"FlushFileBuffers({code.handle(step.label)})")


# ---- other objects ----

KINDS = {
    "event": "CreateEventW(NULL, TRUE, FALSE, {})",
    "mutex": "CreateMutexW(NULL, FALSE, {})",
    "semaphore": "CreateSemaphoreW(NULL, 0, 1000, {})",
    "timer": "CreateWaitableTimerW(NULL, TRUE, {})",
    "job": "CreateJobObjectW(NULL, {})",
}
SIGNALS = {"event": "SetEvent({})", "mutex": "ReleaseMutex({})", "semaphore": "ReleaseSemaphore({}, 1, NULL)"}


@verb("hold")
def hold(code: RoleCode, step: CallStep, index: int) -> None:
    label = code.make(step.label, False, step=step).variable
    code.call(step, label, KINDS[step.keys["kind"]].format(name_of(code, step)), f"{label} != NULL")
    step.notes.clear()
    code.variables.setdefault(f"kind of {label}", step.keys["kind"])
    code.publish(index, "handle", f"(ULONG_PTR){label}")


@verb("signal")
def signal(code: RoleCode, step: CallStep, index: int) -> None:
    label = code.handle(step.label)
    kind = code.variables.get(f"kind of {label}")
    if kind not in SIGNALS:
        raise CannotExpress("signal: an object of unknown kind")
    done_call(code, step, SIGNALS[kind].format(label))


@verb("wait")
def wait(code: RoleCode, step: CallStep, index: int) -> None:
    code.declare("result", "DWORD result;")
    call = f"WaitForSingleObject({code.handle(step.label)}, {code.number(step, 'timeout')})"
    code.call(step, "result", call, "result != WAIT_FAILED")
    value = step.expected.fields.get("result")
    if value and step.expected.ok:
        code.ok(step, f"result == {value}", f"{call}: expected {value}, got \x01#lx", "result")


# ---- security ----


def sddl_checks(code: RoleCode, step: CallStep, call: str, shown: str) -> None:
    """Compares a descriptor's text; `call` fills sddl_text and returns the error of the function."""
    expected = step.expected
    code.declare("error", "DWORD error;")
    code.add(f"error = {call};")
    if expected.outcome == "fail":
        value = expected.fields.get("error")
        condition = f"error == {code.error_value(value)}" if value else "error != ERROR_SUCCESS"
        code.ok(step, condition, f"{shown}: expected error {value or 'other than 0'}, got \x01lu", "error")
        return
    code.ok(step, "error == ERROR_SUCCESS", f"{shown}: expected success, got error \x01lu", "error")
    if "descriptor" in expected.fields:
        code.ok(step, "!has_descriptor", f"{shown}: expected no descriptor, got '\x01ls'", "sddl_text")
    elif "sddl" in expected.fields:
        text = unescape(expected.fields["sddl"])
        if "{logon}" in text or "{container}" in text:
            raise CannotExpress(f"{step.verb}: a descriptor with the SID of a logon session or an AppContainer")
        literal = values.wide(text)
        code.use("same_sddl")
        code.ok(step, f"has_descriptor && same_sddl({literal})", f"{shown}: expected '{text}', got '\x01ls'", "sddl_text")


PARTS = {"dacl": "DACL_SECURITY_INFORMATION", "owner": "OWNER_SECURITY_INFORMATION", "label": "LABEL_SECURITY_INFORMATION"}


@verb("descriptor")
def descriptor(code: RoleCode, step: CallStep, index: int) -> None:
    code.use("descriptor")
    part = PARTS[step.keys.get("parts", "dacl")]
    handle = code.handle(step.label)
    label = code.labels[step.label]
    code.guarded_by(
        [label],
        lambda: sddl_checks(code, step, f"read_descriptor({handle}, {part})", f"GetSecurityInfo({handle}, {part})"),
    )


@verb("describe")
def describe(code: RoleCode, step: CallStep, index: int) -> None:
    code.use("describe")
    part = PARTS[step.keys.get("parts", "dacl")]
    name = name_of(code, step)
    sddl_checks(code, step, f"read_named_descriptor({name}, {part})", f"GetNamedSecurityInfoW({name}, {part})")


@verb("setdescriptor")
def set_descriptor(code: RoleCode, step: CallStep, index: int) -> None:
    code.use("set_dacl")
    code.declare("error", "DWORD error;")
    handle, sd = code.handle(step.label), step.text("sd")
    code.add(f"error = set_dacl({handle}, {values.wide(sd)});")
    value = step.expected.fields.get("error", "0")
    wanted = code.error_value("0" if step.expected.ok else value)
    code.ok(step, f"error == {wanted}", f"SetSecurityInfo({handle}, {sd}): expected error {wanted}, got \x01lu", "error")


@verb("privilege")
def privilege(code: RoleCode, step: CallStep, index: int) -> None:
    code.use("privilege")
    name = values.wide(step.label)
    change = {"enabled": "SE_PRIVILEGE_ENABLED", "disabled": "0", "removed": "SE_PRIVILEGE_REMOVED"}
    if "to" in step.keys:
        code.add(f"set_privilege({name}, {change[step.keys['to']]});")
    state = step.expected.fields.get("state")
    if state:
        code.ok(
            step, f'strcmp(privilege_state({name}), "{state}") == 0', f"{step.label}: expected to be {state}, got \x01s",
            f"privilege_state({name})",
        )


@verb("identity")
def identity(code: RoleCode, step: CallStep, index: int) -> None:
    code.use("identity")
    for key, value in step.expected.fields.items():
        yes = value == "yes"
        if key == "integrity":
            rids = [level.rid for level in INTEGRITY_LEVELS if level.name == value]
            if not rids:
                raise CannotExpress(f"identity: integrity={value}")
            rid = f"{rids[0]:#x}"
            code.ok(step, f"integrity_level() == {rid}", f"integrity level: expected {rid} ({value}), got \x01#lx", "integrity_level()")
        elif key == "restricted":
            code.ok(step, f"{'' if yes else '!'}is_restricted()", f"IsTokenRestricted: expected {value}")
        elif key in ("administrator", "authenticated"):
            group = "WinBuiltinAdministratorsSid" if key == "administrator" else "WinAuthenticatedUserSid"
            code.ok(step, f"{'' if yes else '!'}has_group({group})", f"{group} in the token, enabled: expected {value}")
        elif key == "global-privilege":
            code.use("privilege")
            code.ok(
                step, f'strcmp(privilege_state(L"SeCreateGlobalPrivilege"), "{value}") == 0',
                f"SeCreateGlobalPrivilege: expected {value}, got \x01s", 'privilege_state(L"SeCreateGlobalPrivilege")',
            )
        else:
            raise CannotExpress(f"identity: {key}")
