"""A data folder has one owner at a time."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from streams.runtime.servers.errors import FolderBusyError

LOCK_FILE = "owner"


@contextmanager
def sole_owner(folder: Path) -> Iterator[None]:
    """Makes the folder and owns it; the system lets go when this process ends, however it ends.

    A folder it made goes again if nothing was put into it. Raises FolderBusyError while another
    process owns it.
    """
    made = [each for each in (folder, *folder.parents) if not each.exists()]
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
        try:
            yield
        finally:
            if made and [each.name for each in folder.iterdir()] == [LOCK_FILE]:
                _remove(made)


def owner_of(folder: Path) -> int | None:
    """The process that owns the folder now."""
    try:
        with (folder / LOCK_FILE).open(encoding="ascii") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return int((folder / LOCK_FILE).read_text(encoding="ascii") or 0)
    except FileNotFoundError:
        pass
    return None


def _remove(folders: list[Path]) -> None:
    """The innermost first, as far as they are empty."""
    (folders[0] / LOCK_FILE).unlink()
    with suppress(OSError):
        for folder in folders:
            folder.rmdir()
