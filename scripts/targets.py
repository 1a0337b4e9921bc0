"""Lists targets, sets up and takes away Wines of other Debian releases. Usage: targets.py --help"""

import sys

if sys.version_info < (3, 11):
    print("This needs Python 3.11 or newer.", file=sys.stderr)
    sys.exit(3)

from shmcheck.commands.targets import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
