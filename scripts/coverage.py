"""Prints the rows of the contract that the cases check. Usage: coverage.py --help"""

from start_command import start

if __name__ == "__main__":
    start(__file__)
