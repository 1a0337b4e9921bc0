"""Runs the whole suite many times and compares the runs. Usage: soak.py --help"""

from start_command import start

if __name__ == "__main__":
    start(__file__)
