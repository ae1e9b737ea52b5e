"""Run the command line as `python -m upload_diag`."""

import sys

from upload_diag.cli import main

if __name__ == "__main__":
    sys.exit(main())
