"""The whole program: head comment, helpers, a function for each role, and the process that starts them in turn."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path

from shmcheck.contract import Contract
from shmcheck.reports.results import Case, Run
from shmcheck.reports.sources import link as sources_link
from shmcheck.reproduce import memory, objects, sections, values  # noqa: F401 (memory and objects register verbs)
from shmcheck.reproduce.events import IDENTITIES, MAIN, Event, Turns, turns_of, wanted_values
from shmcheck.reproduce.functions import FUNCTIONS, declaration, lookup
from shmcheck.reproduce.role_code import RoleCode, SharedCode
from shmcheck.reproduce.steps import CannotExpress, CallStep, steps_of
from shmcheck.verbs import Table

HELPERS = Path(__file__).with_name("helpers.c")
PART = re.compile(r"/\* ==== ([a-z_]+):((?: [a-z_]+)*) \*/\n")
TURN_MS = 30000
END_MS = 120000  # of the whole program


def parts() -> dict[str, tuple[list[str], str]]:
    """The parts of helpers.c, in their order: the parts that each needs, and its text."""
    pieces = PART.split(HELPERS.read_text(encoding="utf-8"))[1:]
    return {pieces[at]: (pieces[at + 1].split(), pieces[at + 2].strip()) for at in range(0, len(pieces), 3)}


def helper_text(wanted: set[str]) -> str:
    """The parts that are wanted and those that they need, in the order of the file."""
    known = parts()
    needed: set[str] = set()
    left = [name for name in wanted if name in known]
    while left:
        name = left.pop()
        if name not in needed:
            needed.add(name)
            left += known[name][0]
    return "\n\n".join(known[name][1] for name in known if name in needed)


def comment(paragraphs: list[str]) -> str:
    lines: list[str] = []
    for place, paragraph in enumerate(paragraphs):
        if place:
            lines.append("")
        for line in paragraph.replace("*/", "* /").split("\n"):
            lines += textwrap.wrap(line, 108, break_long_words=False, break_on_hyphens=False) or [""]
    return "/* " + "\n".join([lines[0], *[f" * {line}".rstrip() for line in lines[1:]]]) + " */"


def head(case: Case, run: Run, steps: list[CallStep], contract: Contract, winetest: bool) -> str:
    rows = {row.id: row for row in contract.rows}
    paragraphs = [case.key.id]
    failed_rows = [row for row in case.rows if f"[{row}]" in case.message + case.details] or list(case.rows)
    for row_id in failed_rows[:4]:
        row = rows.get(row_id)
        if row:
            sources = [sources_link(source) or source for source in (*row.source, *row.evidence)]
            paragraphs.append("\n".join([row.statement, *sources]))
    failed = next((step for step in steps if step.failed), None)
    if failed:
        paragraphs.append(f"Seen on {run.platform}: the calls that are marked below behave differently.")
    else:
        paragraphs.append(f"Seen on {run.platform}: as expected.")
    if winetest:
        paragraphs.append("For the suite of Wine: merge START_TEST with that of the file.")
    else:
        paragraphs.append(
            "Build with `cl repro.c` or `x86_64-w64-mingw32-gcc repro.c -o repro.exe`, and run it without arguments. It "
            "starts itself once for each role. Exit code 0: all results are as expected; 1: some are not."
        )
    return comment(paragraphs)


def c_name(role: str) -> str:
    return role.replace("-", "_")


class Writer:
    """Writes the functions of the roles and the part of the first process."""

    def __init__(self, program: SharedCode, plan: Turns) -> None:
        self.program, self.plan = program, plan
        self.codes = {role: RoleCode(program, role) for role in plan.roles}
        self.main = RoleCode(program, MAIN)
        self.ended: set[str] = set()

    def code(self, actor: str) -> RoleCode:
        return self.main if actor == MAIN else self.codes[actor]

    def write(self) -> None:
        events = self.plan.events
        before = MAIN
        for event in events:
            if event.actor != before:
                self.turn(before, event.actor)
            self.one(event)
            before = event.actor
        if before != MAIN:
            self.turn(before, MAIN)
        for role in self.plan.roles:
            if role not in self.ended:
                self.main.add(f"finish({c_name(role).upper()});")

    def turn(self, before: str, then: str) -> None:
        if before in self.ended:
            return  # it passed its turn on before it ended
        self.code(before).add("", f"hand_over({c_name(then).upper()});")

    def one(self, event: Event) -> None:
        code = self.code(event.actor)
        constant = c_name(event.role).upper()
        if event.what == "kill":
            self.ended.add(event.role)
            code.add(f"kill({constant});")
        elif event.what == "gone":
            code.add(f"wait_for_end({constant});")
            if event.step:
                number = event.step.expected.fields.get("code", "0")
                code.use("exit_code")
                code.ok(event.step, f"exit_code({constant}) == {number}", f"exit code of {event.role}: expected {number}, got \x01#lx",
                        f"exit_code({constant})")
        elif event.what == "leave":
            self.ended.add(event.role)
            code.add("pass_turn(MAIN);", f"ExitProcess({event.step.keys.get('code', '0') if event.step else 0});")
        elif event.what == "crash":
            self.ended.add(event.role)
            self.crash(code, event)
        else:
            self.step(code, event)

    def crash(self, code: RoleCode, event: Event) -> None:
        step = event.step
        assert step is not None
        if step.verb != "crash":
            raise CannotExpress(f"{step.verb}: the end of its process")
        how = step.keys.get("how", "access-violation")
        code.add("pass_turn(MAIN);")
        if how == "terminate":
            code.add(f"TerminateProcess(GetCurrentProcess(), {step.keys.get('code', '1')});")
        elif how == "abort":
            code.add("abort();")
        else:
            code.use("no_dialog")
            code.add("SetErrorMode(SEM_FAILCRITICALERRORS | SEM_NOGPFAULTERRORBOX);", "*(volatile int *)1 = 0;")

    def step(self, code: RoleCode, event: Event) -> None:
        step = event.step
        assert step is not None
        if "on" in step.keys:
            raise CannotExpress(f"{step.verb}: on a second thread")
        for note in step.notes:
            if note[:1].isalpha() and ": " not in note:
                code.add("", f"/* {note} */")
        if code.lines and code.lines[-1]:
            code.add("")
        if step.failed:
            code.add("/* This is not as expected on the system of the report. */")
        if step.verb == "spawn":
            self.spawn(code, event)
            return
        writer = sections.WRITERS.get(step.verb)
        if writer is None:
            raise CannotExpress(f"{step.verb}")
        writer(code, step, event.index)

    def spawn(self, code: RoleCode, event: Event) -> None:
        step = event.step
        assert step is not None
        if not event.other or not step.expected.ok:
            raise CannotExpress("spawn: a process that is expected not to start")
        for key in ("list", "parent", "session"):
            if key in step.keys:
                raise CannotExpress(f"spawn: {key}=")
        inherit = "TRUE" if step.keys.get("inherit") == "yes" else "FALSE"
        code.use("values")
        code.add(f"start_role({c_name(event.other).upper()}, {inherit}, NULL);")

    def starts(self) -> list[str]:
        lines = []
        for role in self.plan.roles:
            if role in self.plan.spawned:
                continue
            constant = c_name(role).upper()
            identity = self.plan.identities.get(role)
            if identity is None:
                lines.append(f"start_role({constant}, TRUE, NULL);")
                continue
            self.program.helpers |= {"derived_token", "identity"}
            lines.append(f"start_role({constant}, TRUE, derived_token({', '.join(IDENTITIES[identity])})); /* {identity} */")
            if identity == "untrusted":
                self.program.helpers.add("lower_to_untrusted")
                lines.append(f"lower_to_untrusted(processes[{constant}]);")
        return lines


def function_of(code: RoleCode) -> str:
    """The function of a role, with the variables that its statements use."""
    body = "\n".join(code.lines)
    declared = [
        f"    {text}" for name, text in code.variables.items() if " " not in name and re.search(rf"\b{name}\b", body)
    ]
    blank = [""] if declared else []
    only_set = [
        f"    (void){name};" for name in code.variables
        if " " not in name and len(re.findall(rf"\b{name}\b", body)) == len(re.findall(rf"^ *{name} = ", body, re.MULTILINE)) > 0
    ]
    return "\n".join([f"static void run_{c_name(code.role)}(void)", "{", *declared, *blank, *only_set, *code.lines, "}"])


OK = """\
/* Prints the result of a check; `failed` is an event that all processes share. */
static void ok(BOOL good, const char *format, ...)
{
    char text[2048];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    text[sizeof text - 1] = 0;
    printf("%s %s: %s", good ? "ok  " : "FAIL", role_names[self], text);
    fflush(stdout);
    if (!good)
        SetEvent(failed);
}
"""

WINETEST_NAME = """\
/* The name of the test file, which is an argument of the other processes. */
static const char *winetest_name(void)
{
    char **arguments;
    winetest_get_mainargs(&arguments);
    return arguments[1];
}
"""

TURNS = """\
/* The processes work in turn: each waits for the event of its role. */
static HANDLE open_event(const char *name)
{
    char whole[100];
    HANDLE event;
%(open)s
    return event;
}

