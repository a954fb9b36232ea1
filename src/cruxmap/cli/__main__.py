"""`python -m cruxmap.cli`."""

from cruxmap.cli import main

if __name__ == "__main__":
    main()
