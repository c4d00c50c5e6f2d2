"""Posters: the code is there dot for dot, the words fit on the page, with and without a font of the machine."""

import io
from datetime import UTC, datetime
from pathlib import Path

import pytest
import segno
from PIL import Image

from bot import texts
from bot.posters import NoFontError, Poster, deep_link, find_font, png_bytes, write_pdf
from bot.posters.layout import HEIGHT, WIDTH, Box, Code, Words, fitted, marks

FONT = find_font()
POSTER = Poster(
    code="jx-3-2",
    url=deep_link("XingfuliBot", "pAbCdEfGhIj12"),
    community=("幸福里社区", "Xingfuli Community"),
    place=("锦绣家园 3栋 2单元", "Jinxiu Garden · Building 3 · Unit 2"),
    hotline="0990-5550100",
)
LONG = Poster("x", POSTER.url, POSTER.community, ("很长的名字" * 12, "A very long name " * 12), None)
_TEXTS = texts.Texts()

needs_font = pytest.mark.skipif(FONT is None, reason="no Chinese font on this machine")


def say(language: str, key: str) -> str:
    return _TEXTS.plain(language, f"poster.{key}", {}, datetime.now(UTC))


def wide(text: str, size: float) -> float:
    """Every character as wide as a Chinese one: wider than any font makes it."""
    return len(text) * size * 25.4 / 72


@needs_font
def test_it_draws_the_code_dot_for_dot() -> None:
    with Image.open(io.BytesIO(png_bytes(POSTER, say, FONT))) as opened:
        picture = opened.convert("L")
    code = next(mark for mark in marks(POSTER, say, wide) if isinstance(mark, Code))
    matrix = segno.make(POSTER.url, error="q", micro=False).matrix
    module = code.side / len(matrix)
    seen = [
        [picture.getpixel(dot(code.x + module * (x + 0.5), code.y + module * (y + 0.5))) for x in range(len(matrix))]
        for y in range(len(matrix))
    ]
    assert [[level == 0 for level in row] for row in seen] == [[bool(bit) for bit in row] for row in matrix]


def dot(x: float, y: float) -> tuple[int, int]:
    return round(x * 200 / 25.4), round(y * 200 / 25.4)


@pytest.mark.parametrize("poster", [POSTER, LONG])
def test_it_keeps_every_mark_on_the_page(poster: Poster) -> None:
    for mark in marks(poster, say, wide):
        if isinstance(mark, Words):
            half = wide(mark.text, mark.size) / 2
            assert half <= mark.x <= WIDTH - half
            assert 10 <= mark.y <= HEIGHT - 5
        elif isinstance(mark, Box):
            assert mark.x + mark.width <= WIDTH


def test_it_leaves_the_code_its_quiet_zone() -> None:
    drawn = list(marks(POSTER, say, wide))
    code = next(mark for mark in drawn if isinstance(mark, Code))
    quiet = 4 * code.side / len(segno.make(code.content, error="q", micro=False).matrix)
    head = max(mark.y + mark.height for mark in drawn if isinstance(mark, Box) and mark.width == WIDTH)
    assert code.y - head >= quiet
    place = next(mark for mark in drawn if isinstance(mark, Words) and mark.text == POSTER.place[0])
    assert place.y - place.size * 25.4 / 72 - (code.y + code.side) >= quiet


def test_it_says_what_people_need() -> None:
    said = " ".join(mark.text for mark in marks(POSTER, say, wide) if isinstance(mark, Words))
    for words in ("锦绣家园 3栋 2单元", "0990-5550100", "119", "110", "120", "社区不会叫您转账", "Ring the community"):
        assert words in said


def test_it_sends_those_without_a_telephone_number_to_people() -> None:
    said = " ".join(mark.text for mark in marks(LONG, say, wide) if isinstance(mark, Words))
    assert "请网格员、楼长帮您说" in said


def test_it_shrinks_what_is_too_wide() -> None:
    assert fitted("三个字", 10, 1000, wide) == 10
    assert wide("三个字", fitted("三个字", 100, 20, wide)) == pytest.approx(20)


@pytest.mark.parametrize("font", [pytest.param(FONT, marks=needs_font), None])
def test_it_writes_the_same_pdf_every_time(tmp_path: Path, font: Path | None) -> None:
    for name in ("a.pdf", "b.pdf"):
        write_pdf(tmp_path / name, [POSTER, LONG], say, font)
    assert (tmp_path / "a.pdf").read_bytes() == (tmp_path / "b.pdf").read_bytes()
    assert (b"/FontFile2" in (tmp_path / "a.pdf").read_bytes()) is (font is not None)


def test_it_needs_a_font_for_a_picture() -> None:
    with pytest.raises(NoFontError):
        png_bytes(POSTER, say, None)


def test_it_refuses_a_font_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "font.ttf").write_bytes(b"not a font")
    with pytest.raises(NoFontError):
        write_pdf(tmp_path / "a.pdf", [POSTER], say, tmp_path / "font.ttf")
    with pytest.raises(NoFontError):
        png_bytes(POSTER, say, tmp_path / "font.ttf")
    with pytest.raises(NoFontError):
        find_font(tmp_path / "gone.ttf")


def test_it_takes_the_first_font_there_is(tmp_path: Path) -> None:
    (tmp_path / "b.ttf").touch()
    assert find_font(candidates=[tmp_path / "a.ttf", tmp_path / "b.ttf"]) == tmp_path / "b.ttf"
    assert find_font(candidates=[tmp_path / "a.ttf"]) is None
