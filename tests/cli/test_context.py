"""The tray, pins, house rules and the gate on the command line, with LiteLLM and a scripted server."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import KeptHelpers
from tests.cli.driver import CommandLine
from tests.model_server import BAD_KEY, ModelServer
from tests.repos import Repo, new_repo, numbered
from workbench.store.paths import settings_path

TOKEN = "ghp_" + "a1B2c3D4e5F6g7H8i9" * 2
NEW = """<<<<<<< EDIT src/a.py
why: it is faster
======= SEARCH
a = 1
======= REPLACE
a = 2
>>>>>>> END
<<<<<<< NEW src/b.py
why: it was asked for
======= CONTENT
b = 1
>>>>>>> END
>>>>>>> ANSWER COMPLETE
"""


@pytest.fixture
def server(running_server: ModelServer, monkeypatch: pytest.MonkeyPatch, helpers: KeptHelpers) -> ModelServer:
    """The scripted model, in the user's settings as `scripted`."""
    running_server.script()
    monkeypatch.setattr("workbench.workflow.session.Helpers", lambda: helpers)
    monkeypatch.setenv("OPENAI_API_KEY", "sk-canary-0123456789")
    settings_path().parent.mkdir(parents=True, exist_ok=True)
    settings_path().write_text(
        f'model = "scripted"\n\n[models.scripted]\nmodel = "openai/gpt-4o-mini"\n'
        f'api_base = "{running_server.url}"\nkey_name = "OPENAI_API_KEY"\nprice_in = 1.0\nprice_out = 2.0\n'
    )
    return running_server


@pytest.fixture
def shop(tmp_path: Path) -> Repo:
    made = new_repo(tmp_path / "shop")
    made.commit({"code.py": numbered(60), "limits.py": numbered(80)})
    made.write({"code.py": numbered(60).replace("line 30", "line thirty")})
    return made


def items(wb: CommandLine, review: str, *options: str) -> dict[str, Any]:
    return {each["id"]: each for each in wb.json("context", review, *options)["items"]}


def test_the_tray_is_what_the_model_is_given(
    wb: CommandLine, shop: Repo, server: ModelServer, tmp_path: Path
) -> None:
    task = tmp_path / "task.md"
    task.write_text("# Faster\n\nScope: `code.py`\n")
    review = wb.start(shop.root, "--task", task)
    assert wb("pin", review, "limits.py:10-12") == "Pinned limits.py:10-12."
    assert wb("rule", "add", "No print.", "--path", shop.root, "--pattern", "*.py") == "R1"
    wb("note", review, "--file", "code.py", "!Say why.")
    document = wb.json("context", review, "--exact")
    assert (document["counted"], document["window"]) == ("exact", 128_000)
    assert document["cost"] == pytest.approx(document["tokens"] / 1_000_000)
    assert sum(each["tokens"] for each in document["items"]) + document["overhead"] == document["tokens"]
    server.script(NEW.replace("src/a.py", "code.py").replace("a = ", "line ").replace("line 2", "line one"))
    wb.run("next", review, "--model", "scripted")
    prompt = server.asked[0].prompt
    assert all(each["text"] in prompt for each in document["items"])
    assert "line 9\n" not in prompt.partition("## limits.py")[2]
    (rule,) = wb.json("rule", "list", "--path", shop.root)["rules"]
    assert (rule["sent"], rule["broken"], rule["pattern"]) == (1, 0, "*.py")


def test_items_are_taken_out_and_put_back_by_name(wb: CommandLine, shop: Repo) -> None:
    review = wb.start(shop.root)
    wb("pin", review, "limits.py")
    assert set(items(wb, review)) == {"file:code.py", "file:limits.py"}
    assert items(wb, review, "--remove", "limits.py")["file:limits.py"]["state"] == "removed"
    assert items(wb, review)["file:limits.py"]["text"] == ""
    assert items(wb, review, "--restore", "file:limits.py")["file:limits.py"]["state"] == "given"
    assert wb("undo", review) == "Undone: putting back limits.py."
    assert wb("undo", review) == "Undone: taking out limits.py."
    assert wb("undo", review) == "Undone: pinning limits.py."
    assert wb("redo", review) == "Done again: pinning limits.py."
    assert wb("unpin", review, "limits.py") == "Unpinned limits.py."
    assert set(items(wb, review)) == {"file:code.py"}
    assert "limits.py" in wb.refused("context", review, "--remove", "limits.py")


def test_a_secret_stops_the_round_and_is_allowed_by_name(
    wb: CommandLine, shop: Repo, server: ModelServer
) -> None:
    shop.write({"code.py": f'{numbered(60)}T = "{TOKEN}"\n', "extra.py": "x = 1\n"})
    review = wb.start(shop.root)
    wb("judge", review, "rejected", "--file", "extra.py")
    said = wb.refused("next", review, "--model", "scripted")
    assert "code.py:61: GitHub token" in said
    assert TOKEN not in said
    assert (shop.root / "extra.py").exists(), "nothing was taken out of the work tree yet"
    assert server.asked == []
    (finding,) = wb.json("context", review)["findings"]
    assert finding["id"] in said
    assert "no finding abc" in wb.refused("next", review, "--model", "scripted", "--allow-secret", "abc")
    server.script(NEW.replace("src/a.py", "code.py").replace("a = 1", "line 1").replace("a = 2", "line one"))
    wb.run("next", review, "--model", "scripted", "--allow-secret", finding["id"])
    assert len(server.asked) == 1
    assert TOKEN in server.asked[0].prompt
    assert wb.json("context", review)["findings"][0]["allowed"] is True