static void pass_turn(enum role to)
{
    SetEvent(turns[to]);
}

static void wait_for_turn(void)
{
    if (WaitForSingleObject(turns[self], %(ms)d) != WAIT_OBJECT_0) {
        printf("FAIL %%s: no turn for %(seconds)d seconds; another process has ended or hangs\\n", role_names[self]);
        fflush(stdout);
        SetEvent(failed);
        ExitProcess(1);
    }
}

static void hand_over(enum role to)
{
    pass_turn(to);
    wait_for_turn();
}

"""

START = """\
/* Starts this program once more, as a role. */
static void start_role(enum role role, BOOL inherit, HANDLE token)
{
    char path[MAX_PATH], command[MAX_PATH + 100];
    STARTUPINFOA startup = {0};
    PROCESS_INFORMATION process;
    BOOL done;
    startup.cb = sizeof startup;
    GetModuleFileNameA(NULL, path, MAX_PATH);
    sprintf(command, "\\"%%s\\"%(words)s %%s %%lu", path, %(word_values)srole_names[role], main_pid);
    if (token)
        done = CreateProcessAsUserA(token, NULL, command, NULL, NULL, inherit, 0, NULL, NULL, &startup, &process);
    else
        done = CreateProcessA(NULL, command, NULL, NULL, inherit, 0, NULL, NULL, &startup, &process);
    if (!done) {
        printf("FAIL the process of %%s cannot be started: error %%lu\\n", role_names[role], GetLastError());
        ExitProcess(1);
    }
    CloseHandle(process.hThread);
    processes[role] = process.hProcess;
%(publish)s}

static void wait_for_end(enum role role)
{
%(find)s    WaitForSingleObject(processes[role], %(ms)d);
}

/* Ends a program that hangs, and its roles. */
static DWORD WINAPI end_late(void *unused)
{
    int i;
    (void)unused;
    WaitForSingleObject(GetCurrentProcess(), %(end_ms)d);
    printf("FAIL main: it has not ended within %(end_seconds)d seconds\\n");
    fflush(stdout);
    for (i = MAIN + 1; i < ROLES; i++)
        if (processes[i])
            TerminateProcess(processes[i], 1);
    TerminateProcess(GetCurrentProcess(), 1);
    return 0;
}

static void kill(enum role role)
{
%(find)s    TerminateProcess(processes[role], 1);
    wait_for_end(role);
}

/* Lets a role return from its last turn, and waits until its process has ended. */
static void finish(enum role role)
{
    pass_turn(role);
    %(wait)s;
}

"""

EXIT_CODE = """\
static DWORD exit_code(enum role role)
{
    DWORD code = 0;
    GetExitCodeProcess(processes[role], &code);
    return code;
}

"""

SECURE_OPEN = """\
    SECURITY_ATTRIBUTES attributes = {0};
    attributes.nLength = sizeof attributes;
    /* Processes of all integrity levels use the event. */
    ConvertStringSecurityDescriptorToSecurityDescriptorA("D:(A;;GA;;;WD)(A;;GA;;;RC)S:(ML;;NW;;;S-1-16-0)",
                                                         SDDL_REVISION_1, &attributes.lpSecurityDescriptor, NULL);
    sprintf(whole, "repro-%lu-%s", main_pid, name);
    event = OpenEventA(EVENT_MODIFY_STATE | SYNCHRONIZE, FALSE, whole);
    if (!event)
        event = CreateEventA(&attributes, FALSE, FALSE, whole);
    LocalFree(attributes.lpSecurityDescriptor);"""
PLAIN_OPEN = """\
    sprintf(whole, "repro-%lu-%s", main_pid, name);
    event = CreateEventA(NULL, FALSE, FALSE, whole);"""

ROLE_MAIN = """\
static int run_role(const char *name, const char *pid)
{
    int i;
    main_pid = strtoul(pid, NULL, 10);
    for (i = MAIN; i < ROLES; i++) {
        if (strcmp(role_names[i], name) == 0)
            self = (enum role)i;
        turns[i] = open_event(role_names[i]);
    }
    failed = open_event("failed");
    wait_for_turn();
    role_functions[self]();
    return 0;
}

