"""Takes the pictures of the READMEs from the running demo and its tour, in both languages: `make docs`.

The demo runs in a temporary folder, and everything is done on its page as somebody would who tries it. Needs
Chromium and a Chinese font.
"""

import base64
import contextlib
import io
import itertools
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw, ImageFilter
from playwright.sync_api import Error, Locator, Page, ViewportSize, sync_playwright

from bot.texts import Texts
from bot.tour_steps import HELP, STEPS

ROOT = Path(__file__).parent.parent
IMAGES = ROOT / "docs" / "images"
SIZE: ViewportSize = {"width": 1600, "height": 1000}
LOCALES = {"en": "en-GB", "zh-CN": "zh-CN"}
WORDS = {
    "en": ("The stairwell light in building 3, unit 2 is broken", "New bulb", "Where do I apply for a senior card?"),
    "zh-CN": ("3栋2单元楼道灯坏了", "换了新灯泡", "老年证去哪里办？"),
}
CHEN, WEI, DAN = 1002, 2001, 3001
TOUR_STEPS = 8
COLOURS = 256
PORTS = range(18_800, 18_900)  # below those that the system gives out by itself
START_SECONDS, STOP_SECONDS = 60.0, 20.0
SETTLE_MS, LAST_MS = 1_500, 8_000  # the bot speaks at Telegram's pace, and notes fade
FLAGS = (
    *("--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync", "--disable-quic"),
)


@contextlib.contextmanager
def running_demo(language: str) -> Iterator[str]:
    """A demo of its own; gives the address of its page."""
    port = next(port for port in PORTS if is_free(port))
    command = [sys.executable, "-m", "bot", "demo", "--no-browser", "--port", str(port)]
    settings = {"PYTHONPATH": str(ROOT), "LINLI_LANGUAGE": language}
    with tempfile.TemporaryDirectory() as folder:
        demo = subprocess.Popen(command, cwd=folder, env={**os.environ, **settings})  # noqa: S603 - our own command
        try:
            yield f"http://127.0.0.1:{port}/"
        finally:
            demo.terminate()
            demo.wait(STOP_SECONDS)


