"""What the view does before it is asked, and does not do before it can."""

from __future__ import annotations

from msgspec.structs import replace
from pytestqt.qtbot import QtBot

from tests.ui.samples import large
from workbench.review.verdicts import Verdict, judged, select_change
from workbench.ui.diff.view import DiffView


def test_the_next_open_change_is_not_the_first_one_while_more_files_are_to_come(view: DiffView) -> None:
    document = large(3, 2)
    view.show_document(replace(document, files=document.files[:1], loading=True))
    last = document.files[0].changes[-1]
    view.go_to_change(last.id)
    assert not view.next_open()
    assert view.stop().change == last.id
    view.show_document(replace(document, files=document.files[:1]))
    assert view.next_open()
    assert view.stop().change == document.files[0].changes[0].id


def test_where_the_next_key_leads_is_laid_out_before_it_is_pressed(view: DiffView, qtbot: QtBot) -> None:
    document = large(30, 6)
    judged_files = document.files[:12]
    selections = [select_change(each) for file in judged_files for each in file.changes]
    view.show_document(replace(document, verdicts=judged({}, selections, Verdict.ACCEPTED)))
    with qtbot.waitExposed(view):
        view.show()
    view.go_to_end(-1)
    sections = view._layout.sections
    wanted = (sections[1], sections[12], sections[29])
    qtbot.waitUntil(lambda: all(section.blocks is not None for section in wanted), timeout=20_000)
    assert sections[20].blocks is None
    assert view.verticalScrollBar().value() == 0
