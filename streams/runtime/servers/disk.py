"""Room on the disk, asked before a server starts to write."""

from __future__ import annotations

import shutil
from pathlib import Path

from streams.runtime.servers.errors import DiskFullError

LEAST_FREE_BYTES = 500_000_000


def require_space(folder: Path) -> None:
    """Raises DiskFullError when fewer than 500 MB are free where `folder` is or will be."""
    there = next(path for path in (folder, *folder.resolve().parents) if path.exists())
    free = shutil.disk_usage(there).free
    if free < LEAST_FREE_BYTES:
        raise DiskFullError(
            f"{free / 1e6:.0f} MB are free at {there}, {LEAST_FREE_BYTES / 1e6:.0f} MB are needed"
        )
