"""Files of rules: what is made of them, and how mistakes are told."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from schemas.codec import decode, explain
from schemas.structs import structs
from streams.fusion.measure import Catalogue
from streams.partition import Partition
from streams.rules.book import RuleBook
from streams.rules.errors import RuleError
from streams.rules.load import load_rules
from streams.rules.reach import measures_by_place
from streams.rules.rule import Operator, Rule
from streams.site.model import Site, Standard

from .conftest import HONGQIAO

DAY_MS = 86_400_000

ONE = """\
rules:
  - key: water.ponding
    title: {zh: 积水, en: Ponding}
    measure: water.ponding_cm
    places: {kinds: [underpass]}
    steps:
      - {level: 1, enter: 5, exit: 3}
      - {level: 3, enter: {standard: water.underpass.close_cm}, exit: 20, for_seconds: 30}
    text: {zh: "{place}积水{value}", en: "{place} {value}"}
    clause: ours
    audience: [water]
"""


def load(text: str, path: Path, site: Site, catalogue: Catalogue) -> tuple[Rule, ...]:
    file = path / "rules.yaml"
    file.write_text(text, encoding="utf-8")
    return load_rules(file, site, catalogue).rules


def test_a_rule_as_written(tmp_path: Path, hongqiao: Site, catalogue: Catalogue) -> None:
    (rule,) = load(ONE, tmp_path, hongqiao, catalogue)
    assert rule.operator is Operator.VALUE
    assert rule.rising
    assert set(rule.places) == {k for k, p in hongqiao.places.items() if p.kind == "underpass"}
    assert [(s.level, s.enter, s.exit, s.for_seconds) for s in rule.steps] == [
        (1, 5, 3, 0),
        (3, 25, 20, 30),
    ]
    assert rule.unit == "cm"
    assert rule.clause.startswith("ours; ")
    assert "(second-hand)" in rule.clause or "(document)" in rule.clause


@pytest.mark.parametrize(
    ("written", "instead", "field", "allowed"),
    [
        ("  - key: water.ponding", "  - kee: x\n    key: w", "kee", "did you mean key?"),
        ("measure: water.ponding_cm", "measure: water.pondin_cm", "measure", "did you mean water."),
        ("[underpass]", "[underpas]", "kinds.0", "did you mean underpass?"),
        ("kinds: [underpass]", "keys: [underpass.nowhere*]", "keys.0", "a key or pattern"),
        ("kinds: [underpass]", "under: hup", "under", "did you mean hub?"),
        ("{kinds: [underpass]}", "{}", "places", "at least one of"),
        ("kinds: [underpass]", "kinds: [underpass], under: hub", "places", "at least one place"),
        (
            "{kinds: [underpass]}",
            "{kinds: [hotel, hall]}",
            "measure",
            "one of the places of rule water.ponding can have; places of kind area, site, tunnel, "
            "underpass have it",
        ),
        (
            "measure: water.ponding_cm\n    places: {kinds: [underpass]}",
            "measure: crowd.count_persons\n    places: {kinds: [security_area]}",
            "measure",
            "that sources at one of",
        ),
        ("level: 1", "level: 5", "steps.0.level", "less than or equal to 4"),
        ("level: 1", "level: 3", "steps.1.level", "a level above 3"),
        ("exit: 3", "exit: 5", "steps.0.exit", "a number below enter, 5"),
        ("enter: 5", "enter: 26", "steps.1.enter", "a number above 26"),
        ("exit: 20", "exit: 2", "steps.1.exit", "no number below 3"),
        ("enter: 5", "enter: five", "steps.0.enter", "a number, or {standard"),
        ("enter: 5", "enter: true", "steps.0.enter", "a number, or {standard"),
        ("close_cm", "clos_cm", "steps.1.enter.standard", "did you mean water.underpass.close_cm"),
        ("zh: 积水", "zh: Ponding", "title.zh", "a Chinese text"),
        ("en: Ponding", "en: 积水", "title.en", "an English text"),
        ("积水{value}", "积水", "text.zh", "a text that says {value}"),
        ('en: "{place} {value}"', 'en: "{place} {vale}"', "text", "texts with {place}"),
        ("clause: ours", "", "clause", "required"),
        ("[water]", "[watre]", "audience.0", "did you mean water?"),
        ("    clause", "    operator: rate\n    clause", "window_seconds", "with operator rate"),
        ("    clause", "    window_seconds: 60\n    clause", "window_seconds", "and only there"),
        ("    clause", "    operator: sum\n    clause", "operator", "'value', 'absence' or 'rate'"),
        (
            "measure: water.ponding_cm",
            "operator: absence\n    measure: dispersal.queue_persons",
            "measure",
            "the hub computes this one",
        ),
        ("rules:", "rules: []\nrule:", "rule", "did you mean rules?"),
    ],
)
def test_mistakes_are_told_with_line_and_remedy(
    written: str,
    instead: str,
    field: str,
    allowed: str,
    tmp_path: Path,
    hongqiao: Site,
    catalogue: Catalogue,
) -> None:
    assert written in ONE
    with pytest.raises(RuleError) as caught:
        load(ONE.replace(written, instead, 1), tmp_path, hongqiao, catalogue)
    found = {mistake.field: mistake for mistake in caught.value.mistakes}
    assert field in found, caught.value
    assert allowed in found[field].allowed
    assert found[field].file == "rules.yaml"
    assert f"{len(caught.value.mistakes)} mistake" in str(caught.value)


def test_all_mistakes_are_told_at_once(
    tmp_path: Path, hongqiao: Site, catalogue: Catalogue
) -> None:
    text = ONE.replace("[water]", "[watre]").replace("exit: 3", "exit: 8")
    with pytest.raises(RuleError) as caught:
        load(text, tmp_path, hongqiao, catalogue)
    assert [(m.line, m.field, m.value) for m in caught.value.mistakes] == [
        (7, "steps.0.exit", "8"),
        (11, "audience.0", "watre"),
    ]


def later(text: str, day: str) -> str:
    """The file with the rule again, in force from a day on."""
    again = text.removeprefix("rules:\n") + f"    valid_from: {day}\n"
    return text + again


def test_a_rule_may_change_on_a_day(tmp_path: Path, hongqiao: Site, catalogue: Catalogue) -> None:
    text = later(ONE, "2027-01-01").replace("enter: 5", "enter: 6", 1)
    before, after = load(text, tmp_path, hongqiao, catalogue)
    assert (before.steps[0].enter, after.steps[0].enter) == (6, 5)
    assert after.valid_from_ms == 1_798_732_800_000  # 2027-01-01T00:00+08:00


@pytest.mark.parametrize(
    ("text", "allowed"),
    [
        (later(ONE, "2020-01-01"), "it stands on line 2 already"),
        (later(ONE, "2027-01-01").replace("ponding_cm", "unpumped_cm", 1), "of line 2, or a key"),
    ],
)
def test_a_key_stands_for_one_rule(
    text: str, allowed: str, tmp_path: Path, hongqiao: Site, catalogue: Catalogue
) -> None:
    with pytest.raises(RuleError, match=allowed):
        load(text, tmp_path, hongqiao, catalogue)


def closing_at(*rows: tuple[int, int | None, float]) -> tuple[Standard, ...]:
    """The depth at which underpasses close: (first day, day after the last, cm)."""
    return tuple(
        Standard(
            key="water.underpass.close_cm",
            value=value,
            unit="cm",
            area="",
            valid_from_ms=first * DAY_MS,
            valid_to_ms=end and end * DAY_MS,
            source="a notice",
            clause=f"from day {first}",
            confidence="document",
        )
        for first, end, value in rows
    )


def test_thresholds_follow_their_standards(
    tmp_path: Path, hongqiao: Site, catalogue: Catalogue
) -> None:
    standards = closing_at((100, None, 25), (200, None, 25), (300, None, 22), (400, None, 30))
    text = later(ONE, "1970-12-07").replace(
        "valid_from: 1970", "minimum_points: 3\n    valid_from: 1970"
    )
    text = text.replace("level: 1, enter: 5, exit: 3}", "level: 1, enter: 5, exit: 4}")
    rules = load(text, tmp_path, replace(hongqiao, standards=standards), catalogue)
    assert [(r.valid_from_ms // DAY_MS, r.steps[1].enter) for r in rules] == [
        (100, 25),
        (300, 22),
        (339, 22),
        (400, 30),
    ]
    assert rules[1].clause == "ours; a notice, from day 300 (document)"


@pytest.mark.parametrize(
    ("standards", "allowed"),
    [
        (closing_at((100, 200, 25)), "standards that go on"),
        (closing_at((100, None, 4)), "a number above 5, the step before"),
    ],
)
def test_standards_that_make_no_ladder(
    standards: tuple[Standard, ...],
    allowed: str,
    tmp_path: Path,
    hongqiao: Site,
    catalogue: Catalogue,
) -> None:
    with pytest.raises(RuleError, match=allowed):
        load(ONE, tmp_path, replace(hongqiao, standards=standards), catalogue)


def test_standards_of_another_area(tmp_path: Path, hongqiao: Site, catalogue: Catalogue) -> None:
    elsewhere = tuple(replace(row, area="11") for row in closing_at((100, None, 25)))
    with pytest.raises(RuleError, match="standards that hold in area 310112"):
        load(ONE, tmp_path, replace(hongqiao, standards=elsewhere), catalogue)


@pytest.mark.parametrize(
    ("places", "expected"),
    [
        ("{keys: ['necc.h?']}", {f"necc.h{number}" for number in range(1, 9)}),
        ("{kinds: [square], facility: true}", {"hub.west_square"}),
        ("{kinds: [square], facility: false}", {"hub.west_square.plaza", "necc.plaza"}),
        ("{under: hub.taxi, facility: true}", {"hub.taxi"}),
        (
            "{kinds: [road_segment], under: east, attributes: {road_class: arterial}}",
            {"road.yingbin.k01", "road.yingbin.k02", "road.yingbin.k03"},
        ),
    ],
)
def test_places_are_chosen_by_all_conditions(
    places: str, expected: set[str], tmp_path: Path, hongqiao: Site, catalogue: Catalogue
) -> None:
    text = ONE.replace("{kinds: [underpass]}", places).replace(
        "[water]", "[water]\n    cadence_seconds: 60"
    )
    text = text.replace("water.ponding_cm", "device.online_ratio")
    (rule,) = load(text, tmp_path, hongqiao, catalogue)
    assert set(rule.places) == expected


def test_the_pace_is_that_of_the_slowest_source(
    tmp_path: Path, hongqiao: Site, catalogue: Catalogue
) -> None:
    text = ONE.replace("water.ponding_cm", "crowd.count_persons").replace(
        "{kinds: [underpass]}", "{keys: [hub.t2.departures, hub.centre.concourse, hub]}"
    )
    (rule,) = load(text, tmp_path, hongqiao, catalogue)
    assert rule.cadence_by_place == {"hub": 60, "hub.t2.departures": 15, "hub.centre.concourse": 10}
    assert rule.cadence_seconds == 60
    assert rule.lateness_seconds == 60


def test_no_file(tmp_path: Path, hongqiao: Site, catalogue: Catalogue) -> None:
    with pytest.raises(RuleError, match="a readable"):
        load_rules(tmp_path / "none.yaml", hongqiao, catalogue)


def test_the_rules_of_hongqiao(hongqiao: Site, catalogue: Catalogue) -> None:
    rules = load_rules(HONGQIAO / "rules.yaml", hongqiao, catalogue).rules
    assert len({rule.key for rule in rules}) >= 24
    assert {rule.operator for rule in rules} == set(Operator)
    for rule in rules:
        for step in rule.steps:
            # below a minute of `for`, one evaluation of a batch half read could decide
            sporadic = rule.key.startswith(("emergency.", "warning.", "site.operating"))
            assert sporadic or rule.key == "water.underpass_ponding" or step.for_seconds >= 30


def test_what_a_place_has_is_what_it_can_have(hongqiao: Site, catalogue: Catalogue) -> None:
    """A partition works out from the sources alone which measures its places have."""
    can = measures_by_place(hongqiao, catalogue)
    partition = Partition(
        0,
        hongqiao.cells,
        site=hongqiao,
        catalogue=catalogue,
        rules=RuleBook((), hongqiao),
        decode=decode,
        explain=explain,
        record_types=structs(),
    )
    assert partition.picture.places
    for key, state in partition.picture.places.items():
        assert state.available <= can[key], key
    assert "water.ponding_cm" in can["hongqiao"]
    assert "water.ponding_cm" not in can["hub.t2"]
