"""House rules on disk: added, listed, removed, counted, by several processes at once."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from workbench.errors import UserError
from workbench.store.digests import digest_key, keyed_digest
from workbench.store.rules import add_rule, count_sent, read_rules, remove_rule, rules_path, set_broken


def ids(repository: str | None = None) -> list[str]:
    return [rule.id for rule in read_rules(repository)]


def test_rules_are_listed_by_priority_and_an_id_is_never_given_twice() -> None:
    add_rule("No  print\nin the library.")
    add_rule("Say why.", priority=5, pattern="*.py")
    assert [rule.text for rule in read_rules()] == ["Say why.", "No print in the library."]
    assert remove_rule("r2").text == "Say why."
    assert add_rule("Again.").id == "R3"
    assert ids() == ["R1", "R3"]


def test_a_repository_has_its_own_and_the_users() -> None:
    add_rule("Mine.")
    add_rule("Theirs.", repository="/a/.git")
    assert (ids("/a/.git"), ids("/b/.git"), ids()) == (["R1", "R2"], ["R1"], ["R1", "R2"])


def test_a_rule_is_removed_only_where_it_holds() -> None:
    add_rule("Mine.")
    add_rule("Theirs.", repository="/a/.git")
    with pytest.raises(UserError, match="R2 is a rule of another repository"):
        remove_rule("R2", "/b/.git")
    assert ids() == ["R1", "R2"]
    assert [remove_rule(each, "/a/.git").text for each in ("R2", "R1")] == ["Theirs.", "Mine."]


def test_they_are_counted() -> None:
    add_rule("One.")
    add_rule("Two.")
    count_sent(frozenset({"R1"}))
    count_sent(frozenset({"R1", "R9"}))
    set_broken("review", {"R1": frozenset({"N1", "N4"})})
    set_broken("other", {"R1": frozenset({"N1"})})
    set_broken("review", {"R1": frozenset({"N4"})})
    one, two = read_rules()
    assert (one.sent, one.broken, two.sent, two.broken) == (2, ("other/N1", "review/N4"), 0, ())


@pytest.mark.parametrize("text", ["", "  \n", "x" * 2001])
def test_what_is_no_rule_is_refused(text: str) -> None:
    with pytest.raises(UserError):
        add_rule(text)
    assert read_rules() == ()


def test_one_that_is_not_there_cannot_be_removed() -> None:
    with pytest.raises(UserError, match="no rule R7"):
        remove_rule("R7")


@pytest.mark.parametrize(
    "data", [b"{", b'{"rules": 3}', b'{"version": 2}', b'{"rules": [{"id": "X", "text": "a"}]}']
)
def test_a_file_that_is_not_understood_is_refused_and_left_alone(data: bytes) -> None:
    rules_path().parent.mkdir(parents=True)
    rules_path().write_bytes(data)
    with pytest.raises(UserError):
        add_rule("One more.")
    assert rules_path().read_bytes() == data


def test_processes_that_add_at_once_lose_none(tmp_path: Path) -> None:
    go = tmp_path / "go"
    code = "import sys, pathlib\nfrom workbench.store.rules import add_rule\n"
    code += "print('ready', flush=True)\n"
    code += "while not pathlib.Path(sys.argv[2]).exists(): pass\n"
    code += "for number in range(40): add_rule(f'{sys.argv[1]} {number}')"
    running = [
        subprocess.Popen([sys.executable, "-c", code, name, str(go)], stdout=subprocess.PIPE)
        for name in "abc"
    ]
    for each in running:
        assert each.stdout is not None
        each.stdout.readline()
    go.touch()
    for each in running:
        each.communicate(timeout=60)
        assert each.returncode == 0
    rules = read_rules()
    assert len({rule.id for rule in rules}) == len({rule.text for rule in rules}) == 120


def test_a_digest_is_the_users_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    key = digest_key()
    assert (len(key), digest_key()) == (32, key)
    monkeypatch.setenv("WORKBENCH_DATA", str(tmp_path / "another"))
    assert keyed_digest(b"secret", digest_key()) != keyed_digest(b"secret", key)
    assert keyed_digest(b"secret", key) == keyed_digest(b"secret", key) != keyed_digest(b"Secret", key)
