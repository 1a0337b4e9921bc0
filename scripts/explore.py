"""Plays generated sequences of steps and judges them by the contract. Usage: explore.py --help"""

from start_command import start

if __name__ == "__main__":
    start(__file__)
