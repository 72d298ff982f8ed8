"""Every place that shows text of a repository or of a model, with a hostile name in each.

The name turns the order of what follows it, has no width, is markup, and would underline a letter of a menu.
In each place it is seen with its code points, nowhere as itself, and nowhere could Qt take it for markup.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtGui import QAccessible, QAction, QGuiApplication, QPainter
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QApplication,
    QLabel,
    QMenu,
    QPlainTextEdit,
    QTextEdit,
    QWidget,
)

from tests.repos import Repo, call_things, new_repo, numbered
from tests.window.conftest import Hands
from workbench.generation.exchange import Call, Exchange
from workbench.generation.prompt import Message
from workbench.review.actions import CallMade, FindingsArrived, NoteAnswered, RoundFailed
from workbench.review.findings import Draft
from workbench.review.notes import AnswerKind, Author, Intent, Reply
from workbench.review.rounds import Usage
from workbench.review.text import is_boxed
from workbench.store.paths import settings_path
from workbench.ui import sheet, shown_text
from workbench.ui.boxed_text import BoxedText
from workbench.ui.diff.shaping import Shaper
from workbench.ui.elided import Elided
from workbench.ui.sheet import Plain
from workbench.ui.shown_text import APART
from workbench.ui.trust_mark import TrustMark
from workbench.workflow.calls import keep
from workbench.workflow.logged import new_id

EVIL = "<b>R&D\u202e\u200b\u05d0\u05d1-p\u0430y"
CODE_POINT = "U+202E"
LETTERS, ALIKE, MARKED = "\u05d0\u05d1", "p\u0430y", "p\u0430y⟦≈pay⟧"
"""Letters that are written from the right, a word that is not what it looks like, and how that is said."""
BY_QT, FRAMED = "by Qt: ", "framed: "
"""What was drawn by Qt, which would reorder it, and what was framed where it was drawn."""
_ROLES = (
    *(Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole),
    *(Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.AccessibleDescriptionRole),
)
_QT = "PySide6.QtWidgets"
Said = tuple[str, str]
"""A text, and what kind of text of which widget it is."""


def repository(folder: Path) -> Repo:
    """Every sort of change, each with the name in it, on a branch and by an author of that name."""
    made = new_repo(folder / f"shop{EVIL}")
    made.git("config", "user.name", f"Ada {EVIL}")
    made.git("config", "user.email", f"ada@{EVIL}.example")
    made.git("config", "filter.evil.clean", f"sed s/{EVIL}/x/")
    made.git("checkout", "-q", "-b", f"work{EVIL}")
    body = f"def run{EVIL}(one):\n" + "".join(f"    line_{at} = '{EVIL}'\n" for at in range(60))
    names = ("a", "code", "moved", "gone")
    made.commit(
        {f"{name}{EVIL}.py": body if name == "code" else numbered(20, name) for name in names}
        | {f"raw{EVIL}.bin": b"\0one", "lf.txt": "x\n"},
        message=f"Say {EVIL}",
    )
    made.write(
        {
            f"code{EVIL}.py": body.replace("line_40", "line_forty").replace("line_4 ", "line_four "),
            f"new{EVIL}.py": f"name = '{EVIL}'\n",
            f"conftest{EVIL}.py": "x = 1\n",
            f"raw{EVIL}.bin": b"\0two",
            f"two\nlines{EVIL}.py": "x = 1\n",
            f".husky/{EVIL}": "x\n",
            ".gitattributes": f"*{EVIL}.dat filter=evil\n",
            f"b{EVIL}.dat": "x\n",
            f"torn{EVIL}.png": b"\x89PNG\r\n\x1a\n" + EVIL.encode(),
        }
    )
    (made.root / f"a{EVIL}.py").write_text(numbered(20, "a").replace("a 3\n", f"a {EVIL}\n"))
    (made.root / f"gone{EVIL}.py").unlink()
    (made.root / f"moved{EVIL}.py").rename(made.root / f"elsewhere{EVIL}.py")
    call_things(made, EVIL)
    return made


def settings() -> None:
    path = settings_path()
    path.parent.mkdir(parents=True, exist_ok=True)
    name = EVIL.encode("unicode_escape").decode()
    path.write_text(
        f'take_out_before_sending = false\n[models."mine{name}"]\nmodel = "openai/{name}"\n'
        'api_base = "http://127.0.0.1:9"\n',
        "utf-8",
    )


@pytest.fixture(autouse=True)
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every text that is laid out as code or drawn, also into a picture that is shown later."""
    found: list[str] = []

    def noting(kept: Callable[..., Any]) -> Callable[..., Any]:
        def noted(*given: Any, **more: Any) -> Any:
            found.extend(each for each in given if isinstance(each, str))
            return kept(*given, **more)

        return noted

    for name in ("shape", "plain", "one_run"):
        monkeypatch.setattr(Shaper, name, noting(getattr(Shaper, name)))
    draw_text, frame = QPainter.drawText, shown_text.frame

    def drawn_by_qt(*given: Any, **more: Any) -> Any:
        found.extend(f"{BY_QT}{each}" for each in given if isinstance(each, str))
        return draw_text(*given, **more)

    def framed(painter: Any, where: Any, side: Any, text: str) -> None:
        found.append(f"{FRAMED}{shown_text.in_order(text)}")
        frame(painter, where, side, text)

    monkeypatch.setattr(QPainter, "drawText", drawn_by_qt)
    for module in (shown_text, sheet):
        monkeypatch.setattr(module, "frame", framed)
    return found


