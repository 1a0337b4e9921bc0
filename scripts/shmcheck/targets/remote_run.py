"""A run on a host over ssh: copies the programs to it, runs one command, copies the report back, and removes all files."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

from shmcheck.build import cmake_build
from shmcheck.console import EXIT_NOT_RUN, CannotRun, is_summary, print_summary, say
from shmcheck.definitions import Kind
from shmcheck.paths import KNOWN
from shmcheck.patience import replace
from shmcheck.processes import TooSlow
from shmcheck.reports import baselines
from shmcheck.reports.report_files import read
from shmcheck.reports.report_reader import BadReport
from shmcheck.reports.results import PROGRAMS, Run
from shmcheck.signals import Interrupted
from shmcheck.targets import lost_report, options, report_place, target_resolve
from shmcheck.targets.journal import Journal
from shmcheck.targets.remote import CONNECTION_FAILED, Lost, Remote, Said, explained, quoted, sha256
from shmcheck.targets.targets_file import ARCHITECTURES, Spec

PROGRESS_SECONDS = 5.0
WAIT_SECONDS = 0.2
LOOK_SECONDS = 20.0
TIDY_SECONDS = 60.0
HURRY_SECONDS = 20.0  # for each clean-up step after an interrupted run, for which the user waits
# After one of these failures nothing was created on the host.
NEVER_THERE = frozenset({"HostKey", "Authentication", "UnknownHost", "Refused"})
# Words that all shells pass on unchanged.
PLAIN = re.compile(r"[A-Za-z0-9_.,:=+*?-]+")
# Text that a batch file can assign to a variable unchanged.
SHOWABLE = re.compile(r"[A-Za-z0-9_.,:=+*?'/ -]+")
EXIT_CODE = re.compile(r"\s*(-?[0-9]{1,10})\s*")
REPORT, OUTPUT, ERRORS, CODE, SCRIPT = "report.xml", "output.txt", "errors.txt", "exit.txt", "run.cmd"


def run(spec: Spec, wanted: options.Options, folder: str) -> int:
    """Runs all cases on the host. The programs must be built, unless the target names a folder with them. Returns the exit
    code."""
    if wanted.shows:
        raise CannotRun("--list and --version work with a target on this machine only")
    if "--actor" in wanted.values:
        raise CannotRun(f"target {spec.name}: --actor cannot be used, because the run sends its own actor to the host")
    if any(word in options.STEP_FILE_OPTIONS for word in wanted.passed_on):
        raise CannotRun(f"target {spec.name}: --play works with a target on this machine only")
    wanted = report_place.resolved(wanted, spec.name)
    for word in wanted.passed_on:
        if word not in (wanted.values.get("--junit"), wanted.values.get("--known")) and not PLAIN.fullmatch(word):
            raise CannotRun(f"target {spec.name}: {word!r} cannot be passed to a host over ssh; use letters, digits and _ . , : = + * ? - only")
    report = report_place.report_path(wanted, spec.name, folder)
    prefix = wanted.suite_prefix(spec.name)
    with lost_report.Claim(spec.name):
        lost_report.write(report, spec.name, Kind.INTERRUPTED, lost_report.UNFINISHED, prefix)
        try:
            code = RemoteRun(spec, wanted, folder, report).perform()
        except Lost as error:
            lost_report.write(report, spec.name, error.kind, str(error), prefix)
            raise
        except (CannotRun, OSError) as error:
            lost_report.write(report, spec.name, Kind.HARNESS, str(error), prefix)
            raise
        except Interrupted as error:
            lost_report.write(report, spec.name, Kind.INTERRUPTED, f"ended by {error}", prefix)
            raise
    return baselines.record_if(wanted.record, [(spec.name, report)], code)


class RemoteRun:
    """One run. Its folder on the host is SPEC.folder/ID, and its program has the ID in its name, so that ending this
    program cannot end another one."""

    def __init__(self, spec: Spec, wanted: options.Options, folder: str, report: Path) -> None:
        self.spec = spec
        self.wanted = wanted
        self.report = report
        self.known = Path(folder, wanted.values["--known"]) if "--known" in wanted.values else KNOWN
        words = report_place.words(wanted, spec, report, folder)
        self.words = {name: value if SHOWABLE.fullmatch(value) else "its name has a character that a host's shell may change" for name, value in words.items()}
        self.programs = target_resolve.programs_of(spec)
        self.remote = Remote(spec)
        self.id = f"{int(time.time()):x}-{os.getpid():x}"
        self.place = f"{spec.folder}/{self.id}"
        self.shown = 0
        self.made = True  # files may be on the host

    # ---- the whole ----

    def perform(self) -> int:
        journal = Journal(self.spec, self.tidy)
        journal.tidy_left()
        with tempfile.TemporaryDirectory(prefix="shmcheck-") as folder:
            self.local = Path(folder)
            with journal.open(self.id):
                self.send()
                session = self.follow()
                fetched = self.fetch()
            return self.judge(session, fetched)

    def files(self) -> dict[str, Path]:
        """The files that are sent, by their names on the host."""
        sent = {f"shmcheck-{self.id}.exe": self.programs / "shmcheck.exe"}
        for actor in sorted(self.programs.glob("shmactor*.exe")):
            if actor.name == "shmactor.exe" or actor.stem.removeprefix("shmactor-") in ARCHITECTURES:
                sent[actor.name] = actor
        if "--known" in self.wanted.values or self.known.exists():
            sent["known.toml"] = self.known
        sent[SCRIPT] = self.local / SCRIPT
        return sent

    def script(self) -> str:
        """The script that runs on the host. The host's shell only gets the path of this script as one word.

        stdin, stdout and stderr are files, so that a child that holds them cannot keep the session open. The script writes
        the exit code to a file, because that of a session has eight bits and may be ssh's own.
        """
        words = [word for word in self.passed_on() if word]
        start = f"shmcheck-{self.id}.exe --junit {REPORT}" + "".join(f" {word}" for word in words)
        if "known.toml" in self.files():
            start += " --known known.toml"
        lines = (
            "@echo off",
            'cd /d "%~dp0"',
            "set SHMCHECK_LIVE=yes",
            *(["set NO_COLOR=1"] if not sys.stdout.isatty() or os.environ.get("NO_COLOR") else []),
            *(f"set {name}={value}" for name, value in self.words.items()),
            f"{start} >{OUTPUT} 2>{ERRORS} <nul",
            f"echo %ERRORLEVEL% >{CODE}",
            "exit 0",
        )
        return "".join(line + "\r\n" for line in lines)

    def passed_on(self) -> list[str]:
        """The options for the program on the host, without those that name local files."""
        kept: list[str] = []
        rest = list(self.wanted.passed_on)
        while rest:
            word = rest.pop(0)
            if word in options.PATH_OPTIONS and rest:
                rest.pop(0)
            else:
                kept.append(word)
        return kept

    # ---- the steps ----

    def send(self) -> None:
        """Sends all files, and fetches them again to compare them: a full disk or a virus scanner may leave half a file."""
        (self.local / SCRIPT).write_text(self.script(), encoding="ascii", newline="")
        files = self.files()
        lines = [f"-mkdir {quoted(self.spec.folder)}", f"mkdir {quoted(self.place)}"]
        lines += [f"put {quoted(file)} {quoted(f'{self.place}/{name}')}" for name, file in files.items()]
        back = self.local / "back"
        back.mkdir()
        lines += [f"get {quoted(f'{self.place}/{name}')} {quoted(back / name)}" for name in files]
        what = f"{self.spec.host}: sending the programs"
        said = self.transfer(lines, f"{what}, {mebibytes(files.values())} MiB there and back,")
        if said.code != 0:
            error = explained(said, f"{what} failed", "Transfer")
            self.made = error.kind not in NEVER_THERE
            raise error
        for name, file in files.items():
            if not (back / name).is_file() or sha256(back / name) != sha256(file):
                raise Lost("Transfer", f"{self.spec.host}: {name} differs on the host from the file that was sent (SHA-256)")
        say(f"{self.spec.host}: the programs are on the host, SHA-256 of shmcheck.exe {sha256(self.programs / 'shmcheck.exe')}")

    def transfer(self, lines: list[str], what: str) -> Said:
        """Performs a batch that copies files, within the target's transfer deadline. ssh itself ends a dead connection
        (ServerAliveInterval); the deadline is for a slow one."""
        seconds = self.spec.transfer_deadline
        try:
            return self.remote.sftp(lines, seconds)
        except TooSlow as error:
            raise Lost(Kind.TIMEOUT, f"{what} took longer than {seconds} seconds (transfer-deadline)") from error

    def follow(self) -> Said:
        """Runs the script on the host, shows its progress, and ends it at the deadline."""
        command = "\\".join((self.spec.folder, self.id, SCRIPT))
        output = self.local / "session.txt"
        process = self.remote.start(command, output)
        deadline = time.monotonic() + self.spec.deadline
        look = time.monotonic() + PROGRESS_SECONDS
        try:
            while process.poll() is None:
                if time.monotonic() >= deadline:
                    process.kill()
                    process.wait()
                    self.end_there(self.id)
                    self.keep_what_is_there()
                    raise Lost(Kind.TIMEOUT, f"{self.spec.host}: the run did not end within {self.spec.deadline} seconds")
                if time.monotonic() >= look:
                    self.progress()
                    look = time.monotonic() + PROGRESS_SECONDS
                wait(process)
        except BaseException:
            process.kill()
            process.wait()
            raise
        return Said(process.returncode, output.read_text(encoding="utf-8", errors="replace"))

    def progress(self) -> None:
        """Fetches and shows the output since the last call. Shows nothing if the link is too slow."""
        line = f"get -a {quoted(f'{self.place}/{OUTPUT}')} {quoted(self.local / 'so-far.txt')}"
        try:
            said = self.remote.sftp([line], LOOK_SECONDS)
        except TooSlow:
            return
        if said.code == 0:
            self.show(self.local / "so-far.txt")

    def show(self, file: Path) -> None:
        """Prints the new part of the program's output."""
        try:
            data = file.read_bytes()
        except OSError:
            return
        new, self.shown = data[self.shown :], max(self.shown, len(data))
        try:
            sys.stdout.write(new.replace(b"\r\n", b"\n").decode("utf-8", "replace"))
            sys.stdout.flush()
        except (OSError, ValueError):
            pass  # stdout is closed; the report matters

    def fetch(self) -> Path:
        """Fetches the results. Returns their folder. A missing file is not an error here."""
        folder = Path(tempfile.mkdtemp(dir=self.local))
        names = (REPORT, CODE, ERRORS, OUTPUT)
        what = f"{self.spec.host}: fetching the report"
        said = self.transfer([f"-get {quoted(f'{self.place}/{name}')} {quoted(folder / name)}" for name in names], what)
        if said.code == CONNECTION_FAILED:
            raise explained(said, f"{what} failed", "Unreachable")
        return folder

    # ---- afterwards ----

    def end_there(self, identity: str) -> Said:
        """Ends the program of a run on the host, by its unique name. Its job ends its actors."""
        return self.remote.ssh(f"taskkill /F /IM shmcheck-{identity}.exe", HURRY_SECONDS)

    def tidy(self, identity: str, ended: bool) -> bool:
        """Removes the folder of a run from the host, after ending its program unless that has `ended`. Returns whether
        that worked."""
        if identity == self.id and not self.made:
            return True
        place = f"{self.spec.folder}/{identity}"
        for attempt in range(3):
            # Windows does not delete a running program; other systems continue to run a deleted one.
            if (not ended or attempt > 0) and self.end_there(identity).code == CONNECTION_FAILED:
                return False
            try:
                lines = [f"-rm {quoted(place)}/*", f"rmdir {quoted(place)}"]
                said = self.remote.sftp(lines, TIDY_SECONDS if ended else HURRY_SECONDS)
            except TooSlow:
                return False
            if said.code == 0 or "No such file" in said.text or "not found" in said.text:
                return True
            if said.code == CONNECTION_FAILED:
                return False
            time.sleep(1.0)
        return False

    def keep_what_is_there(self) -> None:
        """Keeps the partial results of a run that was ended. An error here is ignored, because the reason of the end is
        reported."""
        try:
            self.keep_partial(self.fetch())
        except Lost as error:
            say(str(error))

    def keep_partial(self, fetched: Path) -> None:
        """Keeps the report of a run that did not finish beside the report's path, under a name that is not read as a report."""
        if (fetched / REPORT).is_file():
            beside = self.report.with_name(self.report.name + ".partial")
            shutil.copyfile(fetched / REPORT, beside)
            say(f"{self.spec.host}: its partial report is in {beside}")

    def judge(self, session: Said, fetched: Path) -> int:
        """Judges the run by the fetched files only. Returns the exit code."""
        try:
            return self.verdict(session, fetched)
        except Lost:
            self.keep_partial(fetched)
            raise

    def verdict(self, session: Said, fetched: Path) -> int:
        host = self.spec.host
        self.show(fetched / OUTPUT)
        code = code_in(fetched / CODE)
        if code is None:
            if session.code == CONNECTION_FAILED:
                raise explained(session, f"{host}: the connection was lost during the run", "Unreachable")
            raise Lost("NoResult", f"{host}: the command ended with code {session.code} and left no exit code: {session.last()}")
        complaint = last_line(fetched / ERRORS)
        if code not in range(EXIT_NOT_RUN + 1):
            raise Lost(Kind.CRASH, f"{host}: shmcheck.exe ended with code {code} (0x{code & 0xFFFFFFFF:08X})")
        if code == EXIT_NOT_RUN:
            raise Lost("NoResult", f"{host}: shmcheck.exe could not run: {complaint or 'no reason is known'}")
        if not (fetched / REPORT).is_file():
            raise Lost("NoResult", f"{host}: shmcheck.exe ended with code {code} and left no report")
        try:
            run = read(fetched / REPORT)
        except BadReport as error:
            raise Lost("BadResult", f"{host}: its report cannot be used: {error}") from error
        self.check(run)
        self.report.parent.mkdir(parents=True, exist_ok=True)
        beside = self.report.with_name(f"{self.report.name}.{os.getpid()}.tmp")
        shutil.copyfile(fetched / REPORT, beside)
        replace(beside, self.report)
        if complaint:
            say(complaint)
        if not is_summary(last_line(fetched / OUTPUT)):  # which show() has already printed
            print_summary(run.summary)
        return code

    def check(self, run: Run) -> None:
        """Checks that the report is of this run and complete. Lost if not."""
        if run.lost:
            raise Lost("BadResult", f"{self.spec.host}: {run.lost}")
        if not run.complete:
            raise Lost("BadResult", f"{self.spec.host}: its report is of a run that did not finish")
        theirs = run.facts.get("harness_version", "")
        ours = "" if self.spec.programs else cmake_build.version_of(cmake_build.preset(target_resolve.arch_of(self.spec))).strip()
        if ours and theirs != ours:
            raise Lost("Version", f"{self.spec.host}: its report is of version {theirs or 'unknown'}, but version {ours} was sent")
        for fact, name in PROGRAMS.items():
            # Old programs that were built elsewhere do not record it.
            there = run.facts.get(fact)
            if there and (self.programs / name).is_file() and there != sha256(self.programs / name):
                raise Lost("Version", f"{self.spec.host}: its report is from another {name} than the one that was sent")


def mebibytes(files: Iterable[Path]) -> str:
    return f"{sum(file.stat().st_size for file in files) / (1 << 20):.1f}"


def wait(process: subprocess.Popen[bytes]) -> None:
    try:
        process.wait(WAIT_SECONDS)
    except subprocess.TimeoutExpired:
        pass


def code_in(file: Path) -> int | None:
    """The exit code that the script wrote; None if there is none."""
    try:
        match = EXIT_CODE.fullmatch(file.read_text(encoding="ascii"))
    except (OSError, UnicodeDecodeError):
        return None
    return int(match[1]) if match else None


def last_line(file: Path) -> str:
    try:
        lines = file.read_text(encoding="utf-8", errors="replace").split("\n")
    except OSError:
        return ""
    return next((line.strip() for line in reversed(lines) if line.strip()), "")
