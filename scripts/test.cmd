@echo off
rem Builds and runs every test of the project itself; scripts/test --help says more.
py -3 "%~dp0test.py" %*
