"""The proof as a whole: evidence, ledger and replay in, one finding an invariant out."""

from __future__ import annotations

from collections.abc import Sequence

from streams.rules.book import RuleBook
from streams.site.model import Site
from streams.verify import accounting, alerts, state
from streams.verify.evidence import Evidence
from streams.verify.finding import Finding
from streams.verify.ledger import Entry
from streams.verify.replay import replay


def prove(
    ledger: Sequence[Entry], evidence: Evidence, site: Site, rules: RuleBook
) -> list[Finding]:
    """All findings in the order of the invariants; pure. Raises SnapshotError."""
    again = replay(evidence, site, rules)
    reasons = {where: {r.reason.value} for where, r in again.truth.refused.items()}
    refused = accounting.Refusals(reasons, again.due)
    findings = [
        accounting.accounted_for(ledger, evidence, again.marks, refused),
        alerts.complete(evidence, again),
        alerts.unambiguous(evidence),
        alerts.ordered(evidence),
        accounting.acknowledged_is_stored(ledger, evidence),
        accounting.counted(ledger, evidence, again.stored.totals(), again.truth.totals()),
        state.equal(again, ledger),
        accounting.committed_is_durable(evidence, again.marks),
    ]
    return sorted(findings, key=lambda finding: finding.key)
