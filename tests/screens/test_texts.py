"""The texts as a whole: both languages say the same, nothing is missing or left over, and the words are the house's."""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cache

import pytest
from jinja2 import meta, nodes

from bot.texts import LANGUAGES, Texts, sources
from docs.screens.examples import looked_up_texts
from tests.town import MONDAY

from . import program

KEYS = frozenset(sources("zh-CN"))
TEXTS = Texts()
ALWAYS_THERE = {"now", "language"}


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


RESIDENTS_NEVER_READ = _words(
    "worker. staff. triage. admin. card.staff card.booking_staff card.taken import. backup. command. control. doctor."
    " poster.help posts. button.post_ button.need_ button.triage button.menu_ papers.staff_ claim.staff_ duty. roster."
    " order.staff_ helper.staff_ card.order_staff button.order_staff_"
)
YET_RESIDENTS_READ = _words("worker.asks worker.progress triage.merged_owner triage.refused triage.looked_at_again")
PARTLY_FOR_STAFF = {"welcome.help"}
"""A resident reads it without the lines for staff."""

NEVER_ON_A_SCREEN = _words(
    "工单 口哨 支持单位 时隙 等待列表 爽约 积分商店 孤寡 低保 领取任务 里程碑 谅解清单 重新打开 SLA ticket escalat"
)
NEVER_FOR_RESIDENTS = _words(
    "派单 派给 办结 认领 升级 督办 核验 验证 申诉 争议 谅解 代理 关闭 超时 分派 系统 提交 状态 受理 反馈 处置 流程"
    " 用户 登录 无效 卡片 assignee assigned breach overdue dispute submit status system invalid error user"
)

ADDED: Mapping[str, frozenset[str]] = {
    "reply": frozenset(),
    "notify": frozenset(),
    "answer": frozenset(),
    "words": frozenset(),
    "tell_owner": frozenset({"number"}),
    "ask_owner": frozenset({"number", "worker", "words"}),
}
"""Who hands texts their parameters, and what each adds by itself."""


@cache
def wanted(language: str, key: str) -> frozenset[str]:
    """The parameters a text cannot do without."""
    return frozenset(meta.find_undeclared_variables(TEXTS.parsed(language, key)) - ALWAYS_THERE)


@cache
def said(language: str, key: str) -> str:
    """What of a text can be read on a screen: its words and the words it looks up, not its names and codes."""
    tree = TEXTS.parsed(language, key)
    words = [str(node.data) for node in tree.find_all(nodes.TemplateData)]
    for table in tree.find_all(nodes.Dict):
        words += [str(pair.value.value) for pair in table.items if isinstance(pair.value, nodes.Const)]
    for choice in tree.find_all(nodes.Or):
        words += [str(node.value) for node in choice.find_all(nodes.Const)]
    return "\n".join(words).lower()


def filters(language: str, key: str) -> set[str]:
    """What a text does with its parameters."""
    return {one.name for one in TEXTS.parsed(language, key).find_all(nodes.Filter)}


def is_for_residents(key: str) -> bool:
    if key.startswith(YET_RESIDENTS_READ):
        return True
    return not key.startswith(RESIDENTS_NEVER_READ) and key not in PARTLY_FOR_STAFF


def test_it_says_the_same_in_every_language() -> None:
    for language in LANGUAGES:
        assert set(sources(language)) == KEYS


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_asks_for_the_same_parameters_in_every_language(language: str) -> None:
    assert {key: wanted(language, key) for key in KEYS} == {key: wanted("zh-CN", key) for key in KEYS}


def test_it_has_no_text_that_nobody_says() -> None:
    inside = {name for key in KEYS for name in looked_up_texts(key)}
    assert sorted(key for key in KEYS - inside if not program.is_said(key)) == []


def test_it_misses_no_text_that_is_said() -> None:
    subjects = {key.partition(".")[0] for key in KEYS}
    named = {one for one in program.constants() if re.fullmatch(r"[a-z]+\.[a-z_0-9]+", one)}
    files = ("toml", "py", "json", "csv", "sqlite3")
    missing = {one for one in named if one.partition(".")[0] in subjects and not one.endswith(files)} - KEYS
    assert sorted(missing) == []


def test_it_hands_every_text_what_it_needs() -> None:
    short = [
        f"{call.where} {call.key}: {sorted(lacking)}"
        for call in program.calls(KEYS)
        if call.method in ADDED and not call.is_open
        if (lacking := wanted("zh-CN", call.key) - call.params - ADDED[call.method])
    ]
    assert short == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_keeps_words_of_the_office_off_every_screen(language: str) -> None:
    assert [(key, word) for key in KEYS for word in NEVER_ON_A_SCREEN if word.lower() in said(language, key)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_keeps_words_of_the_staff_from_residents(language: str) -> None:
    read = [key for key in KEYS if is_for_residents(key)]
    assert [(key, word) for key in read for word in NEVER_FOR_RESIDENTS if word.lower() in said(language, key)] == []


DRAWN_ANY_DAY = sorted(key for key in KEYS if key.startswith("card."))


@pytest.mark.parametrize("key", DRAWN_ANY_DAY)
def test_it_never_says_tomorrow_on_a_card(key: str) -> None:
    """A card is read long after it was drawn; what is said once may say 明天, a card says the date."""
    for language in LANGUAGES:
        assert not filters(language, key) & {"when", "day"}


SOON, LATER, YESTERDAY = MONDAY + timedelta(hours=2), MONDAY + timedelta(days=1), MONDAY - timedelta(days=1)


@pytest.mark.parametrize(
    ("at", "chinese", "english"),
    [
        (SOON, "今天 11:30", "today 11:30"),
        (LATER, "11月24日（周二） 09:30", "24 Nov (Tue) 09:30"),
        (MONDAY, "11月23日 09:30", "23 Nov 09:30"),
        (YESTERDAY, "11月22日 09:30", "22 Nov 09:30"),
        (SOON.isoformat(), "今天 11:30", "today 11:30"),
    ],
)
def test_it_says_a_time_that_stays_true(at: datetime | str, chinese: str, english: str) -> None:
    said = [TEXTS.page("{{ at | stated(now, language) }}", one, {"at": at}, MONDAY) for one in ("zh-CN", "en")]
    assert said == [chinese, english]
