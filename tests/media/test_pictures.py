"""What is left of a picture: every pixel, which way is up, and nothing else."""

import contextlib
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageCms

from storage.rules.pictures import DamagedPicture, stripped, suffix

from .pictures import GPS, MAKE, ORIENTATION, SECRETS, opened, picture, telling

KINDS = ("JPEG", "PNG", "WEBP")


@pytest.mark.parametrize("kind", KINDS)
def test_it_made_pictures_that_do_tell(kind: str) -> None:
    content = telling(kind)
    assert b"Secret" in content
    assert opened(content).getexif().get_ifd(GPS)


@pytest.mark.parametrize("kind", KINDS)
def test_it_leaves_no_position_no_device_and_no_words(kind: str) -> None:
    left = stripped(telling(kind))
    assert not any(secret in left for secret in SECRETS)
    exif = opened(left).getexif()
    assert not exif.get_ifd(GPS)
    assert MAKE not in exif


@pytest.mark.parametrize("kind", KINDS)
def test_it_changes_no_pixel(kind: str) -> None:
    content = telling(kind)
    assert opened(stripped(content)).tobytes() == opened(content).tobytes()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("orientation", range(1, 9))
def test_it_keeps_which_way_is_up(kind: str, orientation: int) -> None:
    left = stripped(telling(kind, orientation))
    assert opened(left).getexif().get(ORIENTATION, 1) == orientation
    assert (b"Exif" in left or b"EXIF" in left or b"eXIf" in left) == (orientation != 1)


@pytest.mark.parametrize("kind", KINDS)
def test_it_says_the_same_of_a_picture_that_tells_nothing_any_more(kind: str) -> None:
    once = stripped(telling(kind, 6))
    assert stripped(once) == once


@pytest.mark.parametrize("kind", KINDS)
def test_it_cuts_off_what_follows_the_end(kind: str) -> None:
    content = telling(kind)
    assert stripped(content + b"Secret film with its own position") == stripped(content)


def test_it_keeps_the_colours() -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    for kind in KINDS:
        made = BytesIO()
        picture().save(made, kind, icc_profile=profile)
        assert opened(stripped(made.getvalue())).info["icc_profile"] == profile


def test_it_reads_a_jpeg_of_many_scans() -> None:
    made = BytesIO()
    picture().resize((200, 160)).save(made, "JPEG", progressive=True, comment=b"Secret")
    left = stripped(made.getvalue())
    assert b"Secret" not in left
    assert opened(left).tobytes() == opened(made.getvalue()).tobytes()


def test_it_keeps_every_frame_of_a_moving_picture() -> None:
    for kind in ("PNG", "WEBP"):
        made = BytesIO()
        picture("A").save(made, kind, save_all=True, append_images=[picture("B"), picture("C")], lossless=True)
        assert getattr(Image.open(BytesIO(stripped(made.getvalue()))), "n_frames", 1) == 3


def test_it_takes_the_second_picture_out_of_a_jpeg() -> None:
    made = BytesIO()
    picture().save(made, "MPO", save_all=True, append_images=[picture("B")])
    left = stripped(made.getvalue())
    assert b"MPF\x00" in made.getvalue()
    assert b"MPF\x00" not in left
    assert Image.open(BytesIO(left)).format == "JPEG"


def test_it_leaves_other_files_as_they_are() -> None:
    for content in (b"", b"%PDF-1.4 Secret", b"OggS Secret", b"RIFF\x04\x00\x00\x00WAVE"):
        assert stripped(content) == content


@pytest.mark.parametrize("kind", KINDS)
def test_it_refuses_a_picture_whose_parts_cannot_be_told_apart(kind: str) -> None:
    with pytest.raises(DamagedPicture):
        stripped(telling(kind)[:20])


@given(kind=st.sampled_from(KINDS), data=st.data())
def test_it_survives_any_damage(kind: str, data: st.DataObject) -> None:
    content = bytearray(_TELLING[kind])
    for place in data.draw(st.lists(st.integers(3, len(content) - 1), max_size=5)):
        content[place] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(3, len(content)))
    with contextlib.suppress(DamagedPicture):
        stripped(bytes(content[:cut]))


_TELLING = {kind: telling(kind) for kind in KINDS}


def test_it_names_files_by_what_they_are() -> None:
    names = [suffix(telling(kind)) for kind in KINDS] + [suffix(b"%PDF-1.4"), suffix(b"OggS"), suffix(b"?")]
    assert names == [".jpg", ".png", ".webp", ".pdf", ".oga", ".bin"]
