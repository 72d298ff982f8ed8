"""Settings: what is written is read back, what is wrong is named by line, what the user wrote is kept."""

from __future__ import annotations

from pathlib import Path
from typing import get_args, get_type_hints

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import fields, replace

from workbench.errors import UserError
from workbench.store.settings import (
    About,
    ModelSettings,
    Settings,
    format_settings,
    load_settings,
    parse_settings,
    save_settings,
)

TEXT = st.text(max_size=15)
PRICE = st.none() | st.floats(0, 1_000_000)
MODEL = st.builds(
    ModelSettings,
    model=TEXT,
    api_base=st.none() | TEXT,
    key_name=st.none() | TEXT,
    price_in=PRICE,
    price_out=PRICE,
    fallbacks=st.lists(TEXT, max_size=2).map(tuple),
)
ANY_SETTINGS = st.builds(
    Settings,
    theme=st.sampled_from(["system", "dark", "light", "high-contrast", "colour-blind-dark"]),
    code_font=TEXT,
    code_size=st.integers(0, 72),
    tab_width=st.integers(1, 16),
    split=st.booleans(),
    context=st.integers(0, 1000),
    after_verdict=st.sampled_from(["next open", "stay"]),
    smooth_scroll=st.booleans(),
    flat_files=st.booleans(),
    take_out_before_sending=st.booleans(),
    model=TEXT,
    budget_round=PRICE,
    budget_review=st.floats(0, 1_000_000),
    budget_day=PRICE,
    tokens_round=st.none() | st.integers(0, 10**12),
    tokens_review=st.none() | st.integers(0, 10**12),
    tokens_day=st.none() | st.integers(0, 10**12),
    snippets=st.lists(TEXT, max_size=3).map(tuple),
    seen_keys=st.lists(TEXT, max_size=3).map(tuple),
    keys=st.dictionaries(TEXT, TEXT, max_size=3),
    models=st.dictionaries(TEXT, MODEL, max_size=2),
)

OWN = """# My settings
theme = "dark"  # easy on the eyes

# Wide screens only
context = 7
snippets = [
    "Please add a test.",  # often
]

# The keys of my old editor
[keys]
accept = "y"

[models.local]
model = "ollama/qwen3-coder"
api_base = "http://localhost:11434"
"""


@settings(max_examples=150)
@given(ANY_SETTINGS)
def test_settings_that_are_written_are_read_back_the_same(value: Settings) -> None:
    assert parse_settings(format_settings(value)) == value


@settings(max_examples=60)
@given(before=ANY_SETTINGS, after=ANY_SETTINGS)
def test_any_settings_can_be_saved_over_any_others(
    tmp_path_factory: pytest.TempPathFactory, before: Settings, after: Settings
) -> None:
    path = tmp_path_factory.mktemp("config") / "settings.toml"
    save_settings(before, path)
    save_settings(after, path)
    assert load_settings(path) == after


def test_without_a_file_there_are_the_defaults(tmp_path: Path) -> None:
    assert load_settings(tmp_path / "settings.toml") == Settings() == parse_settings("")
    assert format_settings(Settings()) == ""


def test_the_users_own_file_is_found_in_the_users_own_folder(home: Path) -> None:
    save_settings(Settings(theme="light"))
    assert load_settings().theme == "light"
    assert [each.name for each in home.rglob("settings.toml")] == ["settings.toml"]


