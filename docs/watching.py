"""The tables of docs/watching.md, from the metrics that a bot has, the alerts, and the doctor's looks."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import yaml

from bot.doctor import CHECKS
from bot.metrics import Metrics

ALERTS = Path(__file__).parent.parent / "ops" / "prometheus" / "alerts.yml"
METRICS_HEAD = ("metric", "type", "labels", "what it says")
LOOKS_HEAD = ("look", "what it asks")
ALERTS_HEAD = ("alert", "", "what is wrong", "rings when", "")
_PLACEHOLDER = re.compile(r"\{\{ ?\$labels\.(\w+) ?\}\}")


def metrics() -> Iterator[Sequence[str]]:
    """Every metric of a running bot, in the order of its declaration."""
    for name, kind, labels, about in Metrics().described():
        yield f"`{name}`", kind, ", ".join(f"`{one}`" for one in labels), about


def looks() -> Iterator[Sequence[str]]:
    """What the doctor looks at."""
    for name, check in CHECKS.items():
        yield f"`{name}`", (check.__doc__ or "").partition("\n")[0]


def alerts() -> Iterator[Sequence[str]]:
    """Every alert, when it rings, and where it stands what to do."""
    groups: list[dict[str, Any]] = yaml.safe_load(ALERTS.read_text(encoding="utf-8"))["groups"]
    for rule in (rule for group in groups for rule in group["rules"]):
        said = rule["annotations"]
        lasts = f", for {rule['for']}" if "for" in rule else ""
        link = f"[what to do]({said['runbook_url'].removeprefix('docs/')})"
        summary = _PLACEHOLDER.sub(r"*\1*", said["summary"])
        yield f"`{rule['alert']}`", rule["labels"]["severity"], summary, f"`{rule['expr']}`{lasts}", link
