"""What the community of the soak offers: one service of each sort, agents, a hall, rooms and a hairdresser, with the
roster of the agents. Sheets like those of any community.
"""

from collections.abc import Iterator, Mapping, Sequence

Line = Mapping[str, object]
HALL, BARBER = "hall", "barber"
AT_HOME, COUNTER, ROOM, ASKED_FOR, CUT = "老年证", "居住证", "棋牌室", "议事厅", "理发"
NURSING = "量血压"
BOOKABLE = (AT_HOME, COUNTER, ROOM, ASKED_FOR, CUT, NURSING)
"""What residents ask for, by the names they type."""

COLUMNS: Mapping[str, Sequence[str]] = {
    "categories": ("code", "name", "name_en"),
    "services": (
        *("code", "category", "kind", "name", "name_en", "fee", "papers", "ways", "minutes", "buffer_minutes"),
        *("lead_hours", "cancel_hours", "days_ahead", "providers", "needs_approval", "needs_code", "is_official"),
    ),
    "providers": ("code", "kind", "name", "person", "place", "seats"),
    "openings": ("code", "provider", "days", "begins", "ends"),
    "rewards": ("code", "name", "name_en", "emoji", "price", "stock"),
    "duty": ("code", "role", "place", "people", "turn", "days", "begins", "ends", "from_day"),
}


def sheets(agents: Sequence[str]) -> Mapping[str, Iterator[Line]]:
    """Every sheet of the catalogue; `agents` are codes of people."""
    return {
        "categories": iter([{"code": "all", "name": "便民", "name_en": "Everything"}]),
        "services": _services(),
        "providers": _providers(agents),
        "openings": _openings(),
        "rewards": _rewards(),
        "duty": _duty(agents),
    }


def _services() -> Iterator[Line]:
    usual = {"category": "all", "fee": "free", "minutes": 30, "lead_hours": 1, "cancel_hours": 2, "days_ahead": 7}
    official = {**usual, "kind": "proxy", "papers": "身份证原件", "is_official": "yes", "providers": HALL}
    four_ways = "at_home phone appointment walk_in"
    yield {**official, "code": "card", "name": AT_HOME, "name_en": "Senior card", "ways": four_ways}
    yield {**official, "code": "permit", "name": COUNTER, "name_en": "Permit", "ways": "appointment walk_in"}
    room = {**usual, "kind": "room", "ways": "appointment", "minutes": 60}
    yield {**room, "code": "cards", "name": ROOM, "name_en": "Card room", "providers": "room-1"}
    asked_for = {**room, "providers": "room-2", "needs_approval": "yes"}
    yield {**asked_for, "code": "meeting", "name": ASKED_FOR, "name_en": "Meeting room"}
    service = {**usual, "kind": "service"}
    yield {**service, "code": "cut", "name": CUT, "name_en": "Hairdresser", "ways": "appointment", "providers": BARBER}
    at_home = {**service, "ways": "at_home", "buffer_minutes": 15, "needs_code": "yes"}
    yield {**at_home, "code": "pressure", "name": NURSING, "name_en": "Blood pressure"}


def _providers(agents: Sequence[str]) -> Iterator[Line]:
    for number, person in enumerate(agents, 1):
        agent = {"code": f"agent-{number}", "kind": "agent", "name": f"代办{number}", "seats": 1}
        yield {**agent, "person": person, "place": "community"}
    yield {"code": HALL, "kind": "hall", "name": "便民大厅", "place": "community", "seats": 2}
    yield {"code": BARBER, "kind": "provider", "name": "理发店", "seats": 1}
    for number in (1, 2):
        yield {"code": f"room-{number}", "kind": "room", "name": f"{number}号房", "seats": 1}


def _openings() -> Iterator[Line]:
    for number, (begins, ends) in enumerate((("08:30", "12:00"), ("14:00", "17:30")), 1):
        yield {"code": f"hall-{number}", "provider": HALL, "days": "working", "begins": begins, "ends": ends}
    for code in (BARBER, "room-1", "room-2"):
        yield {"code": code, "provider": code, "days": "daily", "begins": "09:00", "ends": "19:00"}


def _duty(agents: Sequence[str]) -> Iterator[Line]:
    rule = {"role": "proxy_agent", "place": "community", "people": " ".join(agents), "from_day": "2026-01-05"}
    for code, begins, ends in (("am", "08:30", "12:00"), ("pm", "14:00", "18:00")):
        yield {**rule, "code": code, "turn": "all", "days": "working", "begins": begins, "ends": ends}
    yield {**rule, "code": "weekend", "turn": "week", "days": "off", "begins": "09:00", "ends": "17:00"}


def _rewards() -> Iterator[Line]:
    """Cheap, and few of each: somebody comes too late for them."""
    for code, name, price, stock in (("eggs", "鸡蛋", 2, 40), ("towel", "毛巾", 10, 3), ("rice", "大米", 20, 1)):
        yield {"code": code, "name": name, "name_en": code, "emoji": "🎁", "price": price, "stock": stock}
