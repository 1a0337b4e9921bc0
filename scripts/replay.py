"""Plays the transcripts of a report on this machine and shows both replies. Usage: replay.py --help"""

from start_command import start

if __name__ == "__main__":
    start(__file__)
