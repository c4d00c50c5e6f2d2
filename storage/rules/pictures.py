"""Pictures without what they tell beside the picture: where, when, with what and by whom it was taken, and thumbnails.

Nothing is coded anew: only the container is taken apart, so proof stays proof to the last pixel, colours keep their
profile, and which way is up is kept in an Exif block that says nothing else. What follows the end of a picture (a
short film, a second picture with its own position) is cut off. Sources: ITU-T T.81 annex B and JFIF, PNG (third
edition), RFC 9649 for WebP, Exif 2.32 for the tag of the orientation.
"""

import re
import struct
import zlib
from collections.abc import Iterator

JPEG, PNG, RIFF, WEBP = b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF", b"WEBP"
ORIENTATION = 0x0112
UPRIGHT = 1

_EXIF = b"Exif\x00\x00"
_SOS, _EOI, _COMMENT, _APP0, _APP1 = 0xDA, 0xD9, 0xFE, 0xE0, 0xE1
_ALONE = {0x01, *range(0xD0, 0xD8)}  # markers without a length
_KEPT_APPS = {_APP0: b"JFIF\x00", 0xE2: b"ICC_PROFILE\x00", 0xEE: b"Adobe"}
_AFTER_SCAN = re.compile(rb"\xff+[^\x00\xff\xd0-\xd7]")

