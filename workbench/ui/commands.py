"""The one table of commands. Menus, tooltips, the palette, the key sheet and the README are loops over it.

No Qt, and no behaviour: what a command does is said in `dispatch.py`, under the same id. A command
without a key is reached by its menu and the palette.
"""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct


class Menu(StrEnum):
    """Where a command stands in the menus and on the key sheet, in this order."""

    REVIEW = "Review"
    GO = "Go"
    JUDGE = "Judge"
    NOTE = "Note"
    VIEW = "View"
    ROUND = "Round"
    HELP = "Help"


class When(StrEnum):
    """What must be there for a command to mean anything."""

    ALWAYS = "always"
    REVIEW = "review"


class Command(Struct, frozen=True):
    """One thing the window can do. `keys` are chords as `keymap.py` writes them, the first is shown."""

    id: str
    title: str
    keys: tuple[str, ...]
    menu: Menu
    when: When = When.REVIEW
    group: str = ""
    """Commands of one group are a choice of one: their menu entries carry a mark."""
    toggle: bool = False
    """On or off: its menu entry carries a mark while it is on."""


THEMES = ("dark", "light", "colour-blind-dark", "colour-blind-light", "high-contrast")

COMMANDS: tuple[Command, ...] = (
    Command("open", "Open a repository…", ("Ctrl+O",), Menu.REVIEW, When.ALWAYS),
    Command("recent", "Recent reviews", ("Ctrl+Shift+O",), Menu.REVIEW, When.ALWAYS),
    Command("demo", "Open the demo", (), Menu.REVIEW, When.ALWAYS),
    Command("task", "Write the task", ("T",), Menu.REVIEW),
    Command("copy", "Copy the lines", ("Ctrl+C",), Menu.REVIEW),
    Command("copy_patch", "Copy the change or the lines as a patch", ("Y",), Menu.REVIEW),
    Command("copy_path", "Copy the path of the file", (), Menu.REVIEW),
    Command("copy_feedback", "Copy the feedback as Markdown", ("y",), Menu.REVIEW),
    Command("land", "Land what was accepted…", ("L",), Menu.REVIEW),
    Command("close_review", "Close this review", (), Menu.REVIEW),
    Command("trust", "Trust this repository…", (), Menu.REVIEW),
    Command("restrict", "Restrict this repository", (), Menu.REVIEW),
    Command("quit", "Quit", ("Ctrl+Q",), Menu.REVIEW, When.ALWAYS),
    Command("line_down", "Next line", ("j", "Down"), Menu.GO),
    Command("line_up", "Previous line", ("k", "Up"), Menu.GO),
    Command("next_change", "Next change", ("]",), Menu.GO),
    Command("previous_change", "Previous change", ("[",), Menu.GO),
    Command("next_file", "Next file", ("}",), Menu.GO),
    Command("previous_file", "Previous file", ("{",), Menu.GO),
    Command("page_on", "Page on, then next open", ("Space", "PageDown"), Menu.GO),
    Command("page_back", "Page back", ("Backspace", "PageUp"), Menu.GO),
    Command("first", "Top", ("Home",), Menu.GO),
    Command("last", "End", ("End",), Menu.GO),
    Command("scroll_left", "Code to the left", ("h", "Left"), Menu.GO),
    Command("scroll_right", "Code to the right", ("l", "Right"), Menu.GO),
    Command("edit_left", "Edited words further left in the line", ("Alt+Left",), Menu.GO),
    Command("edit_right", "Edited words further right in the line", ("Alt+Right",), Menu.GO),
    Command("next_open", "Next open change", (">",), Menu.GO),
    Command("next_violation", "Next violation", ("!",), Menu.GO),
    Command("next_note", "Next note", (";",), Menu.GO),
    Command("previous_note", "Previous note", (",",), Menu.GO),
    Command("other_end", "To the other end of a moved block", ("\\",), Menu.GO),
    Command("go_to_file", "Go to a file", ("g",), Menu.GO),
    Command("go_to_line", "Go to a line", (":",), Menu.GO),
    Command("old_side", "To the old side", ("Shift+Left",), Menu.GO),
    Command("new_side", "To the new side", ("Shift+Right",), Menu.GO),
    Command("editor", "Open the file in your editor", ("e",), Menu.GO),
    Command("search", "Search", ("/",), Menu.GO),
    Command("next_match", "Next match", ("n",), Menu.GO),
    Command("previous_match", "Previous match", ("N",), Menu.GO),
    Command("filter_files", "Filter the files", ("Ctrl+F",), Menu.GO),
    Command("menu", "Menu of what is under the cursor", ("Menu", "Shift+F10"), Menu.GO),
    Command("palette", "Find a command, file or note", ("Ctrl+K", "Ctrl+Shift+P"), Menu.GO, When.ALWAYS),
    Command("accept", "Accept", ("a",), Menu.JUDGE),
    Command("reject", "Reject", ("x",), Menu.JUDGE),
    Command("reject_reason", "Reject with a reason", ("r",), Menu.JUDGE),
    Command("reopen", "Back to open", ("o",), Menu.JUDGE),
    Command("accept_file", "Accept the file", ("A",), Menu.JUDGE),
    Command("reject_file", "Reject the file", ("X",), Menu.JUDGE),
    Command("select", "Select lines", ("v",), Menu.JUDGE),
    Command("select_down", "Select down, on this side", ("Shift+Down",), Menu.JUDGE),
    Command("select_up", "Select up, on this side", ("Shift+Up",), Menu.JUDGE),
    Command("edit", "Edit the new side in place", ("Enter",), Menu.JUDGE),
    Command("repeat", "Repeat the last verdict or note here", (".",), Menu.JUDGE),
    Command("shape", "All changes of this shape", ("s",), Menu.JUDGE),
    Command("viewed", "Mark the file viewed, go to the next", ("m",), Menu.JUDGE),
    Command("undo", "Undo", ("u", "Ctrl+Z"), Menu.JUDGE),
    Command("redo", "Redo", ("Ctrl+Shift+Z",), Menu.JUDGE),
    Command("note", "Note on the change or the lines", ("c",), Menu.NOTE),
    Command("note_file", "Note on the file", ("C",), Menu.NOTE),
    Command("note_review", "Note on the review", ("Alt+C",), Menu.NOTE),
    Command("withdraw", "Withdraw the note", ("Delete",), Menu.NOTE),
    Command("drafts", "Go to a draft…", (), Menu.NOTE),
    Command("make_rule", "Make this a rule", ("M",), Menu.NOTE),
    Command("ask", "Ask the question now", (), Menu.NOTE),
    Command("why", "Why: what the model said of this change", ("i",), Menu.NOTE),
    Command("more_context", "More context", ("z",), Menu.VIEW),
    Command("context_above", "More context above", ("Alt+Up",), Menu.VIEW),
    Command("context_below", "More context below", ("Alt+Down",), Menu.VIEW),
    Command("context_between", "All lines up to the next changes", ("Alt+Z",), Menu.VIEW),
    Command("whole_file", "Whole file", ("Z",), Menu.VIEW),
    Command("split", "Split or unified", ("t",), Menu.VIEW),
    Command("wrap", "Wrap long lines, or scroll sideways", ("W",), Menu.VIEW),
    Command("whitespace", "Ignore whitespace", ("w",), Menu.VIEW),
    Command("views", "All, since the last round, what is left", ("d",), Menu.VIEW),
    Command("fold", "Fold or unfold the file", ("f",), Menu.VIEW),
    Command("by_shape", "Group the files by shape, or by folder", (), Menu.VIEW),
    Command("flat_files", "The files as a list, or as a tree", ("Ctrl+Alt+B",), Menu.VIEW),
    Command("files_panel", "Show or hide the files", ("Ctrl+B",), Menu.VIEW),
    Command("side_panel", "Show or hide the rounds", ("Ctrl+Shift+B",), Menu.VIEW),
    Command("bigger", "Bigger code", ("Ctrl++", "Ctrl+="), Menu.VIEW),
    Command("smaller", "Smaller code", ("Ctrl+-",), Menu.VIEW),
    Command("normal_size", "Code in its usual size", ("Ctrl+0",), Menu.VIEW),
    Command("look", "Theme, font and tabs…", ("Ctrl+,",), Menu.VIEW, When.ALWAYS),
    Command("smooth", "Smooth scrolling", (), Menu.VIEW, When.ALWAYS, toggle=True),
    Command("theme_dark", "Theme: dark", (), Menu.VIEW, When.ALWAYS, "theme"),
    Command("theme_light", "Theme: light", (), Menu.VIEW, When.ALWAYS, "theme"),
    Command(
        "theme_colour-blind-dark", "Theme: dark, for the colour-blind", (), Menu.VIEW, When.ALWAYS, "theme"
    ),
    Command(
        "theme_colour-blind-light", "Theme: light, for the colour-blind", (), Menu.VIEW, When.ALWAYS, "theme"
    ),
    Command("theme_high-contrast", "Theme: high contrast", (), Menu.VIEW, When.ALWAYS, "theme"),
    Command("refresh", "Read the work tree again", ("R",), Menu.ROUND),
    Command("read", "Have another model read this round…", ("F",), Menu.ROUND),
    Command("send", "Send the feedback…", ("Ctrl+Shift+Enter",), Menu.ROUND),
    Command("only_change", "Regenerate only this change…", (), Menu.ROUND),
    Command("only_file", "Regenerate only this file…", (), Menu.ROUND),
    Command("send_back", "Send what is left of the ledger back", (), Menu.ROUND),
    Command("tray", "What the next round gets", ("b",), Menu.ROUND),
    Command("pin", "Pin the lines for the next round", ("p",), Menu.ROUND),
    Command("pin_file", "Pin the file for the next round", ("P",), Menu.ROUND),
    Command("cancel_round", "Cancel the running round", (), Menu.ROUND),
    Command("costs", "What the models cost", ("$",), Menu.ROUND),
    Command("rounds", "The rounds as a picture", ("#",), Menu.ROUND),
    Command("prompts", "The exact prompts, and what arrived", ("E",), Menu.ROUND),
    Command("compare", "Compare two rounds…", ("D",), Menu.ROUND),
    Command("keys", "The keys", ("?",), Menu.HELP, When.ALWAYS),
    Command("escape", "Leave selection, search, message", ("Escape",), Menu.HELP),
)