"""


def newer_definitions(names: set[str]) -> list[str]:
    lines = []
    extra = {"MEM_RESERVE_PLACEHOLDER": 0x40000, "MEM_PRESERVE_PLACEHOLDER": 2}
    for name in sorted(names):
        value = values.CONSTANTS.get(name, extra.get(name, 0))
        lines += [f"#ifndef {name}", f"#define {name} 0x{value:X}", "#endif"]
    return lines


def render(case: Case, run: Run, contract: Contract, table: Table, *, winetest: bool = False, known: bool = False) -> str:
    """The C source of a case. CannotExpress, with the verb's name, if a step cannot be done by plain calls."""
    steps = steps_of(case)
    if not steps:
        raise CannotExpress(f"{case.key.id}: its transcript has no step" + (f" ({case.message})" if case.message else ""))
    program = SharedCode(case.key.id, known=known, winetest=winetest)
    program.wanted = wanted_values(steps, table)
    plan = turns_of(steps)
    program.roles = plan.roles
    writer = Writer(program, plan)
    starts = writer.starts()
    writer.write()
    functions = [function_of(code) for code in writer.codes.values()]
    text = "\n".join([*functions, *writer.main.lines])
    if "fetch(" in text or "publish(" in text:
        program.helpers.add("values")
    return assemble(head(case, run, steps, contract, winetest), program, plan, functions, starts, writer.main.lines)


