"""`python -m orderdrop.web FD` is the process of the console's pages, which `orderdrop serve` starts: see `process`."""

import sys

from orderdrop.web.process import main

if __name__ == "__main__":
    main(int(sys.argv[1]))