@pytest.fixture
def evil(make_hands: Callable[[], Hands], tmp_path: Path, home: Path) -> Hands:
    """A review in which everything that others write has the name in it."""
    settings()
    made, hands = repository(tmp_path), make_hands()
    hands.open(made)
    session = hands.session
    session.set_task(f"Do {EVIL}\n\nScope: src/{EVIL}")
    code, new = (session.by_path[f"{name}{EVIL}.py"] for name in ("code", "new"))
    place = session.place_of(code.changes[0])
    session.write_note(place, Intent.QUESTION, f"Why {EVIL}?", f"better {EVIL}\n")
    reply = Reply(Author.MODEL, f"Because {EVIL}", 0, AnswerKind.ANSWERED, model=f"of/{EVIL}")
    session.act(NoteAnswered(id=new_id(), at=time.time(), note="N1", reply=reply))
    _calls(hands, session.place_of(new.changes[0]))
    hands.window.controller.changed.emit()
    hands.window.view.go_to_file(code.path)
    hands.type("a")
    place_of_code = made.root / code.path
    place_of_code.write_text(place_of_code.read_text().replace("line_four ", "line_4444 "))
    hands.type("R")
    hands.until(lambda: session.review.round is not None and len(session.review.rounds) > 1)
    hands.until(lambda: not hands.window.tasks.is_busy)
    hands.window.panels.show_now()
    return hands


def _calls(hands: Hands, place: object) -> None:
    session = hands.session
    messages = (Message("system", "Be exact."), Message("user", f"Files: {EVIL}\n"))
    call = Call(messages, f"Answer {EVIL}", "cut", void=(f"half {EVIL}",), problems=(f"No {EVIL}.",))
    kept = keep(session.log, Exchange(f"of/{EVIL}", (call,)))
    at = time.time()
    session.act(
        RoundFailed(id=new_id(), at=at, number=2, model=f"of/{EVIL}", why=f"cut {EVIL}", exchange=kept)
    )
    session.act(
        CallMade(
            id=new_id(),
            at=at,
            purpose="ask",
            model=f"of/{EVIL}",
            outcome="answered",
            usage=Usage(),
            round=1,
            exchange=kept,
        )
    )
    draft = Draft(Intent.MUST, place, f"Claims {EVIL}", f"Shows {EVIL}")  # type: ignore[arg-type]
    current = session.review.round
    assert current is not None
    session.act(
        FindingsArrived(
            id=new_id(),
            at=at,
            round=0,
            tree=current.tree,
            model=f"of/{EVIL}",
            findings=(draft, replace(draft, claim=f"Two {EVIL}")),
            unread=(f"big{EVIL}.py",),
        )
    )


# what a place says


