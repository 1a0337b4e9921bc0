"""Makes standalone C programs from transcripts: plain Win32 calls that show the behaviour that a case shows."""