def test_a_question_does_not_carry_a_secret_out_either(
    wb: CommandLine, shop: Repo, server: ModelServer
) -> None:
    review = wb.start(shop.root)
    change = wb.change(review, "code.py")
    said = wb.refused("ask", review, f"Is {TOKEN} right?", "--on", change, "--model", "scripted")
    assert "GitHub token" in said
    assert TOKEN not in said
    assert server.asked == []


def test_a_second_reader_is_not_given_a_secret_either(
    wb: CommandLine, shop: Repo, server: ModelServer
) -> None:
    shop.write({"code.py": f'{numbered(60)}T = "{TOKEN}"\n'})
    review = wb.start(shop.root)
    ran = wb.run("read", review, "--model", "scripted")
    assert ran.status == 1
    assert "GitHub token" in ran.err
    assert TOKEN not in ran.out + ran.err
    assert server.asked == []


def test_the_first_round_is_made_from_a_task_alone(
    wb: CommandLine, server: ModelServer, tmp_path: Path
) -> None:
    repo = new_repo(tmp_path / "clean")
    repo.commit({"src/a.py": "a = 1\n", "docs/c.md": "c\n"})
    task = tmp_path / "task.md"
    task.write_text("# Make it faster\n\nScope: `src/`\n")
    assert "Nothing is uncommitted" in wb.refused("start", repo.root)
    review = wb.start(repo.root, "--task", task)
    assert wb.files(review) == {}
    server.script(NEW)
    assert "Round 2 is here" in wb("next", review, "--model", "scripted")
    prompt = server.asked[0].prompt
    assert prompt.index("# Make it faster") < prompt.index("## src/a.py")
    assert "docs/c.md" in prompt.partition("by name only")[2]
    files = wb.files(review)
    assert {path: each["out_of_scope"] for path, each in files.items()} == {
        "src/a.py": False,
        "src/b.py": False,
    }
    task.write_text("# Make it faster\n\nScope: `src/a.py`\n")
    wb("task", review, "--set", task)
    assert wb.files(review)["src/b.py"]["out_of_scope"] is True


def test_house_rules_are_listed_removed_and_exported(wb: CommandLine, shop: Repo, tmp_path: Path) -> None:
    here = ("--path", str(shop.root))
    assert wb("rule", "list", *here).startswith("There are no house rules.")
    wb("rule", "add", "No print.", "--pattern", "*.py", *here)
    wb("rule", "add", "Say why.", "--user", "--priority", "5")
    rules = wb.json("rule", "list", *here)["rules"]
    assert [(rule["id"], rule["repository"] is None) for rule in rules] == [("R2", True), ("R1", False)]
    out = tmp_path / "RULES.md"
    assert wb("rule", "export", out, *here) == f"Wrote 2 rules to {out}."
    assert out.read_text() == "# House rules\n\n- Say why.\n- No print. (`*.py`)\n"
    assert "exists already" in wb.refused("rule", "export", out, *here)
    assert wb("rule", "remove", "R2") == "Removed R2: Say why."
    assert "no rule R2" in wb.refused("rule", "remove", "R2")
    for wrong in (("rule", "mend"), ("rule", "add"), ("rule", "remove"), ("rule", "export")):
        wb.refused(*wrong)
    assert [each.name for each in shop.root.iterdir() if "rule" in each.name.lower()] == []


def test_the_rule_of_another_repository_is_not_removed(wb: CommandLine, shop: Repo, tmp_path: Path) -> None:
    other = new_repo(tmp_path / "other")
    wb("rule", "add", "No print.", "--path", shop.root)
    assert "of another repository" in wb.refused("rule", "remove", "R1", "--path", other.root)
    assert wb("rule", "remove", "R1", "--path", shop.root) == "Removed R1: No print."


def test_a_rule_counts_as_sent_once_a_model_took_it(wb: CommandLine, shop: Repo, server: ModelServer) -> None:
    wb("rule", "add", "No print.", "--path", shop.root)
    review = wb.start(shop.root)
    wb("note", review, "--file", "code.py", "!Say why.")

    def sent() -> int:
        (rule,) = wb.json("rule", "list", "--path", shop.root)["rules"]
        number: int = rule["sent"]
        return number

    server.script(BAD_KEY)
    assert wb.run("next", review, "--model", "scripted").status == 1
    assert "No print." in server.asked[0].prompt
    assert sent() == 0
    # A round that is asked for again, and then lost, was given it once.
    server.script(*["Nothing that fits."] * 3)
    assert wb.run("next", review, "--model", "scripted").status == 1
    assert (len(server.asked), sent()) == (3, 1)
    server.script(BAD_KEY, ">>>>>>> FINDINGS COMPLETE\n")
    wb.run("read", review, "--model", "scripted")
    assert sent() == 1
    wb("read", review, "--model", "scripted")
    assert sent() == 2
    # The offline author is given no prompt.
    wb("next", review, "--model", "offline")
    assert sent() == 2


