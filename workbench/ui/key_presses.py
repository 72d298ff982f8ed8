"""A key that is drawn somewhere, pressed by a click: whoever has the keys gets it as if it was typed."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QWidget

_MODIFIERS = {
    "Ctrl": Qt.KeyboardModifier.ControlModifier,
    "Alt": Qt.KeyboardModifier.AltModifier,
    "Meta": Qt.KeyboardModifier.MetaModifier,
    "⇧": Qt.KeyboardModifier.ShiftModifier,
}
_NAMED = {
    "↵": Qt.Key.Key_Return,
    "Esc": Qt.Key.Key_Escape,
    "Space": Qt.Key.Key_Space,
    "Tab": Qt.Key.Key_Tab,
    "⌫": Qt.Key.Key_Backspace,
    "Del": Qt.Key.Key_Delete,
    "↑": Qt.Key.Key_Up,
    "↓": Qt.Key.Key_Down,
    "←": Qt.Key.Key_Left,
    "→": Qt.Key.Key_Right,
}


def press_shown(drawn: str, near: QWidget) -> bool:
    """Press a key as it is drawn ("a", "Ctrl ↵") in a widget's window; False where nobody would get it."""
    *held, last = drawn.split(" ")
    target = near.window().focusWidget()
    if target is None or any(each not in _MODIFIERS for each in held):
        return False
    key = _NAMED.get(last)
    if key is None and len(last) != 1:
        return False
    writes = not held and key is None
    if writes and target.inputMethodQuery(Qt.InputMethodQuery.ImEnabled):
        return False  # it would be written into what is typed there
    modifiers = Qt.KeyboardModifier.NoModifier
    for each in held:
        modifiers |= _MODIFIERS[each]
    if writes and last.isupper():
        modifiers |= Qt.KeyboardModifier.ShiftModifier
    code = key if key is not None else Qt.Key(ord(last.upper()[0]))
    text = last if writes else " " if key is Qt.Key.Key_Space else ""
    for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
        QApplication.postEvent(target, QKeyEvent(kind, code, modifiers, text))
    return True
