"""Which function, class, heading or key a line stands in, for the row of a folded gap. Never a guess.

By indentation and the habits of each language, read from the path: the nearest line above that is indented
less, and is a definition beyond doubt. Where that is not certain nothing is said. Text only; no parser.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from workbench.review.expressions import Expression
from workbench.review.text import decode

_LOOK_BACK = 3000
"""Lines. How far up a definition is looked for, so that one gap in a long file stays cheap."""
_LONGEST = 80
_SIGNATURE = 12
"""Lines that the head of a function may take until its body begins."""

_MODIFIERS = (
    r"(?:(?:export|default|declare|public|private|protected|internal|static|final|abstract|async|virtual|override"
    r"|inline|extern(?:\s+\"C\")?|unsafe|const|constexpr|pub(?:\([^)]*\))?|data|sealed|open|partial|typedef"
    r"|readonly|local|suspend|noinline|mutating|fileprivate|case|implicit|lazy|companion|annotation|inner"
    r"|strictfp|native|synchronized|new|global|friend)\s+)*"
)


def _kinds(words: str, name: str = r"[\w$.:<>~]+") -> Expression[str]:
    return Expression(rf"{_MODIFIERS}(?:{words})\b\*?\s+{name}")


_PYTHON = Expression(r"(?:async\s+def|def|class)\s+\w+\s*[(:\[]")
_RUBY = Expression(
    r"(?:def\s+[\w.?!=\[\]<>+*/%-]+|(?:class|module)\s+[\w:]+|class\s*<<\s*\w+|(?:describe|context|it|namespace|task)"
    r"\s+\S.*\bdo(?:\s*\|[^|]*\|)?\s*$)"
)
_ELIXIR = Expression(
    r"(?:def|defp|defmodule|defmacro|defmacrop|defprotocol|defimpl|describe|test)\s+\S.*\bdo\s*$"
)
_LUA = Expression(r"(?:local\s+)?function\s+[\w.:]+\s*\(")
_SHELL = Expression(r"(?:function\s+[\w:.-]+\s*(?:\(\s*\))?|[\w:.-]+\s*\(\s*\))\s*(?:\{.*)?$")
_PERL = Expression(r"(?:sub\s+\w+|package\s+[\w:]+\s*\{)")
_GO = Expression(r"(?:func\s+(?:\([^)]*\)\s*)?\w+\s*[(\[]|type\s+\w+.*\b(?:struct|interface)\s*\{)")
_RUST = Expression(
    r"(?:(?:pub(?:\([^)]*\))?|default|const|async|unsafe|extern(?:\s+\"[^\"]*\")?)\s+)*"
    r"(?:fn\s+\w+|(?:struct|enum|union|trait|mod)\s+\w+|impl\b|macro_rules!\s*\w+)"
)
_SCRIPT = Expression(
    rf"{_MODIFIERS}(?:(?:class|interface|enum|namespace|module|object)\s+[\w$.\"']+|function\b\s*\*?\s*[\w$]+\s*[(<]"
    r"|(?:const|let|var)\s+[\w$]+\s*(?::[^=]+)?=\s*(?:async\s*)?(?:function\b|\([^()]*\)\s*(?::[^=]+)?=>|[\w$]+\s*=>)"
    r"|type\s+[\w$]+(?:<[^=]*>)?\s*=\s*\{|(?:describe|it|test|context|suite)(?:\.\w+)?\s*\(\s*['\"`])"
)
_TYPES = _kinds(
    r"class|struct|enum(?:\s+class)?|union|interface|@interface|record|namespace|trait|object|protocol|extension"
    r"|module|actor"
)
_FUNCTIONS = _kinds(r"func|fun|fn|function|def|init|sub|proc", r"[^\s(]+\s*[(<\[]")
_NAMED = Expression(
    rf"{_MODIFIERS}(?:class|def|function|func|fn|fun|struct|interface|trait|enum|module)\s+[\w$:.]+"
)
_SQL = Expression(
    r"(?:CREATE|ALTER)\s+(?:OR\s+REPLACE\s+)?(?:TEMP(?:ORARY)?\s+|UNIQUE\s+|MATERIALIZED\s+)*"
    r"(?:TABLE|VIEW|FUNCTION|PROCEDURE|TRIGGER|INDEX|TYPE)\s+\S+",
    re.IGNORECASE,
)
_CSS = Expression(r"[^{};]*\{\s*$")
_LISP = Expression(r"\((?:def\w*|defn-?|defun|defmacro|define|ns)\b")
_KEY = Expression(r"(?:-\s+)*(?:[\w.$/@ -]+|\"[^\"]*\"|'[^']*'):(?:\s*(?:[|>&!].*)?)$")
_JSON = Expression(r"(\"(?:[^\"\\]|\\.)*\")\s*:\s*[\[{]\s*$")
_SECTION = Expression(rb"\[\[?[^\]]+\]\]?[ \t]*(?:#.*)?\r?\n?$")
_TARGET = Expression(rb"[^\s#:=][^#:=]*:(?!=)")
_HEADING = Expression(rb"#{1,6}[ \t]+\S")
_FENCE = Expression(rb" {0,3}(?:```|~~~)")

_not_functions = Expression(
    r"(?:if|for|foreach|while|until|unless|switch|select|return|else|elif|elseif|elsif|catch|with|try|match|case"
    r"|do|using|lock|synchronized|fixed|checked|guard|defer|go|throw|await|yield|new|delete|sizeof|assert|echo"
    r"|print|require|include|when|where|super|this|not|and|or|in|is|goto|repeat|loop)\b"
)
_before_body = Expression(
    r"\s*(?:const|noexcept(?:\([^)]*\))?|override|final|volatile|&{1,2}|mutable|throws\s+[\w.,\s]+|throw\s*\([^)]*\)"
    r"|->\s*[^{;]+|:\s*[^{;?]+|async|where\s[^{;]+|\s)*\{"
)
_head = Expression(
    r"(?P<type>[\w$:<>,*&~\[\]?.\s@]*?)(?P<name>operator\s*\S+|~?[\w$]+(?:::~?[\w$]+)*)\s*(?:<[^()]*>)?\("
)


def scope_of(lines: Sequence[bytes], line: int, path: str = "") -> str:
    """The definition that `line` (from 1) stands in, as written, without what opens its body; else ""."""
    kind = _kind_of(path, lines)
    if kind in _FLAT:
        return _FLAT[kind](lines, line)
    definition = _INDENTED.get(kind)
    if definition is None:
        return ""
    depth = next((_depth(each) for each in lines[line - 1 : line + 20] if each.strip()), 0)
    nested = ""
    for at in range(min(line - 1, len(lines)) - 1, max(line - 1 - _LOOK_BACK, 0) - 1, -1):
        if not depth:
            break
        each = lines[at]
        # Brackets alone say nothing; `#if` and labels at the margin do not close a definition.
        if not each.strip(b" \t\r\n{}()[];,") or _depth(each) >= depth:
            continue
        text = decode(each[:400]).strip()
        if _passed_over(kind, text):
            continue
        found = definition(lines, at, text)
        if found == _MAYBE:
            # A name with brackets and a body is a method or a constructor in a class, and a macro's loop
            # in a function: which, says what stands around it.
            nested = nested or text
        elif found:
            if nested and _TYPES.match(text):
                return _shown(nested)
            return "" if _in_text(kind, lines, at, line) else _shown(text)
        depth = _depth(each)
    return ""


_MAYBE = "maybe"
_Definition = Callable[[Sequence[bytes], int, str], str]


def _by(pattern: Expression[str]) -> _Definition:
    return lambda lines, at, text: text if pattern.match(text) else ""


def _braces(lines: Sequence[bytes], at: int, text: str) -> str:
    """Languages with types before names: a function is known by what follows its brackets."""
    if _TYPES.match(text) and not text.endswith(";"):
        return text
    if _FUNCTIONS.match(text):
        return text
    return _function(lines, at, text)


def _function(lines: Sequence[bytes], at: int, text: str) -> str:
    head = _head.match(text)
    if (
        head is None
        or _not_functions.match(text)
        or re.search(r"(?<!operator)=|\.\s*\w+\s*\(|->", text.split("(")[0])
    ):
        return ""
    whole = _balanced(lines, at)
    if whole is None or not _before_body.match(whole):
        return ""
    if head["type"].strip() or "::" in head["name"]:
        first = head["type"].split()
        return "" if first and _not_functions.match(first[0]) else text
    return text if not _depth(lines[at]) else _MAYBE


def _script(lines: Sequence[bytes], at: int, text: str) -> str:
    """JavaScript and its kin: a name with brackets and a body is always a method, a call has no body."""
    if _SCRIPT.match(text):
        return text
    text_ = re.sub(
        r"^(?:(?:static|async|get|set|public|private|protected|readonly|override|abstract)\s+|\*\s*)+",
        "",
        text,
    )
    if not re.match(r"#?[\w$]+\s*(?:<[^()]*>)?\(", text_) or _not_functions.match(text_):
        return ""
    whole = _balanced(lines, at)
    return text if whole is not None and _before_body.match(whole) else ""


def _balanced(lines: Sequence[bytes], at: int) -> str | None:
    """What follows the brackets that are opened in a line, on the next lines too; None if nothing does."""
    text = " ".join(decode(each[:400]).strip() for each in lines[at : at + _SIGNATURE])
    depth = 0
    for position, each in enumerate(text):
        depth += (each == "(") - (each == ")")
        if each == ")" and not depth:
            return text[position + 1 :]
        if each in "{;" and not depth:
            return None
    return None


def _passed_over(kind: str, text: str) -> bool:
    """Lines at the margin that close nothing: preprocessor, comments, labels, access."""
    if kind in ("braces", "script", "go", "rust"):
        return text.startswith(("#if", "#e", "//", "/*", "*")) or bool(
            re.match(r"(?:\w+|(?:public|private|protected)\s+\w+)\s*:$", text)
        )
    return text.startswith("#") and kind in ("python", "ruby", "shell", "yaml", "perl", "elixir")


def _in_text(kind: str, lines: Sequence[bytes], at: int, line: int) -> bool:
    """Whether what looks like a definition may stand in a text of many lines."""
    mark = {"python": b'"""', "script": b"`", "go": b"`"}.get(kind)
    if mark is None:
        return False
    between = b"".join(lines[at : line - 1])
    return between.count(mark) % 2 == 1 or (kind == "python" and between.count(b"'''") % 2 == 1)


