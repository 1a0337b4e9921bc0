#!/usr/bin/env python3
"""Makes the C table of harness/actor/symptoms.h, for the prompt's `why`, from cases/contract.toml and cases/problems.toml.

    symptom_table.py CONTRACT.toml PROBLEMS.toml OUT.c

Exit code 1, and no OUT.c, if one of them is not valid. The same files give the same bytes.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

# The source tree may be read-only, and a build leaves no files in it.
sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "scripts"))
sys.path.insert(0, str(Path(__file__).resolve().parent))

from contract_table import c_string, write  # noqa: E402
from shmcheck.console import CannotRun  # noqa: E402
from shmcheck.contract import Row, load  # noqa: E402
from shmcheck.proof import problems, symptoms  # noqa: E402


def functions(row: Row) -> str:
    """The functions of a row, and after an asterisk what other forms of them are called: " MapViewOfFile3 *MapViewOfFile "."""
    written = dict.fromkeys(re.findall(r"[A-Z]\w+", row.function))
    plain = dict.fromkeys(symptoms.FORM.sub("", name) for name in written)
    names = [*written, *(f"*{name}" for name in plain if name not in written)]
    return f" {' '.join(names)} " if names else ""


def codes(row: Row) -> str:
    """The errors of a row by number and its statuses by name, each between blanks: " 5 STATUS_ACCESS_DENIED "."""
    numbers = symptoms.numbers(row.expected)
    numbers += [str(symptoms.ERROR_NAMES[word]) for word in re.findall(r"\w+", row.expected) if word in symptoms.ERROR_NAMES]
    names = [word for word in re.findall(r"STATUS_\w+", f"{row.expected} {row.statement}") if word in symptoms.STATUS_NAMES]
    found = dict.fromkeys(numbers + names)
    return f" {' '.join(found)} " if found else ""


def c_table(rows: list[Row], frequent: list[problems.Problem]) -> str:
    shown = {case: f"{problem.id}: {problem.title}" for problem in reversed(frequent) for case in problem.caught}
    lines = [
        "/* Made from cases/contract.toml and cases/problems.toml by harness/cmake/symptom_table.py; changes here are lost. */",
        '#include "symptoms.h"',
        "",
        "const struct symptom_row symptom_rows[] = {",
    ]
    for row in rows:
        if functions(row) and codes(row):
            values = (row.id, functions(row), codes(row), row.expected, row.statement, shown.get(row.id, ""))
            lines.append("    {" + ", ".join(map(c_string, values)) + "},")
    lines += ["};", "const size_t symptom_row_count = sizeof(symptom_rows) / sizeof(symptom_rows[0]);", ""]
    return "\n".join(lines)


def main(arguments: list[str]) -> int:
    if len(arguments) != 3:
        print("usage: symptom_table.py CONTRACT.toml PROBLEMS.toml OUT.c", file=sys.stderr)
        return 1
    contract, frequent, out = map(Path, arguments)
    try:
        write(out, c_table(list(load(contract).rows), list(problems.load(frequent))))
    except (CannotRun, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