def test_a_file_says_what_is_set() -> None:
    found = parse_settings(OWN)
    assert (found.theme, found.context, found.split) == ("dark", 7, True)
    assert found.keys == {"accept": "y"}
    assert found.models == {"local": ModelSettings("ollama/qwen3-coder", "http://localhost:11434")}
    assert parse_settings("budget_review = 5").budget_review == 5.0


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ('split = true\n\ntheem = "dark"\n', 3, "there is no setting “theem”"),
        ('# split = 1\nafter_verdict = "pink"\n', 2, 'must be one of "next open", "stay"'),
        ("tab_width = 0\n", 1, "must be from 1 to 16"),
        ('tab_width = "four"\n', 1, "must be a whole number"),
        ("tab_width = true\n", 1, "must be a whole number"),
        ("split = 1\n", 1, "must be true or false"),
        ("budget_review = nan\n", 1, "must be from 0 to"),
        ("snippets = 'one'\n", 1, "must be a list"),
        ("snippets = ['one', 2]\n", 1, "must be a text in quotes"),
        ("\nkeys = 'a'\n", 2, "must be a table"),
        ("[keys]\naccept = 'a'\nreject = 3\n", 3, "“keys.reject” must be a text"),
        ("[models.'my own']\nmodel = 'x'\n[models.b]\nmodel = 'y'\nprice = 1\n", 5, "“models.b.price”"),
        ("[models.'my own']\nmodel = 'x'\nprice_in = 'cheap'\n", 3, "must be a number"),
        ("theme = 'dark'\n[models.a]\napi_base = 'x'\n", 2, "“models.a” lacks “model”"),
        ("[models]\na = 'gpt'\n", 2, "“models.a” must be a table"),
        ("[models]\na = {model = 'gpt', cost = 3}\n", 2, "there is no setting “models.a.cost”"),
        ("theme = 'dark'\n\nsplit = maybe\n", 3, "not valid TOML"),
        ("theme = 'dark'\ntheme = 'light'\n", 2, "not valid TOML"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(text: str, line: int, words: str) -> None:
    with pytest.raises(UserError) as caught:
        parse_settings(text, "/home/ada/settings.toml")
    assert words in caught.value.message
    assert f"line {line}" in caught.value.message
    assert "/home/ada/settings.toml" in caught.value.message
    assert caught.value.hint


def test_a_file_that_is_not_text_is_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.write_bytes(b"theme = '\xff'\n")
    with pytest.raises(UserError, match="could not be read"):
        load_settings(path)


def test_saving_changes_the_lines_that_differ_and_keeps_the_users_comments(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.write_text(OWN)
    before = load_settings(path)
    save_settings(
        replace(before, context=9, split=False, keys={"accept": "y", "next change": "n"}),
        path,
    )
    expected = OWN.replace("context = 7", "context = 9")
    expected = expected.replace("]\n\n# The keys", "]\nsplit = false\n\n# The keys")
    expected = expected.replace("[keys]\n", '[keys]\n"next change" = "n"\n')
    assert path.read_text() == expected


def test_saving_what_the_file_says_already_does_not_touch_it(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.write_text(OWN)
    before = path.stat()
    save_settings(parse_settings(OWN), path)
    assert path.stat().st_mtime_ns == before.st_mtime_ns
    assert path.stat().st_ino == before.st_ino


def test_where_a_line_is_not_enough_the_file_is_written_anew_and_the_old_one_kept(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.write_text(OWN)
    after = replace(parse_settings(OWN), snippets=("Another.",), models={})
    save_settings(after, path)
    assert load_settings(path) == after
    assert (tmp_path / "settings.toml.bak").read_text() == OWN


def test_a_wrong_file_is_not_written_over(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.write_text("theem = 'dark'\n")
    with pytest.raises(UserError, match="theem"):
        save_settings(Settings(theme="dark"), path)
    assert path.read_text() == "theem = 'dark'\n"


def test_a_settings_file_that_is_a_link_stays_one(tmp_path: Path) -> None:
    dotfiles = tmp_path / "dotfiles"
    dotfiles.mkdir()
    (dotfiles / "wb.toml").write_text("split = false\n")
    path = tmp_path / "settings.toml"
    path.symlink_to(dotfiles / "wb.toml")
    save_settings(Settings(split=False, context=5), path)
    assert path.is_symlink()
    assert (dotfiles / "wb.toml").read_text() == "split = false\ncontext = 5\n"


def test_a_save_that_fails_leaves_the_file_as_it_was_and_nothing_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.mkdir()  # As good as any reason why it cannot be written.
    with pytest.raises(UserError, match="could not be read"):
        save_settings(Settings(split=False), path)
    assert [each.name for each in tmp_path.iterdir()] == ["settings.toml"]


def test_every_setting_says_what_it_does() -> None:
    for kind in (Settings, ModelSettings):
        hints = get_type_hints(kind, include_extras=True)
        for each in fields(kind):
            about = get_args(hints[each.name])[1]
            assert isinstance(about, About)
            assert about.words
