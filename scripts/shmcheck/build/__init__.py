"""Installs the packages that a build needs, and builds the programs with CMake."""
