"""A poster as a picture, for screens, chats and print shops: A4 at 200 dots an inch."""

import io
from functools import cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from .codes import dark_runs
from .fonts import NoFontError
from .layout import HEIGHT, WIDTH, Box, Code, Poster, Say, Words, marks

DOTS_PER_INCH = 200
_DOTS = DOTS_PER_INCH / 25.4  # of a millimetre
_ANCHOR = "ms"  # the middle of the baseline
_BOLD = 0.014


def png_bytes(poster: Poster, say: Say, font: Path | None) -> bytes:
    """Draw one poster. Raises NoFontError without a usable font file."""
    if font is None:
        raise NoFontError
    image = Image.new("RGB", (round(WIDTH * _DOTS), round(HEIGHT * _DOTS)), "white")
    draw = ImageDraw.Draw(image)
    for mark in marks(poster, say, lambda text, size: _font(font, size).getlength(text) / _DOTS):
        match mark:
            case Box():
                corner = ((mark.x + mark.width) * _DOTS, (mark.y + mark.height) * _DOTS)
                box = (mark.x * _DOTS, mark.y * _DOTS, *corner)
                draw.rounded_rectangle(box, mark.radius * _DOTS, mark.colour)
            case Words():
                _write(draw, font, mark)
            case Code():
                _draw_code(draw, mark)
    buffer = io.BytesIO()
    image.quantize(64).save(buffer, "PNG", dpi=(DOTS_PER_INCH, DOTS_PER_INCH), optimize=True)
    return buffer.getvalue()


@cache
def _font(path: Path, size: float) -> ImageFont.FreeTypeFont:
    try:
        return ImageFont.truetype(str(path), size * DOTS_PER_INCH / 72)
    except OSError as error:
        raise NoFontError(str(path)) from error


def _write(draw: ImageDraw.ImageDraw, path: Path, words: Words) -> None:
    font = _font(path, words.size)
    stroke = font.size * _BOLD if words.is_bold else 0
    at = (words.x * _DOTS, words.y * _DOTS)
    draw.text(at, words.text, words.colour, font, _ANCHOR, stroke_width=stroke)


def _draw_code(draw: ImageDraw.ImageDraw, code: Code) -> None:
    count, runs = dark_runs(code.content)
    module = round(code.side * _DOTS / count)  # whole dots: no scanner meets a blurred edge
    spare = (code.side * _DOTS - module * count) / 2
    left, top = round(code.x * _DOTS + spare), round(code.y * _DOTS + spare)
    for row, column, length in runs:
        x, y = left + column * module, top + row * module
        draw.rectangle((x, y, x + length * module - 1, y + module - 1), "black")
