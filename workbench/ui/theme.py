"""Themes as values, and the style sheet that ordinary widgets wear. Reads a theme's file; paints nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from msgspec import Struct
from msgspec.structs import replace
from PySide6.QtGui import QColor

from workbench.assets import asset
from workbench.errors import UserError

LEAST = 4.5
"""The contrast of text that WCAG 2.2 asks for at least."""

_LARGEST = 1_000_000
"""Bytes of a theme's file."""

_WORDS = ("dim", "faint", "accent", "accepted", "rejected", "open", "altered", "back")
_UNDER_ALL = ("ground", "panel", "raised")
_UNDER_CODE = ("added_row", "removed_row", "nothing")
_NAMED = 8
"""Colours that are named one by one where many are wrong."""

SYNTAX = ("keyword", "function", "string", "comment", "number", "builtin")
"""The classes of coloured code, in the order in which the lexer's helper process numbers them."""


class Theme(Struct, frozen=True):
    """Every colour that the window uses, by the names of the theme files. `syntax` runs in step with SYNTAX.

    `veil` is the strength, 0 to 1, of the accent over the current change; `contrast` is what the theme
    promises between text and its ground.
    """

    name: str
    appearance: str
    contrast: float
    veil: float
    ground: QColor
    panel: QColor
    raised: QColor
    line: QColor
    text: QColor
    dim: QColor
    faint: QColor
    accent: QColor
    accepted: QColor
    rejected: QColor
    open: QColor
    altered: QColor
    back: QColor
    added_row: QColor
    added_words: QColor
    removed_row: QColor
    removed_words: QColor
    nothing: QColor
    syntax: tuple[QColor, ...]

    @property
    def is_dark(self) -> bool:
        return self.appearance == "dark"


def load_theme(name: str, folder: Path | None = None) -> Theme:
    """The theme that ships as `resources/themes/NAME.toml`, one of the user's own in `folder`, or a file."""
    file = _file(name, folder)
    try:
        text = _text(file)
        plain = plain_values(text)
        if plain is not None:
            return _theme(plain)
        import tomllib  # noqa: PLC0415 - 5 ms, and the themes that ship are read without it

        return _theme(tomllib.loads(text))
    except RecursionError:
        why = "it is not valid TOML, its tables are too deep"
    except UnicodeDecodeError:
        why = "it is not UTF-8"
    except OSError as error:
        why = str(error.strerror or error)
    except _BrokenError as error:
        why = str(error)
    except ValueError as error:
        why = f"it is not valid TOML, {error}"
    raise UserError(f"The theme {file.name} cannot be used: {why}.", hint="Compare it with dark.toml.")


def _text(file: Path) -> str:
    # What is no file may have no end, and would hold the window.
    if file.exists() and not file.is_file():
        raise _BrokenError("it is no file")
    with file.open("rb") as opened:
        data = opened.read(_LARGEST + 1)
    if len(data) > _LARGEST:
        raise _BrokenError("it is larger than a theme can be")
    return data.decode("utf-8")


def plain_values(text: str) -> dict[str, Any] | None:
    """What a TOML text says that is as plain as the themes that ship: tables, and a name, “=” and a text or a
    number on each line. None for anything else in it, which is left to one who knows all of TOML.
    """
    found: dict[str, Any] = {}
    table = found
    for line in text.split("\n"):
        if not line or line.startswith("#"):
            continue
        title = line[1:-1]
        if line == f"[{title}]" and title.isalpha() and title.isascii() and title not in found:
            table = found[title] = {}
            continue
        name, _, rest = line.partition(" = ")
        value = _plain(rest)
        if value is None or not name.isidentifier() or not line.isascii() or name in table:
            return None
        table[name] = value
    return found


