"""Compiles the core into the environment that runs this; called by scripts/compile."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from pathlib import Path

from mypyc.build import mypycify
from setuptools import setup

os.environ["HUBWATCH_INTERPRETED"] = "1"
from streams import compiled


def build(scratch: Path) -> None:
    """Makes the extensions in a folder that shows the sources alone."""
    for package in ("schemas", "streams"):
        (scratch / package).symlink_to(compiled.ROOT / package)
    os.chdir(scratch)
    config = ["--config-file", str(compiled.ROOT / "pyproject.toml")]
    extensions = mypycify(
        [*config, *map(str, compiled.sources())], opt_level="3", group_name=compiled.GROUP
    )
    sys.argv[1:] = ["--quiet", "build_ext", "--build-lib", "made"]
    setup(name=compiled.GROUP, packages=[], ext_modules=extensions)


def main() -> None:
    stamp = compiled.stamp()
    with tempfile.TemporaryDirectory(prefix="hubwatch-compile-") as folder:
        build(Path(folder))
        shutil.rmtree(compiled.FOLDER, ignore_errors=True)
        shutil.copytree(Path(folder) / "made", compiled.FOLDER)
    compiled.STAMP.write_text(stamp)  # last: without it nothing of it is used


main()
