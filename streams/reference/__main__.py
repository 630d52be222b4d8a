"""`python -m streams.reference`: writes every generated page; with --check, says what is behind."""

from __future__ import annotations

import sys

from streams.reference import pages
from streams.runtime.settings import CHECKOUT


def main(arguments: list[str]) -> int:
    """Exit status 1 where --check finds a difference."""
    checking = arguments == ["--check"]
    lines = pages.differences(CHECKOUT) if checking else pages.write(CHECKOUT)
    sys.stdout.writelines(f"{line}\n" for line in lines)
    return int(checking and bool(lines))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
