"""`python -m orderdrop` is the command `orderdrop`."""

from orderdrop.cli.app import main

if __name__ == "__main__":
    main()
