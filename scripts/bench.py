"""Measures the cost of the suite. Usage: bench.py --help"""

from start_command import start

if __name__ == "__main__":
    start(__file__)
