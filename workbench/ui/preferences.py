"""The user's settings as the window sees them. Touches no file: who saves them is handed in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Protocol

from PySide6.QtCore import QObject, QSysInfo, Qt, Signal
from PySide6.QtGui import QGuiApplication

from workbench.errors import UserError
from workbench.ui.single_shot import single_shot
from workbench.ui.theme import Theme, hard_to_read, load_theme, theme_names


class Settings(Protocol):
    """What the window reads of the settings; the whole definition is in the store."""

    @property
    def theme(self) -> str: ...
    @property
    def code_font(self) -> str: ...
    @property
    def code_size(self) -> int: ...
    @property
    def tab_width(self) -> int: ...
    @property
    def smooth_scroll(self) -> bool: ...
    @property
    def flat_files(self) -> bool: ...
    @property
    def pace(self) -> int: ...
    @property
    def split(self) -> bool: ...
    @property
    def wrap(self) -> bool: ...
    @property
    def after_verdict(self) -> str: ...
    @property
    def take_out_before_sending(self) -> bool: ...
    @property
    def model(self) -> str: ...
    @property
    def budget_review(self) -> float: ...
    @property
    def snippets(self) -> tuple[str, ...]: ...
    @property
    def editor(self) -> str: ...
    @property
    def seen_keys(self) -> tuple[str, ...]: ...
    @property
    def keys(self) -> Mapping[str, str]: ...


Save = Callable[[Mapping[str, object]], Settings]
"""Changes some settings by name, saves them, gives all of them."""

CODE_SIZE = 13
SETTLED = 250
"""Milliseconds after which a size of code that is still worn is saved: a wheel turns through many."""


class Preferences(QObject):
    """The settings of this window."""

    changed = Signal()
    refused = Signal(object)
    """What was to be saved later could not be: the UserError."""

    def __init__(
        self, settings: Settings, save: Save, parent: QObject | None = None, *, themes: Path | None = None
    ) -> None:
        super().__init__(parent)
        self.settings = settings
        self.themes = themes
        """The folder of the user's own themes."""
        self._save = save
        # Worn and not saved yet: a settings file is synced to disk, and every notch would wait for that.
        self._size: int | None = None
        self._later = single_shot(self, SETTLED, self._keep_later)

    def change(self, **values: object) -> None:
        """Change settings by name and save them."""
        if self._size is not None:
            values = {"code_size": self._size, **values}
        self.settings = self._save(values)
        self._size = None
        self._later.stop()
        self.changed.emit()

    def change_code_size(self, size: int) -> None:
        """Wear a size of code now, and save it once it stays; 0 is the usual one."""
        self._size = size
        self._later.start()
        self.changed.emit()

    def keep(self) -> None:
        """Save what is not saved yet. UserError where that cannot be."""
        if self._size is not None:
            self.change()

    def _keep_later(self) -> None:
        try:
            self.keep()
        except UserError as error:
            self.refused.emit(error)

    def theme(self) -> Theme:
        """The theme to wear. UserError where a file is not there, or is broken."""
        return load_theme(self.theme_name, self.themes)

    def hard_to_read(self, theme: Theme) -> str:
        """What of a theme of one's own cannot be read well, as a sentence; "" for nothing."""
        return "" if self.theme_name in theme_names() else hard_to_read(theme)

    def usual_theme(self) -> Theme:
        """What is worn where that one cannot be."""
        return load_theme(self._usual)

    @property
    def theme_name(self) -> str:
        """The theme to wear: the one that is set, or the system's own appearance."""
        wanted = self.settings.theme
        return wanted if wanted != "system" else self._usual

    @property
    def _usual(self) -> str:
        # Asking a platform without a desktop gives Unknown; dark is what the drawings aim at first.
        scheme = QGuiApplication.styleHints().colorScheme()
        return "light" if scheme is Qt.ColorScheme.Light else "dark"

    @property
    def code_size(self) -> int:
        """The size of code in pixels."""
        size = self.settings.code_size if self._size is None else self._size
        return size or CODE_SIZE


def is_mac() -> bool:
    """True where the menus belong into the system's own bar."""
    return QSysInfo.kernelType() == "darwin"
