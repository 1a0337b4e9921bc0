"""A host for ssh on this machine: a real sshd whose shell starts programs under Wine, in the role of cmd.exe on Windows. All
files are in one folder, and all processes end with the test."""

from __future__ import annotations

import os
import pwd
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from shmcheck.processes import children_of
from shmcheck.targets.prefix import OVERRIDES

SSHD = "/usr/sbin/sshd"
SFTP_SERVER = "/usr/lib/openssh/sftp-server"
START_SECONDS = 10.0

# An exec request is a line for cmd.exe, whose exit code is that of the session. Faults are files in the host's folder, so
# that a test can cause one at any time.
SHELL = """\
#!/bin/sh
cd {root} || exit 1
export WINEPREFIX={prefix} WINEDEBUG=-all 'WINEDLLOVERRIDES={overrides}' {mark}=1 HOME={home} LC_ALL=C.UTF-8
case "$SSH_ORIGINAL_COMMAND" in
internal-sftp)
    [ ! -e {faults}/no-sftp ] || exit 1
    exec {sftp} ;;
*)
    printf '@%s\\r\\n@exit %%ERRORLEVEL%%\\r\\n' "$SSH_ORIGINAL_COMMAND" >../command-$$.cmd
    wine cmd /c ../command-$$.cmd
    code=$?
    rm -f ../command-$$.cmd
    exit $code ;;
esac
"""

CONFIG = """\
Port {port}
ListenAddress 127.0.0.1
HostKey {folder}/host-key
AuthorizedKeysFile {folder}/authorized_keys
PidFile none
StrictModes no
UsePAM {pam}
PermitRootLogin yes
PasswordAuthentication no
KbdInteractiveAuthentication no
Subsystem sftp internal-sftp
ForceCommand {folder}/shell
"""

CLIENT = """\
Host {alias}
    HostName 127.0.0.1
    Port {port}
    User {user}
    IdentityFile {key}
    IdentitiesOnly yes
    UserKnownHostsFile {known}
    GlobalKnownHostsFile /dev/null
    StrictHostKeyChecking yes
"""


def make_key(file: Path) -> None:
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", file], check=True, stdin=subprocess.DEVNULL)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def account_is_locked() -> bool:
    """Without PAM sshd refuses users whose password entry begins with '!'."""
    try:
        lines = Path("/etc/shadow").read_text(encoding="utf-8").splitlines()
    except OSError:
        return False
    user = pwd.getpwuid(os.getuid()).pw_name
    return any(line.split(":")[0] == user and line.split(":")[1].startswith("!") for line in lines)


@dataclass
class Host:
    """One sshd. `before` is the command that starts it, for a separate mount namespace."""

    folder: Path
    prefix: str
    mark: str
    before: Sequence[str] = ()
    alias: str = "lab"
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def root(self) -> Path:
        """The home of the host's user."""
        return self.folder / "root"

    @property
    def log(self) -> Path:
        return self.folder / "sshd.log"

    @property
    def client_config(self) -> Path:
        return self.folder / "ssh_config"

    def make(self) -> None:
        """Makes keys, the server's configuration, and that of a client that knows the host."""
        for each in (self.folder, self.root, self.folder / "faults"):
            each.mkdir(exist_ok=True)
        make_key(self.folder / "host-key")
        make_key(self.folder / "user-key")
        shutil.copy(self.folder / "user-key.pub", self.folder / "authorized_keys")
        self.know()
        values = {"root": self.root, "prefix": self.prefix, "home": self.folder, "faults": self.folder / "faults"}
        quoted = {name: shlex.quote(str(value)) for name, value in values.items()}
        shell = self.folder / "shell"
        shell.write_text(SHELL.format(**quoted, mark=self.mark, overrides=OVERRIDES, sftp=SFTP_SERVER), encoding="utf-8")
        shell.chmod(0o755)
        pam = "yes" if account_is_locked() else "no"
        (self.folder / "sshd_config").write_text(
            CONFIG.format(port=self.port, folder=self.folder, pam=pam), encoding="utf-8"
        )
        self.client_config.write_text(
            CLIENT.format(
                alias=self.alias,
                port=self.port,
                user=pwd.getpwuid(os.getuid()).pw_name,
                key=self.folder / "user-key",
                known=self.folder / "known_hosts",
            ),
            encoding="utf-8",
        )

    def know(self) -> None:
        """Stores the current key of the host as the known one."""
        key = (self.folder / "host-key.pub").read_text(encoding="utf-8")
        (self.folder / "known_hosts").write_text(f"[127.0.0.1]:{self.port} {key}", encoding="utf-8")

    def slow_config(self, rate: int, delay: float, most: int | None = None) -> Path:
        """A configuration for a client behind a slow link; see slow_link.py."""
        words = [sys.executable, str(Path(__file__).with_name("slow_link.py")), str(self.port), str(rate), str(delay)]
        words += [] if most is None else [str(most)]
        file = self.folder / f"slow-{rate}-{delay}-{most}"
        file.write_text(
            self.client_config.read_text(encoding="utf-8") + f"    ProxyCommand {shlex.join(words).replace('%', '%%')}\n",
            encoding="utf-8",
        )
        return file

    def start(self) -> None:
        if os.geteuid() == 0:
            Path("/run/sshd").mkdir(exist_ok=True)
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [*self.before, SSHD, "-D", "-e", "-f", self.folder / "sshd_config"],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end and self.process.poll() is None:
            try:
                with socket.create_connection(("127.0.0.1", self.port), 1):
                    return
            except OSError:
                time.sleep(0.05)
        raise RuntimeError(f"sshd does not start: {self.log.read_text(encoding='utf-8')}")

    def stop(self) -> None:
        """Ends the server and all its sessions."""
        if self.process is None:
            return
        for pid in children_of(self.process.pid):
            try:
                os.kill(pid, signal.SIGTERM)
            except OSError:
                pass
        self.process.terminate()
        self.process.wait(10)
        self.process = None
