"""What a model is told: the contract, the task, the files and the feedback, as chat messages.

Pure but for reading the prompt texts that ship with the program. The same request gives the same bytes, so
that a kept prompt can be compared with another round's.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence

from msgspec import Struct, field

from workbench.assets import asset
from workbench.generation.blocks import Marks
from workbench.generation.contract import marks_for, write_path
from workbench.generation.edits import read_text
from workbench.review.changes import FileChange
from workbench.review.notes import ASKING, Note
from workbench.review.steps import rest

_NAMES_SHOWN = 400

Ranges = tuple[tuple[int, int], ...]
"""(start, count) of lines."""

FILES_HEAD = "# Files\n\nThese are the files that you may change, whole and as they are now."
FILES_HEAD_PARTS = (
    "# Files\n\nThese are the files that you may change, as they are now. A file that is given in parts may "
    "be changed in the lines that are shown, and only there; it cannot be deleted or renamed."
)
RULES_HEAD = "# House rules\n\nThey hold for every change that you make here."


class Message(Struct, frozen=True):
    """One chat message. `role` is `system`, `user` or `assistant`."""

    role: str
    content: str


class Request(Struct, frozen=True):
    """What a round is asked for with.

    `files` are the contents, in the round's start tree, that the author is given and may edit; `paths`
    all paths of that tree. `feedback` is the feedback as Markdown, "" for a first round. `notes` are the
    live notes, with the places they have in the round that was judged; `between` the file changes from
    the start tree to that round's tree (empty where nothing was taken out): the offline author follows
    them from the note to the lines in the start tree.
    Of a path in `parts` only those lines, (start, count), are given and may be edited. `rules` are the house
    rules as (id, text). `confined`: all but `files` is frozen, and what an answer does to it is left out.
    """

    task: str
    feedback: str
    files: Mapping[str, bytes]
    paths: frozenset[str] = frozenset()
    notes: tuple[Note, ...] = ()
    between: tuple[FileChange, ...] = field(default=())
    parts: Mapping[str, Ranges] = field(default_factory=dict)
    rules: tuple[tuple[str, str], ...] = ()
    confined: bool = False

    @property
    def to_answer(self) -> tuple[str, ...]:
        """Ids of the notes that must be answered. Praise, reasons of rejections and notes whose lines are
        gone may be, and need not: most of those were answered by what changed their lines.
        """
        return tuple(
            note.id
            for note in self.notes
            if note.intent in ASKING and not note.reason and note.is_live and not note.place.is_outdated
        )


def build(request: Request) -> tuple[Message, ...]:
    """The messages of the first call: the contract, then all the rest in one, with the task on top."""
    system = fill("contract.md", marks_of(request))
    system = system.partition("\n")[2]
    parts = [task_section(request.task), rules_section(request.rules), *_files(request)]
    if request.feedback.strip():
        parts.append(feedback_section(request.feedback))
    parts.append(_notes(request))
    asked = "\n\n".join(part for part in parts if part) + "\n"
    # Half characters stand for bytes that are not UTF-8 (in a path, say), and no request can carry them.
    return (Message("system", system), Message("user", asked.encode("utf-8", "backslashreplace").decode()))


def repair(problems: Sequence[str], marks: Marks, *, doubts: bool = False) -> Message:
    """The request to answer again, with what was wrong. `doubts`: it fits, and looks wrong all the same."""
    listed = "\n".join(f"- {each}" for each in problems)
    text = fill("doubts.md" if doubts else "repair.md", marks)
    return Message("user", text.replace("{{problems}}", listed))


def marks_of(request: Request) -> Marks:
    """The marker lines for this request, in nothing of what it is given: no file, no note, no rule."""
    # In an order of their own: the end mark's token is made from them, in this process and in another.
    files = (request.files[path] for path in sorted(request.files))
    said = (request.task, request.feedback, *(text for _, text in request.rules), *sorted(request.paths))
    return marks_for((*files, *(text.encode("utf-8", "surrogatepass") for text in said)))


def fill(name: str, marks: Marks) -> str:
    """A prompt text with its marker lines put in."""
    text = asset("prompts", name).read_text(encoding="utf-8")
    words = {
        "edit": marks.opens("EDIT"),
        "new": marks.opens("NEW"),
        "delete": marks.opens("DELETE"),
        "move": marks.opens("MOVE"),
        "note": marks.opens("NOTE"),
        "search": marks.part("SEARCH"),
        "replace": marks.part("REPLACE"),
        "content": marks.part("CONTENT"),
        "end": marks.closes,
        "complete": marks.complete,
    }
    for word, line in words.items():
        text = text.replace(f"{{{{{word}}}}}", line)
    return text


def task_section(task: str) -> str:
    return f"# Task\n\n{task.strip() or 'No task was written. The feedback says what to do.'}"


def feedback_section(feedback: str) -> str:
    said = feedback.strip()
    # That of a round has a title of its own; what is asked of one change alone begins with what that is.
    return said if said.startswith("# ") else f"# Feedback on the last round\n\n{said}"


def rules_section(rules: Sequence[tuple[str, str]]) -> str:
    """The house rules, "" where there is none."""
    return f"{RULES_HEAD}\n\n" + "\n".join(rule_line(*rule) for rule in rules) if rules else ""


def rule_line(rule: str, text: str) -> str:
    return f"- {rule}: {text}"


def file_section(path: str, data: bytes, parts: Ranges = ()) -> str | None:
    """One file as a model is given it, or the lines of it in `parts`; None for a binary one."""
    text = read_text(data)
    if text is None:
        return None
    last = "" if not text.raw or text.raw[-1].endswith(b"\n") else ", no newline at its end"
    size = f"{len(text.lines)} lines{last}" if text.lines else "empty"
    if not parts:
        return f"## {write_path(path)} ({size})\n\n{_fenced(text.lines)}"
    given = [f"## {write_path(path)} (parts of {size}; what is not shown cannot be changed)"]
    for start, count in parts:
        stop = start + count - 1
        named = f"Line {start}:" if count == 1 else f"Lines {start} to {stop}:"
        given.append(f"{named}\n\n{_fenced(text.lines[start - 1 : stop])}")
    return "\n\n".join(given)


def _fenced(lines: Sequence[str]) -> str:
    body = "\n".join(lines)
    fence = "`" * max(3, _longest_ticks(body) + 1)
    return f"{fence}\n{body}\n{fence}"


def _files(request: Request) -> list[str]:
    """One section a file, then the names of what is not shown."""
    sections: list[str] = []
    unread: list[str] = []
    for path in sorted(request.files):
        rest()
        section = file_section(path, request.files[path], request.parts.get(path, ()))
        if section is None:
            unread.append(f"- {write_path(path)} (binary)")
        else:
            sections.append(section)
    others = sorted(request.paths - set(request.files))
    unread += [f"- {write_path(path)}" for path in others[:_NAMES_SHOWN]]
    if len(others) > _NAMES_SHOWN:
        unread.append(f"- and {len(others) - _NAMES_SHOWN} more")
    if sections:
        sections.insert(0, FILES_HEAD_PARTS if request.parts else FILES_HEAD)
    if unread:
        sections.append("# Other files, by name only; they cannot be changed\n\n" + "\n".join(unread))
    return sections


def _longest_ticks(text: str) -> int:
    longest = run = 0
    if "```" not in text:
        return 0
    for sign in text:
        run = run + 1 if sign == "`" else 0
        longest = max(longest, run)
    return longest


def _notes(request: Request) -> str:
    asked = frozenset(request.to_answer)
    wanted = [note for note in request.notes if note.id in asked]
    if not wanted:
        return "# Notes to answer\n\nNone."
    return "# Notes to answer\n\n" + "\n".join(f"- {note.id} ({note.intent.value})" for note in wanted)


def digest(messages: Sequence[Message]) -> str:
    """Names a prompt: equal for the same messages, 16 hex characters."""
    text = json.dumps([[message.role, message.content] for message in messages])
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()


def rough_tokens(text: str) -> int:
    """About how many tokens a text is, at once and without a tokenizer. Off by up to a third; say "about"."""
    return (len(text.encode("utf-8", "replace")) + 3) // 4
