"""The page of rules: what a rule is made of, how its ladder behaves, and the rules of a site."""

from __future__ import annotations

from collections.abc import Iterator

from streams.rules.book import RuleBook
from streams.rules.ladder import (
    CALM_AFTER_MS,
    CHATTER_HOLD_FACTOR,
    CHATTER_TRANSITIONS,
    CHATTER_WITHIN_MS,
    EVIDENCE_EVERY_MS,
    GAP_CADENCES,
    SILENT_CADENCES,
    UNKNOWN_AFTER_MS,
)
from streams.rules.rows import PlacesRow, RuleRow, StepRow
from streams.rules.rule import Operator, Rule, Step
from streams.site.model import Site
from streams.site.rows import Row

INTRODUCTION = """\
# Rules

<!-- written by `scripts/reference`; change streams/rules or the site's rules.yaml instead -->

A rule watches one measure at some places and climbs a ladder of levels, 1 (lowest) to 4. Times are
those of the observations, so that a replay finds the same alerts; only absence and the waiting for
data follow the clock.
"""

LADDER = f"""\
## How a ladder behaves

- **Up.** A level is entered when its `enter` has been satisfied at every evaluation for
  `for_seconds`, without a gap longer than {GAP_CADENCES} cadences; of several, the highest. Levels
  can be skipped.
- **Down.** It is left when its `exit` has been satisfied likewise for `hold_seconds`, down to the
  highest level whose exit is not satisfied, or to the end of the alert. An exit lies strictly on
  the safe side of its enter.
- **Onset** is the instant of the first value of the run that led to a level. The alert's id is made
  of site, rule, place and onset: whoever computes it again finds the same.
- **Versions** count up: `raised`, then one for each change of level (`enter`, `exit`), of trust in
  the value (`status`) and of the value alone (`evidence`, at most one every
  {EVIDENCE_EVERY_MS // 1000} s), and `cleared`, the last. A cleared alert never opens again.
- **Unknown** freezes a ladder: the level stays and whatever was under way starts anew. After
  {UNKNOWN_AFTER_MS // 1000} s the open alert says so (`unknown`), and again when data is back
  (`resumed`). Nothing clears by silence.
- **Doubtful** values count; the alert says that they are doubtful.
- **Late** values raise nothing by themselves. If the newest value still satisfies the rule, the
  alert is raised with its true onset and marked late.
- **Chattering**: after more than {CHATTER_TRANSITIONS} changes of level in
  {CHATTER_WITHIN_MS // 60_000} minutes the alert is marked, and `hold_seconds` counts
  {CHATTER_HOLD_FACTOR} times until there was no change for {CALM_AFTER_MS // 60_000} minutes.
- **A rule that changes** keeps its key and gets a `valid_from`; thresholds taken from a standard
  change on the day the standard does. An open alert keeps its id and says so (`rule`). The alerts
  of a rule that is taken away are cleared (`withdrawn`).

## Operators

- `value`: the measure itself.
- `absence`: the share of the place's sources that are not heard, known even when the measure is
  not. Its onset is {SILENT_CADENCES} cadences after the newest value. Places never heard of are not
  yet in service, and raise nothing.
- `rate`: the change a minute over `window_seconds`, the median of the slopes between all pairs of
  values (Theil–Sen), from `minimum_points` values on.
"""

FILE = """\
## What stands in rules.yaml

"""


def rules_page(book: RuleBook, site: Site) -> str:
    """docs/reference/rules.md as Markdown, rules in file order, each in its newest form."""
    newest = {rule.key: rule for rule in book.rules}
    fields = "\n".join(
        line
        for title, row in (("A rule", RuleRow), ("`places`", PlacesRow), ("`steps`", StepRow))
        for line in _fields(title, row)
    )
    rules = "\n".join(line for rule in newest.values() for line in _section(rule, site))
    title = f"## The rules of {site.name_en} · {site.name_zh}\n"
    return "\n".join((INTRODUCTION, LADDER, FILE + fields, title, rules))


def _fields(title: str, row: type[Row]) -> Iterator[str]:
    yield f"{title}:\n"
    for name, field in row.model_fields.items():
        needed = "" if field.is_required() else " (optional)"
        about = f": {field.description}" if field.description else ""
        yield f"- `{name}`{needed}{about}"
    yield ""


def _section(rule: Rule, site: Site) -> Iterator[str]:
    yield f"### `{rule.key}`\n"
    yield f"{rule.title_zh} · {rule.title_en}\n"
    yield f"- watches {_watched(rule)} at {_places(rule, site)}"
    yield f"- because of {rule.clause}"
    yield f"- tells {', '.join(rule.audience)}:"
    yield f"  - {rule.text_zh}"
    yield f"  - {rule.text_en}\n"
    yield f"| level | enter [{rule.unit}] | for | exit | hold |"
    yield "|---|---|---|---|---|"
    yield from (_step(step, rising=rule.rising) for step in rule.steps)
    yield ""


def _watched(rule: Rule) -> str:
    match rule.operator:
        case Operator.VALUE:
            return f"`{rule.measure}`"
        case Operator.ABSENCE:
            return f"the silence of `{rule.measure}`"
        case Operator.RATE:
            window = _duration(rule.window_seconds)
            return f"the slope of `{rule.measure}` over {window} ({rule.minimum_points} values)"


def _places(rule: Rule, site: Site) -> str:
    """The place, or how many of which kinds."""
    if len(rule.places) == 1:
        return f"`{rule.places[0]}`"
    kinds = dict.fromkeys(site.places[key].kind for key in rule.places)
    return f"{len(rule.places)} places ({', '.join(kinds)})"


def _step(step: Step, *, rising: bool) -> str:
    enter, leave = ("≥", "≤") if rising else ("≤", "≥")
    return (
        f"| {step.level} | {enter} {step.enter:g} | {_duration(step.for_seconds)} "
        f"| {leave} {step.exit:g} | {_duration(step.hold_seconds)} |"
    )


def _duration(seconds: float) -> str:
    if not seconds:
        return "at once"
    return f"{seconds / 60:g} min" if seconds >= 60 else f"{seconds:g} s"