def assemble(
    comment_text: str, program: SharedCode, plan: Turns, functions: list[str], starts: list[str], main_lines: list[str]
) -> str:
    names = ["main", *plan.roles]
    roles = ", ".join(c_name(name).upper() for name in names)
    has_values = "values" in program.helpers
    newer = sorted(name[1:] for name in program.helpers if name[:1] == "p" and name[1:] in FUNCTIONS)
    bits = ["#ifndef _WIN64", "#error build this program for 64 bits", "#endif", ""] if plan.bits else []
    includes = [
        "#ifndef _WIN32_WINNT", "#define _WIN32_WINNT 0x0602", "#endif",
        "#define PSAPI_VERSION 2", "#include <windows.h>", "#include <aclapi.h>", "#include <psapi.h>", "#include <sddl.h>",
        "#include <stdarg.h>", "#include <stdio.h>", "#include <stdlib.h>", "#include <string.h>", "#include <wchar.h>",
    ]
    if program.winetest:
        includes += ["", '#include "wine/test.h"']
    else:
        includes += ["", "#ifdef _MSC_VER", "#pragma warning(disable : 4996) /* sprintf */", '#pragma comment(lib, "advapi32.lib")', "#endif"]
    if program.helpers & {"touch", "pattern", "zero"}:
        includes += ["#ifndef EXCEPTION_EXECUTE_HANDLER", "#define EXCEPTION_EXECUTE_HANDLER 1", "#endif"]
    pieces = [comment_text, "\n".join([*includes, *newer_definitions(program.constants), "", *bits]).rstrip() + "\n"]
    pieces.append(
        f"enum role {{ {roles}, ROLES }};\n"
        + "static const char *const role_names[] = {" + ", ".join(f'"{name}"' for name in names) + "};\n"
        + "static enum role self; /* of this process */\n"
        + "static DWORD main_pid; /* of the process that started the others */\n"
        + "static HANDLE turns[ROLES], processes[ROLES], failed;"
        + ("\n#define RESULT(done) ((done) ? \"success\" : \"failure\")" if "RESULT(" in "".join([*functions]) else "")
    )
    pieces.append((WINETEST_NAME if program.winetest else OK).rstrip())
    secure = bool(plan.identities)
    pieces.append((TURNS % {"open": SECURE_OPEN if secure else PLAIN_OPEN, "ms": TURN_MS, "seconds": TURN_MS // 1000}).rstrip())
    if newer:
        pieces.append("\n".join(declaration(name) for name in newer) + "\n\nstatic void look_up_functions(void)\n{\n"
                      + "\n".join(lookup(name) for name in newer) + "\n}")
    helpers = helper_text(program.helpers)
    if helpers:
        pieces.append(helpers)
    pieces.append((START % start_words(program, has_values)).rstrip())
    if "exit_code" in program.helpers:
        pieces.append(EXIT_CODE.rstrip())
    pieces += functions
    pieces.append(
        "static void (*const role_functions[])(void) = {NULL, "
        + ", ".join(f"run_{c_name(name)}" for name in plan.roles) + "};"
    )
    role_main = ROLE_MAIN if not newer else ROLE_MAIN.replace("    wait_for_turn();\n", "    look_up_functions();\n    wait_for_turn();\n")
    pieces.append(role_main.rstrip())
    pieces.append(main_function(program, starts, main_lines, has_values))
    return without_unused("\n\n".join(pieces).replace("\n\n\n", "\n\n") + "\n")


# A function of the program, with the comment before it.
FUNCTION = re.compile(r"(?:^/\*(?:(?!\*/).)*\*/\n)?^static [^\n;={]*?\b(\w+)\((?:[^;={]*)\)\n\{\n.*?^\}\n\n?", re.MULTILINE | re.DOTALL)


def without_unused(text: str) -> str:
    """The program without unused helpers, about which both compilers warn."""
    while True:
        unused = [found for found in FUNCTION.finditer(text) if len(re.findall(rf"\b{found[1]}\b", text)) == 1]
        if not unused:
            return text
        for found in reversed(unused):
            text = text[: found.start()] + text[found.end() :]


def start_words(program: SharedCode, has_values: bool) -> dict[str, object]:
    publish = (
        "    {\n        char name[40];\n        sprintf(name, \"%s.pid\", role_names[role]);\n"
        "        publish(name, process.dwProcessId);\n    }\n"
    )
    find = (
        "    char name[40];\n    sprintf(name, \"%s.pid\", role_names[role]);\n    if (!processes[role])\n"
        "        processes[role] = OpenProcess(PROCESS_TERMINATE | PROCESS_QUERY_INFORMATION | SYNCHRONIZE, FALSE,\n"
        "                                      (DWORD)fetch(name));\n"
    )
    return {
        "words": " %s" if program.winetest else "",
        "word_values": "winetest_name(), " if program.winetest else "",
        "publish": publish if has_values else "",
        "find": find if has_values else "",
        "wait": "wait_child_process(processes[role])" if program.winetest else "wait_for_end(role)",
        "ms": TURN_MS,
        "end_ms": END_MS,
        "end_seconds": END_MS // 1000,
    }


def main_function(program: SharedCode, starts: list[str], lines: list[str], has_values: bool) -> str:
    prepare = [
        "    int i;",
        "    main_pid = GetCurrentProcessId();",
        "    for (i = MAIN; i < ROLES; i++)",
        "        turns[i] = open_event(role_names[i]);",
        '    failed = open_event("failed");',
        *[f"    {line}" for line in starts],
        "",
        *lines,
    ]
    forget = []
    if has_values:
        names = [f"{role}.pid" for role in program.roles] + sorted(program.published)
        forget = [f'    forget_value("{name}");' for name in names]
    if program.winetest:
        name = "test_" + re.sub(r"[^a-z0-9]", "_", program.prefix)
        start = ["", "START_TEST(sections)", "{", "    char **arguments;", "    if (winetest_get_mainargs(&arguments) == 4)",
                 "        run_role(arguments[2], arguments[3]);", "    else", f"        {name}();", "}"]
        return "\n".join([f"static void {name}(void)", "{", *prepare, *forget, "}", *start])
    head_lines = [
        "int main(int count, char **arguments)", "{", prepare[0], "    if (count == 3)",
        "        return run_role(arguments[1], arguments[2]);",
        "    SetErrorMode(SEM_FAILCRITICALERRORS | SEM_NOGPFAULTERRORBOX); /* no dialog, for the roles too */",
        "    CloseHandle(CreateThread(NULL, 0, end_late, NULL, 0, NULL));", *prepare[1:], *forget, "",
        "    if (WaitForSingleObject(failed, 0) == WAIT_OBJECT_0) {", '        printf("not as expected\\n");', "        return 1;", "    }",
        '    printf("as expected\\n");', "    return 0;", "}",
    ]
    return "\n".join(head_lines)
