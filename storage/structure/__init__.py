"""The structure's way in and out: `read` a file, `check` it into a plan, `apply` the plan; `export` writes it back."""

from .apply import Report, SheetReport, apply, preview
from .check import check
from .plan import Plan
from .problems import Problem, Reason, StructureError
from .sheets import read

__all__ = [
    "Plan",
    "Problem",
    "Reason",
    "Report",
    "SheetReport",
    "StructureError",
    "apply",
    "check",
    "preview",
    "read",
]
