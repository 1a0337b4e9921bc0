@echo off
rem Lists targets, sets up and takes away Wines of other Debian releases; scripts\targets --help says more.
py -3 "%~dp0targets.py" %*
