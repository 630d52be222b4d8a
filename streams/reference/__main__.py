"""`python -m streams.reference` prints the page of measures."""

from __future__ import annotations

import sys

from streams.domains import catalogue
from streams.reference.measures import measures_page

sys.stdout.write(measures_page(catalogue()))
