@echo off
rem Builds what is needed and runs every case on a target; scripts/run --help says more.
py -3 "%~dp0run.py" %*
