@echo off
rem Says what changed between two runs; scripts/compare --help says more.
py -3 "%~dp0compare.py" %*
