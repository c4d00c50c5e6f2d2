"""Pictures that say too much, made with Pillow, which also judges what is left."""

from io import BytesIO

from PIL import Image, PngImagePlugin

MAKE, ORIENTATION, GPS = 0x010F, 0x0112, 0x8825
SECRETS = (b"Secret", b"x:xmpmeta")


def picture(mark: str = "L") -> Image.Image:
    """Twelve by eight, no two rows alike, so that a turn shows."""
    image = Image.new("RGB", (12, 8))
    image.putdata([(x * 20, y * 30, ord(mark) % 250) for y in range(8) for x in range(12)])
    return image


def telling(kind: str, orientation: int = 1) -> bytes:
    """A picture of a kind (JPEG, PNG, WEBP) with position, device, author and words in every place there is."""
    exif = Image.Exif()
    exif[MAKE] = "SecretPhone"
    exif[ORIENTATION] = orientation
    exif[GPS] = {1: "N", 2: (39.0, 54.0, 15.0), 3: "E", 4: (116.0, 24.0, 27.0)}
    options: dict[str, object] = {"exif": exif, "xmp": b"<x:xmpmeta>Secret place</x:xmpmeta>"}
    if kind == "JPEG":
        options |= {"comment": b"Secret words", "quality": 90}
    if kind == "PNG":
        words = PngImagePlugin.PngInfo()
        words.add_text("Author", "Secret name")
        words.add_itxt("Comment", "Secret words", zip=False)
        options |= {"pnginfo": words}
        options.pop("xmp")
    if kind == "WEBP":
        options |= {"lossless": True}
    made = BytesIO()
    picture().save(made, kind, icc_profile=b"", **options)
    return made.getvalue()


def opened(content: bytes) -> Image.Image:
    image = Image.open(BytesIO(content))
    image.load()
    return image
