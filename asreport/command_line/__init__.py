"""The command line: its commands, what it prints, and how it writes its files and is stopped."""
