"""The core as machine code: what `scripts/compile` has made of it, while that is of these sources.

The modules are the same, compiled by mypyc and kept in the environment, apart from the sources. One
edited file or another Python, and the sources are read as ever; so they are where
HUBWATCH_INTERPRETED is set.
"""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Iterable, Sequence
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
    "streams/domains/*.py",
    "streams/rules/ladder.py",
    "streams/rules/reading.py",
    "streams/rules/rest.py",
    "streams/rules/versions.py",
    "streams/rules/vigil.py",
    "streams/rules/watch.py",
    "streams/partition/inflow.py",
    "streams/partition/partition.py",
    "streams/partition/picture.py",
    "streams/partition/place.py",
    "streams/partition/snapshot.py",
    "streams/partition/watchers.py",
)
"""what each record goes through; the packages' own `__init__` stay as they are"""
PACKAGES = ("site", "gate", "fusion", "domains", "rules", "partition")
BASIS = (
    *(f"streams/{package}/*.py" for package in PACKAGES),
    "schemas/*.py",
    "scripts/compile_core.py",
    "requirements/dev.lock",
)
"""what machine code was made from and with: types of the modules around it are built into it"""


def matching(patterns: Iterable[str]) -> list[Path]:
    """The files of patterns, relative to ROOT, in order."""
    return sorted({path.relative_to(ROOT) for each in patterns for path in ROOT.glob(each)})


def sources() -> list[Path]:
    """The files that are compiled, relative to ROOT."""
    return [path for path in matching(CORE) if path.name != "__init__.py"]


def stamp() -> str:
    """Tells this basis and this Python from any others."""
    told = hashlib.sha256(sys.version.encode())
    for path in matching(BASIS):
        told.update(str(path).encode() + (ROOT / path).read_bytes())
    return told.hexdigest()


def current() -> bool:
    """There is a compiled core, and it was made from what is here now."""
    return STAMP.exists() and STAMP.read_text() == stamp()


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
    if os.environ.get("HUBWATCH_INTERPRETED") or not current():
        return False
    sys.meta_path.insert(0, Finder())
    return True
