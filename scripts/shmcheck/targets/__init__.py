"""Where programs run: this system, Wine of other Debian releases, machines reached by ssh."""