def said_by(widget: QWidget) -> Iterator[Said]:
    """Everything that a widget says, but what it paints itself."""
    name = type(widget).__name__
    yield widget.windowTitle(), f"{name} title"
    yield widget.toolTip(), f"{name} tooltip"
    yield widget.statusTip(), f"{name} tip"
    yield widget.accessibleName(), f"{name} accessible name"
    yield widget.accessibleDescription(), f"{name} accessible description"
    for action in widget.actions():
        yield from _of_action(action)
    if isinstance(widget, QMenu):
        yield widget.title(), "menu"
    if isinstance(widget, QLabel):
        # As Qt has it: our own labels say what is to be read in them.
        kind = "painted text" if isinstance(widget, Elided) else "label"
        yield QLabel.text(widget), f"{'framing' if isinstance(widget, Plain) else name} {kind}"
    if isinstance(widget, QAbstractButton):
        yield widget.text(), "painted text" if isinstance(widget, TrustMark) else f"{name} button"
    if isinstance(widget, QPlainTextEdit | QTextEdit):
        # What is held by an object is drawn as a box, and means itself.
        holds = isinstance(widget, BoxedText)
        text = widget.document().toRawText().replace("\u2029", "\n") if holds else widget.toPlainText()
        yield text, f"{name} text"
        yield widget.placeholderText(), f"{name} placeholder"
    if isinstance(widget, QAbstractItemView) and widget.model() is not None:
        model = widget.model()
        for row in range(model.rowCount(QModelIndex())):
            for role in _ROLES:
                data = model.data(model.index(row, 0, QModelIndex()), role)
                if isinstance(data, str):
                    yield data, f"{name} {_kind(widget, role)}"


def _kind(view: QAbstractItemView, role: Qt.ItemDataRole) -> str:
    if role is Qt.ItemDataRole.ToolTipRole:
        return "tooltip"
    is_painted = role is not Qt.ItemDataRole.DisplayRole or type(view.itemDelegate()).__module__ != _QT
    return "painted line" if is_painted else "row"


def _of_action(action: QAction) -> Iterator[Said]:
    yield action.text(), "menu"
    yield action.toolTip(), "menu tooltip"
    yield action.statusTip(), "menu tip"


def everything() -> list[Said]:
    """What all widgets say."""
    return [each for widget in QApplication.allWidgets() for each in said_by(widget) if each[0]]


def wrong(said: Sequence[Said]) -> list[str]:
    """What hides, what stands in another order, what Qt could take for markup, what underlines a letter."""
    found = [f"{what} hides: {text!r}" for text, what in said if any(map(is_boxed, plain_order(text)))]
    framed = {text.removeprefix(FRAMED) for text, _ in said if text.startswith(FRAMED)}
    for text, what in said:
        is_qts = text.startswith(BY_QT) or what.endswith(_BY_QT)
        if is_qts and LETTERS in text:
            found.append(f"{what} is in another order: {text!r}")
        if text.startswith(BY_QT) and ALIKE in text and text.removeprefix(BY_QT) not in framed:
            found.append(f"{what} frames nothing: {text!r}")
        if "accessible" in what and APART in text:
            found.append(f"{what} says marks aloud: {text!r}")
        if what.endswith(_BY_QT) and not what.startswith("framing") and _bare(text):
            found.append(f"{what} does not say what looks alike: {text!r}")
    for text, what in said:
        is_markup = what.endswith(("tooltip", "tip")) and "<b>" in text
        underlines = what.endswith("menu") and re.search("R&(?!&)", text)
        if is_markup or underlines:
            found.append(f"{what} is markup: {text!r}")
    for label in QApplication.allWidgets():
        if isinstance(label, QLabel) and "<b>" in label.text():
            if label.textFormat() is not Qt.TextFormat.PlainText:
                found.append(f"a label is markup: {label.text()!r}")
            if label.buddy() is not None:
                found.append(f"a label underlines: {label.text()!r}")
        if isinstance(label, QAbstractButton) and re.search("R&(?!&)", label.text()):
            found.append(f"a button underlines: {label.text()!r}")
    return found


_BY_QT = ("title", "tooltip", "tip", "menu", "label", "button", " row", "placeholder")
"""Kinds of text that Qt lays out by itself."""


def plain_order(text: str) -> str:
    """A text without the marks that keep letters from the right where they stand."""
    return re.sub("\u200e([\u0590-\u08ff]+)\u200e", r"\1", text)


def _bare(text: str) -> bool:
    """Whether a look-alike is there of which nothing is said."""
    return ALIKE in re.sub("</?u>", "", text).replace(MARKED, "").replace(f"“{ALIKE}” looks like", "")


def run(*commands: str) -> Callable[[Hands], None]:
    def done(hands: Hands) -> None:
        for command in commands:
            hands.window.run_command(command)
            hands.until(lambda: not hands.window.tasks.is_busy)

    return done


def at(path: str, *commands: str) -> Callable[[Hands], None]:
    def done(hands: Hands) -> None:
        hands.window.view.go_to_file(path)
        hands.until(lambda: hands.window.view.is_settled)
        run(*commands)(hands)

    return done


