"""`make bench`: measure, and print the figures."""

import sys

from benchmarks import engine, http, inbox, knee, live, past
from benchmarks.measuring import machine, report


def main() -> None:
    sys.stdout.write(f"{machine()}; medians\n")
    report("The engine alone", engine.figures())
    sys.stdout.write("\nSlots over HTTP, one web process\n")
    for rate in http.rates():
        sys.stdout.write(f"  {rate}\n")
        sys.stdout.flush()
    for lines in (past.report(), knee.report(), inbox.report(), live.report()):
        sys.stdout.write("\n")
        for line in lines:
            sys.stdout.write(f"{line}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
