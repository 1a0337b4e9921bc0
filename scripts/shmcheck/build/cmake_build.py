"""Builds CMake's trees under build/: configures them when needed, and does nothing when they are up to date."""

from __future__ import annotations

import hashlib
import os
import platform
import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from shmcheck.build.build_progress import run_shown
from shmcheck.console import CannotRun, say
from shmcheck.definitions import ARM64, X64, X86
from shmcheck.locks import Lock
from shmcheck.paths import BUILD, ON_WINDOWS, ROOT, make_build_folder, tree
from shmcheck.patience import remove_tree, replace
from shmcheck.processes import run_quiet

STAMP = "configured"
WERROR = "SHMCHECK_WERROR"
EXAMPLES = ("example_writer", "example_reader")  # users' programs for files of steps
ACTOR = ("shmactor", *EXAMPLES)
RUNNER = ("shmcheck", *ACTOR)
NOTHING_TO_DO = "ninja: no work to do."
LOST_FILE = "missing and no known rule to make it"


@dataclass(frozen=True)
class Part:
    """A build tree, named by its preset, and the CMake targets to build in it; no target means all of them."""

    preset: str
    targets: tuple[str, ...] = ()


class BuildLock:
    """A lock: shared while programs of the build folder run, exclusive while they are built."""

    def __init__(self) -> None:
        make_build_folder()
        self.lock = Lock(BUILD / "build.lock")
        self.lock.shared()

    def exclusive(self) -> None:
        """Takes the lock exclusively. Waits while another process builds, or runs programs that would be replaced."""
        if not self.lock.try_exclusive():
            say("waiting for another build or run in this checkout to end")
            self.lock.exclusive()

    def shared(self) -> None:
        """Takes the lock shared: other processes may run programs too."""
        self.lock.shared()


def family() -> str:
    """The first part of the preset names for Windows programs: the compiler."""
    return "msvc" if ON_WINDOWS and (visual_studio() or not shutil.which("gcc")) else "mingw"


def architectures() -> tuple[str, ...]:
    """The architectures whose programs can be built here and may run on this machine; its own first."""
    machine = platform.machine().upper() if ON_WINDOWS else ""
    if machine == "ARM64" and family() == "msvc":
        return ARM64, X64, X86
    return (X86,) if machine == "X86" else (X64, X86)


def preset(arch: str) -> str:
    """The preset of programs for this architecture."""
    return f"{family()}-{arch}"


def main_preset() -> str:
    """The preset of this machine's own programs."""
    return preset(architectures()[0])


def visual_studio() -> bool:
    """Whether Visual Studio or its build tools are installed. Their installer always puts vswhere into this folder."""
    base = os.environ.get("ProgramFiles(x86)", r"C:\Program Files (x86)")
    return Path(base, "Microsoft Visual Studio", "Installer", "vswhere.exe").exists()


def programs() -> Path:
    """The folder of shmcheck.exe and its actors."""
    return tree(main_preset()) / "bin"


def warnings_are_errors() -> bool:
    """Whether a compiler's warning fails a build. The project's own jobs set SHMCHECK_WERROR=1."""
    return os.environ.get(WERROR) == "1"


def fingerprint(preset: str) -> str:
    """A hash of the inputs of a tree's configuration that CMake does not watch."""
    digest = hashlib.sha256()
    for part in (preset, str(ROOT), str(tree(preset)), f"{WERROR}={warnings_are_errors()}"):
        digest.update(part.encode("utf-8", "surrogateescape") + b"\0")
    digest.update((ROOT / "CMakePresets.json").read_bytes())
    return digest.hexdigest()


def configured(preset: str) -> bool:
    """Whether the tree needs no new configuration: it was configured in this folder, with these presets, and the Python
    that it uses still exists."""
    folder = tree(preset)
    try:
        made, python = (folder / STAMP).read_text(encoding="utf-8", errors="surrogateescape").split("\n", 1)
    except (OSError, ValueError):
        return False
    return made == fingerprint(preset) and Path(python).exists() and (folder / "CMakeCache.txt").exists()


