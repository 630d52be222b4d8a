"""The cases beside the rules of Hongqiao, and files of cases that are wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from streams.fusion.measure import Catalogue
from streams.rules.book import RuleBook
from streams.rules.check import check_rules, run_cases
from streams.rules.errors import RuleError
from streams.rules.load import load_rules
from streams.site.model import Site

from .conftest import HONGQIAO

CASE = """\
day: 2026-07-15
cases:
  - rule: water.underpass_ponding
    title: the third step at once
    every_seconds: 30
    values: 0 26? unknown*6
    expect:
      - {at: 30, state: raised, level: 3}
      - {at: 180, state: unknown, level: 3}
"""


@pytest.fixture(scope="module")
def book(hongqiao: Site, catalogue: Catalogue) -> RuleBook:
    return load_rules(HONGQIAO / "rules.yaml", hongqiao, catalogue)


def write(path: Path, text: str) -> Path:
    file = path / "rules.tests.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def test_hongqiao_is_right(hongqiao: Site, catalogue: Catalogue) -> None:
    rules, cases = HONGQIAO / "rules.yaml", HONGQIAO / "rules.tests.yaml"
    assert check_rules(rules, cases, hongqiao, catalogue) == ()


def test_the_rules_of_hongqiao_do_what_their_cases_say(book: RuleBook, hongqiao: Site) -> None:
    results = run_cases(book, HONGQIAO / "rules.tests.yaml", hongqiao)
    assert {result.case.rule.key for result in results} == {rule.key for rule in book.rules}
    assert [str(result) for result in results if not result.passed] == []


def test_a_case_that_fails_says_both(tmp_path: Path, book: RuleBook, hongqiao: Site) -> None:
    text = CASE.replace("state: raised, level: 3", "state: raised, level: 4")
    (result,) = run_cases(book, write(tmp_path, text), hongqiao)
    assert not result.passed
    assert str(result) == (
        "rules.tests.yaml:3 water.underpass_ponding: the third step at once\n"
        "  expected 30 s raised 4, 180 s unknown 3\n"
        "  found    30 s raised 3, 180 s unknown 3"
    )


def test_a_case_of_which_nothing_comes(tmp_path: Path, book: RuleBook, hongqiao: Site) -> None:
    text = CASE.replace("0 26? unknown*6", "0")
    (result,) = run_cases(book, write(tmp_path, text), hongqiao)
    assert str(result).endswith("found    nothing")
    text = text[: text.index("    expect")] + "    expect: []\n"
    (result,) = run_cases(book, write(tmp_path, text), hongqiao)
    assert str(result).endswith("the third step at once")


@pytest.mark.parametrize(
    ("written", "instead", "field", "allowed"),
    [
        ("rule: water.underpass_ponding", "rule: water.underpas", "rule", "did you mean water."),
        ("day: 2026-07-15", "day: 2001-01-01", "rule", "a rule in force"),
        ("day: 2026-07-15", "dey: 2026-07-15", "dey", "did you mean day?"),
        ("    title", "    place: hub.t2\n    title", "place", "one of tunnel.yingbin, underpass."),
        ("0 26?", "0 26!", "values", "not 26!"),
        ("0 26? unknown*6", '""', "values", "at least one value"),
        ("state: raised", "state: rised", "expect.0.state", "did you mean raised?"),
    ],
)
def test_mistakes_in_cases(
    written: str,
    instead: str,
    field: str,
    allowed: str,
    tmp_path: Path,
    book: RuleBook,
    hongqiao: Site,
) -> None:
    assert written in CASE
    with pytest.raises(RuleError) as caught:
        run_cases(book, write(tmp_path, CASE.replace(written, instead, 1)), hongqiao)
    found = {mistake.field: mistake for mistake in caught.value.mistakes}
    assert field in found, caught.value
    assert allowed in found[field].allowed


def test_every_rule_needs_a_case(tmp_path: Path, hongqiao: Site, catalogue: Catalogue) -> None:
    mistakes = check_rules(HONGQIAO / "rules.yaml", write(tmp_path, CASE), hongqiao, catalogue)
    untested = {mistake.value for mistake in mistakes}
    assert "road.congestion" in untested
    assert "water.underpass_ponding" not in untested
    assert {mistake.allowed for mistake in mistakes} == {"a case for every rule"}


def test_a_wrong_rule_is_told_alone(tmp_path: Path, hongqiao: Site, catalogue: Catalogue) -> None:
    rules = (HONGQIAO / "rules.yaml").read_text(encoding="utf-8")
    wrong = tmp_path / "rules.yaml"
    wrong.write_text(rules.replace("measure: water.ponding_cm", "measure: water.pond"), "utf-8")
    mistakes = check_rules(wrong, HONGQIAO / "rules.tests.yaml", hongqiao, catalogue)
    assert {(mistake.file, mistake.value) for mistake in mistakes} == {("rules.yaml", "water.pond")}


def test_a_file_that_cannot_be_read_hides_no_rule(
    tmp_path: Path, hongqiao: Site, catalogue: Catalogue
) -> None:
    (mistake,) = check_rules(HONGQIAO / "rules.yaml", tmp_path / "none.yaml", hongqiao, catalogue)
    assert mistake.file == "none.yaml"
