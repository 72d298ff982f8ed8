"""The table of commands, and the parser made from it. Handlers are imported when their command runs."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import NoReturn

from msgspec import Struct

from workbench import __version__
from workbench.errors import UserError

# What argparse says is English, as all of ours is: to look for a translation would bring `locale` (3 ms).
argparse._ = str  # type: ignore[attr-defined]  # its name for gettext

Options = argparse.Namespace
Arguments = Callable[[argparse.ArgumentParser], None]


class Command(Struct, frozen=True):
    """One command: its name, what it does in a few words, its arguments, and where its handler is."""

    name: str
    words: str
    arguments: Arguments
    handler: str

    def run(self, options: Options) -> int:
        """Import the handler and call it: `module:function` in this folder."""
        module, function = self.handler.split(":")
        status: int = getattr(import_module(f"workbench.cli.{module}"), function)(options)
        return status


class Parser(argparse.ArgumentParser):
    """A parser whose usage errors are user errors: a sentence, a hint, and status 1."""

    def _get_values(self, action: argparse.Action, arg_strings: list[str]) -> object:
        # Python 3.11 takes the value out of `--file=--` and hands on an empty list.
        if action.option_strings and action.nargs is None and arg_strings == ["--"]:
            return "--"
        return super()._get_values(action, arg_strings)

    def error(self, message: str) -> NoReturn:
        raise UserError(f"{message[:1].upper()}{message[1:]}.", hint=f"See: {self.prog} --help")


def _review(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("review", metavar="REVIEW", help="a review's id, or a unique start of it")


def _none(parser: argparse.ArgumentParser) -> None:
    del parser


def _path(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("path", nargs="?", default=".", metavar="PATH")


def _what(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "what", nargs="*", metavar="PATH RANGE", help="a folder, then A..B, A...B or a commit"
    )
    parser.add_argument("--staged", action="store_true", help="the index against HEAD")
    parser.add_argument("--patch", metavar="FILE", help="a patch file, - for standard input")
    parser.add_argument("--task", metavar="FILE", help="what was asked for, as Markdown")
    parser.add_argument("--new", action="store_true", help="start a new review instead of continuing one")


def _window(parser: argparse.ArgumentParser) -> None:
    _what(parser)
    parser.add_argument("--wait", action="store_true", help="block, and print the feedback when it is sent")


def _changes(parser: argparse.ArgumentParser) -> None:
    _what(parser)
    parser.add_argument("--round", type=int, metavar="N")
    parser.add_argument("--against", type=int, metavar="M", help="what differs from round M; 0: the base")


def _judge(parser: argparse.ArgumentParser) -> None:
    _review(parser)
    parser.add_argument("verdict", nargs="?", metavar="accepted|rejected|open")
    parser.add_argument("changes", nargs="*", metavar="CHANGE", help="changes, or one ledger entry")
    parser.add_argument("--file", metavar="PATH", help="every change of a file")
    parser.add_argument("--shape", metavar="CHANGE", help="every change of the same shape")
    parser.add_argument("--all", action="store_true", help="every change of the round")
    parser.add_argument("--lines", metavar="old:3-5,new:7", help="only these lines")
    parser.add_argument("--reason", metavar="TEXT")
    parser.add_argument(
        "--from", dest="source", metavar="FILE.json", help="many verdicts at once, - for standard input"
    )


def _tweak(parser: argparse.ArgumentParser) -> None:
    _review(parser)
    parser.add_argument("change", metavar="CHANGE")
    parser.add_argument(
        "--with", dest="source", required=True, metavar="FILE", help="the new text, - for standard input"
    )


def _note(parser: argparse.ArgumentParser) -> None:
    _review(parser)
    parser.add_argument("text", metavar="TEXT")
    parser.add_argument("--on", metavar="CHANGE")
    parser.add_argument("--shape", metavar="CHANGE", help="one note on every change of the same shape")
    parser.add_argument("--file", metavar="PATH")
    parser.add_argument("--lines", metavar="new:3-5")
    parser.add_argument("--intent", choices=("must", "should", "question", "keep"))
    parser.add_argument("--suggest", metavar="FILE", help="a suggestion, verbatim")


def _thread(parser: argparse.ArgumentParser) -> None:
    _review(parser)
    parser.add_argument("note", metavar="NOTE")
    parser.add_argument("text", nargs="?", default="", metavar="TEXT")


def _viewed(parser: argparse.ArgumentParser) -> None:
    _review(parser)
    parser.add_argument("path", metavar="PATH")


def _task(parser: argparse.ArgumentParser) -> None:
    _review(parser)
    parser.add_argument("--set", dest="source", metavar="FILE", help="- for standard input")


def _feedback(parser: argparse.ArgumentParser) -> None:
    _review(parser)
    parser.add_argument("--format", choices=("markdown", "json"), default="markdown")


def _prompt(parser: argparse.ArgumentParser) -> None:
    _review(parser)
    parser.add_argument("--round", type=int, metavar="N")
    parser.add_argument("--against", type=int, metavar="M", help="what differs from the prompt of round M")
    parser.add_argument("--answer", action="store_true", help="what arrived, in place of the prompt")


def _calls(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("review", metavar="REVIEW", nargs="?", help="a review's id; left away: today, of all")


def _next(parser: argparse.ArgumentParser) -> None:
    _review(parser)
    way = parser.add_mutually_exclusive_group(required=True)
    way.add_argument(
        "--model", metavar="NAME", help="a model by its LiteLLM name or your setting, or: offline"
    )
    way.add_argument("--refresh", action="store_true", help="read the work tree again")
    parser.add_argument(
        "--only", nargs="+", default=(), metavar="CHANGE", help="make only these anew; all else is frozen"
    )
    parser.add_argument("--file", metavar="PATH", help="make only this file anew; all else is frozen")
    _allow(parser)
    parser.add_argument(
        "--keep-rejected", action="store_true", help="leave rejected lines in the work tree when sending"
    )
    parser.add_argument(
        "--reader", metavar="NAME", help="a model that reads the round when it is there; none: nobody does"
    )
    parser.add_argument(
        "--until-clean", type=int, metavar="N", help="make and read rounds until one is clean, N at most"
    )


def _read(parser: argparse.ArgumentParser) -> None:
    _review(parser)
    parser.add_argument("--model", metavar="NAME", help="who reads; the last one where this is left away")
    _allow(parser)


def _findings(parser: argparse.ArgumentParser) -> None:
    _review(parser)
    parser.add_argument("--all", action="store_true", help="also those that were adopted or dismissed")


def _finding(parser: argparse.ArgumentParser) -> None:
    _review(parser)
    parser.add_argument("finding", metavar="FINDING")
    parser.add_argument("text", nargs="?", default="", metavar="TEXT")


def _ask(parser: argparse.ArgumentParser) -> None:
    _review(parser)
    parser.add_argument("text", metavar="TEXT", help="the question, or the id of one that is written already")
    parser.add_argument("--model", required=True, metavar="NAME")
    _allow(parser)
    parser.add_argument("--on", metavar="CHANGE")
    parser.add_argument("--file", metavar="PATH")
    parser.add_argument("--lines", metavar="new:3-5")


def _ledger(parser: argparse.ArgumentParser) -> None:
    _review(parser)
    parser.add_argument(
        "--send-back", action="store_true", help="send every violation without an answer back, as one act"
    )


def _context(parser: argparse.ArgumentParser) -> None:
    _review(parser)
    parser.add_argument("--model", metavar="NAME", help="the model that it is packed for")
    parser.add_argument("--exact", action="store_true", help="count by the model's own tokenizer")
    parser.add_argument("--remove", action="append", metavar="ITEM", help="an item that is not to be given")
    parser.add_argument("--restore", action="append", metavar="ITEM", help="an item that was removed")
    _allow(parser)


def _allow(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--allow-secret",
        action="append",
        metavar="FINDING",
        help="let this leave, although it looks like a secret",
    )


def _pin(parser: argparse.ArgumentParser) -> None:
    _review(parser)
    parser.add_argument("name", metavar="PATH[:A-B]", help="a file, or lines of it as the round has them")


def _rule(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("what", metavar="add|list|remove|export")
    parser.add_argument("text", nargs="?", default="", metavar="TEXT|ID|FILE")
    parser.add_argument("--path", default=".", metavar="PATH", help="the repository that it is about")
    parser.add_argument("--user", action="store_true", help="a rule of yours for every repository")
    parser.add_argument("--pattern", default="", metavar="GLOB", help="only where such a file is given")
    parser.add_argument("--priority", type=int, default=0, metavar="N", help="the highest is sent first")


def _land(parser: argparse.ArgumentParser) -> None:
    _review(parser)
    parser.add_argument("--to", required=True, metavar="worktree|index|branch:NAME|patch:FILE")
    parser.add_argument("-m", "--message", metavar="MESSAGE", help="of the commit that a branch gets")
    parser.add_argument("--dry-run", action="store_true", help="say what would be written, and write nothing")
    parser.add_argument("--unread", action="store_true", help="land although changes are unread")
    parser.add_argument(
        "--skip-hooks", action="store_true", help="make a commit without its pre-commit and commit-msg"
    )


def _trust(parser: argparse.ArgumentParser) -> None:
    _path(parser)
    parser.add_argument("--yes", action="store_true", help="trust it without being asked; the list is shown")


def _doctor(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--model", metavar="NAME", help="also try one call to this model")


def _key(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("what", metavar="set|list|remove")
    parser.add_argument("name", nargs="?", metavar="NAME", help="a provider, a variable, or a model of yours")
    parser.add_argument(
        "--file", dest="in_file", action="store_true", help="keep it in a file of yours, not encrypted"
    )
    read = parser.parse_known_args

    def without_values(*given: object) -> tuple[Options, list[str]]:
        options, more = Options(), [""]
        try:
            options, more = read(*given)  # type: ignore[call-overload]
        except UserError as error:
            if "explicit argument" not in error.message:
                raise
        if more:
            # Not repeated: it may be the key.
            raise UserError(
                "A key is not given on the command line, where other programs can read it.",
                hint="It is asked for, or read from standard input: … | workbench key set NAME",
            )
        return options, more

    parser.parse_known_args = without_values  # type: ignore[method-assign,assignment]


def _demo(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--folder", metavar="DIR", help="where the demo's repository is made")
    parser.add_argument("--shots", metavar="DIR", help="where screenshots go when it runs without a display")
    parser.add_argument("--offscreen", action="store_true", help="run through the loop without a display")


_ROWS = (
    Command("window", "open the window (what happens without a command)", _window, "window:show"),
    Command("review", "start a review and show it", _window, "window:show"),
    Command("start", "start a review without a window and print its id", _what, "reviewing:start"),
    Command("reviews", "list the reviews", _none, "reviewing:reviews"),
    Command("show", "one review at a glance", _review, "reviewing:show"),
    Command("delete", "delete a review and everything kept of it", _review, "reviewing:delete"),
    Command("changes", "every file change and change", _changes, "listing:changes"),
    Command("judge", "accept, reject or reopen changes", _judge, "judging:judge"),
    Command("tweak", "replace the new side of a change with your own text", _tweak, "judging:tweak"),
    Command("note", "write a note", _note, "noting:note"),
    Command("notes", "list the notes", _review, "noting:notes"),
    Command("reply", "write into a note's thread", _thread, "noting:reply"),
    Command("settle", "say that a note is dealt with", _thread, "noting:settle"),
    Command("edit", "change the words of a note", _thread, "noting:edit"),
    Command("withdraw", "take a note back", _thread, "noting:withdraw"),
    Command("undo", "take back the newest action", _review, "judging:undo"),
    Command("redo", "do again what was taken back last", _review, "judging:redo"),
    Command("viewed", "mark a file viewed", _viewed, "judging:viewed"),
    Command("task", "read or write the task", _task, "judging:task"),
    Command("feedback", "what the next round is given", _feedback, "rounds:feedback"),
    Command("prompt", "the exact prompt of a round", _prompt, "rounds:prompt"),
    Command("context", "what the next round is given, and what it costs", _context, "context:context"),
    Command("pin", "give a file or lines to every next round", _pin, "context:pin"),
    Command("unpin", "take a pin away", _pin, "context:unpin"),
    Command("rule", "house rules: add, list, remove, export", _rule, "rules:rule"),
    Command("next", "get the next round", _next, "rounds:next_round"),
    Command("ask", "send one question at once; nothing is edited", _ask, "questions:ask"),
    Command("read", "have another model read the round", _read, "reading:read"),
    Command("findings", "what other models found, as drafts", _findings, "reading:findings"),
    Command("adopt", "make a note of a finding, in your words if a text is given", _finding, "reading:adopt"),
    Command("dismiss", "say that a finding is none, and why if a text is given", _finding, "reading:dismiss"),
    Command("ledger", "what became of each verdict and note", _ledger, "rounds:ledger"),
    Command("calls", "what calls to models cost: of a review, or of today", _calls, "calling:calls"),
    Command("land", "write the accepted result", _land, "landing:land"),
    Command("trust", "show what a repository could run, and trust it", _trust, "trusting:trust"),
    Command("restrict", "trust a repository no more", _path, "trusting:restrict"),
    Command("demo", "a small repository to try it on", _demo, "program:demo"),
    Command("doctor", "say whether everything it needs is here", _doctor, "program:doctor"),
    Command("keys", "every key", _none, "program:keys"),
    Command("key", "keys of models: set (read from standard input), list, remove", _key, "provider_keys:key"),
)

COMMANDS = {row.name: row for row in _ROWS}
WINDOWS = ("window", "review", "demo")
"""Commands that show a window, which writes its own trace."""


def build_parser(only: str = "") -> argparse.ArgumentParser:
    """The parser of all commands, or of one (all take 10 ms). Each takes --json and the tracing options."""
    shared = Parser(add_help=False)
    shared.add_argument("--json", action="store_true", help="print one JSON document")
    shared.add_argument("--trace", metavar="FILE", help="write one JSON object a line of what happened when")
    shared.add_argument("--quit-after", metavar="EVENT", help="end the window at this event of the trace")
    shared.add_argument("--size", metavar="WxH", help="the window's size")
    parser = Parser(prog="workbench", description="Review AI-made changes to a git repository.")
    parser.add_argument("--version", action="version", version=f"workbench {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, parser_class=Parser)
    for row in [COMMANDS[only]] if only in COMMANDS else _ROWS:
        sub = commands.add_parser(row.name, help=row.words, description=row.words, parents=[shared])
        row.arguments(sub)
    return parser


def with_command(argv: Sequence[str]) -> list[str]:
    """The arguments with `window` put in front where no command is named.

    A folder of a command's name is reached as ./name.
    """
    first = next((each for each in argv if not each.startswith("-")), "")
    if first in COMMANDS and list(argv).index(first) == 0:
        return list(argv)
    if argv and argv[0] in ("-h", "--help", "--version"):
        return list(argv)
    return ["window", *argv]


def split_what(what: Sequence[str]) -> tuple[str, str]:
    """(path, range) from positional arguments: an existing folder is the path, anything else the range."""
    path, range_text = ".", ""
    for each in what:
        if os.path.isdir(each) and path == ".":  # noqa: PTH112 - a string that may hold any bytes
            path = each
        elif os.path.isabs(each) or each.startswith(("./", "../")):  # noqa: PTH117 - as above; no range begins so
            why = "is a file, not a folder" if os.path.lexists(each) else "does not exist"
            raise UserError(f"{each} {why}.", hint="Give the path of a folder inside a git repository.")
        elif not range_text:
            range_text = each
        else:
            raise UserError(f"There is one range too many: {each}.", hint="Give a folder and one range.")
    return path, range_text


def read_source(name: str) -> bytes:
    """The bytes of a file named on the command line, or of standard input for `-`."""
    if name == "-":
        return sys.stdin.buffer.read()
    try:
        with open(name, "rb") as file:  # noqa: PTH123 - the name is a string as the shell gave it
            return file.read()
    except OSError as error:
        raise UserError(f"{name} cannot be read: {error.strerror}.", hint="Check the name.") from error
