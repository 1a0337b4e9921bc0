"""Builds what is needed and runs every case. Usage: run.py --help"""

import sys

if sys.version_info < (3, 11):
    print("This needs Python 3.11 or newer.", file=sys.stderr)
    print("0 passed, 0 failed, 0 skipped")
    sys.exit(3)

from shmcheck.commands.run import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