REPEATING = frozenset(
    (
        *("line_down", "line_up", "next_change", "previous_change", "next_file", "previous_file"),
        *("page_on", "page_back", "scroll_left", "scroll_right", "edit_left", "edit_right", "next_open"),
        *("next_violation", "next_note", "previous_note", "next_match", "previous_match"),
        *("select_down", "select_up", "undo", "redo", "more_context", "context_above", "context_below"),
        *("bigger", "smaller"),
    )
)
"""What goes on while its key is held. Everything else is done once for each press: held down, `a` would
accept what nobody read, and the second press that it asks for would come by itself.
"""

BEGINS = frozenset(
    (
        *("task", "copy", "land", "trust", "quit"),
        *("scroll_left", "next_open", "go_to_file", "search", "menu"),
        *("select", "edit", "viewed", "undo", "withdraw"),
        *("split", "fold", "bigger", "look", "tray", "cancel_round", "costs"),
    )
)
"""What a line stands above in its menu: thirty entries without one are looked through one by one."""

BY_ID = {command.id: command for command in COMMANDS}

EDITOR_KEYS: tuple[tuple[str, str], ...] = (
    ("Ctrl+Enter", "Save"),
    ("Escape", "Leave; the draft is kept"),
    ("Tab", "Next field; in code it is a tab"),
    ("Ctrl+Tab", "Next field, from code too; Shift+Tab goes back"),
    ("Ctrl+E", "Start a suggestion from the lines"),
    ("Ctrl+Shift+Enter", "Save a question and ask it now"),
    ("!", "First character: must"),
    ("?", "First character: question"),
    ("+", "First character: keep"),
)
"""What the keys do while a note is written. Not commands: they live in the editor alone."""

FIRST_KEYS = ("accept", "reject", "note", "undo", "keys")
"""The five keys one needs, shown until they have been used."""

HINTS = ("accept", "reject", "reject_reason", "note", "next_change", "shape", "undo", "keys")
"""The keys at the bottom of the window, with a short word each from `SHORT`."""

FIRST_HINTS = ("open", "palette", "keys")
"""The same while no review is open."""

SHORT = {
    "open": "open a repository",
    "palette": "commands",
    "accept": "accept",
    "reject": "reject",
    "reject_reason": "with reason",
    "note": "note",
    "next_change": "next",
    "shape": "same shape",
    "undo": "undo",
    "keys": "keys",
}
