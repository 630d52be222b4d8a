"""One partition of the site: gate, fusion and rules in one step over one batch."""

from streams.partition.inflow import Inflow
from streams.partition.outputs import StepOutput
from streams.partition.partition import Partition
from streams.partition.picture import NEVER_MS

__all__ = ["NEVER_MS", "Inflow", "Partition", "StepOutput"]
