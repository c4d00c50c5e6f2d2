"""The sheets of an import and their columns: one model a sheet, whose fields are the columns.

A header may be the field's name or its Chinese title. `docs/import.md` describes the same columns to those who fill
them in; a test holds the two together.
"""

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field

from storage import schema
from storage.rules.catalogue import Flow

from .cells import (
    ChainText,
    Code,
    Codes,
    Day,
    Flag,
    FlowCode,
    Hotline,
    KindCode,
    Language,
    Latitude,
    LevelCode,
    LimitText,
    Longitude,
    Name,
    Note,
    Phone,
    RoleCode,
    Short,
    TelegramId,
    Whole,
)
from .helping import HELPING
from .line import Line, Ref, Sheet
from .offered import OFFERED


class PlaceLine(Line):
    """A place of the community's tree."""

    code: Code = Field(title="编码")
    level: LevelCode = Field(title="层级")
    parent: Annotated[Code | None, Ref(("places",), "parent_id")] = Field(None, title="上级编码")
    number: Short | None = Field(None, title="号")
    name: Name = Field(title="名称")
    name_en: Name | None = Field(None, title="英文名称")
    grid: Annotated[Code | None, Ref(("places",), "grid_id")] = Field(None, title="所属网格")
    latitude: Latitude | None = Field(None, title="纬度")
    longitude: Longitude | None = Field(None, title="经度")
    hotline: Hotline | None = Field(None, title="服务电话")


class PersonLine(Line):
    """A person whom the community knows by name."""

    code: Code = Field(title="编码")
    name: Name = Field(title="姓名")
    phone: Phone | None = Field(None, title="电话")
    telegram_id: TelegramId | None = Field(None, title="Telegram编号")
    language: Language | None = Field(None, title="语言")
    home: Annotated[Code | None, Ref(("places",), "home_id")] = Field(None, title="住址编码")
    room: Short | None = Field(None, title="房号")


class RoleLine(Line):
    """A role that a person holds at a place."""

    person: Annotated[Code, Ref(("people",), "person_id")] = Field(title="人员编码")
    role: RoleCode = Field(title="角色")
    place: Annotated[Code, Ref(("places",), "place_id")] = Field(title="地点编码")


class KindLine(Line):
    """A kind of matter with its limits."""

    code: KindCode = Field(title="编码")
    name: Name = Field(title="名称")
    name_en: Name = Field(title="英文名称")
    emoji: Short | None = Field(None, title="图标")
    answer: LimitText = Field(title="接单时限")
    finish: LimitText = Field(title="办结时限")
    on_site: LimitText | None = Field(None, title="到场时限")
    under_control: LimitText | None = Field(None, title="控制时限")
    is_confidential: Flag = Field(False, title="保密")
    needs_place: Flag = Field(False, title="需要地点")
    needs_proof: Flag = Field(False, title="需要照片")
    flow: FlowCode = Field(Flow.REPORT, title="流程")


class RoutingLine(Line):
    """A rule that says whom a matter is offered to; the first that fits is used."""

    code: Code = Field(title="编码")
    position: Whole = Field(title="顺序")
    kinds: Annotated[Codes | None, Ref(("kinds",))] = Field(None, title="类别")
    place: Annotated[Code | None, Ref(("places",), "place_id")] = Field(None, title="地点编码")
    is_danger: Flag | None = Field(None, title="险情")
    chain: ChainText = Field(title="派单链")


class CalendarLine(Line):
    """A day that differs from the published calendar of working days."""

    date: Day = Field(title="日期")
    is_working: Flag = Field(title="上班")
    note: Note | None = Field(None, title="说明")


SHEETS: Mapping[str, Sheet] = {
    sheet.name: sheet
    for sheet in (
        Sheet("places", "地点", PlaceLine, schema.place),
        Sheet("people", "人员", PersonLine, schema.person, has_kept_blanks=True),
        Sheet("roles", "角色", RoleLine, schema.role_grant, is_coded=False),
        Sheet("kinds", "类别", KindLine, schema.kind),
        Sheet("routing", "派单", RoutingLine, schema.routing_rule),
        Sheet("calendar", "日历", CalendarLine, schema.calendar_day, is_coded=False),
        *OFFERED,
        *HELPING,
    )
}

README_SHEETS = frozenset({"readme", "说明"})
"""Sheets for people, which the import passes over."""


def sheet_name(title: str) -> str:
    """The sheet that a workbook's tab or a file's name means; the title itself when it means none."""
    wanted = title.strip().casefold()
    for sheet in SHEETS.values():
        if wanted in {sheet.name, sheet.title}:
            return sheet.name
    return title.strip()
