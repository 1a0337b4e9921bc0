"""What scripts/ is made of: building, running and testing shmcheck, and reading its reports. Standard library only."""
