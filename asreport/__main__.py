"""`python -m asreport`."""

import sys

from asreport.cli import main

if __name__ == "__main__":
    sys.exit(main())
