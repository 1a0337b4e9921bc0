"""Builds and runs all tests of the project itself. Usage: test.py --help"""

from start_command import start

if __name__ == "__main__":
    start(__file__)
