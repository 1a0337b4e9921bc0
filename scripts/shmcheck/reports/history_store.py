"""The history: many runs in one SQLite file. This module opens it and adds runs; history_query.py reads it.

While a process writes, SQLite's rollback journal is beside the file. Each run is one transaction, so a killed writer adds
no part of a run. Several writers wait for each other, WAIT_SECONDS at most.

Each different observation of a case is stored once; a run has one small entry for each of its cases. The entries are
ordered by case, so that the history of one case is in one place of the file.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from shmcheck.console import CannotRun
from shmcheck.definitions import FACTS, Verdict
from shmcheck.reports.results import PROGRAMS, Case, Run, observation, rows_met

APPLICATION = 0x73686D68  # "shmh", in the header of the file
FORMAT = 1
WAIT_SECONDS = 60.0
SCHEMA = """
CREATE TABLE run (
    id INTEGER PRIMARY KEY, digest BLOB NOT NULL UNIQUE, target TEXT NOT NULL, time TEXT NOT NULL,
    system BLOB NOT NULL, programs BLOB NOT NULL, platform TEXT NOT NULL, complete INTEGER NOT NULL,
    rows_met INTEGER NOT NULL, rows_ran INTEGER NOT NULL, counts TEXT NOT NULL, facts TEXT NOT NULL);
CREATE INDEX run_of_target ON run (target, time, id);
CREATE TABLE "case" (id INTEGER PRIMARY KEY, topic TEXT NOT NULL, name TEXT NOT NULL, UNIQUE (topic, name));
CREATE TABLE seen (
    id INTEGER PRIMARY KEY, digest BLOB NOT NULL UNIQUE, verdict TEXT NOT NULL, kind TEXT NOT NULL,
    message TEXT NOT NULL, details TEXT NOT NULL, transcript BLOB NOT NULL);
CREATE TABLE result (
    "case" INTEGER NOT NULL REFERENCES "case", run INTEGER NOT NULL REFERENCES run, seen INTEGER NOT NULL REFERENCES seen,
    milliseconds INTEGER NOT NULL, unstable INTEGER NOT NULL, PRIMARY KEY ("case", run)) WITHOUT ROWID;
