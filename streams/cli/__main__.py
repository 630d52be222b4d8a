"""`python -m streams.cli` is `hubwatch`."""

from streams.cli.main import run

run()
