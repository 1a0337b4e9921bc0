"""Says what is known about a symptom: an error, a function, words. Usage: explain.py --help"""

from start_command import start

if __name__ == "__main__":
    start(__file__)
