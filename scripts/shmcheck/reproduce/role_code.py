"""Writes the C code of one role: variables, calls, and the checks after each call."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from shmcheck.reproduce import values
from shmcheck.reproduce.steps import CannotExpress, CallStep

WIDTH = 110
CONVERSION = "\x01"
# Names that a label must not get in C.
RESERVED = frozenset(
    "auto break case char const continue default do double else enum extern float for goto if int long register return "
    "short signed sizeof static struct switch typedef union unsigned void volatile while near far small interface main "
    "error status done code self turns failed processes read write open close index remove bytes size info raised old "
    "committed copy process flags got result available beyond region units system space other_end file_bytes nt u8 u16 u32 "
    "u64 at ok roles role bounds attributes set_size file_path publish fetch pipe signal wait time rename select".split()
)
REFERENCE = re.compile(r"\$([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)((?:\+[0-9]+)?)")


@dataclass
class Label:
    """The current object of a label. `origin`: the offset in the section at which a view begins."""

    variable: str
    memory: bool
    origin: str = "0"
    unexpected: bool = False  # exists only if a call succeeded that is expected to fail
    stale: bool = False  # closed with keep=yes


@dataclass
class SharedCode:
    """The data that the roles of one program share."""

    prefix: str  # the prefix of the names of objects
    known: bool = False  # the deviation is expected on some systems (known.toml)
    winetest: bool = False
    roles: list[str] = field(default_factory=list)
    constants: set[str] = field(default_factory=set)  # the constants that older SDKs lack
    helpers: set[str] = field(default_factory=set)  # parts of helpers.c
    published: dict[str, str] = field(default_factory=dict)  # "writer.handle" -> the C name of its key
    wanted: set[tuple[int, str]] = field(default_factory=set)  # (index of a step, field): values that other steps need


def quoted(text: str) -> str:
    """Text as part of a C format string."""
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")


def literal_lines(text: str, indent: str) -> list[str]:
    """A format as C string literals, several if it is long. It ends with a line break."""
    whole = quoted(text)
    pieces: list[str] = []
    while len(whole) > WIDTH - len(indent) - 4:
        cut = whole.rfind(" ", 40, WIDTH - len(indent) - 4)
        if cut < 0:
            break
        pieces.append(whole[: cut + 1])
        whole = whole[cut + 1 :]
    pieces.append(whole + "\\n")
    return [f'{indent}"{piece}"' for piece in pieces]


@dataclass
class RoleCode:
    """The statements of one role."""

    program: SharedCode
    role: str
    lines: list[str] = field(default_factory=list)
    variables: dict[str, str] = field(default_factory=dict)  # C name -> its declaration
    labels: dict[str, Label] = field(default_factory=dict)
    depth: int = 1

    # ---- text ----

    def add(self, *lines: str) -> None:
        indent = "    " * self.depth
        self.lines += [indent + line if line else "" for line in lines]

    @contextmanager
    def block(self, head: str) -> Iterator[None]:
        self.add(head, "{")
        self.depth += 1
        yield
        self.depth -= 1
        self.add("}")

    def declare(self, name: str, declaration: str) -> str:
        """Declares a variable once; returns its name."""
        if self.variables.setdefault(name, declaration) != declaration:
            return self.declare(name + "_", declaration.replace(name, name + "_"))
        return name

    def use(self, *helpers: str) -> None:
        self.program.helpers |= set(helpers)

    def statement(self, target: str, call: str) -> None:
        """`target = call;`, with a line break if it is long."""
        line = f"{target} = {call};" if target else f"{call};"
        indent = "    " * (self.depth + 1)
        while len(line) + 4 * self.depth > WIDTH:
            cut = line.rfind(", ", 20, WIDTH - 4 * self.depth)
            if cut < 0:
                break
            self.add(line[: cut + 1])
            line = indent[: -4 * self.depth] + line[cut + 2 :]
        self.add(line)

    # ---- labels and values ----

    def name_of(self, label: str) -> str:
        name = re.sub(r"[^A-Za-z0-9_]", "_", label)
        return name + "_" if name in RESERVED or not name[0].isalpha() else name

    def make(self, label: str, memory: bool, origin: str = "0", step: CallStep | None = None) -> Label:
        """The variable for the object that a call makes."""
        base = self.name_of(label)
        kind = "BYTE *" if memory else "HANDLE "
        name = self.declare(base, f"{kind}{base} = NULL;")
        made = Label(name, memory, origin, step.made_unexpectedly if step else False)
        if step is None or step.got.ok or step.expected.ok:
            self.labels[label] = made
        return made

    def label(self, label: str, memory: bool) -> Label:
        found = self.labels.get(label)
        if found is None:
            raise CannotExpress(f"the label '{label}', which no step of {self.role} has made")
        if found.memory != memory:
            raise CannotExpress(f"the label '{label}' of {self.role}, used as an object of another kind")
        return found

    def handle(self, label: str) -> str:
        return self.label(label, False).variable

    def address(self, step: CallStep, label: str = "") -> str:
        """The address of a step: its label and at=."""
        base = self.label(label or step.label, True).variable
        at = self.number(step, "at", "0")
        return base if at == "0" else f"{base} + {at}"

    def number(self, step: CallStep, key: str, default: str = "0") -> str:
        """A number of a step as C; a reference to another reply becomes the variable that keeps it."""
        value = step.keys.get(key, default)
        found = REFERENCE.fullmatch(value)
        if not found:
            if not values.NUMBER.fullmatch(value):
                raise CannotExpress(f"{key}={value}, which is not a number")
            return value
        return self.reference(found[1], found[2], found[3])

    def reference(self, role: str, name: str, more: str) -> str:
        if name == "pid":
            return f'fetch("{role}.pid")'
        key = f"{role}.{name}"
        if key not in self.program.published:
            raise CannotExpress(f"${key}, a value that no earlier step has")
        value = f'fetch("{key}")'
        return f"({value} {more[0]} {more[1:]})" if more else value

    def constants(self, step: CallStep, key: str, default: str = "0") -> str:
        return values.constants(step.keys.get(key, default), self.program.constants)

    def publish(self, index: int, name: str, value: str) -> None:
        """Stores a value for later steps of this role and others that refer to it."""
        if (index, name) in self.program.wanted:
            key = f"{self.role}.{name}"
            self.program.published[key] = key
            self.add(f'publish("{key}", {value});')

    # ---- checks ----

    def ok(self, step: CallStep, condition: str, text: str, arguments: str = "") -> None:
        """A check; `text` has the expected and the received value. CONVERSION in it means the % of printf."""
        known = "todo_wine " if self.program.winetest and self.program.known and step.failed else ""
        start = f"{known}ok({condition},"
        if len(start) + 4 * self.depth > WIDTH:
            pieces = start.split(" && ")
            self.add(pieces[0], *[f"   {'    ' if known else ''}&& {piece}" for piece in pieces[1:]])
        else:
            self.add(start)
        lines = [line.replace(CONVERSION, "%") for line in literal_lines(text, "   ")]
        if arguments:
            self.add(*lines[:-1], lines[-1] + ",", f"   {arguments});")
        else:
            self.add(*lines[:-1], lines[-1] + ");")

    def call(self, step: CallStep, target: str, call: str, good: str, shown: str = "") -> None:
        """A call, whose success is the expression `good`, and the checks of its success and its last error.

        `shown` is the call as the message has it."""
        wants_status = step.failed and "status" in step.expected.fields
        if wants_status:
            self.use("status")
            self.add("clear_status();")
        self.add("SetLastError(0xdeadbeef);" if "error" in step.expected.fields else "SetLastError(ERROR_SUCCESS);")
        self.statement(target, call)
        self.declare("error", "DWORD error;")
        self.add("error = GetLastError();")
        if wants_status:
            self.declare("status", "DWORD status;")
            self.add("status = last_status();")
        self.expect(step, good, shown or call)

    def expect(self, step: CallStep, good: str, shown: str) -> None:
        expected, fields = step.expected, step.expected.fields
        shown = re.sub(r"\s+", " ", shown)
        if expected.outcome not in ("ok", "fail"):
            raise CannotExpress(f"{step.verb}: the outcome '{expected.outcome}'")
        conditions = [good if expected.ok else self.negated(good)]
        text = "success" if expected.ok else "failure"
        got, arguments = "\x01s, error \x01lu", f"RESULT({good}), error"
        if "error" in fields:
            value = self.error_value(fields["error"])
            conditions.append(f"error == {value}")
            text += f" and error {value}"
        if "status" in fields and step.failed:
            number = int(fields["status"], 0)
            conditions.append(f"status == 0x{number:08X}")
            text += f" and status {number:#010X}".replace("0X", "0x") + (
                f" {values.STATUSES[number]}" if number in values.STATUSES else ""
            )
            got, arguments = got + ", status \x01#lx", arguments + ", status"
        self.ok(step, " && ".join(conditions), f"{shown}: expected {text}, got {got}", arguments)

    @staticmethod
    def negated(good: str) -> str:
        if " != " in good:
            return good.replace(" != ", " == ")
        return f"!{good}"

    @staticmethod
    def error_value(value: str) -> str:
        if value == "untouched":
            return "0xdeadbeef"
        if not value.isdigit():
            raise CannotExpress(f"error={value}, which is not a number")
        return values.error(int(value))

    def guarded_by(self, labels: list[Label], write: Callable[[], None]) -> None:
        """Statements about labels that exist only if a call succeeded against the expectation."""
        names = [label.variable for label in labels if label.unexpected]
        if not names:
            write()
            return
        with self.block(f"if ({' && '.join(names)})"):
            write()
