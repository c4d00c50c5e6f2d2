"""The commands as an operator types them: what they print, how they end, and what is in the files they leave."""

import asyncio
import csv
import io
import re
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result
from PIL import Image

from bot import texts
from bot.commands.qr import qr
from bot.commands.structure import export, import_
from bot.posters import find_font
from storage import invitations, schema
from storage.engine import Database, create_schema
from storage.structure import Reason

from .conftest import SAMPLE, Folder

Linli = Callable[..., Result]
COMMANDS = {"import": import_, "export": export, "qr": qr}


@pytest.fixture
def url(tmp_path: Path) -> str:
    async def create() -> None:
        database = await Database.open(f"sqlite:///{tmp_path}/linli.sqlite3")
        await create_schema(database)
        await database.close()

    asyncio.run(create())
    return f"sqlite:///{tmp_path}/linli.sqlite3"


@pytest.fixture
def linli(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Linli:
    """Type a command; the environment is an English operator's."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LINLI_DATABASE_URL", url)
    monkeypatch.setenv("LINLI_LANGUAGE", "en")

    def type_(name: str, *arguments: object) -> Result:
        return CliRunner().invoke(COMMANDS[name], [str(argument) for argument in arguments])

    return type_


def rows(url: str, table: sa.Table) -> list[sa.RowMapping]:
    async def read() -> list[sa.RowMapping]:
        database = await Database.open(url)
        async with database.reading() as connection:
            found = list((await connection.execute(sa.select(table))).mappings())
        await database.close()
        return found

    return asyncio.run(read())


def test_it_imports_and_says_so(linli: Linli) -> None:
    result = linli("import", SAMPLE)
    assert (result.exit_code, "places: 110 new, 0 changed" in result.stdout) == (0, True)
    assert "places 110/110" in result.stderr
    assert "110 unchanged" in linli("import", SAMPLE).stdout


def test_it_checks_without_writing(linli: Linli, url: str) -> None:
    result = linli("import", SAMPLE, "--dry-run")
    assert (result.exit_code, "nothing was written" in result.stderr) == (0, True)
    assert rows(url, schema.place) == []


def test_it_prints_every_wrong_row_with_its_reason(linli: Linli, folder: Folder, url: str) -> None:
    folder.put("people", "wei", phone="12")
    folder.put("places", "jx", latitude="99")
    result = linli("import", folder.path)
    assert result.exit_code == 1
    assert result.stdout.splitlines() == [
        "places row 13 column “latitude”: “99” is not a latitude (-90 to 90).",
        "people row 2 column “phone”: “12” is not a telephone number.",
    ]
    assert "2 things to put right" in result.stderr
    assert rows(url, schema.place) == []


def test_it_speaks_the_operator_s_language(linli: Linli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LINLI_LANGUAGE", "zh-CN")
    assert "找不到 nowhere.xlsx" in linli("import", "nowhere.xlsx").stdout


def test_it_reports_what_is_gone(linli: Linli, folder: Folder) -> None:
    linli("import", folder.path)
    folder.drop("roles", "vera")
    result = linli("import", folder.path)
    assert "no longer in the sheet, kept: vera volunteer xfl" in result.stdout
    assert "--retire-missing" in result.stderr
    assert "retired: vera volunteer xfl" in linli("import", folder.path, "--retire-missing").stdout


@pytest.mark.parametrize("arguments", [("import",), ("import", SAMPLE, "--invitations", "x.csv"), ("qr", "--out", "x")])
def test_it_ends_with_2_when_it_was_typed_wrong(linli: Linli, arguments: tuple[object, ...]) -> None:
    assert linli(*arguments).exit_code == 2


@pytest.mark.parametrize("name", ["no", "幸福里", "a b c d e", "x" * 33])
def test_it_refuses_a_name_no_bot_can_have(linli: Linli, name: str) -> None:
    assert linli("qr", "--out", "x", "--bot-name", name).exit_code == 2


def test_it_ends_with_2_on_a_wrong_setting(linli: Linli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LINLI_TIMEZONE", "Moon/Crater")
    result = linli("import", SAMPLE)
    assert (result.exit_code, result.stderr.startswith("LINLI_TIMEZONE")) == (2, True)


def test_it_asks_for_migration_first(linli: Linli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LINLI_DATABASE_URL", f"sqlite:///{tmp_path}/empty.sqlite3")
    result = linli("import", SAMPLE)
    assert (result.exit_code, "linli migrate" in result.stderr) == (1, True)


def test_it_says_when_the_database_is_busy(linli: Linli, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("storage.sqlite.BUSY_SECONDS", 0)
    other = sa.create_engine(url).connect()
    other.exec_driver_sql("BEGIN IMMEDIATE")
    result = linli("import", SAMPLE)
    other.close()
    other.engine.dispose()
    assert (result.exit_code, "busy" in result.stderr) == (1, True)


def test_it_invites_the_staff_who_have_not_joined(linli: Linli, url: str) -> None:
    result = linli("import", SAMPLE, "--invitations", "staff.csv", "--bot-name", "@XingfuliBot")
    assert result.exit_code == 0
    listed = list(csv.DictReader(io.StringIO(Path("staff.csv").read_text(encoding="utf-8-sig"))))
    assert "wei" not in {row["code"] for row in listed}
    mediator = next(row for row in listed if row["code"] == "mediator")
    code = re.fullmatch(r"https://t\.me/XingfuliBot\?start=s(.+)", mediator["link"])
    assert code is not None
    held = {row["code_hash"]: row for row in rows(url, schema.invitation)}
    assert held[invitations.hash_code(code[1])]["role"] == "mediator"


def test_it_ends_earlier_invitations_when_it_invites_again(linli: Linli, url: str) -> None:
    for _ in range(2):
        linli("import", SAMPLE, "--invitations", "staff.csv", "--bot-name", "XingfuliBot")
    held = rows(url, schema.invitation)
    living = [row for row in held if row["expires_at"] - row["created_at"] == invitations.LIFETIME]
    assert len(living) * 2 == len(held)


def test_it_exports_what_it_imported(linli: Linli) -> None:
    linli("import", SAMPLE)
    assert linli("export", "out.xlsx").exit_code == 0
    result = linli("import", "out.xlsx")
    people = len((SAMPLE / "people.csv").read_text(encoding="utf-8").splitlines()) - 1
    assert f"people: 0 new, 0 changed, {people} unchanged, 0 no longer there" in result.stdout


def test_it_says_when_it_cannot_write(linli: Linli) -> None:
    linli("import", SAMPLE)
    result = linli("export", "nowhere/out.xlsx")
    assert (result.exit_code, "Cannot write nowhere/out.xlsx" in result.stderr) == (1, True)


def test_it_makes_a_poster_for_every_unit(linli: Linli, url: str) -> None:
    linli("import", SAMPLE)
    result = linli("qr", "--out", "walls", "--bot-name", "XingfuliBot")
    assert (result.exit_code, "72 posters made" in result.stderr) == (0, True)
    assert Path("walls/posters.pdf").read_bytes().count(b"/Type /Page\n") == 72
    assert len(rows(url, schema.poster)) == 72


@pytest.mark.skipif(find_font() is None, reason="no Chinese font on this machine")
@pytest.mark.parametrize(
    ("arguments", "names"),
    [
        (("--place", "jx-3-2"), {"jx-3-2.png"}),
        (("--place", "jx-3", "--level", "unit"), {"jx-3-1.png", "jx-3-2.png", "jx-3-3.png"}),
        (("--place", "grid-1", "--level", "building"), {"jx-1.png", "jx-2.png", "jx-3.png"}),
    ],
)
def test_it_makes_pictures_of_what_is_asked(linli: Linli, arguments: tuple[str, ...], names: set[str]) -> None:
    linli("import", SAMPLE)
    result = linli("qr", "--out", "walls", "--format", "png", "--bot-name", "XingfuliBot", *arguments)
    assert result.exit_code == 0
    assert {file.name for file in Path("walls").iterdir()} == names
    with Image.open(f"walls/{min(names)}") as picture:
        assert picture.size == (1654, 2339)


def test_it_prints_the_same_code_again_until_it_is_withdrawn(linli: Linli, url: str) -> None:
    linli("import", SAMPLE)
    poster = ("qr", "--out", "walls", "--bot-name", "XingfuliBot", "--place", "jx-3-2")
    linli(*poster)
    linli(*poster)
    assert len(rows(url, schema.poster)) == 1
    linli(*poster, "--withdraw")
    assert [row["withdrawn_at"] is None for row in rows(url, schema.poster)] == [False, True]


def test_it_knows_no_poster_for_a_place_without_doors(linli: Linli) -> None:
    linli("import", SAMPLE)
    result = linli("qr", "--out", "walls", "--bot-name", "XingfuliBot", "--place", "nowhere")
    assert (result.exit_code, "nowhere" in result.stderr) == (1, True)


@pytest.mark.parametrize("language", texts.LANGUAGES)
@pytest.mark.parametrize("reason", Reason)
def test_it_has_a_sentence_for_every_reason(language: str, reason: Reason) -> None:
    assert texts.sources(language)[f"import.{reason}"]
