"""`python -m asreport`."""

import sys

from asreport.command_line.cli import main

if __name__ == "__main__":
    sys.exit(main())
