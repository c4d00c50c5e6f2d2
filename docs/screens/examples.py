"""Parameters for every text, as in life; the page of screens and the tests of the texts share them.

A parameter is known by its name, or by the text's and its name. One that is not listed is what the text makes of it (a
time, a number, a code), a truth where it begins with `is_` or `has_`, and words otherwise.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from jinja2 import nodes

from bot.texts import Texts, sources
from storage import schema

NOW = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)  # Monday 09:30 in Shanghai
NUMBER = 10_248

WORDS = "3栋2单元3楼的楼道灯坏了好几天了，晚上一片漆黑，老人上下楼不方便，麻烦派人来看看，谢谢！"
PLACE = "幸福里社区锦绣家园3栋2单元"

TICKET: Mapping[str, Any] = {column.name: None for column in schema.ticket.c} | {
    "id": 1 << 60,
    "number": NUMBER,
    "kind": "public_facilities",
    "state": "accepted",
    "words": WORDS,
    "room": "1502",
    "spot": "3楼楼道",
    "for_whom": "mother",
    "caller_phone": "19900001234",
    "is_danger": False,
    "is_confidential": True,
    "is_anonymous": False,
    "created_at": NOW,
    "offered_at": NOW,
    "response_due_at": NOW + timedelta(hours=2),
    "resolution_due_at": NOW + timedelta(days=3),
    "overdue_at": NOW,
    "done_words": "换了新灯泡，三层都亮了。",
    "closed_how": "without_answer",
    "disputes": 0,
    "stars": 5,
}


class Line(dict[str, Any]):
    """A line of a list; what is not given is nothing."""

    def __missing__(self, _name: str) -> tuple[()]:
        return ()


STORY = [
    {"event": event, "at": NOW, "words": "灯泡到货了，下午来换。"}
    for event in ("progressed", "asked", "answered", "words_added")
]
ROUTE = {
    "rule": "facilities",
    "reason": "least_open_work",
    "tier": 1,
    "passed_over": [{"name": "小魏", "why": "off_duty"}, {"name": "老李", "why": "declined"}],
}
COMING = [{"name": "薇拉", "phone": "19900001234", "is_here": True}, {"name": "小孙", "phone": None, "is_here": False}]
HISTORY = [
    Line(at=NOW.isoformat(), event=event, who="小魏", words="灯泡到货了，下午来换。", reason="least_open_work")
    for event in ("created", "offered", "accepted", "progressed", "finished", "confirmed")
]

KNOWN: Mapping[str, Any] = {
    "ticket": TICKET,
    "card.staff.owner": {"name": "王阿姨", "phone": "19900001234"},
    "card.booking_staff.owner": {"name": "王阿姨", "phone": "19900001234"},
    "names": {"zh-CN": "老年证", "en": "Senior card"},
    "hall_names": {"zh-CN": "便民服务大厅", "en": "Service hall"},
    "visit.day.lines": [
        Line(at=NOW.isoformat(), service="老年证", place="3栋 2单元", state="accepted"),
        Line(at=NOW.isoformat(), service="量血压", place="5栋 1单元", state="on_site"),
    ],
    "owner": "王阿姨",
    "story": STORY,
    "route": ROUTE,
    "offered_to": ["小魏", "老李"],
    "number": NUMBER,
    "emoji": "🛗",
    "kind": "公共设施",
    "place": PLACE,
    "words": WORDS,
    "worker": "小魏",
    "worker_phone": "19900005678",
    "name": "王阿姨",
    "room": "1502",
    "spot": "3楼楼道",
    "for_whom": "mother",
    "state": "accepted",
    "worker.history.rows": HISTORY,
    "papers": ["身份证原件", "户口簿原件", "近期一寸照片2张"],
    "usual": ["id_card", "household"],
    "others": ["出院小结"],
    "agent": "小叶",
    "matter": "老年证",
    "papers.told.name": "老年证",
    "papers.told.entitled": "户籍在本区、年满60周岁的老人",
    "papers.told.fee_words": "",
    "papers.calendar.is_cancelled": False,
    "sheets": [
        Line(paper="mandate", is_confirmed=True, is_refused=False),
        Line(paper="taken", is_confirmed=False, is_refused=False),
    ],
    "notices.where.lines": [
        Line(name="锦绣家园 3栋", total=40, sent=38, read=12),
        Line(name=None, total=2, sent=2, read=0),
    ],
    "notices.who.people": [Line(name="王阿姨", place=PLACE, room="1502"), Line(name="陈叔", place=PLACE)],
    "duty.mine.lines": [
        Line(at=NOW, spans=[Line(begins_at=NOW, ends_at=NOW + timedelta(hours=3), is_changed=True)] * 2),
    ],
    "duty.mine.on_now": [
        Line(role="grid_worker", names=["小魏", "小赵"], more=3),
        Line(role="duty_secretary", names=["丹姐"]),
    ],
    "duty.mine.away": [Line(begins_at=NOW, ends_at=NOW + timedelta(days=1))],
    "duty.gaps.lines": [
        Line(begins_at=NOW, ends_at=NOW + timedelta(hours=3), role="grid_worker", name="小魏"),
    ],
    "duty.month_words.lines": [Line(day=23, weekday="一", shifts=[Line(hours="18:00–21:00", names="小孙")])],
    "helpers": ["薇拉", "小孙"],
    "helper.card.skills": [Line(name="水电维修", standing="verified"), Line(name="做饭", standing="declared")],
    "helper.card.times": ["workday.evening", "weekend.morning"],
    "helper.card.places": ["锦绣家园", "春风里"],
    "helper.card.never": ["照看孩子"],
    "helper.card.shown": ["skills", "name"],
    "helper.card.teams": ["三栋修理队"],
    "helper.skill.until": "2028-11-23T01:30:00+00:00",
    "helper.skill_verified.until": "2028-11-23T01:30:00+00:00",
    "helper.open.lines": [
        Line(
            nth=1,
            emoji="💡",
            errand="换灯泡",
            place="锦绣家园",
            ends_at=NOW + timedelta(hours=5),
            minutes=20,
            missing=1,
        ),
        Line(
            nth=2,
            emoji="🛋️",
            errand="搬东西",
            place="锦绣家园",
            starts_at=NOW + timedelta(days=1),
            ends_at=NOW + timedelta(days=1, hours=2),
            minutes=30,
            missing=2,
            is_asked=True,
        ),
    ],
    **{
        f"helper.{one}.skills": [Line(name="水电维修", fee="free", standing="verified", until="2028-11-23T01:30")]
        for one in ("talent", "staff_talent")
    },
    **{f"helper.{one}.phone": "19900001234" for one in ("talent", "staff_talent")},
    "helper.staff_talent.counts": {"done": 12, "late": 1, "missed": 0},
    "button.talent.skills": ["水电维修", "做饭"],
    "helper.team.teams": ["三栋修理队"],
    "helper.team.led": "三栋修理队",
    "helper.team.members": ["小王", "薇拉"],
    "helper.team_asks.leader": "陈叔",
    "helper.team_asks.minutes": 20,
    **{f"helper.team_asks.{one}": NOW + timedelta(hours=5) for one in ("starts_at", "ends_at")},
    "helper.team_asks.errand": "换灯泡",
    "team": "三栋修理队",
    "skill": "水电维修",
    "nth": 1,
    "what": "换灯泡",
    "area": "锦绣家园",
    "wanted": 2,
    "group.order.missing": 1,
    "group.order.state": "offered",
    **{f"card.order_{side}.helpers": COMING for side in ("asker", "helper", "open", "staff")},
    "card.order_helper.owner": {"name": "王阿姨", "phone": "19900001234"},
    "card.order_staff.owner": {"name": "王阿姨", "phone": "19900001234"},
    "claim.turned_down.service": {"zh-CN": "上门理发", "en": "Haircut at home"},
    **{f"card.order_{side}.skills": ["水电", "木工"] for side in ("open", "staff")},
    "nobody": "nobody",
    "button.order_weekday.weekday": 3,
    "button.order_weekday.date": 26,
    "checker": "老李",
    "order.staff_concern.about": "小孙",
    "order.staff_concern.by": "王阿姨",
    "code_word": {"zh-CN": "桂花", "en": "桂花 (guìhuā)"},
    "claim.nobody_found.reason": "nobody",
    "claim.staff_nobody_found.reason": "nobody",
    "points.mine.lines": [
        Line(at=NOW, amount=10, reason="earned", name="帮忙每小时", number=NUMBER),
        Line(at=NOW, amount=-40, reason="redeemed", name="鸡蛋一盒", number=None),
    ],
    "points.ranking.lines": [
        Line(place=1, name="薇拉", points=45, is_me=False),
        Line(place=2, name=None, points=30, is_me=False),
        Line(place=3, name="王阿姨", points=12, is_me=True),
    ],
    "points.item.emoji": "🥚",
    "points.item.name": "鸡蛋一盒",
    "points.item.missing": -12,
    "points.item.points": 52,
    "points.item.price": 40,
    "points.fetch.emoji": "🥚",
    "points.fetch.name": "鸡蛋一盒",
    "points.fetch.code": "Q482 913",
    "points.fetch.hall": "便民服务大厅",
    "points.fetch.address": None,
    "points.ask_cancel.name": "鸡蛋一盒",
    **{f"points.{one}.names": {"zh-CN": "鸡蛋一盒", "en": "A box of eggs"} for one in ("fetched", "called_off")},
    "points.fetch_soon.names": {"zh-CN": "鸡蛋一盒", "en": "A box of eggs"},
    "points.not_fetched.names": {"zh-CN": "鸡蛋一盒", "en": "A box of eggs"},
    **{f"points.{one}.name": "鸡蛋一盒" for one in ("staff_ask", "staff_handed", "staff_called_off")},
    "points.staff_ask.code": "Q482 913",
    "points.staff_ask.person": "薇拉",
    "button.points_reward.price": 40,
    "button.points_year.place": "幸福里社区",
    "button.hand_one.code": "Q482 913",
    "sheet.honours_reasons.average": 4.8,
    "roster.all.days": "working",
    "roster.all.names": "小魏、小赵",
    "duty.month_words.notes": ["网格员 工作日 08:30–12:00 14:00–18:00：小魏、小赵"],
    "duty.month.number": "11",
    "duty.month_words.number": "11",
    "duty.one.state": "asked",
    "duty.objected.words": "short",
    "taker": "小赵",
    "year": 2026,
    "service": "量血压",
    "dish": "红烧鱼",
    "price": "15元",
    "fee": "每次20元",
    "catalogue.card.phone": "0990-5550150",
    "catalogue.card.is_off": False,
    "catalogue.card.is_free": False,
    "catalogue.phone_set.phone": "0990-5550150",
    "who": "小王",
    "away.arranged.moved": 2,
    "away.arranged.asked": 1,
    "away.arranged.is_own": False,
    "waiting.expired.phone": "09905550150",
    "rows": 200_000,
    "backup.next.at": NOW,
    "backup.restored.at": NOW,
    "backup.urgent.at": NOW,
    "button.month.year": 2026,
    "button.month.month": 11,
    "button.day_free.day": 24,
    "button.day_full.day": 24,
    "posts.mine.lines": [Line(name="手机辅导员", until_on="2027-11-23")],
    "posts.unit_people.lines": [Line(name="薇拉", posts=1, services=2, is_met=True)],
    "posts.soon.names": {"zh-CN": "手机辅导员", "en": "Teaches the phone"},
    "posts.over.names": {"zh-CN": "手机辅导员", "en": "Teaches the phone"},
    **{
        f"posts.{name}.names": {"zh-CN": "青禾区人民医院", "en": "Qinghe People’s Hospital"}
        for name in ("unit_asked", "unit_home", "unit_not", "unit_left", "named")
    },
    "posts.one.name": "手机辅导员",
    "posts.ask_give.name": "手机辅导员",
    "posts.record.number": 4,
    "button.record_pdf.number": 4,
    "button.record_xlsx.number": 4,
    "until_on": "2027-11-23",
    "unit": "青禾区人民医院",
    "asked": "青禾区人民医院",
    "category": "关爱老人",
    "errand": "💡 换灯泡",
    "quarter": 4,
    "posts": 1,
    "services": 2,
    "posts_wanted": 1,
    "services_wanted": 2,
    "months": 12,
    "weeks": 6,
    "met": 2,
    "free": 2,
    "members": 3,
    "asking": 1,
    "update": 123_456_789,
    "port": 8800,
}
ENGLISH: Mapping[str, Any] = {
    "offered_to": ["Wei", "Li"],
    "kind": "Public facilities",
    "place": "Xingfuli Community, Jinxiu Garden Building 3 Unit 2",
    "worker": "Wei",
    "service": "Blood pressure",
    "dish": "Braised fish",
    "fee": "20 yuan each time",
    "who": "Wang",
    "taker": "Zhao",
    "what": "Change a bulb",
    "name": "Rosa",
    "agent": "Ye",
    "matter": "Senior card",
    "area": "Jinxiu Garden",
    "unit": "Qinghe People’s Hospital",
    "asked": "Qinghe People’s Hospital",
    "category": "For old people",
    "errand": "💡 Change a bulb",
}
"""What is said otherwise in English."""
COUNTS = {
    *("count", "files", "followers", "stars", "created", "updated", "unchanged", "missing", "done", "total", "row"),
    *("first_row", "columns", "max_length", "megabytes", "days", "minutes", "hours"),
    *("points", "expiring", "gone", "owed", "stock", "month", "enough", "services", "ratings", "disputes", "misses"),
    "wanted",
    *("sent", "waiting", "unreachable", "unknown", "suppressed", "read", "ahead", "left", "originals", "queue_number"),
}
_TEXTS = Texts()


@cache
def parsed(key: str) -> nodes.Template:
    """A text as its template is understood."""
    return _TEXTS.parsed("zh-CN", key)


@cache
def shown_as(key: str, *filters: str) -> frozenset[str]:
    """The parameters that a text puts through one of these filters."""
    found = parsed(key).find_all(nodes.Filter)
    return frozenset(one.node.name for one in found if one.name in filters and isinstance(one.node, nodes.Name))


@cache
def looked_up(key: str) -> Mapping[str, str]:
    """The codes a text turns into words, each with one that it knows: `{…}[step]` and `('role.' ~ role) | text`."""
    tree = parsed(key)
    found = {}
    for one in tree.find_all(nodes.Getitem):
        if isinstance(one.node, nodes.Dict) and isinstance(one.arg, nodes.Name):
            found[one.arg.name] = str(one.node.items[0].key.as_const())
    for prefix, name in _composed(key):
        found[name] = next(one for one in sources("zh-CN") if one.startswith(prefix)).removeprefix(prefix)
    return found


def looked_up_texts(key: str) -> set[str]:
    """Every text that this one may say within itself."""
    return {one for prefix, _name in _composed(key) for one in sources("zh-CN") if one.startswith(prefix)}


def _composed(key: str) -> list[tuple[str, str]]:
    found = parsed(key).find_all(nodes.Concat)
    pairs = [one.nodes for one in found if len(one.nodes) == 2]
    return [(str(a.value), b.name) for a, b in pairs if isinstance(a, nodes.Const) and isinstance(b, nodes.Name)]


def example(key: str, name: str, language: str = "zh-CN") -> Any:
    """A parameter of a text as it is in life."""
    choices = (
        (language == "en" and name in ENGLISH, ENGLISH.get(name)),
        (f"{key}.{name}" in KNOWN, KNOWN.get(f"{key}.{name}")),
        (name in looked_up(key), looked_up(key).get(name)),
        (name in KNOWN, KNOWN.get(name)),
        (name in COUNTS, 3),
        (name in shown_as(key, "spoken"), NUMBER),
        (
            name in shown_as(key, "when", "clock", "date", "dated", "day", "stated", "stated_day"),
            NOW + timedelta(hours=5),
        ),
        (name.startswith(("is_", "has_")), True),
    )
    return next((value for is_so, value in choices if is_so), "门禁修好了吗？")
