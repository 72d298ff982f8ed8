"""Which paths a task allows and forbids."""

from __future__ import annotations

import pytest

from workbench.review.scope import Scope, out_of_scope, scope_of_task


@pytest.mark.parametrize(
    "task", ["", "Make it fast.", "Scope: only the store, nothing else", "In scope of this, a/b.py"]
)
def test_a_task_without_paths_in_a_scope_line_binds_nothing(task: str) -> None:
    assert not out_of_scope(task, "anything/at/all.py")


def test_a_scope_line_allows_only_what_it_names() -> None:
    task = "Do it.\n\nScope: src/store/, tests/*.py and `setup.cfg`\n"
    assert not out_of_scope("Scope: src/store/, tests/*.py", "src/store/deep/a.py")
    assert not out_of_scope("Scope: src/store/, tests/*.py", "tests/test_a.py")
    assert out_of_scope("Scope: src/store/, tests/*.py", "tests/deep/test_a.py")
    assert out_of_scope("Scope: src/store/, tests/*.py", "src/storefront.py")
    assert scope_of_task(task).inside == ("setup.cfg",)


def test_an_out_of_scope_list_forbids_what_it_names() -> None:
    task = "# Task\n\n**Out of scope:**\n\n- `migrations/`\n- *.lock\n* docs/**/*.md\n"
    task += "\nScope is wide.\n- other/\n"
    assert out_of_scope(task, "migrations/0001.sql")
    assert out_of_scope(task, "deep/in/poetry.lock")
    assert out_of_scope(task, "docs/a.md")
    assert out_of_scope(task, "docs/b/c/a.md")
    assert not out_of_scope(task, "src/a.py")
    assert not out_of_scope(task, "other/a.py")


def test_a_heading_can_carry_the_list() -> None:
    assert scope_of_task("## Scope\n- src/\n\n## Out of scope\n- src/gen/\n").inside == ("src/",)
    assert out_of_scope("## Scope\n- src/\n\n## Out of scope\n- src/gen/\n", "src/gen/a.py")
    assert not out_of_scope("## Scope\n- src/\n\n## Out of scope\n- src/gen/\n", "src/a.py")


def test_a_file_name_without_a_folder_is_meant_in_any_folder() -> None:
    assert out_of_scope("Out of scope: package.json", "web/package.json")
    assert not out_of_scope("Out of scope: package.json", "web/my-package.json")


@pytest.mark.parametrize(
    ("pattern", "held", "not_held"),
    [
        ("a.py", ["a.py", "x/a.py"], ["b.py"]),
        ("/a.py", ["a.py"], ["x/a.py"]),
        ("./a.py", ["a.py"], ["x/a.py"]),
        ("/*.py", ["a.py"], ["x/a.py"]),
        ("/src/", ["src/a.py"], ["x/src/a.py"]),
        ("./src/*.py", ["src/a.py"], ["src/x/a.py", "x/src/a.py"]),
        ("[ab].py", ["a.py", "x/b.py", "[ab].py"], ["c.py", "ab.py"]),
        ("[a-c]?.py", ["b1.py"], ["d1.py", "b.py"]),
        ("x[!.]y", ["xzy"], ["x.y", "x/y"]),
        ("[^a].py", ["a.py", "^.py"], ["b.py"]),
        # A folder may be called so, and no pattern is too odd to be looked for as it stands.
        ("app/[id]/page.tsx", ["app/[id]/page.tsx"], ["app/x/page.tsx"]),
        ("[z-a].py", ["[z-a].py"], ["z.py"]),
        ("[[a].py", ["[[a].py", "[.py"], ["b.py"]),
        ("[a--b].py", ["[a--b].py"], ["a.py"]),
        ("[a", ["[a", "x/[a"], ["a"]),
    ],
)
def test_a_pattern_holds_for_what_it_names(pattern: str, held: list[str], not_held: list[str]) -> None:
    scope = Scope((pattern,))
    assert [path for path in (*held, *not_held) if scope.holds(path)] == held
