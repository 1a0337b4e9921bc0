"""Keeps runs in one file, and answers how a case behaved over time. Usage: history.py --help"""

from start_command import start

if __name__ == "__main__":
    start(__file__)
