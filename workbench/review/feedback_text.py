"""The feedback as Markdown, for a model or a person, and as JSON, for a program. Only how it reads.

The Markdown is the product's voice to whoever writes the next round: the task first, then what must
not move, what was refused and why, what is asked, and how to answer. Code is given exactly, in
fences longer than any inside it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from workbench.review.changes import Side, Status
from workbench.review.feedback_values import (
    Feedback,
    Frozen,
    Ranges,
    Rejected,
    RejectedPlace,
    Remark,
    Spot,
    Turn,
)
from workbench.review.steps import with_rests
from workbench.review.text import decode

if TYPE_CHECKING:
    from workbench.review.notes import Note
    from workbench.review.progress import Progress

PART_END = "\n\n"
"""What stands between two parts of the Markdown."""


def feedback_title(notes: Iterable[Note], progress: Progress) -> str:
    """What a feedback is made of, in a few words: the notes, and the verdicts of both kinds, where there are
    any.
    """
    count = sum(note.is_live and not note.reason for note in notes)
    said = (
        f"{count:,} note{'' if count == 1 else 's'}" if count else "",
        f"{progress.rejected:,} rejected" if progress.rejected else "",
        f"{progress.accepted:,} accepted" if progress.accepted else "",
        f"{progress.mixed:,} mixed" if progress.mixed else "",
    )
    return f"Feedback · {', '.join(filter(None, said)) or 'nothing yet'}"


def as_markdown(feedback: Feedback) -> str:
    """The feedback as Markdown."""
    return PART_END.join(markdown_parts(feedback)) + "\n"


def markdown_parts(feedback: Feedback) -> Iterator[str]:
    """The Markdown piece by piece, as each is written; `PART_END` stands between them."""
    yield f"# Feedback on round {feedback.round}"
    yield "## Task"
    yield feedback.task.strip() or "No task was written down."
    if not feedback:
        yield "There is nothing to change: no verdicts and no notes."
    elif feedback.taken_out:
        yield "Line numbers are those of the files as you get them: without what was rejected."
    else:
        yield f"Line numbers are those of the files of round {feedback.round}."
    if feedback.frozen or feedback.keep:
        yield from _frozen_section(feedback)
    if feedback.rejected:
        yield from _rejected_section(feedback)
    if feedback.notes:
        yield "## Notes"
        for remark in feedback.notes:
            yield from _remark(remark)
    if feedback.questions:
        yield "## Questions"
        yield "Answer these in words. Change code for them only where the answer shows that it is wrong."
        for remark in feedback.questions:
            yield from _remark(remark)
    yield from _answering(feedback)


def _frozen_section(feedback: Feedback) -> Iterator[str]:
    yield "## Must stay as it is"
    if feedback.frozen:
        yield (
            "This is accepted. Do not change, move or remove it, and do not bring back what it replaced, "
            "unless a note below asks for exactly that."
        )
        yield "\n".join(f"- {_path(each.path)}: {_frozen(each)}" for each in feedback.frozen)
    for remark in feedback.keep:
        yield from _remark(remark)


def _frozen(part: Frozen) -> str:
    if part.deleted and part.whole:
        return "stays deleted"
    if part.whole and part.status is Status.ADDED:
        return "; ".join(("the whole new file", *map(_one_line, part.facts)))
    said = [_one_line(each) for each in part.facts]
    if part.lines:
        said.append(_lines(part.lines))
    if part.removed:
        count = "1 removed line stays" if part.removed == 1 else f"{part.removed} removed lines stay"
        said.append(f"{count} removed")
    return "; ".join(said)


def _rejected_section(feedback: Feedback) -> Iterator[str]:
    yield "## Rejected"
    if feedback.taken_out:
        yield "These were refused and are out of the files. Do not bring them back in this form or another."
    else:
        yield "These were refused. Take them out, and do not bring them back in this form or another."
    told: set[str] = set()
    for part in feedback.rejected:
        yield from _rejected(part, told, taken_out=feedback.taken_out)


def _rejected(part: Rejected, told: set[str], *, taken_out: bool) -> Iterator[str]:
    many = f"{len(part.places)} places, the first in " if part.places else ""
    if part.words:
        yield f"### {many}{_path(part.path)}: {_one_line(part.words)}"
    else:
        where = _rejected_at(part, taken_out=taken_out)
        yield f"### {many}{_path(part.path)}, {where}{' (a part of the change)' if part.partly else ''}"
        body = [*_diff_lines("-", part.removed), *_diff_lines("+", part.added)]
        yield _fenced(body, "diff")
    if part.places:
        yield "The same change, in the names that each place has, was refused at every one of them:"
        yield "\n".join(_rejected_places(part.places, taken_out=taken_out, is_fact=bool(part.words)))
    if part.note is None:
        return
    if part.note in told:
        yield f"Reason: the same as {part.note}."
        return
    told.add(part.note)
    yield f"Reason ({part.note}): {part.reason.strip() or 'none given'}"
    if part.suggestion is not None:
        yield "Instead, exactly:"
        yield _fenced(_suggested(part.suggestion), "")


def _rejected_at(part: Rejected | RejectedPlace, *, taken_out: bool) -> str:
    if part.new and not taken_out:
        return _lines(part.new)
    return f"after line {part.after}" if part.after else "at the top"


def _rejected_places(places: Sequence[RejectedPlace], *, taken_out: bool, is_fact: bool) -> Iterator[str]:
    """A line a file: its lines, or the lines that the places stand after."""
    by_file: dict[str, list[RejectedPlace]] = {}
    for place in places:
        by_file.setdefault(place.path, []).append(place)
    for path, here in by_file.items():
        if is_fact:
            yield f"- {_path(path)}"
            continue
        spans = [] if taken_out else [span for place in here for span in place.new]
        after = [place.after for place in here if taken_out or not place.new]
        said = ["at the top"] if 0 in after else []
        said += [_lines(tuple(spans))] if spans else []
        lines = list(dict.fromkeys(line for line in after if line))
        said += [f"after {_numbers('line', lines)}"] if lines else []
        yield f"- {_path(path)}: {'; '.join(said)}"


def _remark(remark: Remark) -> Iterator[str]:
    yield f"### {remark.id} · {remark.intent.value} · {_where(remark)}"
    if remark.code:
        yield _fenced([decode(line) for line in remark.code], "")
    if remark.spots:
        yield from _spots(remark)
    if remark.text.strip():
        yield remark.text.strip()
    if remark.suggestion is not None:
        yield (
            "Suggestion, to stand exactly so in the place of these lines:"
            if remark.code
            else "Suggestion, exactly:"
        )
        yield _fenced(_suggested(remark.suggestion), "")
    if remark.thread:
        yield "\n".join(_turn(turn) for turn in remark.thread)


def _turn(turn: Turn) -> str:
    """Who said what in which round. Nothing here says "you": this may go to somebody else."""
    rounds = _numbers("round", turn.rounds)
    if not turn.model:
        head = f"The reviewer{f', {rounds}' if rounds else ''}"
        head += " (not dealt with yet)" if turn.again else ""
    else:
        head = f"{_upper(rounds)}, {_path(turn.model)}" if rounds else _path(turn.model)
        head += f" ({turn.said})" if turn.said else ""
        head += ", cut off before its end" if turn.cut else ""
    said = "\n> ".join(turn.text.strip().split("\n"))
    return f"> {head}: {said}" if said else f"> {head}."


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]


def _numbers(word: str, numbers: Sequence[int]) -> str:
    """ "round 2", "rounds 2 and 3", "rounds 2, 3 and 5"; "" for none."""
    if len(numbers) < 2:
        return f"{word} {numbers[0]}" if numbers else ""
    return f"{word}s {', '.join(map(str, numbers[:-1]))} and {numbers[-1]}"


def tells_of(text: str, note: str) -> bool:
    """Whether a feedback that was sent, as Markdown, holds this note and asks for an answer to it."""
    return f"\n### {note} · " in text and f"\n### {note} · keep" not in text


def _spots(remark: Remark) -> Iterator[str]:
    """Every place of a note that has many: a line a file. The note itself is said once."""
    yield f"This is the first of {len(remark.spots)} places. The note is about every one of them:"
    by_file: dict[tuple[str, Side], list[Spot]] = {}
    for spot in with_rests(remark.spots):
        by_file.setdefault((spot.path or "", spot.side), []).append(spot)
    yield "\n".join(_spots_in_file(path, side, spots) for (path, side), spots in by_file.items())


def _spots_in_file(path: str, side: Side, spots: Sequence[Spot]) -> str:
    lines = tuple(dict.fromkeys(span for spot in with_rests(spots) for span in spot.lines))
    said = [_lines(lines)] if lines else []
    if lines and side is Side.OLD:
        said[0] += " of the version before the change"
    gone = sum(spot.outdated for spot in spots)
    if gone:
        said.append(f"{_places(gone)} not found any more as {'it was' if gone == 1 else 'they were'}")
    out = sum(spot.taken_out for spot in spots)
    if out:
        said.append(f"{_places(out)} on lines that were rejected")
    return f"- {_path(path)}{': ' if said else ''}{'; '.join(said)}"


def _places(count: int) -> str:
    return "1 place" if count == 1 else f"{count} places"


def _where(remark: Remark) -> str:
    if remark.spots:
        return f"{len(remark.spots)} places, the first in {_where_one(remark)}"
    return _where_one(remark)


def _where_one(remark: Remark) -> str:
    if remark.path is None:
        return "on the whole change"
    path = _path(remark.path)
    if remark.outdated:
        return f"{path}, written on this code, which is not there any more as it was" if remark.code else path
    if remark.taken_out:
        return f"{path}, on lines that were rejected"
    if not remark.lines:
        return path
    version = " of the version before the change" if remark.side is Side.OLD else ""
    return f"{path}, {_lines(remark.lines)}{version}"


def _answering(feedback: Feedback) -> Iterator[str]:
    if not feedback.note_ids:
        return
    yield "## How to answer"
    said = []
    if feedback.notes:
        ids = ", ".join(each.id for each in feedback.notes)
        said.append(f"- {ids}: `done` and how, or `declined` and why not.")
    if feedback.questions:
        ids = ", ".join(each.id for each in feedback.questions)
        said.append(f"- {ids}: `answered` and the answer.")
    yield "Answer each id once, by its id. Only the reviewer settles a note.\n\n" + "\n".join(said)


def _lines(spans: Ranges) -> str:
    parts = [
        f"{start}" if count == 1 else f"{start}–{start + count - 1}" for start, count in with_rests(spans)
    ]
    one = len(spans) == 1 and spans[0][1] == 1
    return f"{'line' if one else 'lines'} {', '.join(parts)}"


def _path(path: str) -> str:
    """A path as code; one that would break the line or is not UTF-8 as a JSON string."""
    shown = path if path.isprintable() else json.dumps(path)
    fence = "`" * (max((len(each) for each in re.findall("`+", shown)), default=0) + 1)
    pad = " " if shown.startswith("`") or shown.endswith("`") else ""
    return f"{fence}{pad}{shown}{pad}{fence}"


def _one_line(words: str) -> str:
    """Words that may hold a file's name or a link's target, on one line: nothing in them begins another."""
    if words.isprintable():
        return words
    return "".join(each if each.isprintable() else json.dumps(each)[1:-1] for each in words)


def _diff_lines(sign: str, lines: Sequence[bytes]) -> Iterator[str]:
    for line in lines:
        yield sign + decode(line)
        if not line.endswith(b"\n"):
            yield "\\ No newline at end of file"


def _suggested(text: str) -> list[str]:
    lines = text.split("\n")
    return lines[:-1] if lines[-1] == "" and len(lines) > 1 else lines


def _fenced(lines: Sequence[str], language: str) -> str:
    longest = max((len(found) for line in lines for found in re.findall("`+", line)), default=0)
    fence = "`" * max(3, longest + 1)
    return "\n".join((f"{fence}{language}", *lines, fence))


def as_json(feedback: Feedback) -> dict[str, Any]:
    """The feedback as JSON. Code is text with its line ends; lines are `{"start", "count"}`, 1-based."""
    return {
        "round": feedback.round,
        "task": feedback.task,
        "taken_out": feedback.taken_out,
        "frozen": [
            {
                "path": each.path,
                "status": each.status.value,
                "lines": _spans(each.lines),
                "removed": each.removed,
                "facts": list(each.facts),
                "whole": each.whole,
            }
            for each in feedback.frozen
        ],
        "rejected": [_rejected_json(each) for each in feedback.rejected],
        "keep": [_remark_json(each) for each in feedback.keep],
        "notes": [_remark_json(each) for each in feedback.notes],
        "questions": [_remark_json(each) for each in feedback.questions],
        "answer": list(feedback.note_ids),
    }


def _rejected_json(part: Rejected) -> dict[str, Any]:
    return {
        "path": part.path,
        "change": part.change,
        "fact": part.words or None,
        "old": _spans(part.old),
        "new": _spans(part.new),
        "removed": _code(part.removed),
        "added": _code(part.added),
        "partly": part.partly,
        "note": part.note,
        "reason": part.reason or None,
        "suggestion": part.suggestion,
        "places": [
            {"path": each.path, "change": each.change, "old": _spans(each.old), "new": _spans(each.new)}
            for each in part.places
        ],
    }


def _remark_json(remark: Remark) -> dict[str, Any]:
    return {
        "id": remark.id,
        "intent": remark.intent.value,
        "path": remark.path,
        "side": remark.side.value if remark.code else None,
        "lines": _spans(remark.lines),
        "change": remark.change,
        "code": _code(remark.code),
        "text": remark.text,
        "suggestion": remark.suggestion,
        "outdated": remark.outdated,
        "places": [
            {
                "path": spot.path,
                "side": spot.side.value,
                "lines": _spans(spot.lines),
                "change": spot.change,
                "code": _code(spot.code),
                "outdated": spot.outdated,
            }
            for spot in remark.spots
        ],
        "thread": [
            {
                "author": "model" if turn.model else "expert",
                "model": turn.model or None,
                "rounds": list(turn.rounds),
                "text": turn.text,
                "kind": turn.said or None,
                "again": turn.again,
                "cut": turn.cut,
            }
            for turn in remark.thread
        ],
    }


def _spans(spans: Ranges) -> list[dict[str, int]]:
    return [{"start": start, "count": count} for start, count in spans]


def _code(lines: Sequence[bytes]) -> str:
    return b"".join(lines).decode("utf-8", "surrogateescape")
