"""Builds what is needed and runs every case. Usage: run.py --help"""

from start_command import start

if __name__ == "__main__":
    start(__file__)
