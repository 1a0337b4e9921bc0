"""The history on the page: the last runs of each case and area as a strip, and a chart over time."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from shmcheck.definitions import Verdict
from shmcheck.reports.results import SEVERITY, Key

LAST = 12  # runs in a strip
POINTS = 60  # points of a line in the chart
LINES = 8  # lines in a chart; readers cannot distinguish more
WIDTH, HEIGHT = 640, 220
LEFT, RIGHT, TOP, BOTTOM = 44, 150, 12, 26
MARKS = ("circle", "square", "diamond", "triangle")
LABEL_STEP = 15  # between two names, in units of the drawing


@dataclass(frozen=True)
class Point:
    """One run in the chart."""

    time: str  # "2026-02-03", or a longer time; never empty
    met: int  # rows of the contract
    ran: int


@dataclass(frozen=True)
class History:
    """The last runs of the systems of a page."""

    strips: Mapping[tuple[str, Key], tuple[str, ...]] = field(default_factory=dict)  # verdicts, the oldest first; "" if absent
    lines: Mapping[str, tuple[Point, ...]] = field(default_factory=dict)  # of each target, the oldest first

    def area(self, target: str, keys: Iterable[Key]) -> tuple[str, ...]:
        """The worst verdict of an area in each of the last runs, the oldest first."""
        columns = zip(*(self.strips[target, key] for key in keys if (target, key) in self.strips), strict=True)
        return tuple(_worst(column) for column in columns)


def _worst(verdicts: Sequence[str]) -> str:
    """The worst of these verdicts. A pass counts more than a skip, and a skip more than a case that is absent."""
    there = [verdict for verdict in verdicts if verdict]
    return max(there, key=lambda word: (SEVERITY[Verdict(word)], word == Verdict.PASS), default="")


def read(connection: sqlite3.Connection, targets: Sequence[str]) -> History:
    """The last LAST runs of these targets, and the rows that they met over time."""
    keys = [(number, Key(topic, name)) for number, topic, name in connection.execute('SELECT id, topic, name FROM "case"')]
    strips: dict[tuple[str, Key], tuple[str, ...]] = {}
    lines: dict[str, tuple[Point, ...]] = {}
    verdicts = 'SELECT verdict FROM result JOIN seen ON seen.id = result.seen WHERE result."case" = ? AND result.run = ?'
    for target in dict.fromkeys(targets):
        found = connection.execute("SELECT id, time, rows_met, rows_ran FROM run WHERE target = ? ORDER BY time, id", (target,))
        runs = found.fetchall()
        if not runs:
            continue
        lines[target] = tuple(Point(time, met, ran) for _, time, met, ran in thinned(runs) if time)
        last = [run[0] for run in runs[-LAST:]]
        for number, key in keys:
            strip = [connection.execute(verdicts, (number, run)).fetchone() for run in last]
            if any(strip):
                strips[target, key] = tuple(entry[0] if entry else "" for entry in strip)
    return History(strips, {target: points for target, points in lines.items() if len(points) > 1})


def thinned(runs: Sequence[tuple[int, str, int, int]]) -> list[tuple[int, str, int, int]]:
    """At most POINTS of the runs, evenly distributed, including the first and the last one."""
    if len(runs) <= POINTS:
        return list(runs)
    return [runs[index * (len(runs) - 1) // (POINTS - 1)] for index in range(POINTS)]


# ---- the chart ----


@dataclass(frozen=True)
class Line:
    """A system in the chart, in units of the drawing."""

    target: str
    style: int  # 0 to LINES - 1: dashes; a mark of MARKS
    path: str  # for `points`
    marks: tuple[tuple[str, float, float, str], ...]  # kind, x, y, words
    label_y: float
    last: Point


@dataclass(frozen=True)
class Chart:
    lines: tuple[Line, ...]
    left_out: tuple[str, ...]  # systems that the chart does not show
    ticks: tuple[tuple[float, int], ...]  # y and per cent
    first: str  # dates
    last: str
    percent_from: int


def chart(history: History) -> Chart | None:
    """The share of rows that each system met, over time; None if no system has two runs at different times."""
    lines = {target: points for target, points in history.lines.items() if points[0].time != points[-1].time}
    if not lines:
        return None
    shown = sorted(lines)[:LINES]
    times = sorted(point.time for target in shown for point in lines[target])
    shares = [share(point) for target in shown for point in lines[target]]
    lowest = int(min(shares) // 10 * 10)
    lowest = 90 if lowest >= 100 else lowest
    start, end = _days(times[0]), _days(times[-1])

    def place(point: Point) -> tuple[float, float]:
        x = LEFT + (WIDTH - LEFT - RIGHT) * (_days(point.time) - start) / (end - start)
        y = TOP + (HEIGHT - TOP - BOTTOM) * (100 - share(point)) / (100 - lowest)
        return round(x, 1), round(y, 1)

    made = []
    labels = _labels({target: place(lines[target][-1])[1] for target in shown})
    for style, target in enumerate(shown):
        places = [place(point) for point in lines[target]]
        every = max(1, len(places) // 8)  # marks on all points would hide the line
        marks = [
            (MARKS[style % len(MARKS)], x, y, f"{target}, {point.time[:10]}: {point.met} of {point.ran} rows met")
            for index, ((x, y), point) in enumerate(zip(places, lines[target], strict=True))
            if index % every == 0 or index == len(places) - 1
        ]
        path = " ".join(f"{x},{y}" for x, y in places)
        made.append(Line(target, style, path, tuple(marks), labels[target], lines[target][-1]))
    ticks = tuple((round(TOP + (HEIGHT - TOP - BOTTOM) * part / 2, 1), 100 - (100 - lowest) * part // 2) for part in (0, 1, 2))
    return Chart(tuple(made), tuple(sorted(lines)[LINES:]), ticks, times[0][:10], times[-1][:10], lowest)


def share(point: Point) -> float:
    """Rows met of those that ran, in per cent."""
    return 100.0 * point.met / point.ran if point.ran else 0.0


def _labels(wanted: Mapping[str, float]) -> dict[str, float]:
    """The positions of the lines' names: at the ends of the lines, without overlapping."""
    out: dict[str, float] = {}
    free = float(TOP)
    for target, y in sorted(wanted.items(), key=lambda item: (item[1], item[0])):
        out[target] = round(max(free, y), 1)
        free = out[target] + LABEL_STEP
    return out


def _days(time: str) -> float:
    """Days of a time "2026-02-03T04:05:06Z" from a fixed date."""
    return datetime.fromisoformat(time.replace("Z", "+00:00")).timestamp() / 86400
