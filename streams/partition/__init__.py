"""One partition of the site: gate, fusion and rules in one step over one batch."""

from streams.partition.inflow import Inflow
from streams.partition.outputs import StepOutput
from streams.partition.partition import Partition

__all__ = ["Inflow", "Partition", "StepOutput"]
