"""Finds the addresses in a message: building, unit and room in every common way of saying or typing them.

`find_mentions` gives every address in order with the words around it; `handlers.reading.place` chooses among them.
Dates, times, telephone numbers, prices, counts and numbers of matters are masked first and never taken for a place.
"""

import re
from dataclasses import dataclass, replace

from handlers.reading.model import Address
from handlers.reading.numerals import ENGLISH_NUMBER, HAN_DIGIT, HAN_NUMBER, to_arabic

_N = rf"(?:\d{{1,3}}(?!\d)|[{HAN_NUMBER}]{{1,4}})"
_ROOM = rf"(?:\d{{3,4}}(?!\d)|[{HAN_DIGIT}]{{3,4}}|[{HAN_NUMBER}]{{3,7}})"
_DASH = r"\s?[-\u2010-\u2015_/#杠]\s?"
_NOT_COUNTED = r"(?<![有共这那几整全每哪第前后近差过约满])"
_MEASURES = (
    r"(?!\s?(?:元|块|毛|钱|年|个|人|名|位|度|斤|克|米|次|天|分|点|秒|路|多|几|来|公里|千|万|百|平|只|条|月|日|周|岁|页|层|楼(?![上下])|步|瓦|伏|兆|%"
    r"|rmb|yuan|min|hour|day|year|people|km|kg|am|pm))"
)

_MASKS = re.compile(
    r"\d{5,}|\d{3,4}-\d{3,8}(?:-\d+)*|(?:电话|手机|号码|尾号|热线|拨打?|打)\D{0,3}[\d-]{3,}"
    r"|(?:编号|单号|工单|订单|事项|报修|ticket|case|number|no\.?)\s?(?:是|为|号|:|#)?\s?[a-z]{0,3}\d[\d-]*"
    r"|\d{4}\s?[-年/.]\s?\d{1,2}(?:\s?[-月/.]\s?\d{1,2})?[日号]?|\d{1,2}月(?:份|底|初|中旬)?\d{0,2}[日号]?"
    rf"|[{HAN_NUMBER}]{{1,3}}月[{HAN_NUMBER}]{{1,3}}[日号]|\d{{1,2}}/\d{{1,2}}(?=[\s,;。]|$)"
    rf"|(?:\d{{1,2}}|[{HAN_NUMBER}]{{1,3}})[日号](?=晚|早|上午|下午|中午|到|至|开始|那天|之前|以后|前|后)"
    r"|\d{1,2}:\d{2}(?::\d{2})?|\d+\.\d+|[¥￥$]\s?\d+"
)

_TOKEN = re.compile(
    rf"""
    (?<![\w.:-])(?P<b3>\d{{1,3}}|[{HAN_NUMBER}]{{1,3}}|[a-h]){_DASH}(?P<u3>\d{{1,2}}|[{HAN_NUMBER}]{{1,2}})
        {_DASH}(?P<r3>\d{{3,4}}|[{HAN_DIGIT}]{{3,4}})(?![\d-])
    |(?<![\w.:-])(?P<x2>\d{{1,2}}){_DASH}(?P<r2>\d{{3,4}})(?![\d-]){_MEASURES}
    |(?<=[\#栋幢座楼])(?:{_DASH})?(?P<x2b>\d{{1,2}}){_DASH}(?P<r2b>\d{{3,4}})(?![\d-])
    |{_NOT_COUNTED}(?:第\s?)?(?P<building>(?!两){_N}|(?<![a-z])[a-h])\s?(?:号楼|号院|号栋|栋楼?|幢楼?|座(?!位|椅|谈)|\#楼?
        |号(?=\s?{_N}\s?(?:单元|栋|门(?!口)))|[懂动冻洞](?=\s?{_N})|{_DASH}(?={_N}\s?单元)
        |楼(?=\s?{_N}\s?(?:单元|门(?!口))))
    |{_NOT_COUNTED}(?:第\s?)?(?P<unit>{_N})\s?单元
    |(?P<gate>{_N})\s?[门梯](?![口进锁铃禁坏])
    |(?<!\d)(?P<floor>\d{{1,2}}|[{HAN_NUMBER}]{{1,4}})\s?[楼层](?!道)
    |(?P<room>{_ROOM})\s?(?:号?房间?|室|号(?!楼|线|院|门)|户(?!外))
    |(?P<door>\d{{1,2}}|[{HAN_DIGIT}]{{1,2}})\s?(?:室|号房?(?!楼)|户)
    |(?<![\d.:a-z-])(?P<bare>\d{{3,4}}(?!\d)|[{HAN_DIGIT}]{{3,4}})(?![.:]\d){_MEASURES}
    |\b(?:building|bldg|block|blk|tower)\b\.?\s?(?:no\.?\s?|number\s)?\#?(?P<en_building>\d{{1,3}}|[a-h](?![a-z'])|{ENGLISH_NUMBER})\b
    |\b(?:room|rm|apt|apartment|flat|suite|unit|door)\b\.?\s?(?:no\.?\s?)?\#?(?P<en_room>\d{{3,4}})\b
    |\b(?:unit|entrance|staircase)\b\.?\s?(?:no\.?\s?)?\#?(?P<en_unit>\d{{1,2}}|{ENGLISH_NUMBER})\b
    |(?P<estate>[\u4e00-\u9fff]{{2,12}}?(?:小区|花园|家园|新村|公寓|[花佳雅名嘉]苑|嘉园|新城|山庄|公馆|华府|大院))
    """,
    re.VERBOSE,
)
_NEAR = re.compile(r"[\s,的第、]{0,3}")
_ESTATE_LEAD = re.compile(
    r".*(?:我们?|住在?|[在是到去的咱们这那本家个从和跟号老旧他她全]|请问|你好|隔壁|对面|附近|旁边)"
)
_NO_ESTATE = re.compile(r"(?:小区|社区|楼下|楼上|门口|中心|街心|屋顶|[东西南北前后大小空]).*")
_LIVES = re.compile(r"(?:住在?|在|是|家)$")
_BARE_LEAD = re.compile(r"(?:楼上|楼下|隔壁|对门|对面|住在?|家(?:是|在)?|我们?是|我们?在|到|来|房号是?|门牌是?)\s?$")
_DOOR_FORM = re.compile(r"[1-9]\d?0[1-9]|[1-9]\d?1[0-2]")
_HOT_LINES = frozenset({"110", "119", "120", "122"})
_LEVELS = ("estate", "building", "unit", "floor", "room")


