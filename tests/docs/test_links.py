"""Every link leads somewhere, every page can be found, every file named is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.docs.pages import HAND_WRITTEN, PAGES, ROOT, anchors, inline, links, name

PICTURE_BYTES = 300_000
README_LINES = 200
FOLDERS = "connectors|deploy|docs|grafana|requirements|schemas|scripts|streams|tests"
TO_BE_MADE = re.compile(r"/(mysite|[A-Z]+)(/|$)")
"""what a reader makes, or fills in"""


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_relative_links_lead_somewhere(page: Path) -> None:
    for target, anchor in links(page):
        assert target.exists(), f"{name(page)} links to {target}"
        if anchor and target.suffix == ".md":
            assert anchor in anchors(target), f"{name(page)} links to {name(target)}#{anchor}"


@pytest.mark.parametrize("page", HAND_WRITTEN, ids=name)
def test_files_named_exist(page: Path) -> None:
    for text in inline(page):
        for path in re.findall(rf"(?<![\w/.-])(?:{FOLDERS})/[\w./-]*\w", text):
            there = (ROOT / path).exists() or TO_BE_MADE.search(path)
            assert there, f"{name(page)} names {path}"


def test_every_page_of_docs_is_in_the_index() -> None:
    index = ROOT / "docs" / "README.md"
    listed = {target for target, _ in links(index)}
    pages = {page for page in PAGES if (ROOT / "docs") in page.parents}
    assert pages - listed - {index} == set()


def test_the_readme_is_short_and_its_pictures_are_light() -> None:
    for readme in (ROOT / "README.md", ROOT / "README.zh.md"):
        assert len(readme.read_text(encoding="utf-8").splitlines()) < README_LINES
    for picture in (ROOT / "docs" / "img").iterdir():
        assert picture.stat().st_size < PICTURE_BYTES, name(picture)
