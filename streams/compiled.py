"""The core as machine code: what `scripts/compile` has made of it, while that is of these sources.

The modules are the same, compiled by mypyc and kept in the environment, apart from the sources. One
edited file or another Python, and the sources are read as ever; so they are where
HUBWATCH_INTERPRETED is set.
"""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import EXTENSION_SUFFIXES, ModuleSpec
from importlib.util import spec_from_file_location
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).resolve().parents[1]
FOLDER = Path(sys.prefix) / "hubwatch-compiled"
STAMP = FOLDER / "stamp"
GROUP = "hubwatch_core"
"""mypyc keeps all code in one extension of this name; the others only refer to it"""
CORE = (
    "streams/gate/*.py",
    "streams/fusion/*.py",
    "streams/rules/ladder.py",
    "streams/rules/generations.py",
    "streams/rules/rest.py",
    "streams/rules/rest.py",
    "streams/rules/versions.py",
    "streams/rules/vigil.py",
    "streams/rules/watch.py",
    "streams/rules/vigil.py",
    "streams/rules/watch.py",
    "streams/partition/inflow.py",
    "streams/partition/partition.py",
    "streams/partition/picture.py",
    "streams/partition/place.py",
    "streams/partition/watchers.py",
)
"""what each record goes through; names without a package's own `__init__`"""


def sources() -> list[Path]:
    """The files that are compiled, relative to ROOT."""
    found = {path for pattern in CORE for path in ROOT.glob(pattern)}
    return sorted(path.relative_to(ROOT) for path in found if path.name != "__init__.py")


def stamp() -> str:
    """Tells these sources and this Python from any others."""
    told = hashlib.sha256(sys.version.encode())
    for path in sources():
        told.update(str(path).encode() + (ROOT / path).read_bytes())
    return told.hexdigest()


class Finder(MetaPathFinder):
    """Finds the compiled modules before the sources are looked for."""

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None,  # noqa: ARG002  the interface's
        target: ModuleType | None = None,  # noqa: ARG002  as above
    ) -> ModuleSpec | None:
        """The specification of a compiled module, None for any other."""
        if fullname.partition(".")[0] not in ("streams", f"{GROUP}__mypyc"):
            return None
        file = FOLDER / (fullname.replace(".", "/") + EXTENSION_SUFFIXES[0])
        return spec_from_file_location(fullname, file) if file.exists() else None


def install() -> bool:
    """Uses the compiled core from now on, if there is one of these sources; says whether."""
    if os.environ.get("HUBWATCH_INTERPRETED") or not STAMP.exists():
        return False
    if STAMP.read_text() != stamp():
        return False
    sys.meta_path.insert(0, Finder())
    return True
