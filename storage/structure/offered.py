"""The optional sheets: what a community offers, who carries it out, when they are open, and who is on duty.

A community without them imports as before.
"""

from typing import Annotated

from pydantic import Field

from storage import schema

from .cells import (
    Clock,
    Code,
    Codes,
    Count,
    Day,
    DaysText,
    FeeCode,
    Flag,
    Hotline,
    Items,
    KindCode,
    Name,
    Note,
    ProviderKindCode,
    RoleCode,
    Short,
    TurnCode,
    Ways,
    Whole,
    Words,
)
from .line import Line, Ref, Sheet


class CategoryLine(Line):
    """A shelf of the catalogue."""

    code: Code = Field(title="编码")
    name: Name = Field(title="名称")
    name_en: Name = Field(title="英文名称")
    emoji: Short | None = Field(None, title="图标")


class ServiceLine(Line):
    """One thing that can be asked for, or whose address and number are told."""

    code: Code = Field(title="编码")
    category: Annotated[Code, Ref(("categories",), "category_id")] = Field(title="分类编码")
    kind: Annotated[KindCode, Ref(("kinds",))] = Field(title="类别编码")
    name: Name = Field(title="名称")
    name_en: Name = Field(title="英文名称")
    aliases: Words | None = Field(None, title="俗称")
    who: Note | None = Field(None, title="谁可以办")
    who_en: Note | None = Field(None, title="谁可以办英文")
    papers: Items | None = Field(None, title="材料")
    papers_en: Items | None = Field(None, title="材料英文")
    question: Note | None = Field(None, title="另问")
    question_en: Note | None = Field(None, title="另问英文")
    fee: FeeCode = Field(title="收费")
    fee_words: Note | None = Field(None, title="收费说明")
    fee_words_en: Note | None = Field(None, title="收费说明英文")
    ways: Ways = Field((), title="办理方式")
    minutes: Count = Field(30, title="分钟")
    buffer_minutes: Whole = Field(0, title="间隔分钟")
    capacity: Count | None = Field(None, title="名额")
    lead_hours: Whole = Field(0, title="提前小时")
    cancel_hours: Whole = Field(0, title="取消小时")
    days_ahead: Count = Field(30, title="可约天数")
    providers: Annotated[Codes | None, Ref(("providers",))] = Field(None, title="服务方编码")
    needs_approval: Flag = Field(False, title="需要审批")
    needs_presence: Flag = Field(False, title="必须本人到场")
    needs_code: Flag = Field(False, title="需要验证码")
    is_confidential: Flag = Field(False, title="保密")
    is_official: Flag = Field(False, title="政务事项")
    is_off: Flag = Field(False, title="暂停")
    phone: Hotline | None = Field(None, title="电话")
    address: Note | None = Field(None, title="地址")
    address_en: Note | None = Field(None, title="英文地址")


class ProviderLine(Line):
    """Who or what carries services out."""

    code: Code = Field(title="编码")
    kind: ProviderKindCode = Field(title="种类")
    name: Name = Field(title="名称")
    name_en: Name | None = Field(None, title="英文名称")
    person: Annotated[Code | None, Ref(("people",), "person_id")] = Field(None, title="人员编码")
    place: Annotated[Code | None, Ref(("places",), "place_id")] = Field(None, title="地点编码")
    seats: Count = Field(1, title="同时人数")
    skills: Annotated[Codes | None, Ref(("services", "categories"))] = Field(None, title="会办")
    phone: Hotline | None = Field(None, title="电话")
    address: Note | None = Field(None, title="地址")
    address_en: Note | None = Field(None, title="英文地址")


class OpeningLine(Line):
    """When a provider is open, or as an exception shut."""

    code: Code = Field(title="编码")
    provider: Annotated[Code, Ref(("providers",), "provider_id")] = Field(title="服务方编码")
    days: DaysText = Field(title="日子")
    begins: Clock | None = Field(None, title="开始")
    ends: Clock | None = Field(None, title="结束")
    is_shut: Flag = Field(False, title="休息")


class DishLine(Line):
    """A dish and the days on which it is on the menu."""

    code: Code = Field(title="编码")
    provider: Annotated[Code, Ref(("providers",), "provider_id")] = Field(title="服务方编码")
    days: DaysText = Field(title="日子")
    name: Name = Field(title="菜名")
    name_en: Name | None = Field(None, title="英文菜名")
    price: Short | None = Field(None, title="价格")


class DutyLine(Line):
    """A rule of shifts: who is on duty where and when."""

    code: Code = Field(title="编码")
    role: RoleCode = Field(title="角色")
    place: Annotated[Code, Ref(("places",), "place_id")] = Field(title="地点编码")
    people: Annotated[Codes, Ref(("people",), "people")] = Field(title="人员编码")
    turn: TurnCode = Field(title="轮换")
    days: DaysText = Field(title="日子")
    begins: Clock = Field(title="开始")
    ends: Clock = Field(title="结束")
    from_day: Day = Field(title="起始日期")
    until_day: Day | None = Field(None, title="截止日期")


OFFERED = (
    Sheet("categories", "分类", CategoryLine, schema.category, is_optional=True),
    Sheet("providers", "服务方", ProviderLine, schema.provider, is_optional=True),
    Sheet("services", "服务", ServiceLine, schema.service, is_optional=True),
    Sheet("openings", "开放时间", OpeningLine, schema.opening, is_optional=True),
    Sheet("menus", "菜单", DishLine, schema.dish, is_optional=True),
    Sheet("duty", "值班", DutyLine, schema.duty_rule, is_optional=True),
)
