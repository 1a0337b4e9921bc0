"""Tests of scripts/history: storing runs, queries, several writers, and files that cannot be used."""

from __future__ import annotations

import csv
import io
import json
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest
from report_maker import WINE, Made, Report, fleet

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts"))

from shmcheck.commands.history import main  # noqa: E402
from shmcheck.console import CannotRun  # noqa: E402
from shmcheck.reports import history_query as query  # noqa: E402
from shmcheck.reports.history_store import APPLICATION, add, opened  # noqa: E402
from shmcheck.reports.report_reader import parse  # noqa: E402
from shmcheck.reports.results import Run, rows_met  # noqa: E402

SCRIPT = [sys.executable, str(ROOT / "scripts" / "history.py")]


def run_of(verdict: str, day: int, target: str = "wine", steps: str = "w> a -> ok", **facts: str) -> Run:
    """One run of one case."""
    message = "" if verdict == "pass" else f"{verdict}: expected ok"
    report = Report([Made("one", verdict, message=message, steps=[steps], rows=["row-one"])], {**WINE, **facts})
    report.timestamp = f"2026-02-{day:02}T00:00:00Z"
    return parse(report.xml().encode(), target)


def filled(tmp_path: Path, *runs: Run) -> Path:
    file = tmp_path / "history.db"
    with opened(file, create=True) as connection:
        assert all(add(connection, run) for run in runs)
    return file


def answer(capsys: pytest.CaptureFixture[str], file: Path, *words: str) -> tuple[int, str]:
    capsys.readouterr()
    code = main(["--database", str(file), *words])
    out = capsys.readouterr()
    return code, out.out + out.err


# ---- adding ----


def test_reports_are_added_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "reports"
    folder.mkdir()
    for name, report in fleet(3, 20).items():
        (folder / f"TEST-shmcheck-{name}.xml").write_text(report.xml(), encoding="utf-8")
    file = tmp_path / "history.db"
    assert answer(capsys, file, "add", str(folder), "--create") == (0, "added 3 of 3 runs; 0 are already stored\n")
    assert answer(capsys, file, "add", str(folder)) == (0, "added 0 of 3 runs; 3 are already stored\n")
    (folder / "TEST-shmcheck-cut.xml").write_text("<testsuites>", encoding="utf-8")
    code, text = answer(capsys, file, "add", str(folder))
    assert code == 1 and "TEST-shmcheck-cut.xml" in text and "3 are already stored" in text