"""
# Two runs of a target are of the same system if these facts are equal. Facts that differ by chance or from run to run are
# not among them.
SYSTEM_FACTS = tuple(fact.name for fact in FACTS if fact.use in ("PLATFORM", "PAIR", "PART"))


@contextmanager
def opened(path: Path, create: bool = False) -> Iterator[sqlite3.Connection]:
    """A context with the history in a file, without an open transaction. `create`: creates the file if it does not exist.
    CannotRun, with the reason, if the file is missing, is not a history, is damaged, or stays locked by another process."""
    if not create and not path.exists():
        raise CannotRun(f"{path}: the file does not exist; correct the path, or create a new history with add --create")
    try:
        uri = f"{path.absolute().as_uri()}?mode={'rwc' if create else 'rw'}"
        connection = sqlite3.connect(uri, uri=True, timeout=WAIT_SECONDS, isolation_level=None)
    except sqlite3.Error as error:
        raise CannotRun(f"{path}: cannot be opened: {error}") from error
    try:
        _check(connection, path, create)
        yield connection
    except sqlite3.Error as error:
        raise CannotRun(f"{path}: {_said(error)}") from error
    finally:
        connection.close()


def _said(error: sqlite3.Error) -> str:
    """The meaning of an error of SQLite, and what to do."""
    text = str(error)
    if "malformed" in text or "not a database" in text or "disk I/O" in text:
        return (
            f"the file is damaged or not complete ({text}); it was not changed. If it was copied or moved, do that again "
            "while no process writes to it, together with the file of the same name with -journal; otherwise use a backup"
        )
    if "locked" in text:
        return f"another process has held the file for {WAIT_SECONDS:.0f} seconds ({text}); try again"
    if "readonly" in text:
        return f"the file, or its folder, cannot be written, or the file was moved ({text})"
    return f"SQLite reports: {text}"


def _check(connection: sqlite3.Connection, path: Path, create: bool) -> None:
    """Refuses a file that is not a history of this format. With `create`, makes a history of an empty file."""
    if _number(connection, "schema_version") == 0:
        if not create:
            raise CannotRun(f"{path}: the file is empty, not a history; correct the path, or use add --create")
        connection.execute("BEGIN EXCLUSIVE")
        if _number(connection, "schema_version") == 0:  # no other process has done it since
            for statement in SCHEMA.split(";\n"):
                connection.execute(statement)
            connection.execute(f"PRAGMA application_id = {APPLICATION}")
            connection.execute(f"PRAGMA user_version = {FORMAT}")
        connection.execute("COMMIT")
    if _number(connection, "application_id") != APPLICATION:
        raise CannotRun(f"{path}: an SQLite file, but not a history of shmcheck")
    found = _number(connection, "user_version")
    if found != FORMAT:
        raise CannotRun(f"{path}: its format is {found}, but this version of shmcheck reads format {FORMAT}")


def _number(connection: sqlite3.Connection, pragma: str) -> int:
    return int(connection.execute(f"PRAGMA {pragma}").fetchone()[0])


def _digest(*parts: object) -> bytes:
    return hashlib.sha256(json.dumps(parts, ensure_ascii=True).encode()).digest()[:16]


def add(connection: sqlite3.Connection, run: Run) -> bool:
    """Adds a run in one transaction. Returns False, without a change, if the history already has the run: the same target,
    time, facts and cases."""
    seen = {key: _digest(*observation(case)) for key, case in run.cases.items()}
    facts = dict(sorted(run.facts.items()))
    listed = sorted((key.topic, key.id, digest.hex()) for key, digest in seen.items())
    digest = _digest(run.target, run.timestamp, facts, listed)
    connection.execute("BEGIN IMMEDIATE")
    try:
        if connection.execute("SELECT 1 FROM run WHERE digest = ?", (digest,)).fetchone():
            connection.execute("ROLLBACK")
            return False
        number = _add_run(connection, run, digest, json.dumps(facts, ensure_ascii=True))
        for key, case in run.cases.items():
            case_number = _identifier(connection, '"case"', ("topic", "name"), (key.topic, key.id))
            values = (case_number, number, _seen(connection, seen[key], case), case.milliseconds, case.unstable)
            connection.execute("INSERT INTO result VALUES (?, ?, ?, ?, ?)", values)
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    return True


def _add_run(connection: sqlite3.Connection, run: Run, digest: bytes, facts: str) -> int:
    met, ran = rows_met(run)
    system = _digest(run.target, *(run.facts.get(name) for name in SYSTEM_FACTS))
    programs = _digest(run.facts.get("harness_version"), *(run.facts.get(name) for name in PROGRAMS))
    counts = json.dumps({verdict.value: run.count(verdict) for verdict in Verdict})
    values = (digest, run.target, run.timestamp, system, programs, run.platform, run.complete, met, ran, counts, facts)
    statement = (
        "INSERT INTO run (digest, target, time, system, programs, platform, complete, rows_met, rows_ran, counts, facts) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
    )
    return int(connection.execute(statement, values).lastrowid or 0)


def _seen(connection: sqlite3.Connection, digest: bytes, case: Case) -> int:
    found = connection.execute("SELECT id FROM seen WHERE digest = ?", (digest,)).fetchone()
    if found:
        return int(found[0])
    transcript = zlib.compress(case.transcript.encode("utf-8", "backslashreplace"))
    values = (digest, case.verdict.value, case.kind, case.message, case.details, transcript)
    statement = "INSERT INTO seen (digest, verdict, kind, message, details, transcript) VALUES (?, ?, ?, ?, ?, ?)"
    return int(connection.execute(statement, values).lastrowid or 0)


def _identifier(connection: sqlite3.Connection, table: str, columns: tuple[str, str], values: tuple[str, str]) -> int:
    found = connection.execute(f"SELECT id FROM {table} WHERE {columns[0]} = ? AND {columns[1]} = ?", values).fetchone()
    if found:
        return int(found[0])
    statement = f"INSERT INTO {table} ({', '.join(columns)}) VALUES (?, ?)"
    return int(connection.execute(statement, values).lastrowid or 0)
