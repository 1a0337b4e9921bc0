"""Lists targets, and sets up the Wine of another Debian release. Usage: targets.py --help"""

from start_command import start

if __name__ == "__main__":
    start(__file__)