def _plain(rest: str) -> str | float | None:
    """A text without anything that has a meaning of its own, or a number with a point; then a comment."""
    text, quote, after = rest[1:].partition('"')
    if rest[:1] == '"' and quote and "\\" not in text and text.isprintable():
        return text if _is_comment(after) else None
    word, _, after = rest.partition(" ")
    whole, point, part = word.partition(".")
    is_number = point and whole.isdigit() and part.isdigit() and (whole == "0" or whole[0] != "0")
    return float(word) if is_number and _is_comment(after) else None


def _is_comment(text: str) -> bool:
    return not text or (text.lstrip(" ")[:1] == "#" and text.isprintable())


def _file(name: str, folder: Path | None) -> Path:
    file = Path(name)
    if file.suffix == ".toml":
        return file
    if name in theme_names():
        return asset("themes", f"{name}.toml")
    own = own_theme_names(folder)
    if folder is not None and name in own:
        return folder / f"{name}.toml"
    known = ", ".join((*theme_names(), *own))
    raise UserError(f"There is no theme named “{name}”.", hint=f"The themes are: {known}.")


def theme_names() -> tuple[str, ...]:
    """The names of the themes that ship with the program."""
    return tuple(sorted(path.stem for path in asset("themes").glob("*.toml")))


def own_theme_names(folder: Path | None) -> tuple[str, ...]:
    """The names of the files in the user's own folder; one that is named as a shipped one is passed over."""
    if folder is None:
        return ()
    try:
        found = sorted(path.stem for path in folder.glob("*.toml"))
    except OSError:
        return ()
    shipped = theme_names()
    return tuple(name for name in found if name not in shipped)


class _BrokenError(ValueError):
    """What is wrong with a theme, in words."""


_COLOURS = tuple(
    name
    for name in Theme.__struct_fields__
    if name not in ("name", "appearance", "contrast", "veil", "syntax")
)


def _theme(values: Mapping[str, Any]) -> Theme:
    appearance = _given(values, "appearance", str, "a text in quotes")
    if appearance not in ("dark", "light"):
        raise _BrokenError(f"appearance is “{appearance}”, not “dark” or “light”")
    veil = float(_given(values, "veil", (int, float), "a number"))
    if not 0 <= veil <= 1:
        raise _BrokenError("veil is not from 0 to 1")
    syntax = _colours(values, "syntax", SYNTAX)
    return Theme(
        name=_given(values, "name", str, "a text in quotes"),
        appearance=appearance,
        contrast=float(_given(values, "contrast", (int, float), "a number")),
        veil=veil,
        syntax=tuple(syntax[name] for name in SYNTAX),
        **_colours(values, "colours", _COLOURS),
    )


def _given(values: Mapping[str, Any], name: str, kind: Any, words: str) -> Any:
    if name not in values:
        raise _BrokenError(f"it lacks “{name}”")
    if not isinstance(values[name], kind) or isinstance(values[name], bool):
        raise _BrokenError(f"“{name}” is not {words}")
    return values[name]


def _colours(values: Mapping[str, Any], table: str, names: tuple[str, ...]) -> dict[str, QColor]:
    given = _given(values, table, dict, "a table")
    for name in given:
        if name not in names:
            raise _BrokenError(f"[{table}] has “{name}”, which is no colour of a theme")
    for name in names:
        if name not in given:
            raise _BrokenError(f"[{table}] lacks the colour “{name}”")
    return {name: _colour(name, given[name]) for name in names}


def _colour(name: str, text: object) -> QColor:
    colour = QColor(text) if isinstance(text, str) else QColor()
    if not colour.isValid():
        raise _BrokenError(f"“{text}” is not a colour, for {name}")
    return colour


def mixed(over: QColor, under: QColor, strength: float) -> QColor:
    """`over` laid on `under` with a strength from 0 to 1, as one opaque colour."""
    rest = 1 - strength
    return QColor(
        round(over.red() * strength + under.red() * rest),
        round(over.green() * strength + under.green() * rest),
        round(over.blue() * strength + under.blue() * rest),
    )


