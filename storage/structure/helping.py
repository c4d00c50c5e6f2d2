"""The optional sheets of what neighbours do for each other: common requests, skills, units, posts, points, rewards."""

from typing import Annotated

from pydantic import Field

from storage import schema

from .cells import Code, Codes, Count, Flag, Name, PerCode, Short, WhoCode, Whole, Words
from .line import Line, Ref, Sheet


class SkillLine(Line):
    """What somebody can."""

    code: Code = Field(title="编码")
    name: Name = Field(title="名称")
    name_en: Name = Field(title="英文名称")
    months: Count | None = Field(None, title="有效月数")


class ErrandLine(Line):
    """A common request of the menu."""

    code: Code = Field(title="编码")
    name: Name = Field(title="名称")
    name_en: Name = Field(title="英文名称")
    emoji: Short | None = Field(None, title="图标")
    aliases: Words | None = Field(None, title="俗称")
    skills: Annotated[Codes | None, Ref(("skills",))] = Field(None, title="技能编码")
    minutes: Count = Field(30, title="分钟")
    helpers: Count = Field(1, title="人数")
    is_trusted: Flag = Field(False, title="免核验")
    needs_sign_in: Flag = Field(False, title="需要签到")


class OrganisationLine(Line):
    """A unit on double registration."""

    code: Code = Field(title="编码")
    name: Name = Field(title="名称")
    name_en: Name | None = Field(None, title="英文名称")
    place: Annotated[Code, Ref(("places",), "place_id")] = Field(title="地点编码")
    contact: Annotated[Code | None, Ref(("people",), "contact_id")] = Field(None, title="联系人编码")


class PostLine(Line):
    """A post that can be taken for a term."""

    code: Code = Field(title="编码")
    category: Name = Field(title="分类")
    category_en: Name | None = Field(None, title="英文分类")
    name: Name = Field(title="名称")
    name_en: Name | None = Field(None, title="英文名称")
    place: Annotated[Code, Ref(("places",), "place_id")] = Field(title="地点编码")
    seats: Count = Field(1, title="人数")
    months: Count = Field(12, title="任期月数")


class PointLine(Line):
    """A rule by which points are earned."""

    code: Code = Field(title="编码")
    name: Name = Field(title="名称")
    name_en: Name = Field(title="英文名称")
    who: WhoCode = Field(title="给谁")
    per: PerCode = Field(title="按什么")
    errands: Annotated[Codes | None, Ref(("errands", "kinds"))] = Field(None, title="请求编码")
    points: Count = Field(title="积分")
    daily_limit: Count | None = Field(None, title="每天最多")
    months: Count | None = Field(None, title="有效月数")


class RewardLine(Line):
    """What points are exchanged for."""

    code: Code = Field(title="编码")
    name: Name = Field(title="名称")
    name_en: Name = Field(title="英文名称")
    emoji: Short | None = Field(None, title="图标")
    price: Count = Field(title="积分")
    stock: Whole = Field(title="库存")


HELPING = (
    Sheet("skills", "技能", SkillLine, schema.skill, is_optional=True),
    Sheet("errands", "常见请求", ErrandLine, schema.errand, is_optional=True),
    Sheet("organisations", "双报到单位", OrganisationLine, schema.organisation, is_optional=True),
    Sheet("posts", "岗位", PostLine, schema.post, is_optional=True),
    Sheet("points", "积分规则", PointLine, schema.point_rule, is_optional=True),
    Sheet("rewards", "积分超市", RewardLine, schema.reward, is_optional=True),
)
