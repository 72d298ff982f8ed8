"""What one verdict makes the window do: work as large as the verdict, not as the review. By counting."""

from __future__ import annotations

from collections.abc import Callable, Generator

import pytest
from PySide6.QtCore import QEvent, QObject
from PySide6.QtTest import QSignalSpy
from PySide6.QtWidgets import QListView

from tests.repos import Repo, new_repo
from tests.window.conftest import Hands
from workbench.review.feedback_values import Feedback
from workbench.review.verdicts import Verdict
from workbench.ui import file_panel, file_rows
from workbench.ui.file_list import FileList
from workbench.ui.file_rows import RowKind
from workbench.workflow.candidates import Asked
from workbench.workflow.session import Session

FILES = 60


@pytest.fixture
def many(tmp_path_factory: pytest.TempPathFactory) -> Repo:
    made = new_repo(tmp_path_factory.mktemp("many") / "many")
    names = [f"part{number // 10}/file{number:02}.py" for number in range(FILES)]
    made.commit(dict.fromkeys(names, "one\n"))
    made.commit(dict.fromkeys(names, "two\n"))
    return made


def test_what_the_next_round_gets_is_counted_once_for_many_verdicts_when_the_keys_rest(
    hands: Hands, many: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workbench.ui.errands.PACKED", 10)
    counted: list[int] = []
    whole = Session.feedback_in_steps

    def count(session: Session, *, taken_out: bool = False) -> Generator[None, None, Feedback]:
        counted.append(len(session.review.current))
        found = yield from whole(session, taken_out=taken_out)
        return found

    hands.open(many, Asked("HEAD~1..HEAD"))
    monkeypatch.setattr(Session, "feedback_in_steps", count)
    rows: list[tuple[tuple[str, str], ...]] = []
    hands.window.errands.estimated.connect(rows.append)
    hands.window.view.setFocus()
    for _ in range(5):
        hands.type("a")
        hands.window.panels.show_now()  # as when the timers of the panels have run out
    assert counted == []
    hands.until(lambda: not hands.window.tasks.is_busy)

    assert counted == [5]
    assert len(rows) == 1
    assert "Feedback · 5 accepted" in dict(rows[0])


def test_a_verdict_makes_the_rows_of_its_file_and_its_folder_anew_and_no_others(
    hands: Hands, many: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    hands.open(many, Asked("HEAD~1..HEAD"))
    hands.window.panels.show_now()
    panel = hands.window.files
    before = list(panel.model.rows)
    told = QSignalSpy(panel.model.dataChanged)
    made: list[str] = []
    one_row = file_rows.file_row

    def count(*given: object, **named: object) -> object:
        made.append(given[0].path)  # type: ignore[attr-defined]
        return one_row(*given, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(file_panel, "file_row", count)
    hands.type("a")
    hands.window.panels.show_now()

    after = list(panel.model.rows)
    differ = [now.key for was, now in zip(before, after, strict=True) if was != now]
    assert sorted(differ) == ["part0", "part0/file00.py"]
    assert told.count() == 2
    assert made == ["part0/file00.py"]


def test_a_verdict_does_not_lay_out_the_list_of_files_anew(
    make_hands: Callable[[], Hands], many: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    laid_out: list[int] = []

    def count(self: FileList) -> None:
        laid_out.append(1)
        QListView.doItemsLayout(self)

    monkeypatch.setattr(FileList, "doItemsLayout", count, raising=False)
    hands = make_hands()
    hands.open(many, Asked("HEAD~1..HEAD"))
    panel = hands.window.files
    hands.until(lambda: len(panel.model.places) == FILES)
    hands.window.panels.show_now()
    panel.list.viewport().repaint()
    assert laid_out
    laid_out.clear()
    before = panel.list.viewport().grab().toImage()
    hands.type("a")
    hands.window.panels.show_now()
    hands.until(lambda: panel.list.viewport().grab().toImage() != before)
    panel.list.scrollTo(panel.model.index(40))
    assert laid_out == []


def test_rows_come_step_by_step_and_every_file_has_one_in_the_end(
    hands: Hands, many: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(file_panel, "FIRST", 7)
    monkeypatch.setattr(file_panel, "STEP", 7)
    hands.open(many, Asked("HEAD~1..HEAD"))
    hands.until(lambda: len(hands.window.files.model.places) == FILES)
    panel = hands.window.files
    paths = [row.key for row in panel.model.rows if row.kind is RowKind.FILE]
    assert paths == [file.path for file in hands.session.files]
    folders = [row for row in panel.model.rows if row.kind is RowKind.FOLDER]
    assert [(row.key, row.mark) for row in folders] == [(f"part{each}", "0/10") for each in range(6)]
    assert panel.model.rowCount() == FILES + 6

    panel.filter.setText("file5")
    assert len(panel.model.places) == 7
    hands.until(lambda: len(panel.model.places) == 10)
    panel.filter.setText("nothing of it")
    assert [row.name for row in panel.model.rows] == ["No file has this; Esc shows all"]
    panel.filter.clear()
    hands.until(lambda: len(panel.model.places) == FILES)


def test_the_file_that_the_cursor_is_in_is_shown_once_its_row_has_come(
    hands: Hands, many: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    hands.open(many, Asked("HEAD~1..HEAD"))
    hands.until(lambda: len(hands.window.files.model.places) == FILES)
    monkeypatch.setattr(file_panel, "STEP", 7)
    panel, last = hands.window.files, hands.session.files[-1].path
    panel.set_flat(flat=True)
    hands.window.view.go_to_file(last)
    assert last not in panel.model.places
    hands.until(lambda: last in panel.model.places)
    index = panel.model.index(panel.model.places[last])
    hands.until(lambda: panel.list.viewport().rect().contains(panel.list.visualRect(index)))


def test_a_sentence_below_leaves_the_code_as_it_is_painted(hands: Hands, many: Repo) -> None:
    """Every undo says one: the view becomes lower, and only what is judged otherwise is painted again."""
    hands.open(many, Asked("HEAD~1..HEAD"))
    hands.window.view.setFocus()
    hands.type("aaaaaaaaaa")
    hands.until(lambda: hands.window.view.is_settled)
    painted: list[int] = []

    class Watching(QObject):
        def eventFilter(self, _: QObject, event: QEvent) -> bool:
            if event.type() == QEvent.Type.Paint:
                painted.append(sum(each.height() for each in event.region()))  # type: ignore[attr-defined]
            return False

    watching = Watching()
    port = hands.window.view.viewport()
    port.installEventFilter(watching)
    hands.window.controller.said.emit("Something was said.", "", False)
    hands.until(lambda: hands.window.notice.isVisible())
    hands.bot.wait(1)
    port.removeEventFilter(watching)
    assert sum(painted) < port.height() // 2


def test_the_files_of_a_large_review_are_taken_in_one_batch_a_turn(
    hands: Hands, many: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Fifty batches that are there at once would follow each other before a key."""
    errands = hands.window.errands
    shown: list[int] = []
    hands.open(many, Asked("HEAD~1..HEAD"))
    session = hands.session
    hands.window.controller.changed.connect(lambda: shown.append(len(session.files_so_far)))
    stream = object()
    monkeypatch.setattr(session, "add_files", lambda given, files: given is stream and bool(files))
    for number in range(3):
        errands._on_batch((session, stream, session.files[number : number + 1]))  # type: ignore[arg-type]
    assert shown == []
    errands._take_batch()
    assert len(shown) == 1
    hands.until(lambda: len(shown) == 3)
    assert Verdict.OPEN.value in hands.verdicts()
