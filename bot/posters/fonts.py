"""Finding a Chinese font to print with: a TrueType file where there is one.

Without a file the PDF falls back to a font that PDF readers bring themselves (STSong-Light), which looks right on a
screen but is not embedded; a PNG cannot be drawn then.
"""

from collections.abc import Sequence
from pathlib import Path

FALLBACK = "STSong-Light"
NAME = "Linli"

CANDIDATES: Sequence[Path] = tuple(
    Path(name)
    for name in (
        "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc",  # Debian, Ubuntu: fonts-wqy-microhei
        "/usr/share/fonts/wqy-microhei/wqy-microhei.ttc",  # Fedora
        "/usr/share/fonts/truetype/droid/DroidSansFallbackFull.ttf",  # Debian: fonts-droid-fallback
        "/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc",
        "/System/Library/Fonts/STHeiti Medium.ttc",
        "/Library/Fonts/Arial Unicode.ttf",
        "C:/Windows/Fonts/msyh.ttc",
        "C:/Windows/Fonts/simhei.ttf",
    )
)
"""Where known fonts lie; all have TrueType outlines, which is what can be embedded."""


class NoFontError(Exception):
    """There is no font file, or it cannot be used."""


def find_font(chosen: Path | None = None, candidates: Sequence[Path] = CANDIDATES) -> Path | None:
    """The font file to draw with, or None where the machine has none.

    Raises NoFontError when the one that was chosen is not there.
    """
    if chosen is not None:
        if not chosen.is_file():
            raise NoFontError(str(chosen))
        return chosen
    return next((path for path in candidates if path.is_file()), None)
