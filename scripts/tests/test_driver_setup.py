"""Tests of the set-up: packages with fake tools on PATH, locks, build trees, cmocka's sources, and the scripts that start
Python."""

from __future__ import annotations

import hashlib
import importlib.util
import io
import lzma
import os
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts"))

from shmcheck.build import cmake_build, packages
from shmcheck.build.build_progress import BuildProgress, run_shown
from shmcheck.build.cmake_build import Part
from shmcheck.build.packages import Need
from shmcheck.console import CannotRun
from shmcheck.locks import Lock

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="these tests are about the set-up on Debian")


def tool(folder: Path, name: str, script: str) -> Path:
    """Puts a program into a folder that is used as PATH."""
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_text("#!/bin/sh\n" + script, encoding="utf-8")
    path.chmod(0o755)
    return path


@pytest.fixture
def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that is PATH, with an apt-get that records its arguments and makes the program that it installs."""
    folder = tmp_path / "bin"
    log = tmp_path / "log"
    for name in ("env", "sh", "cat", "chmod"):
        tool(folder, name, f'exec /usr/bin/{name} "$@"\n')
    tool(
        folder,
        "apt-get",
        # The simulation of an installation; without lists it knows no package.
        f'case "$*" in *--assume-no*) [ -e "{tmp_path}/lists" ] && '
        "printf '0 upgraded, 7 newly installed, 0 to remove.\\nNeed to get 12.5 MB/90 MB of archives.\\n"
        "After this operation, 800 MB of additional disk space will be used.\\n'; exit 1;; esac\n"
        f'echo "apt-get $*" >>"{log}"; echo "output of apt"\n'
        'case "$*" in *" install "*) ;; *) exit 0;; esac\n'
        f'[ ! -e "{tmp_path}/broken" ] || exit 100\n'
        f'for word in "$@"; do last=$word; done; printf "#!/bin/sh\\n" >"{folder}/$last"; chmod +x "{folder}/$last"\n',
    )
    tool(folder, "sudo", f'echo "sudo $*" >>"{log}"\nexit 1\n')
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(packages, "LOG", tmp_path / "apt.log")
    return tmp_path


def asked(folder: Path) -> list[str]:
    """The recorded commands of apt-get and sudo, without options."""
    try:
        lines = (folder / "log").read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return []
    return [" ".join(word for word in line.split() if not word.startswith("-")) for line in lines]


def test_apt_is_not_called_if_no_package_is_missing(fake: Path, capsys: pytest.CaptureFixture[str]) -> None:
    packages.ensure([Need("dash", program="sh"), Need("base", file=str(fake / "*"))])
    assert asked(fake) == []
    assert capsys.readouterr().err == ""


def test_missing_packages_are_named_first_and_installed(fake: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (fake / "lists").touch()
    packages.ensure([Need("dash", program="sh"), Need("wine", program="wine")])
    said = capfd.readouterr().err
    assert said.startswith("missing Debian packages: wine\n")
    assert "installing them (7 packages, 90 MB to download, 800 MB on disk); this usually takes" in said
    assert asked(fake) == ["apt-get install wine"]
    assert "output of apt" in (fake / "apt.log").read_text(encoding="utf-8") and "output of apt" not in said


def test_the_lists_are_updated_only_when_they_do_not_know_a_package(fake: Path) -> None:
    packages.ensure([Need("wine", program="wine")])
    assert asked(fake) == ["apt-get update", "apt-get install wine"]


def test_stale_lists_are_updated_once(fake: Path) -> None:
    (fake / "lists").touch()
    (fake / "broken").touch()
    with pytest.raises(CannotRun, match="(?s)could not be installed: wine.*apt.log; it ends with:.*output of apt"):
        packages.ensure([Need("wine", program="wine")])
    assert asked(fake) == ["apt-get install wine", "apt-get update", "apt-get install wine"]


def test_without_a_terminal_sudo_never_asks(fake: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(CannotRun):
        packages.ensure([Need("wine", program="wine")])
    assert (fake / "log").read_text(encoding="utf-8").startswith("sudo -n env DEBIAN_FRONTEND=noninteractive LC_ALL=C apt-get ")
    (fake / "bin" / "sudo").unlink()
    with pytest.raises(CannotRun, match="sudo is not installed"):
        packages.ensure([Need("wine", program="wine")])


@pytest.mark.parametrize(
    ("manager", "shown"),
    [
        ("dnf", ["dnf install mingw64-gcc wine  (and the equivalents of Debian's libx)"]),
        ("pacman", ["pacman -S --needed mingw-w64-gcc wine  (and the equivalents of Debian's libx)"]),
        ("", ["dnf install", "pacman -S", "zypper install mingw64-cross-gcc wine"]),
    ],
)
def test_without_apt_the_packages_are_named_for_other_systems(fake: Path, manager: str, shown: list[str]) -> None:
    (fake / "bin" / "apt-get").unlink()
    if manager:
        tool(fake / "bin", manager, "exit 0\n")
    needs = [packages.FOR_WINDOWS[0], packages.RUNNING[0], Need("libx", file="/nonexistent")]
    with pytest.raises(CannotRun, match="this system has no apt-get.*gcc-mingw-w64-x86-64 wine libx") as caught:
        packages.ensure(needs)
    assert all(words in str(caught.value) for words in shown)
    assert str(caught.value).count("\n  ") == len(shown)


def test_a_package_without_its_program_is_an_error(fake: Path) -> None:
    with pytest.raises(CannotRun, match="is installed, but /nonexistent is missing"):
        packages.ensure([Need("wine", file="/nonexistent")])


def test_a_lock_excludes_other_processes(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    other = (
        "import sys; sys.path.insert(0, sys.argv[1]); from pathlib import Path; from shmcheck.locks import Lock\n"
        "lock = Lock(Path(sys.argv[2]))\n"
        "lock.shared() if sys.argv[3] == 'shared' else lock.exclusive()\n"
        "print('held', flush=True); sys.stdin.read()\n"
    )

    def holder(kind: str) -> subprocess.Popen[bytes]:
        arguments = [sys.executable, "-c", other, str(ROOT / "scripts"), str(path), kind]
        child = subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert child.stdout is not None and child.stdout.readline() == b"held\n"
        return child

    lock = Lock(path)
    sharing = holder("shared")
    lock.shared()
    assert not lock.try_exclusive()
    sharing.kill()  # a lock ends with its holder, also if the holder is killed
    sharing.wait()
    assert lock.try_exclusive()
    lock.release()
    owner = holder("exclusive")
    assert not lock.try_exclusive()
    owner.communicate(b"")
    assert lock.try_exclusive()
    lock.close()


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout whose cmake and ninja are fakes that record their arguments."""
    root = tmp_path / "check out"
    (root / "build").mkdir(parents=True)
    (root / "CMakePresets.json").write_text("{}", encoding="utf-8")
    folder = tmp_path / "bin"
    tool(
        folder,
        "cmake",
        f'echo "cmake $*" >>"{tmp_path}/log"\n'
        '[ "$1" = --build ] && { touch "$2/built"; exit 0; }\n'
        'mkdir -p "build/$2/generated" && touch "build/$2/CMakeCache.txt" "build/$2/build.ninja"\n'
        'echo 1 >"build/$2/generated/version.txt"\n',
    )
    tool(folder, "ninja", '[ -e "$2/built" ] && echo "ninja: no work to do." || echo "[1/1] cc"\n')
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    monkeypatch.setattr(cmake_build, "ROOT", root)
    monkeypatch.setattr(cmake_build, "BUILD", root / "build")
    monkeypatch.setattr(cmake_build, "tree", lambda preset: root / "build" / preset)
    monkeypatch.setattr(cmake_build, "make_build_folder", lambda: None)
    return root


