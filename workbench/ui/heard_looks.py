"""What a screen reader is told when something looks otherwise, which others see. Decides nothing."""

from __future__ import annotations

from msgspec import Struct
from PySide6.QtCore import QObject

from workbench.ui.diff.view import DiffView
from workbench.ui.preferences import Preferences


class _Look(Struct, frozen=True):
    """What is told of the settings."""

    split: bool
    wrap: bool
    flat: bool
    size: int
    font: str
    tab: int
    theme: str


def _look_of(preferences: Preferences) -> _Look:
    settings = preferences.settings
    return _Look(
        settings.split,
        settings.wrap,
        settings.flat_files,
        preferences.code_size,
        settings.code_font,
        settings.tab_width,
        preferences.theme_name,
    )


def _differences(before: _Look, now: _Look) -> str:
    """What is otherwise, in words."""
    said = (
        (before.split != now.split, "Split, both sides" if now.split else "Unified, one column"),
        (before.wrap != now.wrap, "Long lines are wrapped" if now.wrap else "Long lines go on sideways"),
        (before.flat != now.flat, "Files as a list" if now.flat else "Files as a tree"),
        (before.size != now.size, f"Code at {now.size} pixels"),
        (before.font != now.font, f"Font: {now.font or 'the bundled one'}"),
        (before.tab != now.tab, f"Tabs of {now.tab} column{'' if now.tab == 1 else 's'}"),
        (before.theme != now.theme, f"Theme: {now.theme.replace('-', ' ')}"),
    )
    return ". ".join(words for is_other, words in said if is_other)


class HeardLooks(QObject):
    """Follows the settings of a window, and tells through its view."""

    def __init__(self, preferences: Preferences, view: DiffView, parent: QObject) -> None:
        super().__init__(parent)
        self._preferences, self._view = preferences, view
        self._told = _look_of(preferences)
        preferences.changed.connect(self._on_changed)

    def _on_changed(self) -> None:
        before, self._told = self._told, _look_of(self._preferences)
        if self._told != before:
            self._view.tell(_differences(before, self._told))
