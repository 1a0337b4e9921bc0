"""Holds the transcripts of reports against the contract. Usage: oracle.py --help"""

from start_command import start

if __name__ == "__main__":
    start(__file__)
