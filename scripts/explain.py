"""Prints rows, known deviations and problems that match a symptom. Usage: explain.py --help"""

from start_command import start

if __name__ == "__main__":
    start(__file__)
