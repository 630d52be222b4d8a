"""Boards as code: built from the site model and the measure tables, checked in as JSON.

`boards.build` gives every board's text, `boards.write` puts it into `generated/`, a folder an
audience; Grafana reads that folder, or `publish.push` sends it. See docs/how-to/boards.md.
"""
