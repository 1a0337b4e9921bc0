"""Runs all tests of the project itself, for scripts/test."""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

from shmcheck.build import cmake_build, packages
from shmcheck.build.prepare import prepare
from shmcheck.console import EXIT_FAILED, EXIT_NOT_RUN, EXIT_PASSED, CannotRun, Summary, print_summary, say, write_line
from shmcheck.paths import BUILD, ON_WINDOWS, ROOT, tree
from shmcheck.processes import TooSlow, run_quiet
from shmcheck.proof import mapping_api, msvc_target, pytest_result, tap
from shmcheck.proof.portable_executable import Program
from shmcheck.proof.test_list import Test, tests_of
from shmcheck.proof.test_log import Record
from shmcheck.targets.target import Target, this_target

SCRIPTS = ROOT / "scripts"
PYTEST_SECONDS = 1800.0
MYPY_SECONDS = 300.0
SCRIPT_SECONDS = 900.0
# The percentage of all changed replies that scripts/test tries, different ones each day; scripts/mutate tries all.
MUTATED_PERCENT = "10"
# scripts/test runs this number of faulty systems, different ones each day, and requires this percentage to be caught. It
# prints the missed ones. At a true rate of 95 %, fewer than 15 of 20 are caught in 1 of 3,000 samples (binomial), fewer than
# 16 in 1 of 390.
FAULTS_DRAWN = "20"
FAULTS_PERCENT = "75"
FAULTS_SECONDS = 2400.0
EXPLORED_MINUTES = "1"  # with the date as seed
ARM64_PRESET = "zig-arm64"
MACHINE_ARM64 = 0xAA64  # IMAGE_FILE_MACHINE_ARM64
# Scripts of the build outside the package.
TYPED_FILES = ("harness/cmake/fetch_cmocka.py", "scripts/start_command.py")
# Tests that need a browser, an ssh server, xmllint or packages of npm, which scripts/test installs with --all only.
OPTIONAL_TESTS = ("test_page_browser.py", "test_remote.py", "test_schemas.py", "test_junit_readers.py", "test_workflows.py")
# Tests that take many minutes; scripts/test --slow runs them whole. Without it a part of them runs, or they are skipped.
SLOW_TESTS = ("test_limits.py", "test_checkouts.py")
SLOW_SECONDS = 4 * 3600.0
IMPORT = re.compile(r"^\s*(?:from|import) (selenium)\b", re.MULTILINE)


def run(filters: Sequence[str], verbose: bool, install_all: bool, slow: bool = False) -> int:
    """Runs the tests whose names match one of the filters, or all; of those that take many minutes only a part, unless `slow`.
    `install_all` installs what only some tests need, if these tests run. Returns the exit code of scripts/test."""
    record = Record(filters, verbose)
    optional = install_all and (record.wants("scripts/optional") or record.wants("scripts/types"))
    prepare(parts(), packages.FOR_TEST + (packages.OPTIONAL if optional else ()))
    if not ON_WINDOWS:
        for preset in ("native", "native-sanitize", "native-fuzz"):
            run_group(record, preset, tests_of(tree(preset)), native)
    main_preset = cmake_build.main_preset()
    check_mapping_api(record)
    check_msvc_target(record)
    check_arm64(record)
    with this_target() as target:
        run_group(record, "windows", tests_of(tree(main_preset)), lambda test: foreign(target, test))
        others = [file for file in sorted((SCRIPTS / "tests").glob("test_*.py")) if file.name not in OPTIONAL_TESTS]
        run_pytest(record, target, "scripts/pytest", others)
        optional_tests = [SCRIPTS / "tests" / name for name in OPTIONAL_TESTS]
        run_pytest(record, target, "scripts/optional", optional_tests, {"SHMCHECK_INSTALL": "1"} if install_all else {})
        if slow:
            slow_tests = [SCRIPTS / "tests" / name for name in SLOW_TESTS]
            run_pytest(record, target, "scripts/slow", slow_tests, {"SHMCHECK_SLOW": "1"}, SLOW_SECONDS)
    run_script(record, "coverage.py")
    run_script(record, "mutate.py", "--percent", MUTATED_PERCENT, "--seed", "today")
    run_script(record, "faults.py", "--sample", FAULTS_DRAWN, "--at-least", FAULTS_PERCENT, seconds=FAULTS_SECONDS)
    run_script(record, "explore.py", "--for", EXPLORED_MINUTES)
    run_mypy(record)
    return conclude(record)