def configure(preset: str) -> None:
    """Configures the tree. Deletes it first if it was configured in another folder or with a Python that no longer
    exists."""
    folder = tree(preset)
    if not configured(preset) and folder.exists():
        remove_tree(folder)
    say(f"configuring {preset}")
    python = Path(sys.executable).as_posix()  # CMake reads a backslash as an escape
    strict = "ON" if warnings_are_errors() else "OFF"
    options = [f"-DPython3_EXECUTABLE={python}", f"-DCMAKE_COMPILE_WARNING_AS_ERROR={strict}"]
    if preset == "mingw-x86":  # one tree of the project's own jobs shows that each source includes what it needs
        options.append(f"-DCMAKE_DISABLE_PRECOMPILE_HEADERS={strict}")
    code, text = run_quiet(["cmake", "--preset", preset, "-B", folder, *options], folder=ROOT)
    if code != 0:
        raise CannotRun(f"cmake could not configure {preset}:\n{text.strip()}")
    stamp = f"{fingerprint(preset)}\n{sys.executable}"
    (folder / STAMP).write_text(stamp, encoding="utf-8", errors="surrogateescape")


def up_to_date(part: Part) -> bool:
    """Whether a build would do nothing. Only Ninja can say that without building."""
    if not configured(part.preset) or not (tree(part.preset) / "build.ninja").exists():
        return False
    code, text = run_quiet(["ninja", "-C", tree(part.preset), "-n", *part.targets])
    return code == 0 and NOTHING_TO_DO in text


def build(part: Part) -> None:
    """Builds a part. CannotRun, with the compiler's messages, if that fails."""
    if not configured(part.preset):
        configure(part.preset)
    say(f"building {part.preset}")
    command: list[str | Path] = ["cmake", "--build", tree(part.preset), "--config", "RelWithDebInfo"]
    if part.targets:
        command += ["--target", *part.targets]
    code, text = run_shown(command, ROOT, f"building {part.preset}")
    if code != 0 and LOST_FILE in text:  # a file of an earlier configuration was deleted, for example a download
        remove_tree(tree(part.preset))
        configure(part.preset)
        code, text = run_shown(command, ROOT, f"building {part.preset}")
    if code != 0:
        raise CannotRun(f"building {part.preset} failed:\n{text.strip()}")


def version_of(preset: str) -> str:
    """The version of the programs of a tree; "" if it was not configured."""
    try:
        return (tree(preset) / "generated" / "version.txt").read_text(encoding="utf-8")
    except OSError:
        return ""


def copy_actor(arch: str, folder: Path) -> None:
    """Copies the actor of this architecture beside the programs of another one, with the architecture in its name."""
    source = tree(preset(arch)) / "bin" / "shmactor.exe"
    target = folder / f"shmactor-{arch}.exe"
    if target.exists():
        here, there = target.stat(), source.stat()
        if (here.st_size, here.st_mtime_ns) == (there.st_size, there.st_mtime_ns):
            return
    # Copied to another name first: a running actor keeps the file that it was started from.
    fresh = target.with_suffix(".new")
    shutil.copy2(source, fresh)
    replace(fresh, target)


def copy_actors(parts: Sequence[Part]) -> None:
    """Copies every built actor beside the runners of other architectures."""
    built = {preset(arch): arch for arch in architectures()}
    checkers = {part.preset for part in parts if part.preset in built and part.targets != ACTOR}
    for checker in checkers:
        for other in {part.preset for part in parts if part.preset in built} - {checker}:
            copy_actor(built[other], tree(checker) / "bin")


def ensure(parts: Sequence[Part], lock: BuildLock) -> None:
    """Builds the parts that are not up to date. Returns with the lock held shared."""
    if not all(up_to_date(part) for part in parts):
        lock.exclusive()
        for part in parts:
            if not up_to_date(part):
                build(part)
        agree(parts)
    copy_actors(parts)
    lock.shared()


def agree(parts: Sequence[Part]) -> None:
    """Configures the trees again if the versions of their programs differ, because each tree asked git at another time."""
    together = [part for part in parts if part.preset.startswith(f"{family()}-")]
    if len({version_of(part.preset) for part in together}) < 2:
        return
    for part in together:
        configure(part.preset)
        build(part)


def parts_for(arch: str) -> list[Part]:
    """The parts that a run needs: the runner and actor of this architecture, and the actors of the others."""
    others = [other for other in architectures() if other != arch]
    return [Part(preset(arch), RUNNER), *(Part(preset(other), ACTOR) for other in others)]


def run_parts() -> list[Part]:
    """The parts that a run on this machine needs."""
    return parts_for(architectures()[0])
