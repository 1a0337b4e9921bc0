@echo off
rem Shows which changed replies no expectation notices; scripts/mutate --help says more.
py -3 "%~dp0mutate.py" %*
