"""Builds the programs that are needed and runs all cases. Usage: run.py --help"""

from start_command import start

if __name__ == "__main__":
    start(__file__)
