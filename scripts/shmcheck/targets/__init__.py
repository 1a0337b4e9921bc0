"""The systems on which programs run: this one, the Wine of other Debian releases, machines that ssh reaches."""