def typed(command: str, text: str) -> Callable[[Hands], None]:
    """What is typed into the field that a command opens, as one pastes it."""

    def done(hands: Hands) -> None:
        run(command)(hands)
        field = hands.focus()
        assert isinstance(field, BoxedText)
        field.insertPlainText(text)
        hands.until(lambda: not hands.window.tasks.is_busy)

    return done


CODE = f"code{EVIL}.py"
TITLE = "the window's title, the list of files and its tips"
SILENT = frozenset({"the menu of a file", "what was copied"})
"""Places that have words of our own alone, and shall go on so."""
PLACES: dict[str, Callable[[Hands], None]] = {
    TITLE: run(),
    "a header, code, and the name in a gap": at(CODE),
    "a deleted file": at(f"gone{EVIL}.py"),
    "a renamed file": at(f"elsewhere{EVIL}.py"),
    "a binary file": at(f"raw{EVIL}.bin"),
    "a picture and its caption": at(f"torn{EVIL}.png"),
    "a link and where it leads": at(f"link{EVIL}"),
    "a file that runs by itself": at(f".husky/{EVIL}"),
    "a name of two lines": at(f"two\nlines{EVIL}.py"),
    "what is not shown": run("last"),
    "the ledger": run("next_violation"),
    "a note, its suggestion and its answer": run("first", "next_note"),
    "a finding": run("first", "next_note", "next_note"),
    "the menu of a file": at(f"new{EVIL}.py", "menu"),
    "the files by shape": run("by_shape"),
    "the files as a list": run("flat_files"),
    "the palette": typed("palette", EVIL),
    "the list of other files": run("go_to_file"),
    "the filter": typed("filter_files", EVIL),
    "the search": typed("search", EVIL),
    "a line to go to": at(CODE, "go_to_line"),
    "the task": run("task"),
    "the landing": run("land"),
    "what is sent": run("send"),
    "who reads": run("read"),
    "the trust": run("trust"),
    "what the next round gets": run("tray"),
    "the rounds": run("rounds"),
    "the costs": run("costs"),
    "the prompts": run("prompts"),
    "two rounds": run("compare"),
    "a shape": at(CODE, "next_change", "shape"),
    "the title of a note": at(CODE, "next_change", "note"),
    "a note on a file": at(CODE, "note_file"),
    "a reason": at(f"new{EVIL}.py", "reject_reason"),
    "an edit": at(f"new{EVIL}.py", "next_change", "edit"),
    "what is said of a pin": at(CODE, "pin_file"),
    "what is said of a verdict": at(f"new{EVIL}.py", "reject_file"),
    "what is said of a file that is marked": at(CODE, "viewed"),
    "what was copied": run("copy_feedback"),
    "the recent reviews": run("recent"),
}


@pytest.mark.slow
@pytest.mark.parametrize("place", PLACES)
def test_a_hostile_name_is_seen_in_its_code_points(evil: Hands, drawn: list[str], place: str) -> None:
    before = set() if place == TITLE else set(everything())
    drawn.clear()
    PLACES[place](evil)
    QApplication.processEvents()
    evil.window.grab()
    popup = QApplication.activePopupWidget()
    if popup is not None:
        popup.grab()
    said = everything() + [(text, "drawn") for text in drawn]
    if popup is not None:
        popup.close()
    assert wrong(said) == []
    if place not in SILENT:
        fresh = "\n".join(text.replace("￼", CODE_POINT) for text, _ in set(said) - before)
        assert CODE_POINT in fresh


@pytest.mark.slow
def test_a_screen_reader_is_told_what_hides_and_none_of_our_marks(evil: Hands) -> None:
    QAccessible.setActive(True)
    try:
        told: list[str] = []
        evil.window.view.spoken.connect(told.append)
        for path, keys in ((CODE, "]k"), (f"new{EVIL}.py", "a"), (f"gone{EVIL}.py", "x"), (CODE, ";")):
            evil.window.view.go_to_file(path)
            before = len(told)
            evil.type(keys)
            evil.until(lambda: len(told) > before)  # noqa: B023 - asked in this very round
        said = "\n".join(told)
        assert CODE_POINT in said
        assert APART not in said
        assert not any(map(is_boxed, said.replace("\n", "")))
    finally:
        QAccessible.setActive(False)


@pytest.mark.slow
def test_what_is_copied_is_the_name_as_it_is(evil: Hands) -> None:
    at(f"new{EVIL}.py", "copy_path")(evil)
    assert QGuiApplication.clipboard().text().endswith(f"new{EVIL}.py")
