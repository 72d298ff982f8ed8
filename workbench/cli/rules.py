"""Commands about the house rules."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from workbench.cli.output import counted, print_json, print_lines
from workbench.cli.parser import Options
from workbench.errors import UserError
from workbench.store.rules import Rule, add_rule, read_rules, remove_rule
from workbench.workflow.opening import is_repository, open_repository


def rule(options: Options) -> int:
    """Add, list, remove or export house rules."""
    work = {"add": _add, "list": _list, "remove": _remove, "export": _export}.get(options.what)
    if work is None:
        raise UserError(
            f"Nothing is done to rules by {options.what}.", hint="One of: add, list, remove, export"
        )
    return work(options)


def _add(options: Options) -> int:
    here = "" if options.user else _common_dir(options)
    made = add_rule(
        _argument(options, "the rule", "workbench rule add TEXT"),
        priority=options.priority,
        pattern=options.pattern,
        repository=here,
    )
    return _said(options, made, made.id)


def _list(options: Options) -> int:
    rules = read_rules(_where(options))
    if options.json:
        print_json({"rules": [_document(each) for each in rules]})
        return 0
    for each in rules:
        fits = f" for {each.pattern}" if each.pattern else ""
        whose = "of the repository" if each.repository else "yours"
        counts = f"sent {each.sent}, broken {len(each.broken)}"
        print_lines(f"{each.id:4} {each.text}", f"     {whose}{fits}, priority {each.priority}; {counts}")
    if not rules:
        print_lines("There are no house rules. Add one: workbench rule add TEXT")
    return 0


def _remove(options: Options) -> int:
    named = _argument(options, "the rule's id", "workbench rule remove R1")
    gone = remove_rule(named, _where(options))
    return _said(options, gone, f"Removed {gone.id}: {gone.text}")


def _export(options: Options) -> int:
    from workbench.workflow.rules import export  # noqa: PLC0415 - only here

    name = _argument(options, "the file", "workbench rule export FILE.md")
    repository = open_repository(Path(options.path))
    try:
        count = export(repository, Path(name))
    finally:
        repository.close()
    if options.json:
        print_json({"exported": count, "file": name})
    else:
        print_lines(f"Wrote {counted(count, 'rule')} to {name}.")
    return 0


def _said(options: Options, made: Rule, words: str) -> int:
    if options.json:
        print_json(_document(made))
    else:
        print_lines(words)
    return 0


def _argument(options: Options, what: str, example: str) -> str:
    if not options.text:
        raise UserError(f"Name {what}.", hint=f"For example: {example}")
    text: str = options.text
    return text


def _where(options: Options) -> str | None:
    """The repository whose rules are meant; None outside of one, where all of them are."""
    return _common_dir(options) if is_repository(Path(options.path)) else None


def _common_dir(options: Options) -> str:
    repository = open_repository(Path(options.path))
    try:
        return repository.found.common_dir
    finally:
        repository.close()


def _document(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.id,
        "text": rule.text,
        "priority": rule.priority,
        "pattern": rule.pattern,
        "repository": rule.repository or None,
        "sent": rule.sent,
        "broken": len(rule.broken),
    }
