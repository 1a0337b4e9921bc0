"""The Python package behind scripts/: builds, runs and tests shmcheck, and reads its reports. Standard library only."""
