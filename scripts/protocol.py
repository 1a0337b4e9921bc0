"""Makes the reference of the verbs in harness/PROTOCOL.md. Usage: protocol.py --help"""

from start_command import start

if __name__ == "__main__":
    start(__file__)