def test_a_new_history_needs_create(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    report = tmp_path / "TEST-shmcheck-a.xml"
    report.write_text(Report([Made("one")]).xml(), encoding="utf-8")
    for words in (["add", str(report)], ["case", "one"], ["flaky"], ["since", "one"], ["export"]):
        code, text = answer(capsys, tmp_path / "moved.db", *words)
        assert code == 3 and "the file does not exist" in text and "--create" in text, words
    assert not (tmp_path / "moved.db").exists()


def test_an_observation_is_stored_once(tmp_path: Path) -> None:
    file = filled(tmp_path, *(run_of("pass", day) for day in range(1, 20)))
    with opened(file) as connection:
        assert connection.execute("SELECT count(*) FROM seen").fetchone() == (1,)
        assert connection.execute("SELECT count(*) FROM result").fetchone() == (19,)


def test_rows_met_are_counted() -> None:
    cases = [
        Made("a", rows=["r1", "r2"]),
        Made("b", "fail", rows=["r2"]),
        Made("c", "skip", rows=["r3"]),
        Made("d", "known", rows=["r4"]),
        Made("e"),
    ]
    assert rows_met(parse(Report(cases).xml().encode(), "here")) == (2, 4)  # r1 and e; r2 and r4 are not met


# ---- queries ----


def test_the_command_case_joins_equal_runs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    runs = [run_of("pass", 1), run_of("pass", 2), run_of("fail", 3), run_of("pass", 4), run_of("pass", 4, "other")]
    code, text = answer(capsys, filled(tmp_path, *runs), "case", "one")
    assert code == 0
    assert text.splitlines() == [
        "sample/one",
        "other (Wine 8.0, x64)",
        "  2026-02-04, 1 run: pass",
        "wine (Wine 8.0, x64)",
        "  2026-02-01 to 2026-02-02, 2 runs: pass",
        "  2026-02-03, 1 run: fail: fail: expected ok",
        "  2026-02-04, 1 run: pass",
    ]


def test_an_unknown_case_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = filled(tmp_path, run_of("pass", 1))
    for name in ("ones", "elsewhere/one"):
        code, text = answer(capsys, file, "case", name)
        assert code == 3 and f"no run of the history has a case '{name}'" in text
    assert "similar: one" in answer(capsys, file, "since", "ones")[1]


def test_since_names_the_versions_on_both_sides(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    runs = [
        run_of("fail", 1, "a", wine_version="5.0"),
        run_of("fail", 2, "b", wine_version="8.0"),
        run_of("pass", 3, "c", wine_version="10.0"),
        run_of("pass", 4, "c", wine_version="10.0"),
        run_of("pass", 5, "d", wine_version="11.4"),
        run_of("pass", 6, "e", wine_version="5.0", process_arch="x86"),
    ]
    code, text = answer(capsys, filled(tmp_path, *runs), "since", "one")
    assert code == 0
    assert "  Wine x64: fail in 5.0 to 8.0, pass in 10.0 to 11.4: fail: expected ok" in text.splitlines()
    assert "by date: the verdict never changed" in text and "x86" not in text


def test_since_by_date_ignores_skips(tmp_path: Path) -> None:
    runs = [run_of("pass", 1), run_of("skip", 2), run_of("pass", 3), run_of("fail", 4), run_of("fail", 5)]
    with opened(filled(tmp_path, *runs)) as connection:
        (turn,) = query.turns_by_date(query.results(connection, query.case_id(connection, "one")[0]))
    assert [side[:10] for side in (turn.first, turn.before, turn.after, turn.last)] == [
        f"2026-02-0{day}" for day in (1, 3, 4, 5)
    ]
    assert (turn.was, turn.now) == ("pass", "fail")


@pytest.mark.parametrize(
    ("second", "found"),
    [
        (run_of("fail", 2), True),  # another verdict
        (run_of("pass", 2, steps="w> a -> ok size=2"), True),  # another transcript
        (run_of("fail", 2, harness_version="0.2.0"), False),  # other programs
        (run_of("fail", 2, runner_sha256="aa"), False),
        (run_of("fail", 2, wine_version="9.0"), False),  # another system
        (run_of("fail", 2, "elsewhere"), False),  # another machine
        (run_of("pass", 2, memory_mib="77"), False),  # the same
        (run_of("fail", 2, memory_mib="77"), True),  # memory differs by chance
    ],
)
def test_flaky_cases_are_found(tmp_path: Path, capsys: pytest.CaptureFixture[str], second: Run, found: bool) -> None:
    code, text = answer(capsys, filled(tmp_path, run_of("pass", 1), second), "flaky")
    assert (code, "sample/one on wine (Wine 8.0, x64): 2 runs" in text) == ((1, True) if found else (0, False)), text


def test_export_writes_csv_and_json_lines(tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    file = filled(tmp_path, run_of("pass", 1), run_of("fail", 2))
    assert main(["--database", str(file), "export"]) == 0
    rows = list(csv.DictReader(io.StringIO(capsysbinary.readouterr().out.decode())))
    assert [(row["time"][:10], row["verdict"]) for row in rows] == [("2026-02-01", "pass"), ("2026-02-02", "fail")]
    assert main(["--database", str(file), "export", "--format", "jsonl"]) == 0
    lines = [json.loads(line) for line in capsysbinary.readouterr().out.decode().splitlines()]
    assert [line["case"] for line in lines] == ["one", "one"] and set(lines[0]) == set(query.FIELDS)


# ---- writers at the same time, and the end of one ----


def test_two_processes_add_runs_at_the_same_time(tmp_path: Path) -> None:
    names = list(fleet(12, 60).items())
    folders = [tmp_path / "a", tmp_path / "b"]
    for number, folder in enumerate(folders):
        folder.mkdir()
        for name, report in names[number::2]:
            (folder / f"TEST-shmcheck-{name}.xml").write_text(report.xml(), encoding="utf-8")
    file = tmp_path / "history.db"
    command = [*SCRIPT, "--database", str(file), "add", "--create"]
    both = [subprocess.Popen([*command, str(folder)], stdout=subprocess.PIPE, text=True) for folder in folders]
    assert ["added 6 of 6 runs" in writer.communicate()[0] for writer in both] == [True, True]
    with opened(file) as connection:
        assert connection.execute("SELECT count(*) FROM run").fetchone() == (12,)
        assert connection.execute("SELECT count(*) FROM result").fetchone() == (12 * 60,)
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


@pytest.mark.skipif(sys.platform == "win32", reason="needs SIGKILL")
def test_a_killed_writer_leaves_whole_runs(tmp_path: Path) -> None:
    file = filled(tmp_path, run_of("pass", 1))
    program = (
        "import sys; sys.path[:0] = sys.argv[2:]\n"
        "from pathlib import Path\n"
        "from report_maker import fleet\n"
        "from shmcheck.reports.history_store import add, opened\n"
        "from shmcheck.reports.report_reader import parse\n"
        "with opened(Path(sys.argv[1])) as connection:\n"
        "    connection.execute('PRAGMA cache_size = 4')\n"  # a small cache, so that pages of an unfinished run are written
        "    for number, (name, report) in enumerate(fleet(200, 120).items()):\n"
        "        add(connection, parse(report.xml().encode(), name)); print(number, flush=True)\n"
    )
    command = [sys.executable, "-c", program, str(file), str(ROOT / "scripts"), str(ROOT / "scripts" / "tests")]
    for lines, seconds in ((3, 0.01), (1, 0.03)):
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
            assert writer.stdout is not None
            for _ in range(lines):
                writer.stdout.readline()
            time.sleep(seconds)
            writer.send_signal(signal.SIGKILL)
        with opened(file) as connection:
            runs = connection.execute("SELECT count(*) FROM run").fetchone()[0]
            assert runs >= 4
            assert connection.execute("SELECT count(*) FROM result").fetchone() == (1 + 120 * (runs - 1),)
            assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


# ---- files that cannot be used ----


def test_a_file_that_is_cut_is_refused_and_kept(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = filled(tmp_path, *(parse(report.xml().encode(), name) for name, report in fleet(3, 60).items()))
    report = tmp_path / "TEST-shmcheck-a.xml"
    report.write_text(Report([Made("one")]).xml(), encoding="utf-8")
    half = file.read_bytes()[: file.stat().st_size // 2]
    file.write_bytes(half)
    for words in (["add", str(report)], ["add", str(report), "--create"], ["case", "made-case-1"], ["flaky"]):
        code, text = answer(capsys, file, *words)
        assert code == 3 and "damaged or not complete" in text, (words, text)
    assert file.read_bytes() == half


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "the file is empty"),
        (b"<testsuites/>" * 100, "damaged or not complete"),
        ("other", "not a history of shmcheck"),
        ("newer", "its format is 2"),
    ],
)
def test_files_that_are_not_a_history_are_refused(tmp_path: Path, content: bytes | str, words: str) -> None:
    file = tmp_path / "file"
    if isinstance(content, bytes):
        file.write_bytes(content)
    else:
        with sqlite3.connect(file) as connection:
            connection.execute("CREATE TABLE t (a)")
            connection.execute(f"PRAGMA application_id = {APPLICATION if content == 'newer' else 1}")
            connection.execute("PRAGMA user_version = 2")
    before = file.read_bytes()
    with pytest.raises(CannotRun, match=words), opened(file):
        pass
    assert file.read_bytes() == before


def test_a_history_in_a_missing_folder_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(CannotRun, match="unable to open"), opened(tmp_path / "no" / "history.db", create=True):
        pass
