"""The chapters in the order of the page: who sees it, and by flow; and both pages as they should be."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.texts import LANGUAGES

from . import (
    administrator,
    beginning,
    booking,
    danger,
    groups,
    handling,
    helping,
    matters,
    myself,
    notices,
    ordering,
    page,
    posts,
    rare,
    reporting,
    roster,
    secretary,
    services,
    visits,
)
from .film import Film, Shot, Words, a_film

PATHS: Mapping[str, Path] = {
    "zh-CN": Path(__file__).parent.parent / "screens.zh-CN.md",
    "en": Path(__file__).parent.parent / "screens.md",
}


@dataclass(frozen=True)
class Chapter:
    """One flow, or what belongs together."""

    title: Words
    play: Callable[[Film], Awaitable[None]]


CHAPTERS: Sequence[Chapter] = (
    Chapter(("居民：第一次来", "Residents: first contact"), beginning.play),
    Chapter(("居民：报个事", "Residents: reporting"), reporting.play),
    Chapter(("紧急求助", "Danger"), danger.play),
    Chapter(("从接单到评价", "From the offer to the stars"), handling.play),
    Chapter(("居民：代办预约", "Residents: booking"), booking.play),
    Chapter(("上门代办，从提醒到办好", "A visit, from the reminder to the end"), visits.play),
    Chapter(("找人帮忙", "Asking neighbours"), ordering.play),
    Chapter(("帮邻居、社区能人库", "Helping neighbours, the talent register"), helping.play),
    Chapter(("居民：我的事", "Residents: my matters"), matters.play),
    Chapter(("居民：我、家人、我的信息", "Residents: me, my family, my information"), myself.play),
    Chapter(("值班员", "The duty secretary"), secretary.play),
    Chapter(("值班表", "The duty roster"), roster.play),
    Chapter(("群", "Groups"), groups.play),
    Chapter(("通知", "Notices"), notices.play),
    Chapter(("管理员", "Administrators"), administrator.play),
    Chapter(("服务与菜单", "Services and menu"), services.play),
    Chapter(("岗位与双报到", "Posts and units"), posts.play),
)


@dataclass(frozen=True)
class Played:
    """Every chapter's pictures in one language, and the texts that were said in them."""

    shots: Sequence[Sequence[Shot]]
    said: frozenset[str]

    @property
    def pictured(self) -> frozenset[str]:
        """The texts that are on a picture."""
        return frozenset(key for shots in self.shots for shot in shots for key in shot.keys)


async def play(language: str) -> Played:
    """Play all chapters. Raises AssertionError where a flow does not go as its chapter says."""
    shots, said = [], set[str]()
    for chapter in CHAPTERS:
        async with a_film(language) as film:
            await chapter.play(film)
            shots.append(film.shots)
            said |= film.heard.said
    return Played(shots, frozenset(said))


def written(played: Played, language: str) -> str:
    """The page of one language."""
    titles = [page.chosen(chapter.title, language) for chapter in CHAPTERS]
    parts = [page.chosen(page.HEAD, language), page.contents([*titles, page.chosen(rare.TITLE, language)])]
    for number, (title, shots) in enumerate(zip(titles, played.shots, strict=True), 1):
        drawn = [page.drawn(f"{number}.{place}", shot, language) for place, shot in enumerate(shots, 1)]
        parts += [f"## {number}. {title}", *drawn]
    parts += [f"## {len(titles) + 1}. {page.chosen(rare.TITLE, language)}", rare.drawn(language)]
    return "\n\n".join(part.strip() for part in parts) + "\n"


async def write() -> None:
    """Write both pages anew."""
    for language in LANGUAGES:
        PATHS[language].write_text(written(await play(language), language), encoding="utf-8")
