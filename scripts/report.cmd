@echo off
rem Makes one page about the runs on several systems; scripts/report --help says more.
py -3 "%~dp0report.py" %*
