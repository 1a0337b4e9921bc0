"""Standalone C programs from transcripts: plain Win32 calls that show what a case shows."""
