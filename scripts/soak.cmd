@echo off
rem Runs the whole suite many times and compares what was seen; scripts/soak --help says more.
py -3 "%~dp0soak.py" %*