def contrast(one: QColor, other: QColor) -> float:
    """How far apart two colours are, 1 to 21, after WCAG 2.2: https://www.w3.org/TR/WCAG22/#contrast-minimum"""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: QColor) -> float:
    parts = (colour.redF(), colour.greenF(), colour.blueF())
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def hard_to_read(theme: Theme) -> str:
    """A sentence that names the colours of text which are too near to a ground under them; "" for none.

    A verdict's colour is moved until it can be read on a row (`readable`); on other grounds nothing is.
    """
    code = {"text": theme.text, **dict(zip(SYNTAX, theme.syntax, strict=True))}
    words = {name: getattr(theme, name) for name in _WORDS}
    pairs = [(name, each, ground) for name, each in (code | words).items() for ground in _UNDER_ALL]
    pairs += [(name, each, ground) for name, each in code.items() for ground in _UNDER_CODE]
    pairs += [("text", theme.text, ground) for ground in ("added_words", "removed_words")]
    worst: dict[str, tuple[float, str]] = {}
    for name, colour, ground in pairs:
        found = contrast(colour, getattr(theme, ground))
        if found < LEAST and found < worst.get(name, (LEAST, ""))[0]:
            worst[name] = found, ground
    # Cut, not rounded: 4.46 is too little, and 4.5 would not say so.
    told = [f"{name} ({int(found * 10) / 10} on {ground})" for name, (found, ground) in worst.items()]
    if not told:
        return ""
    named = ", ".join(told[:_NAMED])
    more = f" and {len(told) - _NAMED} more" if len(told) > _NAMED else ""
    return f"Hard to read in the theme “{theme.name}”: {named}{more}. {LEAST} is the least."


def strongest(over: QColor, under: QColor, most: float, texts: Iterable[QColor], wanted: float) -> QColor:
    """`over` laid on `under` as strongly as leaves every text on it its contrast, at most `most`."""
    texts = tuple(texts)
    steps = round(most * 50)
    for step in range(steps, 0, -1):
        found = mixed(over, under, step / 50)
        if all(contrast(text, found) >= wanted for text in texts):
            return found
    return under


def readable(colour: QColor, ground: QColor, text: QColor, wanted: float) -> QColor:
    """A colour, moved towards that of plain text as far as it needs to be read on a ground."""
    for step in range(21):
        found = mixed(text, colour, step / 20)
        if contrast(found, ground) >= wanted:
            return found
    return text


SHOULD = 0.35
"""How much of what is open is in the colour of a note that asks for less than it must."""

CHOSEN = 0.16
"""How strong the accent is under a row that is chosen, on a sheet."""


def chosen(theme: Theme) -> QColor:
    """The ground of a row that is chosen, on a sheet."""
    return mixed(theme.accent, theme.raised, CHOSEN)


def legible(theme: Theme, ground: QColor) -> Theme:
    """The theme with its words as they can be read on a ground that is none of its own."""
    return replace(
        theme,
        **{name: readable(getattr(theme, name), ground, theme.text, theme.contrast) for name in _WORDS},
    )


def stylesheet(theme: Theme) -> str:
    """What ordinary widgets wear: quiet and dense. A widget's part is its property `kind`:

    on a label `title`, `section`, `dim`, `faint`, `small`, `error`, `cap`, `chip`; on a button `primary`,
    `quiet`; on a frame or widget `panel`, `bar`, `card`, `line`; on a text editor `code`.
    """
    on_accent = theme.ground if theme.is_dark else theme.raised
    names = {
        "ground": theme.ground,
        "panel": theme.panel,
        "raised": theme.raised,
        "line": theme.line,
        "text": theme.text,
        "dim": theme.dim,
        "faint": theme.faint,
        "accent": theme.accent,
        "accepted": theme.accepted,
        "rejected": theme.rejected,
        "open": theme.open,
        "should": mixed(theme.open, theme.dim, SHOULD),
        "on_accent": on_accent,
        "hover": mixed(theme.text, theme.panel, 0.07),
        "pressed": mixed(theme.text, theme.panel, 0.12),
        "chosen": mixed(theme.accent, theme.panel, 0.18),
        "accent_hover": mixed(theme.text, theme.accent, 0.12),
        "grip": mixed(theme.text, theme.ground, 0.18),
        "grip_hover": mixed(theme.text, theme.ground, 0.32),
    }
    sheet = _SHEET
    for name, colour in names.items():
        sheet = sheet.replace(f"@{name};", f"{colour.name()};").replace(f"@{name} ", f"{colour.name()} ")
    return sheet


