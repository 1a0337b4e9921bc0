"""Prints the changes between two runs. Usage: compare.py --help"""

from start_command import start

if __name__ == "__main__":
    start(__file__)
