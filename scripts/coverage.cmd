@echo off
rem Compares the contract with the cases: which rows are checked; scripts/coverage --help says more.
py -3 "%~dp0coverage.py" %*
