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
_PLACEHOLDER = re.compile(r"\{\{ ?\$(?:labels\.(\w+)|value)[^}]*\}\}")


def metrics() -> Iterator[Sequence[str]]:
    """Every metric of a running bot, in the order of its declaration."""
    for name, kind, labels, about in Metrics().described():
        yield f"`{name}`", kind, ", ".join(f"`{one}`" for one in labels), about


def looks() -> Iterator[Sequence[str]]:
    """What the doctor looks at."""
    for name, check in CHECKS.items():
        yield f"`{name}`", (check.__doc__ or "").partition("\n")[0]


def alerts() -> str:
    """Every alert with its rule and what to do."""
    groups: list[dict[str, Any]] = yaml.safe_load(ALERTS.read_text(encoding="utf-8"))["groups"]
    return "\n\n".join(_paragraph(rule) for group in groups for rule in group["rules"])


def _paragraph(rule: dict[str, Any]) -> str:
    said = rule["annotations"]
    lasts = f" for {rule['for']}" if "for" in rule else ""
    rings = f"`{rule['expr']}`{lasts} · {rule['labels']['severity']}"
    return f"#### {rule['alert']}\n\n{_plain(said['summary'])}. {_plain(said['description'])}\n\n{rings}"


def _plain(words: str) -> str:
    return _PLACEHOLDER.sub(lambda found: f"*{found[1] or '…'}*", words)
