@echo off
rem Runs every case with the programs for this processor. Options of shmcheck.exe may follow, for example
rem     run.cmd --filter life-*
rem The report goes beside this file, or to %TEMP% if this folder cannot be written.
setlocal
set "HERE=%~dp0"
set "MACHINE=%PROCESSOR_ARCHITECTURE%"
if not "%PROCESSOR_ARCHITEW6432%"=="" set "MACHINE=%PROCESSOR_ARCHITEW6432%"
set "PROGRAMS=x64"
if /i "%MACHINE%"=="x86" set "PROGRAMS=x86"
if /i "%MACHINE%"=="ARM64" if exist "%HERE%arm64\shmcheck.exe" set "PROGRAMS=arm64"

rem These run no case and leave no report.
if "%~1"=="--self-test" goto show
if "%~1"=="--help" goto show
if "%~1"=="--list" goto show
if "%~1"=="--version" goto show

set "OUT=%HERE%"
mkdir "%HERE%write-test.tmp" 2>nul
if not exist "%HERE%write-test.tmp\" set "OUT=%TEMP%\"
rmdir "%HERE%write-test.tmp" 2>nul

"%HERE%%PROGRAMS%\shmcheck.exe" --known "%HERE%known.toml" --junit "%OUT%TEST-shmcheck-%COMPUTERNAME%.xml" --summary "%OUT%report.txt" %*
set "CODE=%ERRORLEVEL%"
echo.
if exist "%OUT%report.txt" echo The report is "%OUT%TEST-shmcheck-%COMPUTERNAME%.xml", its summary "%OUT%report.txt".
if not exist "%OUT%report.txt" echo No report was written.
exit /b %CODE%

:show
"%HERE%%PROGRAMS%\shmcheck.exe" %*
exit /b %ERRORLEVEL%
