"""Tests of scripts/package: the archive is reproducible and complete, and works where it is unpacked."""

from __future__ import annotations

import hashlib
import io
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts"))

from shmcheck.build import archive, package  # noqa: E402
from shmcheck.console import CannotRun  # noqa: E402
from shmcheck.definitions import RUNNER_OPTIONS  # noqa: E402
from shmcheck.reports.known_list import load as load_known  # noqa: E402
from shmcheck.reports.report_files import read  # noqa: E402

BIN = Path(os.environ.get("SHMCHECK_BIN", ROOT / "build" / "mingw-x64" / "bin"))
PLACE = "a b \u00e4\u017c"


def made(programs: dict[str, bytes] | None = None, seconds: int = 1_700_000_000) -> bytes:
    built = programs or {"x64/shmcheck.exe": b"MZ1", "x64/shmactor.exe": b"MZ2"}
    return archive.packed("shmcheck-1.2", package.content("1.2", built), seconds)


@pytest.fixture(autouse=True)
def a_licence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A licence of cmocka, whether or not something was built here."""
    folder = tmp_path / "built" / "downloads" / "cmocka-1.1.5"
    folder.mkdir(parents=True)
    (folder / "COPYING").write_text("Apache", encoding="ascii")
    monkeypatch.setattr(package, "BUILD", tmp_path / "built")


def test_the_same_content_gives_the_same_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    first = made()
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    backwards = {"x64/shmactor.exe": b"MZ2", "x64/shmcheck.exe": b"MZ1"}
    assert made(backwards) == first
    assert made({**backwards, "x64/shmactor.exe": b"MZ3"}) != first
    assert made(seconds=1_700_000_100) != first


def test_every_file_is_there_and_listed() -> None:
    with zipfile.ZipFile(io.BytesIO(made())) as found:
        names = {name.removeprefix("shmcheck-1.2/") for name in found.namelist()}
        content = {name: found.read(f"shmcheck-1.2/{name}") for name in names}
        assert {entry.date_time for entry in found.infolist()} == {(2023, 11, 14, 22, 13, 20)}
    assert names >= {"run.cmd", "README.txt", "known.toml", "contract.toml", "LICENSE.txt", "licences/cmocka.txt", "SHA256SUMS"}
    lines = [line.split("  ") for line in content.pop("SHA256SUMS").decode().splitlines()]
    sums = {name: digest for digest, name in lines}
    assert sums == {name: hashlib.sha256(data).hexdigest() for name, data in content.items()}
    for name in ("run.cmd", "README.txt"):
        assert content[name].count(b"\n") == content[name].count(b"\r\n") > 10, name
    assert b"@" not in content["README.txt"] and len(content["README.txt"].splitlines()) <= 30
    assert b"shmcheck 1.2 for Windows (x64)" in content["README.txt"]


def test_the_words_of_the_package_are_options() -> None:
    names = {option.name for option in RUNNER_OPTIONS}
    for file in (package.TEMPLATES / "run.cmd", package.TEMPLATES / "README.txt", ROOT / "action.yml"):
        text = re.sub(r"gh release download.*", "", file.read_text(encoding="utf-8"))
        assert set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", text)) <= names, file


def test_the_example_is_a_list_of_known_deviations() -> None:
    (entry,) = load_known(package.TEMPLATES / "examples" / "own-known.toml")
    cases = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "cases").glob("*.c"))
    assert entry.case.replace("-", "_") in cases and entry.conditions and entry.since


def test_programs_of_two_versions_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(package, "presets", lambda: {"x64": "one", "x86": "two"})
    monkeypatch.setattr(package, "version_of", {"one": "1\n", "two": "2\n"}.__getitem__)
    with pytest.raises(CannotRun, match="not of one version .one: 1, two: 2"):
        package.programs(0)
    monkeypatch.setattr(package, "version_of", lambda preset: "1\n")
    monkeypatch.setattr(package, "tree", lambda preset: tmp_path / preset)
    with pytest.raises(CannotRun, match="shmcheck.exe is not built"):
        package.programs(0)


def test_a_source_date_that_is_not_a_number_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "yesterday")
    with pytest.raises(CannotRun, match="must be a number of seconds"):
        package.source_date()
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "77")
    assert package.source_date() == 77


def change_attribute(change: str, folder: Path) -> bool:
    """Whether the attribute of an ext file system was changed: a bare system has no chattr."""
    return bool(shutil.which("chattr")) and subprocess.run(["chattr", change, folder], capture_output=True).returncode == 0


def make_unwritable(folder: Path) -> None:
    """Makes a folder that also root cannot write, who ignores its mode."""
    folder.chmod(0o555)
    if os.access(folder, os.W_OK) and not change_attribute("+i", folder):
        folder.chmod(0o755)
        pytest.skip("this user can write all folders, and this file system has no immutable ones")


def make_writable(folder: Path) -> None:
    change_attribute("-i", folder)
    folder.chmod(0o755)


needs_wine = pytest.mark.skipif(
    sys.platform == "win32" or not shutil.which("wine") or not (BIN / "shmcheck.exe").exists(),
    reason="needs Wine, and the programs",
)


def unpacked(place: Path) -> Path:
    """The package with the programs for x64, unpacked into a folder. Returns the package's folder."""
    built = {f"x64/{name}": (BIN / name).read_bytes() for name in ("shmcheck.exe", "shmactor.exe")}
    with zipfile.ZipFile(io.BytesIO(made(built))) as found:
        found.extractall(place)
    return place / "shmcheck-1.2"


