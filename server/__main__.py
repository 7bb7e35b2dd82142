"""`python -m server` is the command `vigie`."""

from server.cli import main

if __name__ == "__main__":
    main()
