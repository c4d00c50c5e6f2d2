"""`linli qr`: posters for the walls of buildings and units, and the card of a community."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import click

from bot.commands import card
from bot.commands.console import bot_name_option, database_of, fail, load_settings, run, words, writing_to
from bot.posters import NoFontError, Poster, deep_link, find_font, png_bytes, write_pdf
from bot.settings import Settings
from bot.texts import Texts
from storage import posters
from storage.directory import Directory, Place, load
from storage.engine import Database

_ALL = "posters.pdf"
_TEXTS = Texts()


@click.command(help=words("poster.help"))
@click.option("--place", "code", help=words("poster.help_place"))
@click.option("--level", type=click.Choice(["unit", "building"]), help=words("poster.help_level"))
@click.option("--format", "form", type=click.Choice(["pdf", "png"]), default="pdf", help=words("poster.help_format"))
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), required=True, help=words("poster.help_out"))
@click.option("--withdraw", is_flag=True, help=words("poster.help_withdraw"))
@click.option("--card", "is_card", is_flag=True, help=words("poster.help_card"))
@click.option("--font", type=click.Path(path_type=Path, dir_okay=False), help=words("poster.help_font"))
@bot_name_option
def qr(
    code: str | None,
    level: str | None,
    form: str,
    out: Path,
    withdraw: bool,
    is_card: bool,
    font: Path | None,
    bot_name: str | None,
) -> None:
    """Make posters."""
    settings = load_settings()
    if bot_name is None:
        raise click.UsageError(words("import.need_bot_name"))
    if is_card and (form != "pdf" or level is not None or withdraw):
        raise click.UsageError(words("poster.card_alone"))
    wish = Wish(code, level, form, out, bot_name, _font(font, form), withdraw)
    run(lambda: _make_cards(settings, wish) if is_card else _make(settings, wish))


@dataclass(frozen=True, slots=True)
class Wish:
    """What the command line asks for."""

    code: str | None
    level: str | None
    form: str
    out: Path
    bot_name: str
    font: Path | None
    is_withdrawing: bool


async def _make(settings: Settings, wish: Wish) -> None:
    async with database_of(settings) as database:
        async with database.reading() as connection:
            structure = await load(connection, settings.timezone)
        places = choose(structure, wish.code, wish.level)
        if not places:
            raise fail(words("poster.no_place", code=wish.code or ""))
        codes = await _codes(database, places, is_withdrawing=wish.is_withdrawing)
    made = [_poster(structure, place, deep_link(wish.bot_name, posters.payload(codes[place.id]))) for place in places]
    with writing_to(wish.out):
        path = _write(made, wish)
    click.echo(words("poster.made", count=len(made), path=path), err=True)


async def _make_cards(settings: Settings, wish: Wish) -> None:
    async with database_of(settings) as database:
        async with database.reading() as connection:
            structure = await load(connection, settings.timezone)
        counts = await card.used(database, structure)
    found = card.communities(structure, wish.code)
    if not found:
        raise fail(words("poster.no_place", code=wish.code or ""))
    cards = [card.card_of(structure, one, counts.get(one.id, Counter()), wish.bot_name) for one in found]
    with writing_to(wish.out):
        try:
            path = card.write(wish.out, cards, _say, wish.font)
        except NoFontError as error:
            raise fail(words("poster.bad_font", path=error)) from None
    click.echo(words("poster.cards_made", count=len(cards), path=path), err=True)


def _font(chosen: Path | None, form: str) -> Path | None:
    try:
        face = find_font(chosen)
    except NoFontError:
        raise fail(words("poster.bad_font", path=chosen)) from None
    if face is None and form == "png":
        raise fail(words("poster.no_font"))
    if face is None:
        click.echo(words("poster.plain_font"), err=True)
    return face


def choose(structure: Directory, code: str | None, level: str | None) -> list[Place]:
    """The places that get a poster: of `level`, or the units and the buildings that have none; below `code` if given.

    A building or a unit that is named itself gets its own when no level is asked for.
    """
    inside: Iterable[int] = structure.places
    if code is not None:
        named = structure.by_code.get(code)
        if named is None:
            return []
        if level is None and named.level in {"building", "unit"}:
            return [named]
        inside = structure.below(named.id)
    found = [structure.places[place_id] for place_id in inside]
    wanted = [place for place in found if (place.level == level if level else _is_last(structure, place))]
    return sorted(wanted, key=lambda place: _order(structure, place))


def _is_last(structure: Directory, place: Place) -> bool:
    has_units = any(below.level == "unit" for below in structure.children.get(place.id, ()))
    return place.level == "unit" or (place.level == "building" and not has_units)


def _order(structure: Directory, place: Place) -> list[tuple[int, str]]:
    """By the numbers on the doors, estate by estate, so that a stack of paper is in walking order."""
    line = reversed(structure.ancestors(place.id))
    return [(int(up.number) if up.number and up.number.isdecimal() else 0, up.code) for up in line]


async def _codes(database: Database, places: Sequence[Place], *, is_withdrawing: bool) -> dict[int, str]:
    now = datetime.now(UTC)
    ids = [place.id for place in places]
    async with database.writing() as connection:
        if is_withdrawing:
            await posters.withdraw(connection, ids, now)
        return await posters.ensure(connection, ids, now)


def _poster(structure: Directory, place: Place, url: str) -> Poster:
    community = structure.community_of(place.id)
    lines = (structure.ancestors(place.id), [community] if community else [])
    hotline = next((up.hotline for line in reversed(lines) for up in line if up.hotline), None)
    return Poster(
        code=place.code,
        url=url,
        community=(community.name, community.name_en or "") if community else ("", ""),
        place=(structure.name(place.id), _english(structure, place)),
        hotline=hotline,
    )


def _english(structure: Directory, place: Place) -> str:
    """The place's name in English, or nothing where the community gave none for a part of it."""
    line = [up for up in structure.ancestors(place.id) if up.level in {"estate", "building", "unit"}]
    return " · ".join(up.name_en or "" for up in reversed(line)) if all(up.name_en for up in line) else ""


def _say(language: str, key: str) -> str:
    return _TEXTS.plain(language, f"poster.{key}", {}, datetime.now(UTC))


def _write(made: Sequence[Poster], wish: Wish) -> Path:
    wish.out.mkdir(parents=True, exist_ok=True)
    try:
        if wish.form == "pdf":
            write_pdf(wish.out / _ALL, made, _say, wish.font)
            return wish.out / _ALL
        for poster in made:
            (wish.out / f"{poster.code}.png").write_bytes(png_bytes(poster, _say, wish.font))
    except NoFontError as error:
        raise fail(words("poster.bad_font", path=error)) from None
    return wish.out