def _yaml(lines: Sequence[bytes], line: int) -> str:
    """The keys that lead to a line: "jobs › build › steps"."""
    depth = next((_depth(each) for each in lines[line - 1 : line + 20] if each.strip()), 0)
    keys: list[str] = []
    for at in range(min(line - 1, len(lines)) - 1, max(line - 1 - _LOOK_BACK, 0) - 1, -1):
        each = lines[at]
        if not depth:
            break
        if not each.strip() or each.lstrip().startswith(b"#") or _depth(each) >= depth:
            continue
        text = decode(each[:400]).strip()
        if text == "---":
            break
        if _KEY.match(text):
            if re.search(r":\s*[|>][\d+-]*$", text) and keys:
                return ""  # text that happens to look like keys
            keys.append(text.split(":")[0].removeprefix("- ").strip())
        elif not text.startswith("- "):
            return ""
        depth = _depth(each)
    return _shown(" › ".join(reversed(keys))) if not depth else ""


def _json(lines: Sequence[bytes], at: int, text: str) -> str:
    found = _JSON.match(text)
    return found[1] if found else ""


def _nearest(pattern: Expression[bytes]) -> Callable[[Sequence[bytes], int], str]:
    """Sections that go on until the next one: the nearest above, however it is indented."""

    def found(lines: Sequence[bytes], line: int) -> str:
        if line <= len(lines) and pattern.match(lines[line - 1]):
            return ""  # the line begins one of its own
        for at in range(min(line - 1, len(lines)) - 1, max(line - 1 - _LOOK_BACK, 0) - 1, -1):
            if pattern.match(lines[at]):
                return _shown(decode(lines[at][:400]).strip())
        return ""

    return found


