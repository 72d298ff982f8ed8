"""A theme put on the application: its style sheet, marks of choices, and a palette where no sheet reaches."""

from __future__ import annotations

from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication

from workbench.assets import asset
from workbench.ui.theme import Theme, contrast, stylesheet

# A choice that holds differs by shape too: a ring with a point, a box with a tick.
_MARKS = """
QCheckBox::indicator, QRadioButton::indicator {
  width: 12px; height: 12px; border: 1px solid @faint; background: @ground; }
QCheckBox::indicator { border-radius: 4px; }
QRadioButton::indicator { border-radius: 7px; }
QCheckBox::indicator:checked {
  background: @accent; border: 1px solid @accent; image: url("@tick"); }
QCheckBox::indicator:checked:disabled { background: @faint; border-color: @faint; }
QRadioButton::indicator:checked { width: 6px; height: 6px; border: 4px solid @accent; border-radius: 7px; }
QCheckBox::indicator:disabled, QRadioButton::indicator:disabled { border-color: @line; }
QRadioButton::indicator:checked:disabled { border-color: @faint; }
QCheckBox, QRadioButton { border: 0; border-bottom: 2px solid transparent; padding: 1px 0; }
QCheckBox:focus, QRadioButton:focus { border-bottom-color: @accent; }
QCheckBox:disabled, QRadioButton:disabled { color: @faint; }
"""

# Where the desktop has no dialog of its own, Qt's has black arrows, which nobody sees on a dark ground.
_ARROWS = """
QFileDialog {
  backward-icon: url("@back"); forward-icon: url("@forward"); filedialog-parent-directory-icon: url("@up"); }
QDialogButtonBox { dialogbuttonbox-buttons-have-icons: 0; }
QSpinBox::up-arrow, QSpinBox::down-arrow { width: 10px; height: 10px; }
QSpinBox::up-arrow { image: url("@up"); }
QSpinBox::down-arrow { image: url("@down"); }
"""


def wear(application: QApplication, theme: Theme) -> None:
    """Dress the whole application in a theme."""
    palette = QPalette()
    roles = {
        QPalette.ColorRole.Window: theme.panel,
        QPalette.ColorRole.WindowText: theme.text,
        QPalette.ColorRole.Base: theme.ground,
        QPalette.ColorRole.AlternateBase: theme.panel,
        QPalette.ColorRole.Text: theme.text,
        QPalette.ColorRole.Button: theme.raised,
        QPalette.ColorRole.ButtonText: theme.text,
        QPalette.ColorRole.BrightText: theme.back,
        QPalette.ColorRole.Highlight: theme.accent,
        QPalette.ColorRole.HighlightedText: theme.ground,
        QPalette.ColorRole.PlaceholderText: theme.faint,
        QPalette.ColorRole.ToolTipBase: theme.raised,
        QPalette.ColorRole.ToolTipText: theme.text,
    }
    for role, colour in roles.items():
        palette.setColor(role, colour)
    application.setPalette(palette)
    marks = _MARKS
    for name in ("faint", "ground", "accent", "line"):
        marks = marks.replace(f"@{name}", getattr(theme, name).name())
    ticks = {name: contrast(theme.accent, QColor(name)) for name in ("black", "white")}
    tick = asset("icons", f"tick-{max(ticks, key=lambda name: ticks[name])}.svg")
    arrows = _ARROWS
    for name in ("back", "forward", "up", "down"):
        arrows = arrows.replace(f"@{name}", asset("icons", f"arrow-{name}.svg").as_posix())
    application.setStyleSheet(stylesheet(theme) + marks.replace("@tick", tick.as_posix()) + arrows)
