"""`make bench`: measure, and print the figures."""

import sys

from benchmarks import engine
from benchmarks.measuring import machine, report


def main() -> None:
    sys.stdout.write(f"{machine()}; medians\n")
    report("The engine alone", engine.figures())


if __name__ == "__main__":
    main()