def _markdown(lines: Sequence[bytes], line: int) -> str:
    """The nearest heading above, where no fence of code can be mistaken for one."""
    fenced = False
    found = b""
    for each in lines[: line - 1]:
        if _FENCE.match(each):
            fenced = not fenced
        elif not fenced and each.startswith(b"#") and _HEADING.match(each):
            found = each
    here = lines[line - 1] if line <= len(lines) else b""
    if not fenced and here.startswith(b"#") and _HEADING.match(here):
        return ""
    return _shown(decode(found[:400]).strip())


def _make(lines: Sequence[bytes], line: int) -> str:
    """The target of a recipe line."""
    if line > len(lines) or not lines[line - 1].startswith(b"\t"):
        return ""
    for at in range(line - 2, max(line - 1 - _LOOK_BACK, 0) - 1, -1):
        each = lines[at]
        if each.startswith((b"\t", b"#", b" ")) or not each.strip():
            continue
        return _shown(decode(each[:400]).strip()) if _TARGET.match(each) else ""
    return ""


_FLAT: dict[str, Callable[[Sequence[bytes], int], str]] = {
    "yaml": _yaml,
    "markdown": _markdown,
    "sections": _nearest(_SECTION),
    "make": _make,
}
_INDENTED: dict[str, _Definition] = {
    "python": _by(_PYTHON),
    "ruby": _by(_RUBY),
    "elixir": _by(_ELIXIR),
    "lua": _by(_LUA),
    "shell": _by(_SHELL),
    "perl": _by(_PERL),
    "go": _by(_GO),
    "rust": _by(_RUST),
    "script": _script,
    "braces": _braces,
    "sql": _by(_SQL),
    "css": _by(_CSS),
    "lisp": _by(_LISP),
    "json": _json,
    "unknown": _by(_NAMED),
}

