"""Measures what the suite costs. Usage: bench.py --help"""

from start_command import start

if __name__ == "__main__":
    start(__file__)
