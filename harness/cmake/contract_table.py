#!/usr/bin/env python3
"""Makes the C table of harness/runner/case/contract.h from cases/contract.toml.

    contract_table.py IN.toml OUT.c

Exit code 1, and no OUT.c, if the contract is not valid; every problem is printed with the row's id. The same
contract gives the same bytes.
"""

from __future__ import annotations

import sys
from pathlib import Path

# The source tree may be read-only, and a build leaves no files in it.
sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "scripts"))

from shmcheck.contract import STRENGTHS, Contract, ContractError, load  # noqa: E402
from shmcheck.patience import replace  # noqa: E402

BASIS_NAMES = {"documented": "BASIS_DOCUMENTED", "observed": "BASIS_OBSERVED", "record": "BASIS_RECORD"}
STRENGTH_NAMES = {strength: f"STRENGTH_{strength.upper()}" for strength in STRENGTHS}


def c_string(text: str) -> str:
    """A C string literal of the text in UTF-8. Octal escapes of three digits cannot swallow what follows them, and
    an escaped question mark cannot start a trigraph."""
    escapes = {ord('"'): '\\"', ord("\\"): "\\\\", ord("?"): "\\?"}
    return '"' + "".join(
        escapes.get(byte, chr(byte) if 0x20 <= byte < 0x7F else f"\\{byte:03o}") for byte in text.encode("utf-8")
    ) + '"'


def c_table(contract: Contract) -> str:
    lines = [
        "/* Made from cases/contract.toml by harness/cmake/contract_table.py; changes here are lost. */",
        '#include "contract.h"',
        "",
        "const struct contract_row contract_rows[] = {",
    ]
    # By code points, which for the ASCII of ids is the order of strcmp.
    for row in sorted(contract.rows, key=lambda row: row.id):
        values = [
            c_string(row.id),
            BASIS_NAMES[row.basis],
            BASIS_NAMES[row.code_basis],
            c_string("; ".join(row.source + row.evidence)),
            STRENGTH_NAMES[row.strength],
        ]
        lines.append("    {" + ", ".join(values) + "},")
    lines += [
        "};",
        "const size_t contract_row_count = sizeof(contract_rows) / sizeof(contract_rows[0]);",
        "",
    ]
    return "\n".join(lines)


def write(path: Path, text: str) -> None:
    """Writes under another name first, so that an interrupted build does not leave half a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(path.name + ".new")
    unfinished.write_bytes(text.encode("ascii"))
    replace(unfinished, path)


def main(arguments: list[str]) -> int:
    if len(arguments) != 2:
        print("usage: contract_table.py IN.toml OUT.c", file=sys.stderr)
        return 1
    try:
        write(Path(arguments[1]), c_table(load(Path(arguments[0]))))
    except ContractError as error:
        print("\n".join(f"error: {problem}" for problem in error.problems), file=sys.stderr)
        return 1
    except OSError as error:
        print(f"error: {arguments[1]}: cannot be written: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
