"""Checks the transcripts of reports with the model of the contract. Usage: oracle.py --help"""

from start_command import start

if __name__ == "__main__":
    start(__file__)