_SUFFIXES = {
    "python": "py pyi pyx pxd",
    "ruby": "rb rake gemspec",
    "elixir": "ex exs",
    "lua": "lua",
    "shell": "sh bash zsh ksh fish",
    "perl": "pl pm t",
    "go": "go",
    "rust": "rs",
    "script": "js mjs cjs jsx ts mts cts tsx vue svelte",
    "braces": "c h cc hh cpp hpp cxx hxx inl m mm java cs kt kts swift scala dart php groovy proto zig",
    "sql": "sql",
    "css": "css scss less sass",
    "lisp": "el lisp clj cljs cljc scm",
    "json": "json jsonc",
    "yaml": "yml yaml",
    "markdown": "md markdown mkd",
    "sections": "ini cfg toml conf editorconfig",
    "make": "mk mak",
    "none": "txt rst adoc html htm xml svg csv tsv log lock diff patch tex bib po pot",
}
_BY_SUFFIX = {suffix: kind for kind, suffixes in _SUFFIXES.items() for suffix in suffixes.split()}
_BY_NAME = {
    "makefile": "make",
    "gnumakefile": "make",
    "rakefile": "ruby",
    "gemfile": "ruby",
    "jenkinsfile": "braces",
}
_BY_PROGRAM = {b"python": "python", b"bash": "shell", b"/sh": "shell", b"zsh": "shell", b"ruby": "ruby"}


def _kind_of(path: str, lines: Sequence[bytes]) -> str:
    name = path.rpartition("/")[2].lower()
    found = _BY_NAME.get(name) or _BY_SUFFIX.get(name.rpartition(".")[2] if "." in name else "")
    if found is None and lines and lines[0].startswith(b"#!"):
        found = next((kind for program, kind in _BY_PROGRAM.items() if program in lines[0]), None)
    return found or "unknown"


def _shown(text: str) -> str:
    text = re.sub(r"\s+do(?:\s*\|[^|]*\|)?$", "", text.rstrip(" {:"))
    text = f"{text} …" if text.endswith(",") else text.rstrip("( ")
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _depth(line: bytes) -> int:
    expanded = line[:200].expandtabs(8)
    return len(expanded) - len(expanded.lstrip(b" "))
