"""Makes one ZIP file that runs on a Windows without Python and without a compiler. Usage: package.py --help"""

from start_command import start

if __name__ == "__main__":
    start(__file__)
