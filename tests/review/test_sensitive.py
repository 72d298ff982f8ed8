"""Which files run by themselves, build, or instruct agents, and that they are left out of bulk."""

from __future__ import annotations

import pytest

from workbench.review.changes import Change, FileChange, Kind, Status
from workbench.review.sensitive import Tier, accepted, facts, left_out, spared, tier, tier_of_path, tiers
from workbench.review.verdicts import Verdict, judged, select_changes

RUNS = [
    *(".gitattributes", ".gitmodules", ".gitignore", "deep/in/.gitattributes", ".git-anything"),
    *(".husky/pre-commit", ".githooks/pre-push", "tools/hooks/pre-commit", "hooks/post-checkout.sh"),
    *(".pre-commit-config.yaml", "lefthook.yml", ".lefthook-local.yml", ".lintstagedrc.json"),
    *(
        ".vscode/tasks.json",
        ".vscode/settings.json",
        ".vscode/launch.json",
        ".idea/workspace.xml",
        "a.code-workspace",
    ),
    *(
        ".envrc",
        "sub/.envrc",
        ".env",
        "conftest.py",
        "tests/conftest.py",
        "sitecustomize.py",
        "usercustomize.py",
    ),
    *(
        "evil.pth",
        "setup.py",
        "noxfile.py",
        "tox.ini",
        "package.json",
        "web/package.json",
        ".npmrc",
        ".yarnrc.yml",
    ),
    *(
        ".yarn/releases/yarn.cjs",
        ".mcp.json",
        ".claude/settings.json",
        ".cursor/mcp.json",
        ".codex/config.toml",
    ),
    *(".gemini/settings.json", "opencode.json", ".devcontainer/devcontainer.json", ".devcontainer.json"),
    *(".gdbinit", ".dir-locals.el", ".cargo/config.toml", "eslint.config.js"),
]
BUILD = [
    *(".github/workflows/ci.yml", ".github/actions/setup/action.yml", ".gitlab-ci.yml", "Jenkinsfile"),
    *(".circleci/config.yml", "Dockerfile", "api/Dockerfile.dev", "pyproject.toml", "build.rs", "Cargo.toml"),
    *(
        "Cargo.lock",
        "poetry.lock",
        "package-lock.json",
        "build.gradle.kts",
        "gradle/wrapper/gradle-wrapper.jar",
    ),
    *("CMakeLists.txt", "cmake/find.cmake", ".ci/run", "Makefile", "requirements-dev.txt", "vite.config.ts"),
]
INSTRUCTIONS = [
    *(
        "AGENTS.md",
        "docs/AGENTS.md",
        "CLAUDE.md",
        "CLAUDE.local.md",
        "GEMINI.md",
        ".cursorrules",
        ".clinerules",
    ),
    *(".github/copilot-instructions.md", ".github/instructions/a.instructions.md", "skills/pdf/SKILL.md"),
    *(".claude/agents/reviewer.md", ".cursor/rules/style.mdc"),
]
PLAIN = [
    *("src/store.py", "README.md", "src/hooks/useState.ts", "src/hooks/update.ts", "empty/.gitkeep"),
    *(".github/ISSUE_TEMPLATE/bug.md", "docs/claude.txt", "my-package.json", "setup_helpers.py", "data.json"),
]


@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        *((path, Tier.RUNS) for path in RUNS),
        *((path, Tier.BUILD) for path in BUILD),
        *((path, Tier.INSTRUCTIONS) for path in INSTRUCTIONS),
        *((path, None) for path in PLAIN),
    ],
)
def test_a_path_has_its_tier(path: str, wanted: Tier | None) -> None:
    assert tier_of_path(path) is wanted


@pytest.mark.parametrize("path", [*RUNS, *BUILD, *INSTRUCTIONS])
def test_the_case_of_a_name_does_not_matter(path: str) -> None:
    assert tier_of_path(path.upper()) is tier_of_path(path)


@pytest.mark.parametrize("path", ["conftest.py.", "conftest.py ", ".git\u200cattributes", ".envrc. ."])
def test_spellings_that_a_file_system_takes_for_the_name_count(path: str) -> None:
    assert tier_of_path(path) is Tier.RUNS


def test_a_rename_counts_from_and_to() -> None:
    assert tier(file("plain.py", base="conftest.py")) is Tier.RUNS
    assert tier(file("conftest.py", base="plain.py")) is Tier.RUNS
    assert tier(file("AGENTS.md", base="setup.py")) is Tier.RUNS
    assert tier(file("other.py", base="plain.py")) is None
    assert tiers([file("a.py"), file(".envrc")]) == {".envrc": Tier.RUNS}


def test_modes_are_said_besides() -> None:
    assert facts(file("run", new="100755")) == ("executable",)
    assert facts(file("run", old="100755", new="100755")) == ()
    assert facts(file("link", old=None, new="120000")) == ("symbolic link",)
    assert facts(file("sub", old="160000", new="160000")) == ("submodule",)


def test_accepting_in_bulk_leaves_sensitive_files_out() -> None:
    files = [file("a.py"), file(".envrc"), file("AGENTS.md")]
    changes = [change for each in files for change in each.changes]
    kept, left = spared(changes, tiers(files), {})
    assert [change.path for change in kept] == ["a.py"]
    assert left == (".envrc", "AGENTS.md")
    verdicts = judged({}, select_changes(files[1].changes), Verdict.ACCEPTED)
    assert spared(changes, tiers(files), verdicts)[1] == ("AGENTS.md",)
    assert spared(changes[:1], tiers(files), {}) == ((changes[0],), ())


def test_what_was_left_out_is_named() -> None:
    assert left_out([".envrc"]) == "1 sensitive file was left out: .envrc."
    assert left_out([".envrc", "a\u202eb"]).endswith("files were left out: .envrc, a⟦U+202E⟧b.")
    assert left_out([str(n) for n in range(12)]).endswith("8, 9 and 2 more.")


def test_what_is_accepted_is_listed_with_what_it_does() -> None:
    files = [file(".envrc", new="100755"), file("tool", new="100755"), file("a.py"), file("AGENTS.md")]
    verdicts = judged({}, select_changes(c for each in files[:3] for c in each.changes), Verdict.ACCEPTED)
    assert accepted(files, verdicts) == {".envrc": "runs by itself, executable", "tool": "executable"}


def file(
    path: str, *, base: str | None = None, old: str | None = "100644", new: str = "100644"
) -> FileChange:
    before = base or path
    change = Change(path, Kind.TEXT, path, before, 1, 1, (b"a\n",), (b"b\n",))
    status = Status.RENAMED if base else Status.MODIFIED
    return FileChange(status, path, before, old, new, "1", "2", changes=(change,))
