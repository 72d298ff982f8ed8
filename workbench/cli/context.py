"""Commands about what the next round is given: the tray, pins, and what looks like a secret."""

from __future__ import annotations

import threading

from workbench.cli.judging import done
from workbench.cli.output import counted, print_json, print_lines
from workbench.cli.parser import Options
from workbench.cli.reviewing import saved
from workbench.errors import UserError
from workbench.review.costs import dollars
from workbench.review.text import one_line
from workbench.workflow import calls, outgoing, pins, recipients
from workbench.workflow.only import Wanted
from workbench.workflow.session import Session
from workbench.workflow.tray import Item, State, Tray
from workbench.workflow.tray_documents import tray_document


def context(options: Options) -> int:
    """What the next round is given, before anything is sent; the options change it."""
    with saved(options) as session:
        tray = _tray(session, options)
        for name in options.remove or ():
            pins.remove_item(session, tray.items, name)
        for name in options.restore or ():
            pins.put_back(session, tray.items, name)
        pins.allow_named(session, tray.findings, options.allow_secret or ())
        if options.remove or options.restore or options.allow_secret:
            tray = _tray(session, options)
        if options.exact:
            cancelled = threading.Event()
            tray = outgoing.measured_preview(session, _recipient(session, options), tray, cancelled)
    if options.json:
        print_json(tray_document(tray))
    else:
        _print_tray(tray)
    return 0


def pin(options: Options) -> int:
    """Give a file, or lines of it, to every next round."""
    with saved(options) as session:
        made = pins.pin_named(session, options.name)
        return done(options, session, f"Pinned {one_line(made.name)}.")


def unpin(options: Options) -> int:
    """Take a pin away."""
    with saved(options) as session:
        return done(options, session, f"Unpinned {one_line(pins.unpin(session, options.name))}.")


def allow_for(
    session: Session, recipient: recipients.Recipient, names: list[str], only: Wanted | None = None
) -> None:
    """Before a round is asked for: allow what was named, and refuse while anything else looks secret."""
    if recipient.kind is not recipients.RecipientKind.MODEL:
        if names:
            raise UserError("Nothing leaves for this recipient.", hint="Leave --allow-secret away.")
        return
    cancelled = threading.Event()
    if names and only is not None:
        pins.allow_named(session, outgoing.findings_of_only(session, recipient, cancelled, only), names)
    elif names:
        pins.allow_named(session, outgoing.preview(session, recipient, cancelled).findings, names)
    outgoing.require_sendable(session, recipient, cancelled, only)


def _recipient(session: Session, options: Options) -> recipients.Recipient:
    return recipients.recipient_named(session, options.model or session.settings.model or calls.OFFLINE)


def _tray(session: Session, options: Options) -> Tray:
    return outgoing.preview(session, _recipient(session, options), threading.Event())


def _print_tray(tray: Tray) -> None:
    for item in tray.items:
        print_lines(_line(tray, item))
    names = f", {counted(tray.others, 'other file')} by name" if tray.others else ""
    print_lines(f"{tray.overhead:9,}  {_money(tray, tray.overhead):>9}  the instructions and headings{names}")
    room = "no limit" if tray.budget is None else f"room for {tray.budget:,}"
    print_lines(f"{tray.total:9,}  {_money(tray, tray.total):>9}  in all, {_about(tray)}; {room}")
    for finding in tray.findings:
        state = "allowed" if finding.allowed else "looks like a secret"
        print_lines(f"{state}: {finding.words}  ({finding.id})")


def _line(tray: Tray, item: Item) -> str:
    tokens = tray.weight(item)
    state = "" if item.state is State.GIVEN else f" [{item.state.value}]"
    part = ", ".join(f"{start}-{start + count - 1}" for start, count in item.parts)
    lines = f" lines {part}" if part else ""
    cost = _money(tray, tokens) if item.is_given else ""
    why = f"  ({item.why})" if item.why else ""
    return f"{tokens:9,}  {cost:>9}  {item.kind.value:17} {one_line(item.title)}{lines}{state}{why}"


def _money(tray: Tray, tokens: int) -> str:
    cost = tray.cost(tokens)
    return "?" if cost is None else dollars(cost)


def _about(tray: Tray) -> str:
    return "by the model's count" if "" in tray.exact else "about"