def parts() -> list[cmake_build.Part]:
    """All parts, also those that no test needs, so that a part that does not build is found."""
    programs = [cmake_build.Part(cmake_build.main_preset()), *cmake_build.run_parts()[1:]]
    if ON_WINDOWS:
        return programs
    return [cmake_build.Part("native"), cmake_build.Part("native-sanitize"), cmake_build.Part("native-fuzz"), *programs]


def conclude(record: Record) -> int:
    """Prints what was skipped, what failed, and the counts. Returns the exit code."""
    if record.skips:
        write_line(sys.stdout, "skipped:")
        for line in record.skipped_lines():
            write_line(sys.stdout, line)
        absent = [] if ON_WINDOWS else packages.missing(packages.OPTIONAL)
        if absent:
            names = ", ".join(need.package for need in absent)
            write_line(sys.stdout, f"scripts/test --all installs what the optional tests need: {names}")
    if record.failed:
        write_line(sys.stdout, "failed: " + ", ".join(record.failed))
    counts = record.summary
    if counts.passed + counts.failed + counts.skipped == 0:
        say("scripts/test: no test matches --filter; without --filter it prints the names of all tests")
        print_summary(counts)
        return EXIT_NOT_RUN
    print_summary(counts)
    return EXIT_FAILED if counts.failed else EXIT_PASSED


def run_group(record: Record, group: str, tests: Sequence[Test], start: Callable[[Test], tuple[int, str]]) -> None:
    """Runs test programs one by one."""
    for test in tests:
        name = f"{group}/{test.name}"
        if not record.wants(name):
            continue
        try:
            code, output = start(test)
        except TooSlow as error:
            record.add(name, Summary(failed=1), str(error))
            continue
        result = tap.judge(output, code)
        record.add(name, result.summary, "\n".join([output, *result.problems]), result.skips)


def native(test: Test) -> tuple[int, str]:
    environment = {**os.environ, "CMOCKA_MESSAGE_OUTPUT": "TAP", "UBSAN_OPTIONS": "print_stacktrace=1"}
    return run_quiet(test.command, environment=environment, seconds=test.seconds)


def foreign(target: Target, test: Test) -> tuple[int, str]:
    environment = {**target.environment, "CMOCKA_MESSAGE_OUTPUT": "TAP"}
    command = [*target.command(Path(test.command[0])), *test.command[1:]]
    return run_quiet(command, environment=environment, seconds=test.seconds)


def check_mapping_api(record: Record) -> None:
    """Tests that only the actor calls the mapping API, and that this check finds a call."""
    for program, free in (("shmcheck.exe", True), ("shmbench.exe", True), ("shmactor.exe", False)):
        for look, problem in mapping_api.findings(cmake_build.programs() / program, free):
            name = f"mapping-api/{program}-{look}"
            if not record.wants(name):
                continue
            if problem is None:
                record.add(name, Summary(skipped=1), "no program that reads symbols is installed")
            else:
                record.add(name, Summary(failed=1) if problem else Summary(passed=1), problem)


def check_msvc_target(record: Record) -> None:
    """Tests that clang compiles all sources for MSVC's target, for each architecture, without a warning."""
    wanted = [arch for arch in msvc_target.TARGETS if record.wants(f"msvc-target/{arch}")]
    lacking = msvc_target.missing()
    if lacking:
        for arch in wanted:
            record.add(f"msvc-target/{arch}", Summary(skipped=1), lacking)
        return
    sources = msvc_target.units(tree(cmake_build.main_preset()))
    for arch in wanted:
        problems = msvc_target.problems(arch, sources, BUILD)
        counts = Summary(passed=len(sources) - len(problems), failed=len(problems))
        record.add(f"msvc-target/{arch}", counts, "\n".join(problems))
    if record.wants("msvc-target/assignments"):
        found = msvc_target.all_assignments(sources)
        record.add("msvc-target/assignments", Summary(failed=1) if found else Summary(passed=1), "\n".join(found))


def check_arm64(record: Record) -> None:
    """Tests that both programs can be linked for Windows on ARM64, and are programs for it."""
    if not record.wants("arm64/link"):
        return
    if shutil.which("zig") is None:
        record.add("arm64/link", Summary(skipped=1), "zig, whose linker makes programs for ARM64, is not on PATH")
        return
    programs = ("shmcheck", "shmactor")
    try:
        cmake_build.build(cmake_build.Part(ARM64_PRESET, programs))
        machines = {Program(tree(ARM64_PRESET) / "bin" / f"{program}.exe").machine for program in programs}
        problem = "" if machines == {MACHINE_ARM64} else f"the programs are for other machines: {machines}"
    except CannotRun as error:
        problem = str(error)
    record.add("arm64/link", Summary(failed=1) if problem else Summary(passed=1), problem)