def test_whoever_is_no_model_gets_the_house_rules_too(wb: CommandLine, shop: Repo) -> None:
    wb("rule", "add", "No print.", "--path", shop.root, "--pattern", "*.py")
    wb("rule", "add", "Docs are short.", "--path", shop.root, "--pattern", "*.md")
    wb("rule", "add", "Be kind.", "--path", shop.root, "--user")
    review = wb.start(shop.root)
    wb("note", review, "--file", "code.py", "!Say why.")
    text = wb("feedback", review)
    assert "## House rules\n" in text
    assert "- R1: No print." in text
    assert "- R3: Be kind." in text
    assert "Docs are short" not in text
    given = wb.json("feedback", review)["rules"]
    assert given == [{"id": "R1", "text": "No print."}, {"id": "R3", "text": "Be kind."}]
    # The same that a model is given, and those that were taken out of the tray are not.
    tray = [each["id"] for each in wb.json("context", review)["items"] if each["kind"] == "house rule"]
    assert tray == ["rule:R1", "rule:R3"]
    wb("context", review, "--remove", "rule:R3")
    assert "Be kind." not in wb("feedback", review)
    # To be printed is not to be sent.
    assert {each["sent"] for each in wb.json("rule", "list", "--path", shop.root)["rules"]} == {0}


def test_a_question_stopped_by_the_gate_is_asked_once_it_is_allowed(
    wb: CommandLine, shop: Repo, server: ModelServer
) -> None:
    review = wb.start(shop.root)
    said = wb.refused("ask", review, f"Is {TOKEN} a password?", "--model", "scripted")
    assert "Nothing was sent" in said
    assert TOKEN not in said
    assert server.asked == []
    (note,) = wb.json("notes", review)["notes"]
    finding = said.partition("--allow-secret ")[2].split()[0]
    server.script("No.\n>>>>>>> ANSWER COMPLETE\n")
    out = wb("ask", review, note["id"], "--model", "scripted", "--allow-secret", finding)
    assert out == f"{note['id']}: No."
    assert TOKEN in server.asked[0].prompt
    # Allowed for the whole review.
    server.script("Still no.\n>>>>>>> ANSWER COMPLETE\n")
    wb("ask", review, note["id"], "--model", "scripted")


def test_the_lines_of_a_file_that_is_never_sent_do_not_leave_in_the_feedback_either(
    wb: CommandLine, tmp_path: Path, server: ModelServer
) -> None:
    repo = new_repo(tmp_path / "named")
    repo.commit({".env": "PASSWORD=hunter2\n", "a.py": "a = 1\n"})
    repo.write({".env": "PASSWORD=hunter3\n", "a.py": "a = 2\n"})
    review = wb.start(repo.root)
    wb("judge", review, "rejected", "--file", ".env")
    wb("context", review, "--remove", "file:.env")
    said = wb.refused("next", review, "--model", "scripted", "--keep-rejected")
    assert ".env: environment with settings that are often secret" in said
    assert server.asked == []
    assert "Careful" in wb.run("feedback", review).err
    finding = said.partition("--allow-secret ")[2].split()[0]
    wb("context", review, "--allow-secret", finding)
    assert "Careful" not in wb.run("feedback", review).err
    server.script(*["no block"] * 3)
    wb.run("next", review, "--model", "scripted", "--keep-rejected")
    assert "hunter2" in server.asked[0].prompt


def test_a_round_of_one_change_is_looked_through_as_it_is_sent(
    wb: CommandLine, shop: Repo, server: ModelServer
) -> None:
    """Whatever was taken out of the tray: the gate reads the prompt itself."""
    review = wb.start(shop.root)
    change = wb.change(review, "code.py")
    wb("note", review, "--on", change, f"!Do not use {TOKEN} here.")
    wb("context", review, "--remove", "feedback")
    prompts: list[str] = []
    ran = wb.run("next", review, "--model", "scripted", "--only", change)
    prompts += [asked.prompt for asked in server.asked]
    assert not [prompt for prompt in prompts if TOKEN in prompt]
    wb("context", review, "--restore", "feedback")
    server.script("never asked")
    said = wb.refused("next", review, "--model", "scripted", "--only", change)
    assert "Nothing was sent: 1 thing looks like a secret." in said
    assert server.asked == []
    finding = said.partition("--allow-secret ")[2].split()[0]
    server.script(*["no block"] * 3)
    ran = wb.run("next", review, "--model", "scripted", "--only", change, "--allow-secret", finding)
    assert ran.status == 1
    assert TOKEN in server.asked[0].prompt
