"""What must be installed, and building the programs with CMake."""
