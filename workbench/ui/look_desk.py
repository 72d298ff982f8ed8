"""How the window looks: panels, split and wrap, white space, views of the round, themes and sizes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QApplication

from workbench.errors import UserError
from workbench.ui.heard_looks import HeardLooks
from workbench.ui.opening_desk import OpeningDesk
from workbench.ui.row_words import whitespace_words
from workbench.ui.styling import wear
from workbench.ui.theme import theme_names

if TYPE_CHECKING:
    from workbench.ui.round_views import View
    from workbench.ui.window import MainWindow

SIZES = (9, 28)


class LookDesk(OpeningDesk):
    """Shows the window as a command or the settings say."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._worn: tuple[object, ...] | None = None
        """What was shown of the settings."""
        window.preferences.changed.connect(self._wear)
        HeardLooks(window.preferences, window.view, self)
        window.preferences.refused.connect(window.controller.fail)

    def toggle_files(self) -> None:
        """Show or hide the files."""
        self._window.files.setVisible(not self._window.files.isVisible())
        self._window.view.tell(f"The files are {'shown' if self._window.files.isVisible() else 'hidden'}")
        self._window.places.moved()

    def toggle_side(self) -> None:
        """Show or hide the rounds."""
        self._window.side.setVisible(not self._window.side.isVisible())
        self._window.view.tell(f"The rounds are {'shown' if self._window.side.isVisible() else 'hidden'}")
        self._window.places.moved()

    def toggle_split(self) -> None:
        """Side by side, or one column."""
        self._window.preferences.change(split=not self._window.view.is_split)

    def toggle_wrap(self) -> None:
        """Long lines wrapped, or scrolled sideways."""
        self._window.preferences.change(wrap=not self._window.view.wraps)

    def toggle_whitespace(self) -> None:
        """Hide what differs in blanks alone, or show it again."""
        view = self._window.view
        view.set_ignore_whitespace(not view.ignores_whitespace)
        self.show_whitespace()
        if view.ignores_whitespace:
            self._window.say(
                f"White space is not looked at: {whitespace_words(self._window.row_words.blanks)}.",
                "They are shown as unchanged, and cannot be judged now. What lands is not touched by it.",
                False,
            )
        else:
            view.tell("White space is looked at again")

    def show_whitespace(self) -> None:
        """Say, as long as white space is ignored, how much of the review is not on the screen."""
        window = self._window
        words = whitespace_words(window.row_words.blanks) if window.view.ignores_whitespace else ""
        window.status.show_whitespace(words)

    def cycle_views(self) -> None:
        """Show the next view of the round, and say which."""
        self._window.controller.cycle_views()
        self._say_view()

    def show_view(self, view: View) -> None:
        """Show this view of the round, and say so."""
        self._window.notice.hide()
        self._window.controller.enter_view(view)
        self._say_view()

    def _say_view(self) -> None:
        window = self._window
        view = window.controller.views.now
        window.top.set_view(view.value)
        shown, whole = window.controller.views.counts(window.controller.open_session())
        if view.value != "All changes":
            window.say(f"{view.value}: {shown:,} of {whole:,} changes.", "d shows the next view.", False)
        else:
            window.view.tell(f"All changes: {whole:,}")

    def change_code_size(self, step: int) -> None:
        """Bigger or smaller code; 0 is its usual size."""
        size = min(max(self._window.preferences.code_size + step, SIZES[0]), SIZES[1]) if step else 0
        self._window.preferences.change_code_size(size)

    def open_look(self) -> None:
        """Theme, font, size and tabs."""
        self._window.sheets.open_look(self._window.theme)

    def toggle_smooth(self) -> None:
        """Scroll smoothly, or at once."""
        preferences = self._window.preferences
        preferences.change(smooth_scroll=not preferences.settings.smooth_scroll)
        smooth = preferences.settings.smooth_scroll
        self._window.say("Scrolling is smooth." if smooth else "Scrolling is at once.", "", False)

    def toggle_flat_files(self) -> None:
        """The files as one list, or as a tree of folders; by folder again where they were by shape."""
        window, preferences = self._window, self._window.preferences
        window.files.show()
        window.grouping.set_on(on=False)
        preferences.change(flat_files=not preferences.settings.flat_files)
        window.files.set_flat(flat=preferences.settings.flat_files)

    def choose_theme(self, name: str) -> None:
        """Wear a theme from now on."""
        self._window.preferences.change(theme=name)

    def _wear(self) -> None:
        """Show what the settings say now."""
        window, preferences = self._window, self._window.preferences
        settings = preferences.settings
        # Which keys were learned is kept there too, and is no look: no theme's file is read for it.
        worn = (settings.code_font, settings.tab_width, preferences.code_size, preferences.theme_name)
        look = (settings.split, settings.wrap, settings.smooth_scroll, *worn)
        if look == self._worn and preferences.theme_name in theme_names():
            return
        self._worn = look
        window.view.set_split(settings.split)
        window.view.set_wrap(settings.wrap)
        window.top.set_split(split=settings.split)
        window.view.set_code_font(settings.code_font, preferences.code_size, settings.tab_width)
        if window.is_writing:
            window.editing().wear()
        window.view.smooth = settings.smooth_scroll
        window.menus.mark("smooth", on=settings.smooth_scroll)
        try:
            theme = preferences.theme()
        except UserError as error:
            window.say(error.message, error.hint, True)
            return
        if theme == window.theme:
            return
        window.theme = theme
        application = QApplication.instance()
        if isinstance(application, QApplication):
            wear(application, theme)
        parts = (window.view, window.files, window.side, window.status.hints, window.top, window.welcome)
        for part in parts:
            part.set_theme(theme)
        window.findings.set_theme(theme)
        window.menus.check(f"theme_{preferences.theme_name}")
        hard = preferences.hard_to_read(theme)
        if hard:
            window.say(hard, "It is worn all the same.", False)
