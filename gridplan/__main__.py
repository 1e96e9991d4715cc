"""``python -m gridplan``: the command line."""

import sys

from gridplan.cli import main

if __name__ == "__main__":
    sys.exit(main())