_SHEET = """
* { outline: 0; }
QWidget { color: @text; selection-background-color: @accent; selection-color: @on_accent; }
QMainWindow, QDialog, QWidget[kind="panel"], QWidget[kind="bar"] { background: @panel; }
QWidget[kind="ground"] { background: @ground; }
QWidget[kind="strip"] { background: @panel; border-bottom: 1px solid @line; }
QWidget[kind="notice"] { background: @panel; border-top: 1px solid @line; }
QFrame[kind="card"], QWidget[kind="card"] {
  background: @raised; border: 1px solid @line; border-radius: 8px; }
QFrame[kind="card"][keys="true"] { border-color: @accent; }
QFrame[kind="line"] { background: @line; border: 0; }
QLabel { background: transparent; }
QLabel[kind="title"] { font-weight: 600; }
QLabel[kind="section"] { color: @dim; font-size: 11px; font-weight: 600; letter-spacing: 0.6px; }
QLabel[kind="dim"] { color: @dim; }
QLabel[kind="faint"] { color: @faint; }
QLabel[kind="small"] { color: @faint; font-size: 11px; }
QLabel[kind="error"] { color: @rejected; }
QLabel[kind="chip"] {
  background: @dim; color: @on_accent; border-radius: 4px; padding: 1px 6px 2px 6px;
  font-size: 11px; font-weight: 600; }
QLabel[kind="chip"][word="must"] { background: @open; color: @on_accent; }
QLabel[kind="chip"][word="should"] { background: @should; color: @on_accent; }
QLabel[kind="chip"][word="question"] { background: @accent; color: @on_accent; }
QLabel[kind="chip"][word="keep"] { background: @accepted; color: @on_accent; }
QLabel[kind="chip"][word="reject"] { background: @rejected; color: @on_accent; }
QLabel[kind="cap"] { background: @ground; border: 1px solid @line; border-radius: 4px; padding: 0; }
QLineEdit, QPlainTextEdit, QTextEdit, QSpinBox, QComboBox {
  background: @ground; border: 1px solid @line; border-radius: 6px; padding: 4px 8px; }
QLabel[kind="field"] {
  background: @ground; border: 1px solid @line; border-radius: 6px; padding: 0 10px; color: @faint; }
QLineEdit { min-height: 18px; }
QSpinBox QLineEdit { border: 0; padding: 0 8px; min-height: 0; }
QSpinBox::up-button, QSpinBox::down-button { width: 22px; border: 0; border-left: 1px solid @line; }
QSpinBox::up-button:hover, QSpinBox::down-button:hover { background: @hover; }
QLineEdit:focus, QPlainTextEdit:focus, QTextEdit:focus, QSpinBox:focus, QComboBox:focus {
  border-color: @accent; }
QComboBox::drop-down { border: 0; width: 18px; }
QComboBox QAbstractItemView { background: @raised; border: 1px solid @line; }
QPushButton, QToolButton {
  background: @raised; border: 1px solid @line; border-radius: 6px; padding: 4px 12px; }
QToolButton { padding: 4px 8px 3px 8px; }
QPushButton:hover, QToolButton:hover { background: @hover; }
QPushButton:pressed, QToolButton:pressed { background: @pressed; }
QPushButton:focus, QToolButton:focus { border-color: @accent; }
QPushButton:disabled, QToolButton:disabled { color: @faint; }
QPushButton[kind="primary"], QToolButton[kind="primary"] {
  background: @accent; border-color: @accent; color: @on_accent; font-weight: 600; }
QPushButton[kind="primary"]:hover, QToolButton[kind="primary"]:hover { background: @accent_hover; }
QPushButton[kind="primary"]:focus { border: 2px solid @text; padding: 3px 11px; }
QPushButton[kind="primary"]:disabled { background: @raised; border-color: @line; color: @faint; }
QPushButton[kind="quiet"], QToolButton[kind="quiet"] {
  background: transparent; border-color: transparent; color: @dim; }
QPushButton[kind="quiet"]:hover, QToolButton[kind="quiet"]:hover { background: @hover; color: @text; }
QPushButton[kind="quiet"]:focus, QToolButton[kind="quiet"]:focus { border-color: @accent; }
QToolButton:checked, QToolButton[kind="quiet"]:checked {
  background: @chosen; border-color: @accent; color: @text; }
QToolButton::menu-indicator { image: none; width: 0; }
QTreeView, QListView, QTableView, QAbstractItemView {
  background: @panel; border: 1px solid transparent; border-radius: 6px; show-decoration-selected: 1; }
QScrollArea { border: 1px solid transparent; border-radius: 6px; }
QTreeView:focus, QListView:focus, QTableView:focus, QAbstractItemView:focus, QScrollArea:focus {
  border-color: @accent; }
QTreeView::item, QListView::item { min-height: 22px; padding: 0 4px; border: 0; border-radius: 4px; }
QTreeView::item:hover, QListView::item:hover { background: @hover; }
QTreeView::item:selected, QListView::item:selected { background: @chosen; color: @text; }
QHeaderView::section {
  background: @panel; color: @dim; border: 0; border-bottom: 1px solid @line; padding: 4px 8px; }
QMenuBar { background: @panel; border: 0; padding: 0 4px; }
QMenuBar::item { padding: 4px 8px; border-radius: 4px; background: transparent; }
QMenuBar::item:selected { background: @hover; }
QMenu { background: @raised; border: 1px solid @line; padding: 4px; }
QMenu::item { padding: 4px 24px 4px 12px; border-radius: 4px; }
QMenu::item:selected { background: @chosen; }
QMenu::item:disabled { color: @faint; }
QMenu::separator { height: 1px; background: @line; margin: 4px 8px; }
QToolTip { background: @raised; color: @text; border: 1px solid @line; padding: 4px 8px; }
QSplitter::handle { background: @line; }
QSplitter::handle:horizontal { width: 1px; }
QSplitter::handle:vertical { height: 1px; }
QScrollBar:vertical { background: transparent; width: 10px; margin: 0; }
QScrollBar:horizontal { background: transparent; height: 10px; margin: 0; }
QScrollBar::handle { background: @grip; border-radius: 3px; margin: 2px; }
QScrollBar::handle:hover { background: @grip_hover; }
QScrollBar::handle:vertical { min-height: 28px; }
QScrollBar::handle:horizontal { min-width: 28px; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
QAbstractScrollArea::corner { background: transparent; border: 0; }
QTabBar::tab {
  background: transparent; color: @dim; padding: 6px 12px; border-bottom: 2px solid transparent; }
QTabBar::tab:selected { color: @text; border-bottom-color: @accent; }
QTabWidget::pane { border: 0; border-top: 1px solid @line; }
QCheckBox, QRadioButton { spacing: 8px; background: transparent; }
QProgressBar { background: @ground; border: 0; border-radius: 3px; max-height: 6px; color: transparent; }
QProgressBar::chunk { background: @accent; border-radius: 3px; }
QStatusBar { background: @panel; border-top: 1px solid @line; }
QStatusBar::item { border: 0; }
"""
