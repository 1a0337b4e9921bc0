"""Reads and compares reports, and makes pages about them."""
