@echo off
rem Builds and runs the measurements; scripts/bench --help says more.
py -3 "%~dp0bench.py" %*
