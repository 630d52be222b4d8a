"""The page of reasons: why a record is refused or doubted, why a value is unknown or suspect."""

from __future__ import annotations

from streams.cli.reasons import PREFIXES, VALUE_REASONS
from streams.gate.reasons import REASONS
from streams.reference.markdown import code, page, table

GATE = """\
## Of records

In the order in which the gate asks; the first that holds is the record's. A refused record goes to
the topic `quarantine` with its original bytes and the code in the header `reason`
(`hubwatch tail quarantine`), and is counted in `hubwatch_quarantined_total`. A doubted one is
folded; its source makes the values it contributes to suspect.
"""
VALUES = """\
## Of values

The field `reason` of a value whose status is `unknown` or `suspect` (`hubwatch state PLACE`).
"""


def reasons_page() -> str:
    """docs/reference/reasons.md."""
    gate = [
        (code(reason.value), "refused" if text.quarantined else "doubted", text.zh, text.en)
        for reason, text in REASONS.items()
    ]
    values = [(code(key), words.zh, words.en) for key, words in VALUE_REASONS.items()]
    values += [
        (code(f"{prefix}:<{'measure' if prefix == 'input' else 'place'}>"), words.zh, words.en)
        for prefix, words in PREFIXES.items()
    ]
    return page(
        "Reasons",
        "reasons.py of streams/gate and streams/cli",
        GATE,
        table(("code", "record is", "中文", "English"), gate),
        VALUES,
        table(("code", "中文", "English"), values),
    )
