"""Which faulty systems the cases notice. Usage: faults.py --help"""

import sys

if sys.version_info < (3, 11):
    print("This needs Python 3.11 or newer.", file=sys.stderr)
    sys.exit(3)

from shmcheck.commands.faults import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
