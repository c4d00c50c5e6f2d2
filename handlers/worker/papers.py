"""委托书 and 交接单: the agent writes down which originals go along or come back; the resident's side confirms."""

from collections.abc import Mapping

from handlers import entry, flows
from handlers.context import Context
from handlers.flows import Flow, Rows, Step
from handlers.said import Said
from storage import papers, people
from storage.rules.errors import NotYours
from storage.rules.papers import MOST_ITEMS, Original, PaperKind, written
from storage.rules.press import Press, press
from storage.work import Button

from .tasks import WorkDraft, by_id, ticket_of

LABELS: Mapping[PaperKind, str] = {
    PaperKind.MANDATE: "paper_mandate",
    PaperKind.TAKEN: "paper_taken",
    PaperKind.RETURNED: "paper_returned",
}


class SheetDraft(WorkDraft):
    """A sheet that is being written: what may stand on it, and what does."""

    kind: str
    options: list[str] = []
    chosen: list[str] = []


@entry.pressed("bpaper")
async def sheets(context: Context, pressed: Press, _said: Said) -> None:
    """The sheets of a matter, what is still out, and what may be written now."""
    work, ticket = context.work, await ticket_of(context, pressed)
    rows = await papers.of(work.ledger, ticket["id"])
    buttons: Rows = [
        [(LABELS[kind], press("bpapernew", ticket["id"], kind))]
        for kind in PaperKind
        if await papers.may_make(work, ticket, kind, rows)
    ]
    is_makers = any(row["made_by"] == context.person["id"] for row in rows) and people.is_staff(work.grants)
    if not buttons and not is_makers:
        raise NotYours
    buttons += [
        [("paper_signed_of", press("bpapersign", row["id"]), {"kind": row["kind"]})]
        for row in rows
        if row["made_by"] == context.person["id"] and papers.waits(row)
    ]
    told = [
        {"paper": row["kind"], "is_confirmed": row["confirmed_at"] is not None, "is_refused": papers.is_refused(row)}
        for row in rows
    ]
    work.reply(
        "papers.staff_menu",
        [*buttons, [("close", "close")]],
        number=ticket["number"],
        sheets=told,
        **papers.shown(papers.out(rows)),
    )


@entry.pressed("bpapernew")
async def write(context: Context, pressed: Press, said: Said) -> None:
    """A new sheet: a mandate at once, originals by tapping or writing them. Raises NotYours or Stale."""
    work, ticket = context.work, await ticket_of(context, pressed)
    kind = next((one for one in PaperKind if pressed.args[1:] == (str(one),)), None)
    rows = await papers.of(work.ledger, ticket["id"])
    if kind is None or not await papers.may_make(work, ticket, kind, rows):
        raise NotYours
    if kind is PaperKind.MANDATE:
        await papers.make(work, ticket, kind)
        return
    out = list(papers.out(rows)) if kind is PaperKind.RETURNED else []
    options = out or [str(one) for one in Original]
    draft = SheetDraft(
        ticket_id=ticket["id"], kind=str(kind), options=options, chosen=[str(at) for at in range(len(out))]
    )
    await flows.begin(context, WRITE, draft, edit=said.pressed_message)


async def _take_items(context: Context, draft: SheetDraft, said: Said) -> bool | None:
    """A tap ticks or unticks; words are added, ticked."""
    if said.choice == "done":
        return bool(draft.chosen)
    if said.choice is not None:
        at = said.choice.removeprefix("at")
        if not (at.isdecimal() and int(at) < len(draft.options)):
            return False
        draft.chosen = [one for one in draft.chosen if one != at] if at in draft.chosen else [*draft.chosen, at]
    elif draft.kind == PaperKind.TAKEN and said.text:
        new = [one for one in written(said.text) if one not in draft.options][: MOST_ITEMS - len(draft.options)]
        draft.chosen += [str(len(draft.options) + at) for at in range(len(new))]
        draft.options += new
    else:
        return False
    await flows.begin(context, WRITE, draft, edit=said.pressed_message)
    return None


def _choices(_context: Context, draft: SheetDraft) -> Rows:
    buttons: list[Button] = []
    for at, item in enumerate(draft.options):
        is_chosen = str(at) in draft.chosen
        if item in papers.USUAL:
            buttons.append(("original", press("choose", f"at{at}"), {"original": item, "is_chosen": is_chosen}))
        else:
            buttons.append(("original_other", press("choose", f"at{at}"), {"name": item, "is_chosen": is_chosen}))
    rows: Rows = [buttons[at : at + 2] for at in range(0, len(buttons), 2)]
    done: Rows = [[("paper_done", press("choose", "done"), {"count": len(draft.chosen)})]] if draft.chosen else []
    return [*rows, *done]


async def _finish(context: Context, draft: SheetDraft) -> None:
    items = [item for at, item in enumerate(draft.options) if str(at) in draft.chosen]
    await papers.make(context.work, await by_id(context, draft.ticket_id), PaperKind(draft.kind), items)


WRITE = flows.declare(
    Flow(
        "sheet",
        SheetDraft,
        (
            Step(
                "items",
                "papers.staff_ask_items",
                _take_items,
                choices=_choices,
                params=lambda _context, draft: {"is_return": draft.kind == PaperKind.RETURNED},
                unclear="papers.staff_no_items",
                needs_consent=False,
            ),
        ),
        _finish,
    )
)


# --- signed on paper -----------------------------------------------------------------------------------------


class SignedDraft(WorkDraft):
    """The sheet of which a picture is waited for."""

    paper_id: int


async def _take_picture(_context: Context, draft: SignedDraft, said: Said) -> bool:
    draft.files = [one for one in said.files if one["media"] == "photo"][:1]
    return bool(draft.files)


async def _finish_signed(context: Context, draft: SignedDraft) -> None:
    await papers.signed(context.work, draft.paper_id, draft.files)
    context.work.reply("papers.staff_signed")


SIGNED = flows.declare(
    Flow(
        "signed",
        SignedDraft,
        (
            Step(
                "picture",
                "papers.staff_ask_signed",
                _take_picture,
                unclear="papers.staff_ask_signed",
                needs_consent=False,
            ),
        ),
        _finish_signed,
    )
)


@entry.pressed("bpapersign")
async def sign(context: Context, pressed: Press, _said: Said) -> None:
    """Somebody without a chat signed on paper: a picture of it is asked for. Raises NotYours or Stale."""
    row, ticket = await papers.by_id(context.work, pressed.number())
    papers.check_keeper(context.work, row)
    await flows.begin(context, SIGNED, SignedDraft(ticket_id=ticket["id"], paper_id=row["id"]))
