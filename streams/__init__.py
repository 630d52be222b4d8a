"""The way of an event: site ← gate ← fusion ← domains ← rules ← hub, run by runtime."""

from streams.compiled import install

COMPILED = install()
"""whether the core runs as machine code, made by `scripts/compile`"""
