"""rules.yaml: the rules of a site, checked against its places, standards and measures."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from streams.fusion.measure import Catalogue
from streams.rules.book import RuleBook
from streams.rules.errors import RuleError
from streams.rules.generations import Generation, generations, standards_of
from streams.rules.reach import measures_by_place
from streams.rules.rows import RuleRow, RulesFile, read_file
from streams.rules.rule import Operator, Rule
from streams.rules.selection import Paces, lateness, record_kinds, select
from streams.rules.wording import Shown, happening
from streams.site.entry import Entry
from streams.site.mistake import Mistake, one_of
from streams.site.model import Site
from streams.site.rows import check

ROLES = ("operations", "command")
"""who may be told besides departments: the operations centre, the emergency command"""
PLACEHOLDERS = "{place}, {value}, {threshold}, {unit}, {level}"
ORDINARY_CADENCE_SECONDS = 60.0
ORDINARY_LATENESS_SECONDS = 60.0


def load_rules(path: Path, site: Site, catalogue: Catalogue) -> RuleBook:
    """The book of rules of a file like deploy/sites/hongqiao/rules.yaml.

    Raises RuleError with every mistake found.
    """
    mistakes: list[Mistake] = []
    rules = read_rules(path, site, catalogue, mistakes)
    if mistakes:
        raise RuleError(path, mistakes)
    return RuleBook(rules, site)


def read_rules(
    path: Path, site: Site, catalogue: Catalogue, mistakes: list[Mistake]
) -> tuple[Rule, ...]:
    """The rules that are right, in file order."""
    file = read_file(path, RulesFile, mistakes)
    if file is None:
        return ()
    reader = _Reader(site, catalogue, mistakes)
    for _, entry in file[0].child("rules").children():
        row = check(entry, RuleRow, mistakes)
        if row is not None:
            reader.add(row, entry)
    return tuple(reader.rules)


class _Reader:
    def __init__(self, site: Site, catalogue: Catalogue, mistakes: list[Mistake]) -> None:
        self._site = site
        self._catalogue = catalogue
        self._mistakes = mistakes
        self._lines: dict[str, int] = {}
        self._starts_ms: dict[str, int] = {}
        self._measures = measures_by_place(site, catalogue)
        self._paces = Paces(site)
        self.rules: list[Rule] = []

    def add(self, row: RuleRow, entry: Entry) -> None:
        known = len(self._mistakes)
        self._mistakes += self._name_mistakes(row, entry)
        places = select(row.places, entry.child("places"), self._site, self._mistakes)
        ladders = generations(row, entry, self._site, self._mistakes)
        if len(self._mistakes) == known:
            self._mistakes += self._place_mistakes(row, entry, places)
        if len(self._mistakes) > known:
            return
        rules = [self._rule(row, places, ladder) for ladder in ladders]
        self._mistakes += self._later_mistakes(row, entry, rules)
        if len(self._mistakes) > known:
            return
        start_ms = rules[0].valid_from_ms
        superseded = [r for r in self.rules if r.key == row.key and r.valid_from_ms >= start_ms]
        self.rules = [rule for rule in self.rules if rule not in superseded] + rules
        self._starts_ms[row.key] = start_ms
        self._lines[row.key] = entry.line()

    def _name_mistakes(self, row: RuleRow, entry: Entry) -> Iterator[Mistake]:
        measures = (*self._catalogue.cell_keys(), *self._catalogue.hub)
        if row.measure not in measures:
            yield entry.mistake(("measure",), one_of(measures, row.measure))
        elif row.operator is Operator.ABSENCE and row.measure in self._catalogue.hub:
            allowed = "a measure that sources report; the hub computes this one"
            yield entry.mistake(("measure",), allowed)
        if (row.operator is Operator.RATE) != (row.window_seconds is not None):
            allowed = "seconds, with operator rate and only there"
            yield entry.mistake(("window_seconds",), allowed)
        told = (*ROLES, *self._site.departments)
        for index, name in enumerate(row.audience):
            if name not in told:
                yield entry.mistake(("audience", index), one_of(told, name))

    def _place_mistakes(
        self, row: RuleRow, entry: Entry, places: tuple[str, ...]
    ) -> Iterator[Mistake]:
        """A measure that none of the places can ever have: the rule would never be heard of."""
        from_hub = row.measure in self._catalogue.hub
        if from_hub or any(row.measure in self._measures[place] for place in places):
            return
        having = sorted(
            {p.kind for p in self._site.places.values() if row.measure in self._measures[p.key]}
        )
        where = f"places of kind {', '.join(having)} have it" if having else "no place has it"
        allowed = f"a measure that one of the places of rule {row.key} can have; {where}"
        yield entry.mistake(("measure",), allowed)

    def _rule(self, row: RuleRow, places: tuple[str, ...], ladder: Generation) -> Rule:
        valid_from_ms, steps = ladder
        kinds = record_kinds(row.measure, self._catalogue)
        paces = self._paces.cadences(places, kinds) if row.cadence_seconds is None else {}
        measured = max(paces.values(), default=ORDINARY_CADENCE_SECONDS)
        unit = self._catalogue.row(row.measure).unit
        return Rule(
            key=row.key,
            measure=row.measure,
            places=places,
            steps=steps,
            rising=row.bad_when == "high",
            title_zh=row.title.zh,
            title_en=row.title.en,
            text_zh=row.text.zh,
            text_en=row.text.en,
            clause=self._clause(row, valid_from_ms),
            audience=row.audience,
            operator=row.operator,
            window_seconds=row.window_seconds or 0.0,
            minimum_points=row.minimum_points,
            cadence_seconds=row.cadence_seconds or measured,
            cadence_by_place=paces,
            lateness_seconds=lateness(kinds, self._site, ORDINARY_LATENESS_SECONDS),
            valid_from_ms=valid_from_ms,
            unit=OPERATOR_UNITS[row.operator].format(unit),
        )

    def _clause(self, row: RuleRow, at_ms: int) -> str:
        sources = dict.fromkeys(
            f"{standard.source}, {standard.clause} ({standard.confidence})"
            for standard in standards_of(row, self._site, at_ms)
        )
        return "; ".join((row.clause, *sources))

    def _later_mistakes(self, row: RuleRow, entry: Entry, rules: list[Rule]) -> Iterator[Mistake]:
        """What can only be said of a whole rule: its texts, its sources, its past."""
        first = rules[0]
        yield from _text_mistakes(entry, first, self._site)
        if self._lacks_sources(row, first):
            allowed = "a measure that sources at one of the places report"
            yield entry.mistake(("measure",), allowed)
        before = next((rule for rule in self.rules if rule.key == row.key), None)
        if before is None:
            return
        line = self._lines[row.key]
        if first.valid_from_ms <= self._starts_ms[row.key]:
            allowed = f"each key once, or a later valid_from; it stands on line {line} already"
            yield entry.mistake(("key",), allowed)
        watched = (before.measure, before.operator, before.places)
        if watched != (first.measure, first.operator, first.places):
            allowed = f"the measure, operator and places of line {line}, or a key of its own"
            yield entry.mistake(("key",), allowed)

    def _lacks_sources(self, row: RuleRow, rule: Rule) -> bool:
        from_hub = row.measure in self._catalogue.hub
        return not from_hub and row.cadence_seconds is None and not rule.cadence_by_place


OPERATOR_UNITS = {Operator.VALUE: "{}", Operator.ABSENCE: "ratio", Operator.RATE: "{}/min"}


def _text_mistakes(entry: Entry, rule: Rule, site: Site) -> Iterator[Mistake]:
    place = site.places[rule.places[0]]
    try:
        happening(rule, place, Shown(rule.steps[0].enter), rule.steps[0], suspect=False)
    except (LookupError, ValueError) as error:
        yield entry.mistake(("text",), f"texts with {PLACEHOLDERS}", str(error))
    for language, text in (("zh", rule.text_zh), ("en", rule.text_en)):
        for name in ("{place", "{value"):
            if name not in text:
                yield entry.mistake(("text", language), f"a text that says {name}}}")