_PNG_KEPT = (
    b"IHDR PLTE IDAT IEND tRNS cHRM gAMA iCCP sBIT sRGB cICP mDCV cLLI bKGD hIST pHYs sPLT acTL fcTL fdAT"
).split()
_WEBP_KEPT = (b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ANIM", b"ANMF", b"ICCP")
_WEBP_EXIF, _WEBP_XMP = 0x08, 0x04  # flags of VP8X

_SUFFIXES: tuple[tuple[int, bytes, str], ...] = (
    (0, JPEG, ".jpg"),
    (0, PNG, ".png"),
    (8, WEBP, ".webp"),
    (0, b"GIF8", ".gif"),
    (0, b"%PDF-", ".pdf"),
    (0, b"OggS", ".oga"),
    (0, b"ID3", ".mp3"),
    (4, b"ftyp", ".mp4"),
)


class DamagedPicture(ValueError):
    """It begins like a picture, and its parts cannot be told apart."""


def stripped(content: bytes) -> bytes:
    """The same picture with nothing beside it; what is no JPEG, PNG or WebP comes back as it is.

    Raises DamagedPicture for what begins like one of them and is not: its secrets could not be found either.
    """
    try:
        if content.startswith(JPEG):
            return _jpeg(content)
        if content.startswith(PNG):
            return _png(content)
        if content.startswith(RIFF) and content[8:12] == WEBP:
            return _webp(content)
    except (struct.error, IndexError) as error:
        raise DamagedPicture(type(error).__name__) from None
    return content


def suffix(content: bytes) -> str:
    """How a file of this content is named at its end, judged by its first bytes alone."""
    return next((name for at, magic, name in _SUFFIXES if content[at : at + len(magic)] == magic), ".bin")


# --- JPEG ----------------------------------------------------------------------------------------------------


def _jpeg(content: bytes) -> bytes:
    head: list[bytes] = []
    rest: list[bytes] = []
    orientation = UPRIGHT
    for marker, part in _segments(content):
        payload = part[4:]
        if marker == _APP1 and payload.startswith(_EXIF):
            orientation = _orientation(payload[len(_EXIF) :]) or orientation
        elif marker == _APP0 and payload.startswith(_KEPT_APPS[_APP0]):
            head = [_without_thumbnail(part)]
        elif _is_kept(marker, payload):
            rest.append(part)
    if orientation != UPRIGHT:
        exif = _EXIF + _exif(orientation)
        head.append(b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif)
    return b"".join([b"\xff\xd8", *head, *rest, b"\xff\xd9"])


def _segments(content: bytes) -> Iterator[tuple[int, bytes]]:
    """Every marker with its bytes up to the end of the picture; a scan holds its coded data."""
    place, has_scan = 2, False
    while place < len(content):
        if content[place] != 0xFF:
            raise DamagedPicture("no marker")
        while content[place + 1] == 0xFF:  # fill bytes
            place += 1
        marker = content[place + 1]
        if marker == _EOI:
            break
        end = place + 2 if marker in _ALONE else _length_end(content, place)
        if marker == _SOS:
            has_scan = True
            found = _AFTER_SCAN.search(content, end)
            end = found.start() if found else len(content)
        yield marker, content[place:end]
        place = end
    if not has_scan:
        raise DamagedPicture("no picture in it")


def _length_end(content: bytes, place: int) -> int:
    (size,) = struct.unpack(">H", content[place + 2 : place + 4])
    end: int = place + 2 + size
    if size < 2 or end > len(content):
        raise DamagedPicture("a segment is cut off")
    return end


def _is_kept(marker: int, payload: bytes) -> bool:
    if marker == _COMMENT:
        return False
    if 0xE0 <= marker <= 0xEF:
        return marker in _KEPT_APPS and payload.startswith(_KEPT_APPS[marker])
    return True


def _without_thumbnail(part: bytes) -> bytes:
    """JFIF's own block, whose last two bytes are the size of a small picture that we leave out."""
    return b"\xff\xe0\x00\x10" + part[4:16] + b"\x00\x00"


# --- PNG -----------------------------------------------------------------------------------------------------


def _png(content: bytes) -> bytes:
    kept: list[bytes] = []
    orientation, place, name = UPRIGHT, len(PNG), b""
    while name != b"IEND":
        size, name = struct.unpack(">I4s", content[place : place + 8])
        end = place + 12 + size
        if end > len(content) or (not kept and name != b"IHDR"):
            raise DamagedPicture("a chunk is cut off")
        if name == b"eXIf":
            orientation = _orientation(content[place + 8 : end - 4]) or orientation
        elif name in _PNG_KEPT:
            kept.append(content[place:end])
        place = end
    if orientation != UPRIGHT:
        kept.insert(1, _chunk(b"eXIf", _exif(orientation)))
    return PNG + b"".join(kept)


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


# --- WebP ----------------------------------------------------------------------------------------------------


def _webp(content: bytes) -> bytes:
    end = min(8 + struct.unpack("<I", content[4:8])[0], len(content))
    kept: list[bytes] = []
    orientation, place = UPRIGHT, 12
    while place + 8 <= end:
        name, size = struct.unpack("<4sI", content[place : place + 8])
        data = content[place + 8 : place + 8 + size]
        if len(data) < size:
            raise DamagedPicture("a chunk is cut off")
        if name == b"EXIF":
            orientation = _orientation(data.removeprefix(_EXIF)) or orientation
        elif name in _WEBP_KEPT:
            kept.append(_riff(name, data))
        place += 8 + size + size % 2
    if not kept:
        raise DamagedPicture("no picture in it")
    if kept[0].startswith(b"VP8X"):
        has_exif = orientation != UPRIGHT
        flags = kept[0][8] & ~(_WEBP_EXIF | _WEBP_XMP) | (_WEBP_EXIF if has_exif else 0)
        kept[0] = kept[0][:8] + bytes([flags]) + kept[0][9:]
        if has_exif:
            kept.append(_riff(b"EXIF", _exif(orientation)))
    return _riff(RIFF, WEBP + b"".join(kept))


def _riff(name: bytes, data: bytes) -> bytes:
    return name + struct.pack("<I", len(data)) + data + b"\x00" * (len(data) % 2)


# --- which way is up -----------------------------------------------------------------------------------------


def _orientation(tiff: bytes) -> int | None:
    """The orientation (1 to 8) in an Exif block; None where it says none or cannot be read."""
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    if order is None:
        return None
    try:
        (start,) = struct.unpack(f"{order}I", tiff[4:8])
        (count,) = struct.unpack(f"{order}H", tiff[start : start + 2])
        for place in range(start + 2, start + 2 + 12 * count, 12):
            tag, _kind, _count, value = struct.unpack(f"{order}HHIH", tiff[place : place + 10])
            if tag == ORIENTATION:
                return value if 1 <= value <= 8 else None
    except struct.error:
        return None
    return None


def _exif(orientation: int) -> bytes:
    """An Exif block that says which way is up, and nothing else."""
    return struct.pack("<2sHIHHHIHHI", b"II", 42, 8, 1, ORIENTATION, 3, 1, orientation, 0, 0)