def python_with(*modules: str) -> str | None:
    """A Python that has the modules, or None. Debian's packages belong to its own Python, which may not be the first on
    PATH."""
    candidates = [sys.executable] if ON_WINDOWS else [sys.executable, "/usr/bin/python3"]
    return next((candidate for candidate in candidates if has_modules(candidate, *modules)), None)


def has_modules(python: str, *modules: str) -> bool:
    """Whether this Python can import the modules."""
    look = f"import importlib.util as u, sys; sys.exit(any(u.find_spec(name) is None for name in {list(modules)}))"
    return run_quiet([python, "-c", look])[0] == 0


def run_pytest(
    record: Record,
    target: Target,
    name: str,
    files: Sequence[Path],
    variables: Mapping[str, str] = {},
    seconds: float = PYTEST_SECONDS,
) -> None:
    """Runs tests of scripts/. SHMCHECK_BIN gives them the programs, and the environment gives them the target. Of `variables`,
    SHMCHECK_INSTALL tells them to install the packages of npm that they need, and SHMCHECK_SLOW to leave nothing out."""
    if not record.wants(name):
        return
    python = python_with("pytest", "hypothesis", "jinja2")
    if python is None:
        record.add(name, Summary(skipped=1), "pytest, hypothesis or jinja2 is not installed")
        return
    report = BUILD / f"pytest-{name.rpartition('/')[2]}.xml"
    report.unlink(missing_ok=True)
    environment = {**os.environ, "SHMCHECK_BIN": str(cmake_build.programs()), "PYTHONDONTWRITEBYTECODE": "1", **variables}
    if "WINEPREFIX" in target.environment:
        environment["WINEPREFIX"] = target.environment["WINEPREFIX"]
    command = [python, "-m", "pytest", "-q", "-rs", "-p", "no:cacheprovider", f"--junitxml={report}"]
    try:
        code, output = run_quiet([*command, *files], folder=ROOT, environment=environment, seconds=seconds)
        result = pytest_result.read(report)
    except (TooSlow, pytest_result.Unreadable) as error:
        record.add(name, Summary(failed=1), str(error))
        return
    if code != 0 and result.summary.failed == 0:
        result.summary.failed = 1
    record.add(name, result.summary, output, result.skips.elements())


def run_script(record: Record, script: str, *words: str, seconds: float = SCRIPT_SECONDS) -> None:
    """Runs another command of scripts/ as a test."""
    name = f"cases/{script.removesuffix('.py')}"
    if not record.wants(name):
        return
    try:
        code, output = run_quiet([sys.executable, str(SCRIPTS / script), *words], seconds=seconds)
    except TooSlow as error:
        record.add(name, Summary(failed=1), str(error))
        return
    missed = [line for line in output.splitlines() if line.startswith(("MISSED", "        scripts/faults ", "scripts/explore:"))]
    record.add(name, Summary(failed=1) if code else Summary(passed=1), output, notes=missed)


def run_mypy(record: Record) -> None:
    """Checks the types of scripts/ and of the scripts of the build."""
    if not record.wants("scripts/types"):
        return
    python = python_with("mypy")
    if python is None:
        record.add("scripts/types", Summary(skipped=1), "mypy is not installed")
        return
    base = [python, "-m", "mypy", "--strict", "--python-version=3.11", f"--cache-dir={BUILD / 'mypy'}"]
    code, output = run_quiet([*base, "-p", "shmcheck"], folder=SCRIPTS, seconds=MYPY_SECONDS)
    files, reasons = typed_files(sorted((SCRIPTS / "tests").glob("*.py")), partial(has_modules, python))
    each, more = run_quiet([*base, *files, *(ROOT / file for file in TYPED_FILES)], folder=SCRIPTS, seconds=MYPY_SECONDS)
    code, output = code or each, output + more
    summary = Summary(failed=1) if code else Summary(passed=1)
    summary.skipped = len(reasons)
    record.add("scripts/types", summary, output, reasons)


def typed_files(files: Sequence[Path], has: Callable[[str], bool]) -> tuple[list[Path], list[str]]:
    """The files whose types can be checked, and the reasons for the others: each imports a module that is missing."""
    typed: list[Path] = []
    reasons: list[str] = []
    for file in files:
        module = IMPORT.search(file.read_text(encoding="utf-8"))
        if module and not has(module[1]):
            reasons.append(f"{file.name} imports {module[1]}, which is not installed")
        else:
            typed.append(file)
    return typed, reasons
