"""One module a record kind. Adding a kind is adding a module: `schemas.catalogue` finds it."""