def start(file: str, folder: Path) -> tuple[int, str]:
    """Runs a batch file in the folder. Returns its exit code and what it printed."""
    environment = {**os.environ, "WINEDEBUG": "-all", "LC_ALL": "C.UTF-8"}
    command = ["wine", "cmd", "/c", *file.split(" ")]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, timeout=300)
    return done.returncode, (done.stdout + done.stderr).decode("utf-8", "replace")


@needs_wine
def test_what_runs_no_case_leaves_no_report_and_speaks_of_none(tmp_path: Path) -> None:
    folder = unpacked(tmp_path / PLACE)
    for word, text in (("--version", "shmcheck "), ("--list", "life-name-gone-with-view"), ("--self-test", "10 ")):
        code, out = start(f"run.cmd {word}", folder)
        assert code == 0 and text in out and "report" not in out.splitlines()[-1], out
    assert not list(tmp_path.rglob("report.txt")) and not list(tmp_path.rglob("*.xml"))


@needs_wine
@pytest.mark.parametrize("writable", [True, False])
def test_unpacked_it_runs_and_leaves_its_report(tmp_path: Path, writable: bool) -> None:
    """In a folder whose path has blanks and letters outside ASCII; if that cannot be written, in %TEMP%."""
    place = tmp_path / PLACE
    folder, temp = unpacked(place), tmp_path / "temp"
    temp.mkdir()
    if not writable:
        make_unwritable(folder)
    script = tmp_path / "start.cmd"  # Wine takes TEMP from its registry, not from the environment
    words = "--filter life-name-gone-with-view --timeout-scale 6"
    script.write_text(f"@set TEMP=Z:{temp}\r\n@call run.cmd {words}\r\n", encoding="ascii")
    try:
        code, out = start(f"Z:{script}".replace("/", "\\"), folder)
    finally:
        if not writable:
            make_writable(folder)
    assert code in (0, 1), out
    (report,) = list(tmp_path.rglob("TEST-shmcheck-*.xml"))
    inside = place in report.parents
    assert inside == writable and report.name in out
    assert read(report).complete and len(read(report).cases) == 1
    summary = (report.parent / "report.txt").read_bytes()
    assert summary.decode("utf-8").splitlines()[-1] in out and summary.endswith(b" skipped\r\n")


def test_programs_contain_no_path_of_the_checkout() -> None:
    """The same sources give the same programs in every folder."""
    for path in BIN / "shmcheck.exe", BIN / "shmactor.exe":
        assert str(ROOT).encode() not in path.read_bytes(), path
