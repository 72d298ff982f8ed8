"""Text of a repository or a model as Qt is given it to draw, wherever it is not code and not in a field.

What hides has been spelled out before (`review/text.py`). Here letters that are written from the right stay
in the order of the text, as in the review and in the fields: each is set apart by a mark that Qt obeys and
nobody sees. The marks are put in last and are in nothing that is copied, searched or said to a screen reader.

Words of letters that look like others are framed where we paint, and spelled out where Qt does. Texts without
an end are cut where they are shown: a name of a megabyte would take seconds, and no row has room for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import (
    QFont,
    QFontMetrics,
    QFontMetricsF,
    QGuiApplication,
    QPainter,
    QPalette,
    QTextLayout,
    QTextOption,
)

from workbench.review.expressions import Expression
from workbench.review.text import visible

APART = "\u200e"
"""Left-to-right mark. One in the text itself was spelled out before, so all that are there are ours."""
_RIGHT = "\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff"
_ON_LETTERS = (
    "\u0300-\u036f\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u064b-\u065f\u0670"
    "\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed\u0711\u0730-\u074a\u07a6-\u07b0\u07eb-\u07f3\u07fd"
    "\u0816-\u0819\u081b-\u0823\u0825-\u0827\u0829-\u082d\u0859-\u085b\u0898-\u089f\u08ca-\u08e1\u08e3-\u08ff"
    "\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufb1e\ufe20-\ufe2f"
    "\U00010a01-\U00010a0f\U00010a38-\U00010a3f\U00010ae5\U00010ae6\U00010d24-\U00010d27"
    "\U00010eab\U00010eac\U00010f46-\U00010f50\U00010f82-\U00010f85\U0001e8d0-\U0001e8d6\U0001e944-\U0001e94a"
)
_from_the_right = Expression(f"[{_RIGHT}]")
_letter = Expression(f"[{_RIGHT}][{_ON_LETTERS}]*")
_JOINER = "\u200d"
"""Qt puts one at a cut between letters that join."""
LONGEST = 4000
"""Characters of a text of several lines that a label or a tip shows; what is left out is counted there."""
_LINE = 1000
"""Characters at either end of a line that are looked at when it is cut to the room there is."""


def in_order(text: str) -> str:
    """A text for Qt to draw from left to right as it stands. What hides in it has been spelled out."""
    if text.isascii() or _from_the_right.search(text) is None:
        return text
    return _letter.compiled.sub(f"{APART}\\g<0>{APART}", text)


def spelled(text: str) -> str:
    """The same where no frame can be drawn, as in menus: beside a look-alike is what it looks like."""
    if text.isascii():
        return text
    parts: list[str] = []
    at = 0
    for start, end in alike(text):
        parts += (text[at:end], f"⟦≈{_looks_like(text[start:end])}⟧")
        at = end
    return in_order("".join((*parts, text[at:])))


def ordered(text: str, spans: Sequence[tuple[int, int]]) -> tuple[str, list[tuple[int, int]]]:
    """The same, and where in it some spans of the text are, none of which parts a letter from its marks."""
    shown = in_order(text)
    if shown is text:
        return text, list(spans)
    return shown, [(len(in_order(text[:start])), len(in_order(text[:end]))) for start, end in spans]


def shortened(text: str, most: int = LONGEST) -> str:
    """As much of a text as a label or a tip shows, and in words how much that leaves out."""
    if len(text) <= most:
        return text
    return f"{text[:most]}… {len(text) - most:,} more characters"


def bounded(text: str, mode: Qt.TextElideMode) -> str:
    """What is looked at of a line when it is cut: more than any screen is wide."""
    if len(text) <= 2 * _LINE:
        return text
    if mode is Qt.TextElideMode.ElideRight:
        return f"{text[: 2 * _LINE]}…"
    if mode is Qt.TextElideMode.ElideLeft:
        return f"…{text[-2 * _LINE :]}"
    return f"{text[:_LINE]}…{text[-_LINE:]}"


def elided(metrics: QFontMetrics | QFontMetricsF, text: str, mode: Qt.TextElideMode, room: float) -> str:
    """As much of one line as there is room for, in its own order: `draw` puts it on the screen."""
    text = bounded(text, mode)
    if isinstance(metrics, QFontMetrics):
        shown = metrics.elidedText(text, mode, int(room))
    else:
        shown = metrics.elidedText(text, mode, room)
    return shown if shown.isascii() else shown.replace(_JOINER, "")


def draw(
    painter: QPainter, where: QRect | QRectF, side: Qt.AlignmentFlag | Qt.TextFlag | int, text: str
) -> None:
    """Draw a text that nothing hides in, in its order and with its look-alikes framed.

    On one line, or broken into several with `TextWordWrap`, as `QPainter.drawText` does.
    """
    flags = side if isinstance(side, int) else side.value
    if text.isascii():
        painter.drawText(where, flags, text)
        return
    painter.drawText(where, flags, in_order(text))
    frame(painter, QRectF(where), flags, text)


def draw_at(painter: QPainter, at: QPointF, text: str) -> None:
    """The same from a point on its base line."""
    painter.drawText(at, in_order(text))
    if not text.isascii():
        metrics = QFontMetricsF(painter.font())
        top = at.y() - metrics.ascent()
        frame(painter, QRectF(at.x(), top, 1e6, metrics.height()), Qt.AlignmentFlag.AlignLeft.value, text)


def frame(painter: QPainter, where: QRectF, side: int, text: str) -> None:
    """Frame the look-alikes of a text that is drawn there."""
    if alike(text):
        outline(painter, _boxes(painter.font(), where, side, text))


def outline(painter: QPainter, boxes: Iterable[QRectF]) -> None:
    """Draw the frames of look-alikes that stand there."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    # The colour of what is dangerous, which the application's palette holds in this role.
    painter.setPen(QGuiApplication.palette().color(QPalette.ColorRole.BrightText))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for box in boxes:
        painter.drawRoundedRect(box.adjusted(-0.5, 0.5, 0.5, -0.5), 2, 2)
    painter.restore()


