"""Proof that every check can fail. Usage: mutate.py --help"""

import sys

if sys.version_info < (3, 11):
    print("This needs Python 3.11 or newer.", file=sys.stderr)
    sys.exit(3)

from shmcheck.commands.mutate import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
