"""What `hubwatch rules check` and `hubwatch rules test` say."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from streams.fusion.measure import Catalogue
from streams.rules.book import RuleBook
from streams.rules.cases import Case, Moment, read_cases
from streams.rules.errors import RuleError
from streams.rules.load import read_rules
from streams.rules.state import LadderState
from streams.site.mistake import Mistake
from streams.site.model import Site


@dataclass(frozen=True, slots=True)
class CaseResult:
    """What came out of a case: versions but for those that only brought new evidence."""

    case: Case
    found: tuple[Moment, ...]

    @property
    def passed(self) -> bool:
        return self.found == self.case.expected

    def __str__(self) -> str:
        case = self.case
        told = f"{case.file}:{case.line} {case.rule.key}: {case.title}"
        if self.passed:
            return told
        expected, found = (
            ", ".join(map(str, moments)) or "nothing" for moments in (case.expected, self.found)
        )
        return f"{told}\n  expected {expected}\n  found    {found}"


def check_rules(path: Path, cases: Path, site: Site, catalogue: Catalogue) -> tuple[Mistake, ...]:
    """Every mistake in a file of rules and the file of their cases, none if both are right.

    Every rule must have a case. The cases are looked at once the rules, which they name, are right.
    """
    mistakes: list[Mistake] = []
    rules = read_rules(path, site, catalogue, mistakes)
    if mistakes:
        return tuple(sorted(set(mistakes)))
    found = read_cases(cases, RuleBook(rules, site), site, mistakes)
    if not mistakes:
        tested = {case.rule.key for case in found}
        untested = dict.fromkeys(rule.key for rule in rules if rule.key not in tested)
        allowed = "a case for every rule"
        mistakes += [Mistake(cases.name, 1, "cases.rule", key, allowed) for key in untested]
    return tuple(sorted(set(mistakes)))


def run_cases(book: RuleBook, path: Path, site: Site) -> list[CaseResult]:
    """Runs the cases of a file in its order. Raises RuleError where they cannot be run."""
    mistakes: list[Mistake] = []
    cases = read_cases(path, book, site, mistakes)
    if mistakes:
        raise RuleError(path, mistakes)
    return [CaseResult(case, _run(case, book)) for case in cases]


def _run(case: Case, book: RuleBook) -> tuple[Moment, ...]:
    ladder = next(
        ladder
        for ladder in book.at(case.rule.measure, case.place)
        if ladder.rule.key == case.rule.key
    )
    state = LadderState()
    found: list[Moment] = []
    for now_ms, value in case.inputs():
        for alert in (*ladder.step(state, value, now_ms), *ladder.tick(state, now_ms)):
            if alert.why != "evidence":
                seconds = (now_ms - case.start_ms) / 1000
                found.append(Moment(at=seconds, state=alert.state, level=alert.level))
    return tuple(found)
