"""A host that the system's ssh and sftp reach: copies files to and from it, and runs one command there.

The user's ssh_config applies: keys, agents, jump hosts, known hosts. Nothing asks for input, every step has a deadline,
and no result is read from a session's output.
"""

from __future__ import annotations

import hashlib
import re
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from shmcheck.console import CannotRun
from shmcheck.processes import TooSlow, die_with_parent, run_quiet
from shmcheck.targets.targets_file import Spec

# Page: ssh_config(5). The user's configuration decides whether unknown host keys are accepted.
OPTIONS = (
    "-oBatchMode=yes",
    "-oConnectTimeout=10",
    "-oServerAliveInterval=15",
    "-oServerAliveCountMax=4",
)
CONNECTION_FAILED = 255

# A pattern of ssh's message, the kind of the error in the report, and the cause in words.
REASONS = (
    (re.compile(r"REMOTE HOST IDENTIFICATION HAS CHANGED"), "HostKey", "its host key has changed"),
    (re.compile(r"Host key verification failed"), "HostKey", "its host key is not known here"),
    (re.compile(r"Permission denied \(|Too many authentication failures"), "Authentication", "it refuses the login"),
    (re.compile(r"Could not resolve hostname"), "UnknownHost", "its name is not known"),
    (re.compile(r"Connection refused"), "Refused", "it refuses the connection on this port"),
    (re.compile(r"Connection timed out|Operation timed out|timed out"), "Unreachable", "it does not answer"),
    (re.compile(r"Timeout, server .* not responding"), "Unreachable", "it no longer answers"),
    (re.compile(r"subsystem request failed"), "Transfer", "it refuses sftp"),
    (re.compile(r"Received message too long"), "Transfer", "its shell prints something before sftp starts"),
)


class Lost(CannotRun):
    """The run on the host has no result. `kind` is the last word of the error's type in the report."""

    def __init__(self, kind: str, text: str) -> None:
        super().__init__(text)
        self.kind = kind


@dataclass
class Said:
    """The exit code and the messages of ssh or sftp."""

    code: int
    text: str

    def last(self) -> str:
        """The last line, which most likely says what is wrong."""
        lines = [line.strip() for line in self.text.splitlines() if line.strip() and not line.startswith("sftp> ")]
        return lines[-1] if lines else f"code {self.code} without a message"


def explained(said: Said, what: str, kind: str) -> Lost:
    """Describes a failure: what was attempted, the cause if it is known, and ssh's own line."""
    for pattern, known_kind, words in REASONS:
        if pattern.search(said.text):
            return Lost(known_kind, f"{what}: {words} ({said.last()})")
    if said.code == CONNECTION_FAILED:
        return Lost("Unreachable", f"{what}: {said.last()}")
    return Lost(kind, f"{what}: {said.last()}")


def quoted(path: Path | str) -> str:
    """A word of an sftp batch. Page: sftp(1)."""
    text = str(path).replace("\\", "\\\\").replace('"', '\\"')
    if "\n" in text or "\r" in text:
        raise CannotRun(f"sftp cannot name this path: {ascii(str(path))}")
    return f'"{text}"'


def sha256(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


class Remote:
    """The host of a target."""

    def __init__(self, spec: Spec) -> None:
        self.spec = spec
        self.options = [*(("-F", spec.ssh_config) if spec.ssh_config else ()), *OPTIONS]

    def sftp(self, lines: Sequence[str], seconds: float) -> Said:
        """Performs an sftp batch. It ends at the first line that fails, unless that line begins with '-'. After
        `seconds` it is killed with all processes that it started, because ssh would continue to send its buffer over a
        slow link, and TooSlow is raised."""
        with tempfile.NamedTemporaryFile("w", encoding="utf-8", suffix=".sftp") as batch:
            batch.write("".join(line + "\n" for line in lines))
            batch.flush()
            command = ["sftp", *self.options, "-b", batch.name, self.spec.host]
            return Said(*run_quiet(command, seconds=seconds, group=True))

    def start(self, command: str, output: Path) -> subprocess.Popen[bytes]:
        """Starts a command on the host. The session's output goes to a file, for people only."""
        with output.open("wb") as file:
            try:
                return subprocess.Popen(
                    ["ssh", *self.options, "-T", self.spec.host, command],
                    stdin=subprocess.DEVNULL,
                    stdout=file,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                    preexec_fn=die_with_parent(),
                )
            except OSError as error:
                raise CannotRun(f"ssh cannot be started: {error}") from error

    def ssh(self, command: str, seconds: float) -> Said:
        """Runs a short command on the host."""
        try:
            return Said(*run_quiet(["ssh", *self.options, "-T", self.spec.host, command], seconds=seconds, group=True))
        except TooSlow as error:
            return Said(CONNECTION_FAILED, str(error))
