"""Reports: reading them, comparing them, and pages about them."""
