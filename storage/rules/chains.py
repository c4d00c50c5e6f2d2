"""Chains: in which order people are asked, written as text, and the default rules that name a chain by kind."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum


class Step(StrEnum):
    """A kind of people in a chain."""

    GRID_WORKER = "grid_worker"
    BUILDING_HEAD = "building_head"
    UNIT_HEAD = "unit_head"
    NEIGHBOUR_GRID_WORKER = "neighbour_grid_worker"
    MEDIATOR = "mediator"
    PROXY_AGENT = "proxy_agent"
    PROPERTY_FIRM = "property_firm"
    DUTY_SECRETARY = "duty_secretary"
    COMMUNITY_SECRETARY = "community_secretary"
    STREET_LIAISON = "street_liaison"


Chain = tuple[tuple[Step, ...], ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """For which tickets a chain holds; None means any."""

    code: str
    position: int
    kinds: frozenset[str] | None
    place_id: int | None
    danger: bool | None
    chain: Chain


def parse_chain(text: str) -> Chain:
    """Read "grid_worker > building_head+unit_head > duty_secretary".

    Raises `ValueError` for an unknown step, an empty tier and a step that stands twice.
    """
    chain = tuple(tuple(Step(step.strip()) for step in tier.split("+")) for tier in text.split(">"))
    steps = [step for tier in chain for step in tier]
    if len(set(steps)) != len(steps):
        raise ValueError("a step stands twice in the chain")
    return chain


def format_chain(chain: Chain) -> str:
    """The chain as `parse_chain` reads it."""
    return " > ".join("+".join(step.value for step in tier) for tier in chain)


def _rule(position: int, code: str, kinds: Collection[str] | None, chain: str, *, danger: bool | None = None) -> Rule:
    return Rule(code, position, None if kinds is None else frozenset(kinds), None, danger, parse_chain(chain))


DEFAULT_RULES: tuple[Rule, ...] = (
    _rule(
        10,
        "danger",
        None,
        "grid_worker+building_head+duty_secretary > neighbour_grid_worker+community_secretary+street_liaison",
        danger=True,
    ),
    _rule(
        20,
        "repairs",
        {"utilities", "public_facilities"},
        "grid_worker > property_firm > building_head+unit_head > neighbour_grid_worker > duty_secretary",
    ),
    _rule(30, "dispute", {"dispute"}, "mediator > duty_secretary"),
    _rule(40, "care", {"care"}, "grid_worker > proxy_agent > duty_secretary"),
    _rule(50, "words", {"question", "suggestion"}, "duty_secretary > community_secretary"),
    _rule(60, "anything", None, "grid_worker > building_head+unit_head > neighbour_grid_worker > duty_secretary"),
)
"""Who is asked first, by kind, as in the kinds table of the glossary; a community edits its own copy."""

LAST_RESORT = _rule(0, "last_resort", None, "duty_secretary")
"""What holds when no rule matches: nothing asked for is ever without a rule."""
