"""Starts the command that a script of this folder is named for: run.py starts shmcheck.commands.run."""

# Any Python 3 must be able to compile this file and the scripts that import it, so that an old one prints the message.

import importlib
import os
import sys

OLDEST = (3, 11)


def take_build_dir(words: "list[str]") -> "list[str]":
    """Moves --build-dir DIR from the arguments to the environment, where shmcheck.paths and the commands that this one
    starts read it. Returns the other arguments. An option without a value stays, and the command refuses it."""
    kept = []
    rest = list(words)
    while rest:
        word = rest.pop(0)
        folder = ""
        if word.startswith("--build-dir="):
            folder = word.partition("=")[2]
        elif word == "--build-dir" and rest:
            folder = rest.pop(0)
        if folder:
            os.environ["SHMCHECK_BUILD_DIR"] = os.path.abspath(folder)
        else:
            kept.append(word)
    return kept


def start(script: str) -> None:
    """Runs the command with the arguments of this process, and ends the process with the command's exit code."""
    name = os.path.splitext(os.path.basename(script))[0]
    if sys.version_info < OLDEST:
        found = ".".join(str(part) for part in sys.version_info[:3])
        sys.stderr.write("shmcheck needs Python 3.11 or newer, and %s is %s.\n" % (sys.executable, found))
        if name in ("run", "test"):
            sys.stdout.write("0 passed, 0 failed, 0 skipped\n")
        sys.exit(3)
    arguments = take_build_dir(sys.argv[1:])
    sys.exit(importlib.import_module("shmcheck.commands." + name).main(arguments))
