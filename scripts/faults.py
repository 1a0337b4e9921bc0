"""Prints the faulty systems that the cases notice. Usage: faults.py --help"""

from start_command import start

if __name__ == "__main__":
    start(__file__)
