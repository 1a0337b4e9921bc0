"""Runs scripts/run and scripts/test on bare Debian systems. Usage: nightly.py --help"""

from start_command import start

if __name__ == "__main__":
    start(__file__)