def alike(text: str) -> tuple[tuple[int, int], ...]:
    """The (start, end) of the words in a text that are not what they look like."""
    if text.isascii():
        return ()
    return _kept(text) if len(text) <= LONGEST else _found(text)


@lru_cache(maxsize=512)
def _kept(text: str) -> tuple[tuple[int, int], ...]:
    """Rows are painted again and again, and most of what they show stays."""
    return _found(text)


def _found(text: str) -> tuple[tuple[int, int], ...]:
    from workbench.review.suspicious import look_alikes  # noqa: PLC0415 - not where all is ASCII

    return look_alikes(text)


def _looks_like(word: str) -> str:
    from workbench.review.suspicious import looks_like  # noqa: PLC0415 - as above

    return looks_like(word)


def _boxes(font: QFont, where: QRectF, side: int, text: str) -> Iterator[QRectF]:
    """Where the look-alikes of a text stand that Qt lays out at that side of that place."""
    shown = in_order(text)
    layout = QTextLayout(shown.replace("\n", "\u2028"), font)
    option = QTextOption()
    wraps = side & Qt.TextFlag.TextWordWrap.value
    option.setWrapMode(QTextOption.WrapMode.WordWrap if wraps else QTextOption.WrapMode.ManualWrap)
    option.setTextDirection(Qt.LayoutDirection.LeftToRight)
    layout.setTextOption(option)
    lines, height = [], 0.0
    layout.beginLayout()
    while (line := layout.createLine()).isValid():
        line.setLineWidth(where.width() if wraps else 1e6)
        line.setPosition(QPointF(0, height))
        height += line.height()
        lines.append(line)
    layout.endLayout()
    top = where.top()
    if side & Qt.AlignmentFlag.AlignVCenter.value:
        top += (where.height() - height) / 2
    elif side & Qt.AlignmentFlag.AlignBottom.value:
        top += where.height() - height
    for start, end in alike(text):
        first, last = (_units(in_order(text[:at])) for at in (start, end))
        for line in lines:
            low = max(first, line.textStart())
            high = min(last, line.textStart() + line.textLength())
            if low < high:
                # PySide gives (x, position) here, whatever its type hints say.
                left, right = (line.cursorToX(at)[0] for at in (low, high))  # type: ignore[index]
                shift = where.left()
                if side & Qt.AlignmentFlag.AlignRight.value:
                    shift += where.width() - line.naturalTextWidth()
                elif side & Qt.AlignmentFlag.AlignHCenter.value:
                    shift += (where.width() - line.naturalTextWidth()) / 2
                yield QRectF(shift + left, top + line.y(), right - left, line.height())


def _units(text: str) -> int:
    """How many characters Qt counts, which counts in UTF-16."""
    return len(text) + sum(each > "\uffff" for each in text)


def tip(text: str) -> str:
    """A text as a tool tip shows it: between tags, or what others wrote could be taken for markup."""
    if not text:
        return ""
    shown = visible(shortened(text)).text
    parts: list[str] = []
    at = 0
    for start, end in alike(shown):
        word = shown[start:end]
        parts += (_escaped(shown[at:start]), f"<u>{_escaped(word)}</u>")
        if f"“{word}” looks like" not in shown:
            parts.append(_escaped(f"⟦≈{_looks_like(word)}⟧"))
        at = end
    parts.append(_escaped(shown[at:]))
    return f"<qt>{''.join(parts)}</qt>"


def _escaped(text: str) -> str:
    return in_order(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