@dataclass(frozen=True, slots=True)
class Mention:
    """One address in a message, where it stands (`start`, `end` in the tidy text) and the floor if one was said."""

    address: Address
    start: int
    end: int
    floor: str | None = None

    @property
    def depth(self) -> int:
        """How far down the address reaches: 0 estate … 4 room."""
        return max(level for level, value in enumerate(_parts(self)) if value is not None)

    @property
    def top(self) -> int:
        """The highest level that was said."""
        return min(level for level, value in enumerate(_parts(self)) if value is not None)


def _parts(mention: Mention) -> tuple[str | None, ...]:
    a = mention.address
    return (a.estate, a.building, a.unit, mention.floor, a.room)


def _estate(words: str) -> str | None:
    """The name of an estate without the words that led to it; None if it is no name ("我们小区")."""
    name = _ESTATE_LEAD.sub("", words)
    return name if 4 <= len(name) <= 8 and not _NO_ESTATE.match(name) else None


def _bare_room(match: re.Match[str], text: str, near: Mention | None) -> str | None:
    """A number without 室 is a room beside an address, after words such as 楼上, or at the start if it looks so."""
    number = to_arabic(match["bare"])
    if near is not None and 1 <= near.depth <= 3:
        return number
    before = text[max(0, match.start() - 6) : match.start()]
    if number in _HOT_LINES or len(number) < 3:
        return None
    if _BARE_LEAD.search(before):
        return number
    starts = not before or before[-1] in ",。;!?\n"
    follows = text[match.end() : match.end() + 1]
    return number if starts and follows > "\u4e00" and _DOOR_FORM.fullmatch(number) else None


def _fields(match: re.Match[str], text: str, near: Mention | None) -> dict[str, str | None]:
    """What one token says, as fields of an address; empty if it says nothing here."""
    said: dict[str, str | None] = {name: words for name, words in match.groupdict().items() if words}
    kind, words = next(iter(said.items()))
    after_building = near is not None and near.depth == 1
    fields: dict[str, str | None] = {kind.removeprefix("en_"): words}
    match kind:
        case "b3":
            fields = {"building": words, "unit": said["u3"], "room": said["r3"]}
        case "x2" | "x2b":
            number = said.get("r2") or said.get("r2b")
            fields = {"unit" if after_building else "building": words, "room": number}
        case "gate":
            fields = {"unit": words if after_building else None}
        case "door":
            fields = {"room": _door_room(words or "", near)}
        case "bare":
            fields = {"room": _bare_room(match, text, near)}
        case "estate":
            fields = {"estate": _estate(words or "")}
    return {name: value for name, value in fields.items() if value}


def _door_room(door: str, near: Mention | None) -> str | None:
    """The room of a door number said after a floor: 15楼02室 is 1502."""
    if near is None or near.floor is None or near.depth != 3:
        return None
    return to_arabic(near.floor) + to_arabic(door).zfill(2)


def _mention(fields: dict[str, str | None], match: re.Match[str]) -> Mention:
    said = {name: to_arabic(words) for name, words in fields.items() if words and name != "estate"}
    floor = said.pop("floor", None)
    address = Address(estate=fields.get("estate"), **said)
    start = match.end() - len(address.estate) if address.estate else match.start()
    return Mention(address, start, match.end(), floor)


def _joined(first: Mention, second: Mention) -> Mention:
    """`first` with the deeper parts that `second` adds."""
    a, b = first.address, second.address
    merged = Address(estate=a.estate, building=b.building or a.building, unit=b.unit or a.unit, room=b.room or a.room)
    return Mention(merged, first.start, second.end, second.floor or first.floor)


def inherit(mention: Mention, other: Mention) -> Mention:
    """`mention` with the levels above it taken from `other`: 楼上301 stands in the same unit."""
    a, b, top = mention.address, other.address, mention.top
    if top == 0:
        return mention
    address = replace(
        a,
        estate=a.estate or b.estate,
        building=a.building or (b.building if top > 1 else None),
        unit=a.unit or (b.unit if top > 2 else None),
    )
    return replace(mention, address=address)


def find_mentions(text: str) -> list[Mention]:
    """Every address in a tidy text, in order of appearance."""
    masked = _MASKS.sub(lambda m: "\x00" * len(m.group()), text)
    found: list[Mention] = []
    for match in _TOKEN.finditer(masked):
        last = found[-1] if found else None
        is_near = last is not None and _NEAR.fullmatch(masked, last.end, match.start()) is not None
        fields = _fields(match, masked, last if is_near else None)
        if not fields:
            continue
        new = _mention(fields, match)
        if last is not None and is_near and new.top > last.depth:
            found[-1] = _joined(last, new)
        else:
            found.append(new)
    return [m for m in found if _says_enough(m, masked)]


def _says_enough(mention: Mention, text: str) -> bool:
    """A floor alone is a spot, and the name of an estate alone counts only after "I live in"."""
    a = mention.address
    if a.building or a.unit or a.room:
        return True
    return a.estate is not None and bool(_LIVES.search(text[: mention.start]))
