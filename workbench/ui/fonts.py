"""The fonts that ship with the program. Registers them once, when first asked for one; chooses no sizes."""

from __future__ import annotations

import sys
from functools import cache

from PySide6.QtGui import QFont, QFontDatabase

from workbench.assets import asset

CODE_FAMILY = "JetBrains Mono"
INTERFACE_FAMILY = "Inter"

# Italics are left out: the diff has none. Registering costs about 5 ms for the first file and 0.3 ms for each
# further one (measured).
# All are TrueType: in the other kind of outlines (.otf) Qt has FreeType draw the stems thicker, and light
# text on a dark ground then looks half bold (seen with Qt 6.11).
_FILES = (
    "JetBrainsMono-Regular.ttf",
    "JetBrainsMono-Bold.ttf",
    "Inter-Regular.ttf",
    "Inter-SemiBold.ttf",
)


@cache
def load_fonts() -> frozenset[str]:
    """Register the bundled fonts; the families that are there now. A font that is missing is left out."""
    families: set[str] = set()
    for name in _FILES:
        try:
            path = asset("fonts", name)
        except FileNotFoundError:
            continue
        number = QFontDatabase.addApplicationFont(str(path))
        if number >= 0:
            families.update(QFontDatabase.applicationFontFamilies(number))
    return frozenset(families)


def code_font(size: int = 13, family: str = "") -> QFont:
    """The font for code, `size` in pixels. Ligatures are off: two characters that look like one hide
    something.
    """
    families = [family, CODE_FAMILY, "monospace"] if family else [CODE_FAMILY, "monospace"]
    if CODE_FAMILY not in load_fonts():
        families.remove(CODE_FAMILY)
    font = QFont(families)
    font.setPixelSize(size)
    font.setStyleHint(QFont.StyleHint.Monospace)
    font.setFixedPitch(True)
    font.setKerning(False)
    for feature in ("calt", "liga", "clig", "dlig"):
        font.setFeature(QFont.Tag(feature), 0)
    return font


def interface_font(size: int = 13, weight: QFont.Weight = QFont.Weight.Normal) -> QFont:
    """The system's own font where there is one of renown (macOS, Windows); elsewhere Inter, which ships
    with us.
    """
    system = QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont)
    if sys.platform in ("darwin", "win32") or INTERFACE_FAMILY not in load_fonts():
        font = QFont(system)
    else:
        font = QFont([INTERFACE_FAMILY, system.family()])
    font.setPixelSize(size)
    font.setWeight(weight)
    return font
