"""Pages of docs/reference that are written from the code, and the test that they still are.

A page is a function that returns Markdown; `pages.PAGES` names them all. `scripts/reference` writes
them; `scripts/reference --check` says which are behind.
"""
