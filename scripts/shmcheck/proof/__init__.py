"""Proof that the cases and the project work: coverage, mutation, faults, soak, and the project's own tests."""