def is_free(port: int) -> bool:
    """Whether nobody listens there."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


def open_page(page: Page, url: str) -> None:
    """Open the page once simulator and bot are both there. Raises TimeoutError when they do not come."""
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        with contextlib.suppress(Error):
            if page.request.get(f"{url}sim/control").ok:
                page.goto(url)
                return
        time.sleep(0.2)
    raise TimeoutError("the demo did not start")


class Desk:
    """The page with three phones, used in one language."""

    def __init__(self, page: Page, url: str, language: str) -> None:
        self.page = page
        self.url = url
        self.language = language
        self._texts = Texts()

    def phone(self, nth: int) -> Locator:
        """The phone at a position, from the left."""
        return self.page.locator("section.phone").nth(nth)

    def says(self, nth: int, words: str) -> None:
        """Write and send."""
        box = self.phone(nth).get_by_role("textbox")
        box.fill(words)
        box.press("Enter")

    def presses(self, nth: int, button: str) -> None:
        """Press the newest button with the label of a text."""
        label = self._texts.plain(self.language, f"button.{button}", {}, datetime.now(UTC))
        self.phone(nth).get_by_role("button", name=label).last.click()

    def starts(self, nth: int) -> None:
        """Press the one button of a chat that nobody has opened yet."""
        self.phone(nth).get_by_role("button", name=re.compile("^(Start|开始)$")).click()

    def hands(self, nth: int, user_id: int) -> None:
        """Give a phone to somebody else."""
        self.phone(nth).locator("select").first.select_option(str(user_id))

    def sends_photo(self, user_id: int, caption: str) -> None:
        """Send a picture of the lamp."""
        chats: list[dict[str, Any]] = self.page.request.get(f"{self.url}sim/state").json()["chats"]
        key = next(chat["key"] for chat in chats if chat["key"].endswith(f".{user_id}"))
        photo = base64.b64encode(lamp()).decode()
        message = {"user_id": user_id, "kind": "photo", "caption": caption, "data": photo}
        self.page.request.post(f"{self.url}sim/chats/{key}/messages", data=message, fail_on_status_code=True)

    def arrives(self, nth: int) -> None:
        """Greet and agree."""
        self.says(nth, "/start")
        self.presses(nth, "consent_yes")
        self.page.wait_for_timeout(SETTLE_MS)

    def leaves_tour(self) -> None:
        """Try by oneself."""
        self.page.locator(".tour [data-does=alone]").click()

    def follows_tour(self, steps: int, after: int = 0) -> None:
        """Skip so many steps and let the page show the next ones, the last one until its words stand there."""
        main = self.page.locator(".tour .primary")
        main.click()
        for _ in range(after):
            self.page.locator(".tour [data-does=skip]").click()
        for step in range(after, after + steps):
            if step > after:
                main.click()
            self.page.locator(".tour-count", has_text=re.compile(rf"^{step + 1} /")).wait_for()
            main.click()
            self.page.locator(".tour-how", has_text="✓").wait_for()


def play(desk: Desk) -> None:
    """From a sentence to "is it done?", with a question for the duty secretary beside it."""
    report, done, question = WORDS[desk.language]
    desk.leaves_tour()
    desk.arrives(1)
    desk.arrives(2)
    desk.hands(2, CHEN)
    desk.arrives(2)
    desk.says(2, question)
    desk.presses(2, "report_send")
    desk.page.wait_for_timeout(SETTLE_MS)
    desk.hands(2, DAN)
    desk.starts(0)
    desk.presses(0, "consent_yes")
    desk.says(0, report)
    desk.presses(0, "report_send")
    desk.presses(1, "accept")
    desk.presses(1, "finish")
    desk.sends_photo(WEI, done)
    desk.page.wait_for_timeout(LAST_MS)


def follow(desk: Desk) -> None:
    """The tour up to the step in which nobody reacts."""
    desk.follows_tour(TOUR_STEPS)
    desk.page.wait_for_timeout(SETTLE_MS)


def ask_neighbours(desk: Desk) -> None:
    """The tour's third story, to the step in which three volunteers are asked."""
    desk.follows_tour(2, after=STEPS.index(HELP[0]))
    desk.page.wait_for_timeout(SETTLE_MS)


PICTURES = {"demo": play, "tour": follow, "neighbours": ask_neighbours}


def lamp() -> bytes:
    """A stairwell in which a lamp burns again."""
    wall, light = (52, 54, 60), (255, 236, 178)
    picture = Image.new("RGB", (640, 480), wall)
    draw = ImageDraw.Draw(picture)
    for radius in range(300, 30, -2):
        shares = zip(wall, light, strict=True)
        colour = tuple(int(dark + (bright - dark) * (1 - radius / 300) ** 2) for dark, bright in shares)
        draw.ellipse((250 - radius, 130 - radius, 250 + radius, 130 + radius), fill=colour)
    draw.ellipse((224, 104, 276, 156), fill=(255, 250, 230))
    for step in range(6):
        shade = 92 + 9 * step
        draw.rectangle((70 * step, 410 - 40 * step, 640, 480), fill=(shade, shade - 4, shade - 14))
    made = io.BytesIO()
    picture.filter(ImageFilter.GaussianBlur(2)).save(made, "JPEG", quality=85)
    return made.getvalue()


def main() -> None:
    """Write the pictures."""
    IMAGES.mkdir(exist_ok=True)
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        for (language, locale), (name, act) in itertools.product(LOCALES.items(), PICTURES.items()):
            with running_demo(language) as url:
                page = browser.new_page(viewport=SIZE, locale=locale, reduced_motion="reduce")
                open_page(page, url)
                act(Desk(page, url, language))
                taken = Image.open(io.BytesIO(page.screenshot()))
                taken.quantize(COLOURS).save(IMAGES / f"{name}.{language}.png", optimize=True)
                page.close()
        browser.close()


if __name__ == "__main__":
    main()
