"""Makes one page about the runs on several systems. Usage: report.py --help"""

from start_command import start

if __name__ == "__main__":
    start(__file__)
