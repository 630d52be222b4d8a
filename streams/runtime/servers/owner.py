"""A data folder has one owner at a time."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from streams.runtime.servers.errors import FolderBusyError

LOCK_FILE = "owner"


@contextmanager
def sole_owner(folder: Path) -> Iterator[None]:
    """Makes the folder and owns it; the system lets go when this process ends, however it ends.

    Raises FolderBusyError while another process owns it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / LOCK_FILE).open("a+", encoding="ascii") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise FolderBusyError(f"{folder} is in use by process {file.read()}") from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield
