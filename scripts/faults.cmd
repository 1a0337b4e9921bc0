@echo off
rem Shows which faulty systems the cases notice; scripts/faults --help says more.
py -3 "%~dp0faults.py" %*
