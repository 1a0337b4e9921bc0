"""Stores runs in one file, and shows the results of a case over time. Usage: history.py --help"""

from start_command import start

if __name__ == "__main__":
    start(__file__)
