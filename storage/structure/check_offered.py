"""Judging what a community offers: services that can be had or told about, times that begin before they end."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from storage.rules.catalogue import Fee, Flow, ProviderKind, Way
from storage.rules.errands import EARNED

from .columns import KindLine
from .helping import PointLine
from .line import Line
from .offered import DutyLine, OpeningLine, ProviderLine, ServiceLine
from .plan import Placed
from .problems import Problem, Reason

L = TypeVar("L", bound=Line)
Lines = Mapping[str, Sequence[Placed[Any]]]


def check_offered(lines: Lines) -> Iterator[Problem]:
    """Everything that is wrong within rows of the optional sheets; `lines` are those of each sheet that is there."""
    providers = {line.code: line for _, line in _of(lines, "providers", ProviderLine)}
    flows = {line.code: line.flow for _, line in _of(lines, "kinds", KindLine)}
    for row, service in _of(lines, "services", ServiceLine):
        yield from _service(row, service, providers if "providers" in lines else None, flows)
    yield from _agents(_of(lines, "providers", ProviderLine))
    for row, opening in _of(lines, "openings", OpeningLine):
        yield from _opening(row, opening)
    for row, duty in _of(lines, "duty", DutyLine):
        if duty.until_day is not None and duty.until_day < duty.from_day:
            yield Problem(Reason.ENDS_TOO_EARLY, "duty", row, "until_day")
    for row, rule in _of(lines, "points", PointLine):
        if rule.per not in EARNED[rule.who]:
            allowed = ", ".join(sorted(EARNED[rule.who]))
            yield Problem(Reason.NOT_ONE_OF, "points", row, "per", {"value": str(rule.per), "allowed": allowed})


def _of(lines: Lines, sheet: str, model: type[L]) -> Iterator[tuple[int, L]]:
    for placed in lines.get(sheet, ()):
        if isinstance(placed.line, model):
            yield placed.row, placed.line


def _service(
    row: int, line: ServiceLine, providers: Mapping[str, ProviderLine] | None, flows: Mapping[str, Flow]
) -> Iterator[Problem]:
    if flows.get(line.kind, Flow.BOOKING) is not Flow.BOOKING:
        yield Problem(Reason.NOT_BOOKED, "services", row, "kind", {"value": line.kind})
    if not line.ways and not line.phone and not line.address:
        yield Problem(Reason.NOTHING_TO_TELL, "services", row, "ways")
    if line.fee is Fee.STATED and not line.fee_words:
        yield Problem(Reason.REQUIRED, "services", row, "fee_words")
    if Way.WALK_IN in line.ways and providers is not None:
        named = [providers[code].kind for code in line.providers or () if code in providers]
        if ProviderKind.HALL not in named:
            yield Problem(Reason.NO_HALL, "services", row, "providers")


def _agents(lines: Iterable[tuple[int, ProviderLine]]) -> Iterator[Problem]:
    """An agent is one person, and a person one agent."""
    first: dict[str, int] = {}
    for row, line in lines:
        if line.kind is not ProviderKind.AGENT:
            continue
        if line.person is None:
            yield Problem(Reason.REQUIRED, "providers", row, "person")
        elif line.person in first:
            yield Problem(Reason.DUPLICATE_ROW, "providers", row, "person", {"first_row": first[line.person]})
        else:
            first[line.person] = row


def _opening(row: int, line: OpeningLine) -> Iterator[Problem]:
    """Times stand together; only a day on which it is shut may have none."""
    if line.begins is not None and line.ends is not None:
        if line.ends <= line.begins:
            yield Problem(Reason.ENDS_TOO_EARLY, "openings", row, "ends")
    elif line.begins is not None or line.ends is not None or not line.is_shut:
        yield Problem(Reason.REQUIRED, "openings", row, "begins" if line.begins is None else "ends")
