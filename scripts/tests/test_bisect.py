"""Tests of scripts/run --bisect and of a Wine by its path."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts"))
sys.path.insert(0, str(Path(__file__).parent))

from shmcheck.console import CannotRun  # noqa: E402
from shmcheck.targets import git_bisect, wine_build  # noqa: E402
from shmcheck.targets.targets_file import by_path, load  # noqa: E402

BASELINE = ROOT / "reports" / "baselines" / "wine-8.xml"


def program(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("#!/bin/sh\n", encoding="ascii")
    path.chmod(0o755)
    return path


def test_exit_codes_for_git_bisect() -> None:
    assert git_bisect.judge(BASELINE, "reader-outlives-kill") == 0
    assert git_bisect.judge(BASELINE, "map-offset-past-end") == 1  # a known deviation is one
    assert git_bisect.judge(BASELINE, "view-discard-needs-rw") == 125  # skipped
    assert git_bisect.judge(BASELINE, "no-such-case") == 125
    assert git_bisect.judge(ROOT / "LICENSE", "map-offset-past-end") == 125


@pytest.mark.parametrize(
    ("loader", "server"),
    [("wine64", "server/wineserver"), ("bin/wine", "bin/wineserver"), ("wine", "wineserver"), ("wine64", "wineserver64")],
)
def test_layouts_of_a_wine_are_found(tmp_path: Path, loader: str, server: str) -> None:
    program(tmp_path / loader)
    program(tmp_path / server)
    found = wine_build.find(str(tmp_path))
    assert (found.loader, found.server) == (tmp_path / loader, tmp_path / server)
    words = found.wrap(["wine", Path("a.exe"), "x"], {})
    assert words == ["env", f"WINELOADER={found.loader}", f"WINESERVER={found.server}", str(found.loader), "a.exe", "x"]
    assert found.wrap(["wineserver", "-k"], {})[-2:] == [str(found.server), "-k"]
    assert found.wrap(["wineboot", "-i"], {})[-3:] == [str(found.loader), "wineboot", "-i"]


def test_a_folder_without_a_wine_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CannotRun, match="no such folder"):
        wine_build.find(str(tmp_path / "nothing"))
    with pytest.raises(CannotRun, match="no loader of Wine; looked for wine64"):
        wine_build.find(str(tmp_path))
    program(tmp_path / "wine")
    with pytest.raises(CannotRun, match="no server of Wine"):
        wine_build.find(str(tmp_path))


def test_a_root_whose_links_lead_to_this_systems_wine_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours = program(tmp_path / "system" / "wine")
    program(tmp_path / "system" / "wineserver")
    monkeypatch.setenv("PATH", str(ours.parent))
    root = tmp_path / "root"
    program(root / "bin" / "wineserver")
    (root / "bin" / "wine").symlink_to(ours)
    with pytest.raises(CannotRun, match="is a link to .*, the Wine on PATH, and not a Wine in "):
        wine_build.find(str(root))
    # A link to another program, as a build tree has one to its sources, and this system's Wine by its own folder, are fine.
    (root / "bin" / "wine").unlink()
    (root / "bin" / "wine").symlink_to(program(tmp_path / "sources" / "winewrapper"))
    assert wine_build.find(str(root)).loader == root / "bin" / "wine"
    assert wine_build.find(str(ours.parent)).loader == ours


def test_a_target_may_be_the_path_of_a_wine(tmp_path: Path) -> None:
    spec = by_path("wine:build tree", "/home/me")
    assert (spec.kind, spec.path, spec.name) == ("wine", "/home/me/build tree", "wine-home-me-build-tree")
    assert spec.typed == "wine:/home/me/build tree"
    assert len(by_path("wine:/" + "a" * 200, "/").name) <= 64
    with pytest.raises(CannotRun, match="the path of a Wine's build tree or installation is missing"):
        by_path("wine:", "/")
    file = tmp_path / "targets.toml"
    file.write_text('[mine]\nkind = "wine"\npath = "wine-git"\n', encoding="ascii")
    assert load(file)["mine"].path == str(tmp_path / "wine-git")
    file.write_text('[mine]\nkind = "wine"\npath = "wine-git"\ndebian = 12\n', encoding="ascii")
    with pytest.raises(CannotRun, match="targets.toml:3: target mine has path and debian"):
        load(file)


def run(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, ROOT / "scripts" / "run.py", *words], capture_output=True, text=True, env=os.environ)


def test_a_run_that_is_not_possible_skips_the_commit(tmp_path: Path) -> None:
    done = run("--bisect", "reader-outlives-kill", "--target", f"wine:{tmp_path}/nothing")
    assert done.returncode == 125 and "no such folder" in done.stderr
    done = run("--bisect", "reader-outlives-kill", "--filter", "x")
    assert done.returncode == 125 and "--bisect takes one target" in done.stderr
