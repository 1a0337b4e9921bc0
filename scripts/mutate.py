"""Tests that each check can fail. Usage: mutate.py --help"""

from start_command import start

if __name__ == "__main__":
    start(__file__)
