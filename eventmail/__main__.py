"""``python -m eventmail COMMAND``: the same as the command ``eventmail``."""

from eventmail.cli import main

if __name__ == "__main__":
    main()
