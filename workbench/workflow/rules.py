"""House rules in a review: made from a note, and counted when a note names one as broken."""

from __future__ import annotations

import json
import re
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.errors import UserError
from workbench.review.actions import CallMade, RuleMade
from workbench.store.rules import (
    Rule,
    add_rule,
    count_sent,
    put_back,
    read_rules,
    remove_rule,
    set_broken,
)
from workbench.workflow.logged import new_id
from workbench.workflow.session import Session

if TYPE_CHECKING:
    from workbench.git.repository import Repository
    from workbench.review.review import Review

_RULE = re.compile(r"\bR[1-9]\d{0,5}\b")


def rule_of_note(session: Session, note_id: str) -> Rule:
    """A rule of the repository with a note's words, for files like the one that the note stands on."""
    note = session.note(note_id)
    path = note.place.path
    ending = Path(path).suffix if path is not None else ""
    common = session.repository.found.common_dir
    words = " ".join(note.text.split())
    if any(rule.text == words for rule in read_rules(common)):
        raise UserError(f"{note.id} is a house rule already.", hint="List them: workbench rule list")
    made = add_rule(note.text, pattern=f"*{ending}" if ending else "", repository=common)
    done = RuleMade(
        id=new_id(), at=time.time(), rule=made.id, note=note.id, text=made.text, pattern=made.pattern
    )
    session.act(done)
    return made


def take_back(action: RuleMade) -> None:
    """Undo: the rule is not there any more, whoever took it away. What it was counted as goes with it."""
    if any(rule.id == action.rule for rule in read_rules()):
        remove_rule(action.rule)


def make_again(session: Session, action: RuleMade) -> None:
    """Redo: the same rule under the same id."""
    common = session.repository.found.common_dir
    put_back(Rule(action.rule, action.text, 0, action.pattern, common, action.at))
    count_broken(session)


def named_rules(review: Review) -> dict[str, frozenset[str]]:
    """Which notes name which rule, such as “R3 again”: by rule, the notes' ids, less withdrawn ones."""
    found: dict[str, set[str]] = {}
    for note in review.notes.values():
        if note.withdrawn or "R" not in note.text:
            continue
        for rule in _RULE.findall(note.text):
            found.setdefault(rule, set()).add(note.id)
    return {rule: frozenset(notes) for rule, notes in found.items()}


def count_broken(session: Session) -> None:
    """Bring the counts up to date with the notes of the review."""
    # The note itself is saved already, and counts for more than being counted.
    with suppress(UserError, OSError):
        # Another repository's rule is no rule here, whatever a note says of its number.
        holding = {rule.id for rule in read_rules(session.repository.found.common_dir)}
        named = named_rules(session.review).items()
        set_broken(session.review.id, {rule: notes for rule, notes in named if rule in holding})


def count_given(rules: frozenset[str], call: CallMade) -> frozenset[str]:
    """Count these rules as sent, if the call took its prompt; the rules that are still to be counted.

    A call that was refused at the door (a wrong key, no network) was given nothing.
    """
    if not call.usage.tokens_in:
        return rules
    # The call is made and paid for, and counts for more than being counted.
    with suppress(UserError, OSError):
        count_sent(rules)
    return frozenset()


def export(repository: Repository, path: Path) -> int:
    """Write the rules that hold in a repository as Markdown; how many. Never over a file that is there."""
    rules = read_rules(repository.found.common_dir)
    lines = [f"- {rule.text}{f' (`{rule.pattern}`)' if rule.pattern else ''}" for rule in rules]
    text = "# House rules\n\n" + "\n".join(lines) + "\n"
    if path.suffix == ".json":
        rows = [{"text": each.text, "priority": each.priority, "pattern": each.pattern} for each in rules]
        text = json.dumps({"rules": rows}, indent=1) + "\n"
    try:
        with path.open("x", encoding="utf-8", errors="surrogateescape") as file:
            file.write(text)
    except FileExistsError as error:
        raise UserError(f"{path} exists already.", hint="Name another file, or move it away.") from error
    except OSError as error:
        raise UserError(f"{path} cannot be written: {error.strerror}.", hint="Check the name.") from error
    return len(rules)
