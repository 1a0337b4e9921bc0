"""Writes a standalone C program that does what a case of a report does. Usage: reproduce.py --help"""

from start_command import start

if __name__ == "__main__":
    start(__file__)