def built(checkout: Path) -> list[str]:
    """The recorded commands of cmake since the last call, shortened."""
    log = checkout.parent / "log"
    lines = log.read_text(encoding="utf-8").splitlines() if log.exists() else []
    log.unlink(missing_ok=True)
    return ["build" if "--build" in line else "configure" for line in lines]


def test_a_tree_is_built_once_and_then_left_alone(checkout: Path) -> None:
    lock = cmake_build.BuildLock()
    parts = [Part("native")]
    cmake_build.ensure(parts, lock)
    assert built(checkout) == ["configure", "build"]
    cmake_build.ensure(parts, lock)
    assert built(checkout) == []
    (checkout / "build" / "native" / "built").unlink()
    cmake_build.ensure(parts, lock)
    assert built(checkout) == ["build"]


@pytest.mark.parametrize("change", ["presets", "moved", "half", "python"])
def test_a_damaged_build_tree_is_repaired(checkout: Path, change: str, monkeypatch: pytest.MonkeyPatch) -> None:
    lock = cmake_build.BuildLock()
    cmake_build.ensure([Part("native")], lock)
    built(checkout)
    tree = checkout / "build" / "native"
    (tree / "old").touch()
    if change == "presets":
        (checkout / "CMakePresets.json").write_text("{ }", encoding="utf-8")
    elif change == "moved":
        moved = checkout.with_name("elsewhere")
        checkout.rename(moved)
        monkeypatch.setattr(cmake_build, "ROOT", moved)
        monkeypatch.setattr(cmake_build, "tree", lambda preset: moved / "build" / preset)
        tree = moved / "build" / "native"
    elif change == "half":
        (tree / cmake_build.STAMP).unlink()
    else:
        stamp = tree / cmake_build.STAMP
        stamp.write_text(stamp.read_text(encoding="utf-8") + "-gone", encoding="utf-8")
    cmake_build.ensure([Part("native")], lock)
    assert built(checkout) == ["configure", "build"]
    assert not (tree / "old").exists()


