"""python-telegram-bot's own examples, changed by nothing but token and addresses, seen from a phone."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import aiohttp
import pytest

from simulator.client import Sim
from simulator.phone import Phone
from tests.deploy.processes import free_ports, until_it_listens

from .programs import fetched
from .programs.running import PATIENCE, pointed, running

pytestmark = pytest.mark.slow
Example = Callable[..., AbstractAsyncContextManager[None]]


@pytest.fixture(scope="session")
def examples() -> Path:
    """The folder of the examples."""
    return fetched.examples()


@pytest.fixture
def example(sim: Sim, examples: Path, tmp_path: Path) -> Example:
    """Run an example by its name; what it names in capitals at its head can be given."""

    def run(name: str, **constants: object) -> AbstractAsyncContextManager[None]:
        program = tmp_path / f"{Path(name).name}.py"
        text = (examples / f"{name}.py").read_text(encoding="utf-8")
        program.write_text(pointed(text, sim, **constants), encoding="utf-8")
        return running(program, sim)

    return run


@pytest.fixture
def rosa(sim: Sim) -> Phone:
    """Rosa, who has not met the bot."""
    return sim.person("Rosa", language="en")


async def answered(rosa: Phone, pressed: str, answer: str) -> None:
    """Press a button and wait for what comes of it."""
    await rosa.presses(pressed)
    await rosa.waits_for(answer, PATIENCE)


async def told(rosa: Phone, text: str, answer: str) -> None:
    """Say something and wait for what comes of it."""
    await rosa.says(text)
    await rosa.waits_for(answer, PATIENCE)


async def test_it_runs_echobot(example: Example, rosa: Phone) -> None:
    async with example("echobot"):
        await told(rosa, "/start", "Hi Rosa!")
        await told(rosa, "/help", "Help!")
        await told(rosa, "3栋电梯坏了", "3栋电梯坏了")
    (mention,) = rosa.shows("Hi Rosa!").body["entities"]
    assert (mention["type"], mention["user"]["id"]) == ("text_mention", rosa.id)


async def test_it_runs_conversationbot(example: Example, rosa: Phone, tmp_path: Path) -> None:
    async with example("conversationbot"):
        await told(rosa, "/start", "Are you a boy or a girl?")
        assert rosa.buttons == ["Boy", "Girl", "Other"]
        await answered(rosa, "Girl", "send me a photo")
        assert rosa.keyboard is None
        await rosa.sends_photo()
        await rosa.waits_for("Gorgeous!", PATIENCE)
        await rosa.sends_location()
        await rosa.waits_for("tell me something about yourself", PATIENCE)
        await told(rosa, "I like lamps that burn", "Thank you!")
        await told(rosa, "/start", "Hi! My name is Professor Bot")
        await told(rosa, "/cancel", "Bye!")
    assert (tmp_path / "user_photo.jpg").stat().st_size > 0


async def test_it_runs_inlinekeyboard(example: Example, rosa: Phone) -> None:
    async with example("inlinekeyboard"):
        await told(rosa, "/start", "Please choose:")
        assert rosa.buttons == ["Option 1", "Option 2", "Option 3"]
        await answered(rosa, "Option 2", "Selected option: 2")
        assert rosa.buttons == []
        await told(rosa, "/help", "Use /start")
    assert rosa.waiting_presses == []


async def test_it_runs_inlinekeyboard2(example: Example, rosa: Phone) -> None:
    async with example("inlinekeyboard2"):
        await told(rosa, "/start", "Start handler")
        await answered(rosa, "1", "First CallbackQueryHandler")
        await answered(rosa, "4", "Fourth")
        await answered(rosa, "2", "Second")
        await answered(rosa, "3", "Do want to start over?")
        await answered(rosa, "Yes, let's do it again!", "Start handler")
        await answered(rosa, "2", "Second")
        await answered(rosa, "3", "Third")
        await answered(rosa, "Nah, I've had enough ...", "See you next time!")
    assert len(rosa.received) == 1


async def test_it_runs_timerbot(example: Example, rosa: Phone) -> None:
    async with example("timerbot"):
        await told(rosa, "/start", "to set a timer")
        await told(rosa, "/set", "Usage")
        await told(rosa, "/set 600", "Timer successfully set!")
        await told(rosa, "/set 0.1", "Old one was removed.")
        await rosa.waits_for("Beep! 0.1 seconds are over!", PATIENCE)
        await told(rosa, "/unset", "You have no active timer.")


async def test_it_runs_deeplinking(example: Example, sim: Sim, rosa: Phone) -> None:
    there = rosa.in_group(sim.group("Neighbours", rosa, has_bot=False))
    async with example("deeplinking"):
        await told(rosa, "/start", "https://t.me/linli_bot?startgroup=check-this-out")
        await there.opens(rosa.last.text.split()[-1])
        await there.waits_for_button("Continue here!", PATIENCE)
        await there.presses("Continue here!")
        await rosa.waits_for("CLICK HERE", PATIENCE)
        (link,) = rosa.last.body["entities"]
        await rosa.opens(link["url"])
        await rosa.waits_for_button("Like this!", PATIENCE)
        await rosa.presses("Like this!")
        await rosa.opens((await rosa.waits_for_alert(within=PATIENCE)).url)
        await rosa.waits_for("The payload was: ['using-keyboard-here']", PATIENCE)


async def test_it_runs_persistentconversationbot(example: Example, rosa: Phone) -> None:
    async with example("persistentconversationbot"):
        await told(rosa, "/start", "I will hold a more complex conversation")
        await answered(rosa, "Age", "Your age? Yes, I would love to hear about that!")
        await told(rosa, "73", "age - 73")
        await answered(rosa, "Something else...", "send me the category first")
        await told(rosa, "Choir", "Your choir?")
    async with example("persistentconversationbot"):
        await told(rosa, "Alto", "choir - alto")
        await told(rosa, "/show_data", "This is what you already told me: \nage - 73")
        await answered(rosa, "Done", "Until next time!")
        await told(rosa, "/start", "You already told me your age, choir.")


async def test_it_runs_nestedconversationbot(example: Example, rosa: Phone) -> None:
    async with example("nestedconversationbot"):
        await told(rosa, "/start", "You may choose to add a family member")
        await answered(rosa, "Add family member", "You may add a parent or a child.")
        await answered(rosa, "Add parent", "whom to add")
        await answered(rosa, "Add Mother", "Please select a feature")
        await answered(rosa, "Name", "Okay, tell me.")
        await told(rosa, "Lan", "Got it!")
        await answered(rosa, "Age", "Okay, tell me.")
        await rosa.says("97")
        await rosa.waits_for_button("Done", PATIENCE)
        await answered(rosa, "Done", "You may add a parent or a child.")
        await answered(rosa, "Show data", "Mother: Name: Lan, Age: 97")
        await answered(rosa, "Back", "You may choose")
        await answered(rosa, "Done", "See you around!")


async def test_it_runs_contexttypesbot(example: Example, rosa: Phone) -> None:
    async with example("contexttypesbot"):
        await told(rosa, "/start", "clicked 0 times")
        await answered(rosa, "Click me!", "clicked 1 times")
        await answered(rosa, "Click me!", "clicked 2 times")
        await told(rosa, "/print_users", f"have used this bot: {rosa.id}")
    assert [each["type"] for each in rosa.shows("clicked").body["entities"]] == ["italic"]


async def test_it_runs_starlettebot(example: Example, sim: Sim, rosa: Phone, http: aiohttp.ClientSession) -> None:
    (port,) = free_ports(1)
    url = f"http://127.0.0.1:{port}"
    ada = sim.person("Ada", is_started=True)
    async with example("customwebhookbot/starlettebot", URL=url, PORT=port, ADMIN_CHAT_ID=ada.id, TOKEN=sim.token):
        await until_it_listens(port)
        await told(rosa, "/start", f"{url}/submitpayload?user_id=<your user id>&payload=<payload>")
        async with http.get(f"{url}/submitpayload", params={"user_id": rosa.id, "payload": "lamp"}) as response:
            assert response.status == 200
        await ada.waits_for("The user Rosa has sent a new payload", PATIENCE)
    assert "• lamp" in ada.last.text
    assert sim.pending() == 0


async def test_it_runs_an_echo_bot_of_aiogram(sim: Sim, rosa: Phone, tmp_path: Path) -> None:
    program = tmp_path / "aiogram_echo.py"
    program.write_text((Path(__file__).parent / "programs" / "aiogram_echo.py").read_text("utf-8"), "utf-8")
    python = await asyncio.to_thread(fetched.aiogram)
    settings = {"LINLI_SIMULATOR": sim.url, "LINLI_TOKEN": sim.token}
    async with running(program, sim, python=python, **settings):
        await told(rosa, "/start", "Hello, Rosa!")
        assert rosa.buttons == ["Count", "My number"]
        await answered(rosa, "Count", "Press:")
        await answered(rosa, "+1 (0)", "Pressed: 1")
        await answered(rosa, "+1 (1)", "Pressed: 2")
        assert (await rosa.waits_for_alert("2!", PATIENCE)).is_alert
        await answered(rosa, "My number", f"Your number: {rosa.person.phone_number}")
        await told(rosa, "3栋电梯坏了", "3栋电梯坏了")
        await told(rosa, "/stop", "Goodbye!")
    assert rosa.keyboard is None