def test_another_python_does_not_rebuild(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lock = cmake_build.BuildLock()
    cmake_build.ensure([Part("native")], lock)
    built(checkout)
    monkeypatch.setattr(sys, "executable", "/usr/bin/python3")
    cmake_build.ensure([Part("native")], lock)
    assert built(checkout) == []


def test_a_failed_build_shows_the_messages_of_the_compiler(checkout: Path) -> None:
    tool(checkout.parent / "bin", "cmake", 'echo "x.c:1: error: no"; exit 1\n')
    with pytest.raises(CannotRun, match="x.c:1: error: no"):
        cmake_build.ensure([Part("native")], cmake_build.BuildLock())


def fetcher() -> ModuleType:
    """harness/cmake/fetch_cmocka.py, a script outside of packages."""
    specification = importlib.util.spec_from_file_location("fetch", ROOT / "harness" / "cmake" / "fetch_cmocka.py")
    assert specification is not None and specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


@pytest.mark.parametrize("preset", ["mingw-x64", "mingw-x86", "native"])
def test_flags_in_the_environment_are_for_programs_of_this_system(tmp_path: Path, preset: str) -> None:
    shutil.copy(ROOT / "CMakePresets.json", tmp_path)
    shutil.copytree(ROOT / "harness" / "cmake", tmp_path / "harness" / "cmake")
    (tmp_path / "CMakeLists.txt").write_text(
        "cmake_minimum_required(VERSION 3.25)\n"
        "project(empty LANGUAGES NONE)\n"
        'message(STATUS "flags: $ENV{CFLAGS}$ENV{LDFLAGS}$ENV{RCFLAGS}")\n',
        encoding="utf-8",
    )
    environment = {**os.environ, "CFLAGS": "1", "LDFLAGS": "2", "RCFLAGS": "3"}
    command = ["cmake", "--preset", preset, "-B", str(tmp_path / "build")]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert f"flags: {'123' if preset == 'native' else ''}\n" in done.stdout


def test_package_sources_are_turned_into_source_packages(tmp_path: Path) -> None:
    etc = tmp_path / "apt"
    parts = etc / "sources.list.d"
    parts.mkdir(parents=True)
    (etc / "sources.list").write_text("# x\ndeb cdrom:[D]/ b main\ndeb [signed-by=/k] http://a b main\n")
    (parts / "a.sources").write_text("Types: deb\nURIs: http://a\n\nEnabled: no\nTypes: deb\nURIs: u\n")
    (parts / "b.list.disabled").write_text("deb http://no b main\n")
    out = tmp_path / "out"
    out.mkdir()
    assert fetcher().derive_sources(etc, out) == 2
    assert (out / "sources.list").read_text(encoding="utf-8") == "deb-src [signed-by=/k] http://a b main\n"
    assert (out / "a.sources").read_text(encoding="utf-8") == "Types: deb-src\nURIs: http://a\n"


@pytest.fixture
def archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> bytes:
    """An archive of a version 1.0, which the fetcher below accepts. The cache is a folder of the test."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        tar.addfile(tarfile.TarInfo("cmocka-1.0/src/cmocka.c"), io.BytesIO(b""))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return lzma.compress(packed.getvalue())


def knowing(archive: bytes, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The fetcher, with this archive as its version 1.0."""
    fetch = fetcher()
    monkeypatch.setattr(fetch, "VERSIONS", {"1.0": hashlib.sha256(archive).hexdigest()})
    return fetch


def refuse(*_: object) -> tuple[str, bytes]:
    raise AssertionError("downloads from a source that must not be used")


def test_an_archive_of_cmocka_that_the_user_names(
    tmp_path: Path, archive: bytes, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    fetch = knowing(archive, monkeypatch)
    monkeypatch.setattr(fetch, "from_site", refuse)
    monkeypatch.setattr(fetch, "from_mirror", refuse)
    named = tmp_path / "an archive.tar.xz"
    named.write_bytes(archive)
    assert fetch.main([str(tmp_path / "out"), str(named)]) == 0
    assert (tmp_path / "out" / "cmocka-1.0" / "src" / "cmocka.c").is_file()
    named.write_bytes(b"something else")
    assert fetch.main([str(tmp_path / "out"), str(named)]) == 1
    assert "which is that of no cmocka-VERSION.tar.xz of 1.0" in capsys.readouterr().err
    assert fetch.main([str(tmp_path / "out"), str(tmp_path / "missing")]) == 1
    assert "missing cannot be read: No such file or directory" in capsys.readouterr().err


def test_cmocka_comes_from_the_mirror_and_then_from_the_cache(
    tmp_path: Path, archive: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    fetch = knowing(archive, monkeypatch)
    monkeypatch.setattr(fetch.shutil, "which", lambda name: "/usr/bin/" + name)
    monkeypatch.setattr(fetch, "from_mirror", lambda folder: ("1.0", archive))
    monkeypatch.setattr(fetch, "from_site", refuse)
    assert fetch.main([str(tmp_path / "a")]) == 0
    assert (tmp_path / "a" / "cmocka-1.0" / "src" / "cmocka.c").exists()
    assert sorted(path.name for path in (tmp_path / "a").iterdir()) == ["cmocka-1.0"]
    monkeypatch.setattr(fetch, "from_mirror", refuse)
    assert fetch.main([str(tmp_path / "b")]) == 0
    assert (tmp_path / "b" / "cmocka-1.0" / "src" / "cmocka.c").exists()


def test_cmocka_comes_from_its_site_where_there_is_no_apt(
    tmp_path: Path, archive: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    fetch = knowing(archive, monkeypatch)
    monkeypatch.setattr(fetch, "SITE_VERSION", "1.0")
    monkeypatch.setattr(fetch.shutil, "which", lambda name: None)
    monkeypatch.setattr(fetch, "from_mirror", refuse)
    monkeypatch.setattr(fetch, "from_site", lambda version: archive)
    assert fetch.main([str(tmp_path / "a")]) == 0


@pytest.mark.parametrize(
    ("version", "more", "message"), [("1.0", b"x", "the SHA-256 of version 1.0 is"), ("1.9", b"", "version 1.9 has no SHA-256")]
)
def test_an_unknown_archive_of_cmocka_is_refused(
    tmp_path: Path,
    archive: bytes,
    version: str,
    more: bytes,
    message: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    fetch = knowing(archive, monkeypatch)
    monkeypatch.setattr(fetch.shutil, "which", lambda name: "/usr/bin/" + name)
    monkeypatch.setattr(fetch, "from_mirror", lambda folder: (version, archive + more))
    assert fetch.main([str(tmp_path / "a")]) == 1
    assert message in capsys.readouterr().err
    assert list((tmp_path / "a").iterdir()) == [] and not (tmp_path / "cache").exists()


def test_a_damaged_archive_in_the_cache_is_fetched_again(
    tmp_path: Path, archive: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    fetch = knowing(archive, monkeypatch)
    fetch.keep(fetch.cache_folder(), "1.0", archive[:-1])
    assert fetch.from_cache(fetch.cache_folder()) is None
    fetch.keep(fetch.cache_folder(), "1.0", archive)
    assert fetch.from_cache(fetch.cache_folder()) == ("1.0", archive)


@pytest.mark.parametrize("name", ["run", "test"])
def test_entry_points_skip_a_python_that_is_too_old(tmp_path: Path, name: str) -> None:
    tool(tmp_path / "bin", "python3", "exit 1\n")
    # Without HOME and a terminal, in a folder of its own.
    environment = {"PATH": f"{tmp_path / 'bin'}:/usr/bin:/bin", "PYTHONHOME": "/nonexistent", "PYTHONSAFEPATH": "1"}
    command = [str(ROOT / "scripts" / name), "--help"]
    done = subprocess.run(command, cwd=tmp_path, env=environment, stdin=subprocess.DEVNULL, capture_output=True)
    assert done.returncode == 0, done.stderr
    assert b"N passed, N failed, N skipped" in done.stdout
    assert done.stderr == b""


def test_without_python_the_entry_points_name_what_is_missing(tmp_path: Path) -> None:
    script = (ROOT / "scripts" / "python.sh").read_text(encoding="utf-8").replace("/usr/bin/python3", "/nonexistent")
    (tmp_path / "python.sh").write_text(script, encoding="utf-8")
    (tmp_path / "run").write_text((ROOT / "scripts" / "run").read_text(encoding="utf-8"), encoding="utf-8")
    for name in ("readlink", "dirname"):
        tool(tmp_path / "bin", name, f'exec /usr/bin/{name} "$@"\n')
    done = subprocess.run(["/bin/sh", str(tmp_path / "run")], env={"PATH": str(tmp_path / "bin")}, capture_output=True)
    assert done.returncode == 3
    assert b"needs Python 3.11 or newer" in done.stderr
    assert done.stdout.endswith(b"0 passed, 0 failed, 0 skipped\n")


COMMANDS = sorted(path.stem for path in (ROOT / "scripts" / "shmcheck" / "commands").glob("[!_]*.py"))


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_its_three_scripts(name: str) -> None:
    scripts = ROOT / "scripts"
    assert (scripts / name).read_text(encoding="utf-8").endswith("/python.sh\"\n") and os.access(scripts / name, os.X_OK)
    assert (scripts / f"{name}.cmd").read_text(encoding="utf-8") == '@python "%~dpn0.py" %*\n'
    done = subprocess.run([sys.executable, scripts / f"{name}.py", "--help"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert f"scripts/{name}" in done.stdout


def test_an_old_python_is_named(tmp_path: Path) -> None:
    program = "import sys; sys.version_info = (3, 9, 2); sys.path.insert(0, sys.argv[1]); import start_command\n"
    program += "start_command.start('/x/run.py')"
    done = subprocess.run([sys.executable, "-c", program, ROOT / "scripts"], capture_output=True, text=True, check=False)
    assert done.returncode == 3
    assert "needs Python 3.11 or newer, and" in done.stderr and done.stderr.endswith("is 3.9.2.\n")
    assert done.stdout == "0 passed, 0 failed, 0 skipped\n"


@pytest.mark.parametrize("words", [["--build-dir", "é x/b"], ["--build-dir=é x/b"]])
def test_build_dir_moves_everything_that_is_made(tmp_path: Path, words: list[str]) -> None:
    program = (
        "import sys; sys.path.insert(0, sys.argv.pop(1)); import start_command\n"
        "rest = start_command.take_build_dir(sys.argv[1:])\n"
        "from shmcheck import paths; from shmcheck.build import packages\n"
        "print(rest, paths.tree('x'), paths.report_file('y'), packages.LOG, sep='|')"
    )
    command = [sys.executable, "-c", program, str(ROOT / "scripts"), "--list", *words, "--verbose"]
    done = subprocess.run(command, cwd=tmp_path, env={"PATH": "/usr/bin:/bin"}, capture_output=True, check=True)
    folder = tmp_path / "é x" / "b"
    expected = ["['--list', '--verbose']", folder / "x", folder / "reports" / "TEST-shmcheck-y.xml", folder / "apt.log"]
    assert done.stdout.decode() == "|".join(map(str, expected)) + "\n"


def test_without_home_a_command_starts() -> None:
    command = [sys.executable, str(ROOT / "scripts" / "targets.py"), "list"]
    done = subprocess.run(command, env={"PATH": "/usr/bin:/bin"}, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert "wine-8" in done.stdout


def test_progress_of_a_build_is_a_line_from_time_to_time(capsys: pytest.CaptureFixture[str]) -> None:
    clock = iter([0.0, 5.0, 10.0, 10.0, 12.0, 21.0, 21.0])
    progress = BuildProgress("building x", lambda: next(clock))
    for line in (b"[1/4] a\n", b"[2/4] b\n", b"warning [9/9]\n", b"[3/4] c\n", b"[4/4] d\n"):
        progress.line(line)
    progress.end()
    assert capsys.readouterr().err == "building x: 2 of 4\nbuilding x: 4 of 4\n"


def test_the_output_of_a_build_is_kept(tmp_path: Path) -> None:
    program = "import sys; print('[1/2] a'); print('x.c:1: error', file=sys.stderr); sys.exit(3)"
    code, text = run_shown([sys.executable, "-u", "-c", program], tmp_path, "building x")
    assert (code, text) == (3, "[1/2] a\nx.c:1: error\n")
    with pytest.raises(CannotRun, match="nonexistent cannot be started"):
        run_shown(["/nonexistent"], tmp_path, "building x")
