"""Which files do more than be read: they run by themselves, build, or tell agents what to do.

By path alone, in any folder, whatever the case (file systems fold it); a rename counts from and to.
It answers for paths and reads no content. The rules are case 28's list, filled up from what the tools
document that they load without being asked: git (gitattributes, gitmodules, githooks), husky, pre-commit,
lefthook, VS Code and JetBrains (workspace tasks and settings), Vim and Emacs (exrc, dir-locals), direnv and
mise, Python (site: `.pth`, sitecustomize; pytest: conftest and ini files), npm, Yarn and pnpm (scripts,
plugins), devcontainers, the debuggers' init files, and coding agents (MCP servers, hooks, instructions).
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Sequence
from enum import StrEnum

from msgspec import Struct

from workbench.review.changes import Change, FileChange
from workbench.review.line_ends import line_ends_in_steps
from workbench.review.steps import Steps, finished
from workbench.review.text import visible
from workbench.review.verdicts import Verdict, Verdicts, verdict_of

NAMED = 10
"""How many paths are named in a sentence."""

_EXECUTABLE = "100755"
_LINK = "120000"
_SUBMODULE = "160000"


class Tier(StrEnum):
    """What a sensitive file does, in words. The first is the gravest."""

    RUNS = "runs by itself"
    BUILD = "build"
    INSTRUCTIONS = "instructions"


_RUNS = """
.gitattributes .gitmodules .gitignore .gitconfig .gitpod.yml .gitpod.yaml .gitpod.dockerfile
.pre-commit-config.yaml .pre-commit-config.yml .pre-commit-hooks.yaml .overcommit.yml .husky .envrc
.envrc.* .env .env.* .autoenv .autoenv.zsh mise.toml .mise.toml mise.*.toml .mise.*.toml .tool-versions
.bashrc .bash_profile .profile .zshrc .zshenv .zprofile .inputrc .gdbinit .lldbinit .rprofile .irbrc
.pryrc .exrc .vimrc .nvimrc .nvim.lua .lvimrc .dir-locals.el .dir-locals-2.el .watchmanconfig
*.code-workspace *.sublime-project .project conftest.py sitecustomize.py usercustomize.py *.pth setup.py
noxfile.py tox.ini pytest.ini .pytest.ini pytest.toml .pytest.toml .pdbrc .pylintrc pylintrc
ipython_config.py jupyter_*_config.py package.json .npmrc .yarnrc .yarnrc.* .pnp.js .pnp.cjs
.pnp.loader.mjs .pnpmfile.* bunfig.toml .eslintrc .eslintrc.* eslint.config.* .prettierrc .prettierrc.*
prettier.config.* .lintstagedrc .lintstagedrc.* lint-staged.config.* .simple-git-hooks.*
simple-git-hooks.* lefthook.* .lefthook.* lefthook-local.* .lefthook-local.* .devcontainer.json
devfile.yaml .devfile.yaml .replit .mcp.json mcp.json mcp_config.json mcp-config.json opencode.json
opencode.jsonc crush.json .crush.json .claude.json claude_desktop_config.json gemini-extension.json
.aider.conf.yml .aider.conf.yaml .roomodes
"""

_RUNS_UNDER = """
.githooks .git-hooks .husky .hooks .lefthook .vscode .idea .run .fleet .zed .vs .settings .theia .nvim
.helix .yarn .cargo .direnv .mise .devcontainer .codesandbox .idx .ipython .jupyter
"""

_AGENTS_UNDER = """
.claude .claude-plugin .cursor .codex .gemini .opencode .continue .windsurf .cline .roo .kiro .qwen .amp
.augment .codeium .agents .agent .crush .goose .trae .junie .amazonq .factory .openhands .serena .copilot
.clinerules
"""

_HOOKS = """
applypatch-msg pre-applypatch post-applypatch pre-commit pre-merge-commit prepare-commit-msg commit-msg
post-commit pre-rebase post-checkout post-merge pre-push pre-receive update proc-receive post-receive
post-update reference-transaction push-to-checkout pre-auto-gc post-rewrite sendemail-validate
fsmonitor-watchman post-index-change
"""

_BUILD = """
makefile makefile.* gnumakefile bsdmakefile *.mk *.mak justfile .justfile taskfile.yml taskfile.yaml
dockerfile dockerfile.* *.dockerfile containerfile containerfile.* docker-compose*.yml
docker-compose*.yaml compose.yml compose.yaml docker-bake.hcl earthfile tiltfile vagrantfile procfile
pyproject.toml setup.cfg pipfile requirements*.txt requirements*.in constraints*.txt pylock.toml
pylock.*.toml manifest.in mypy.ini .mypy.ini .flake8 .coveragerc dodo.py fabfile.py wscript sconstruct
sconscript environment.yml build.rs cargo.toml rust-toolchain rust-toolchain.toml clippy.toml
.golangci.yml .golangci.yaml go.mod go.sum go.work go.work.sum build.gradle build.gradle.kts
settings.gradle settings.gradle.kts *.gradle *.gradle.kts gradle.properties gradlew gradlew.bat pom.xml
mvnw mvnw.cmd build.sbt *.sbt build.sc build.xml ivy.xml *.csproj *.vbproj *.fsproj *.vcxproj *.props
*.targets nuget.config global.json *.sln *.slnx cmakelists.txt *.cmake cmakepresets.json
cmakeuserpresets.json configure configure.ac configure.in autogen.sh meson.build meson_options.txt
meson.options build.ninja build.bazel workspace workspace.bazel module.bazel *.bzl .bazelrc conanfile.py
conanfile.txt vcpkg.json .clangd compile_commands.json package-lock.json npm-shrinkwrap.json yarn.lock
pnpm-lock.yaml pnpm-workspace.yaml bun.lockb deno.json deno.jsonc tsconfig.json tsconfig.*.json
*.config.js *.config.cjs *.config.mjs *.config.ts *.config.cts *.config.mts .babelrc .babelrc.* .swcrc
gulpfile.* gruntfile.* jakefile lerna.json nx.json turbo.json rakefile gemfile *.gemspec guardfile
fastfile podfile dangerfile brewfile composer.json .rspec mix.exs rebar.config *.cabal cabal.project
stack.yaml setup.hs package.swift package.resolved *.pbxproj *.xcconfig *.xcscheme pubspec.yaml build.zig
build.zig.zon dune dune-project *.opam makefile.pl build.pl flake.nix shell.nix default.nix devenv.nix
*.lock *.lockfile packages.lock.json .gitlab-ci.yml .gitlab-ci.yaml *.gitlab-ci.yml jenkinsfile
jenkinsfile.* .travis.yml appveyor.yml .appveyor.yml azure-pipelines*.yml azure-pipelines*.yaml
bitbucket-pipelines.yml .drone.yml .drone.star .woodpecker.yml .woodpecker.yaml .cirrus.yml .cirrus.star
.build.yml buildspec.yml buildspec.yaml cloudbuild.yaml cloudbuild.yml .readthedocs.yml .readthedocs.yaml
netlify.toml vercel.json .zuul.yaml wercker.yml renovate.json .renovaterc .renovaterc.json dependabot.yml
dependabot.yaml action.yml action.yaml codeowners sonar-project.properties
"""

_BUILD_UNDER = """
.github/workflows .github/actions .github/scripts .gitea/workflows .forgejo/workflows .gitlab .circleci
.buildkite .ci .jenkins .woodpecker .semaphore .teamcity .builds .zuul.d .azuredevops .azure-pipelines
.tekton .kokoro .mvn gradle
"""

_INSTRUCTIONS = """
agents.md agents.*.md agent.md claude.md claude.*.md gemini.md qwen.md warp.md crush.md codex.md jules.md
opencode.md replit.md .cursorrules .windsurfrules .clinerules .roorules .rules .goosehints
copilot-instructions.md *.instructions.md *.prompt.md *.chatmode.md *.agent.md skill.md llms.txt
llms-full.txt .cursorignore .cursorindexingignore .claudeignore .geminiignore .aiexclude .aiignore
.codeiumignore
"""

_INSTRUCTIONS_UNDER = """
.github/instructions .github/prompts .github/chatmodes .github/agents .github/skills
"""

# HFS+ leaves these out when it compares names.
_ignorable = re.compile("[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]")

_TAKEN = (Verdict.ACCEPTED, Verdict.MIXED)
_PROSE = (".md", ".mdc", ".mdx", ".txt", ".rst")


class _Patterns(Struct, frozen=True):
    """Names of one tier. Of a pattern with a star, what stands before it and what stands behind."""

    tier: Tier
    names: frozenset[str]
    ends: tuple[str, ...]
    starts: tuple[str, ...]
    pairs: tuple[tuple[str, str], ...]

    def fit(self, name: str) -> bool:
        """Asked of every file of a review: two looks say no to nearly all of them."""
        if name in self.names or name.endswith(self.ends):
            return True
        return name.startswith(self.starts) and any(
            name.startswith(start) and name.endswith(end) and len(name) >= len(start) + len(end)
            for start, end in self.pairs
        )


def _read(tier: Tier, patterns: str) -> _Patterns:
    pairs = [(start, end) for start, star, end in (each.partition("*") for each in patterns.split()) if star]
    return _Patterns(
        tier,
        frozenset(each for each in patterns.split() if "*" not in each),
        tuple(end for start, end in pairs if not start) or ("\0",),
        tuple(start for start, _ in pairs if start) or ("\0",),
        tuple((start, end) for start, end in pairs if start),
    )


_BY_NAME = (_read(Tier.RUNS, _RUNS), _read(Tier.BUILD, _BUILD), _read(Tier.INSTRUCTIONS, _INSTRUCTIONS))
_FOLDERS: dict[str, Tier] = {
    **dict.fromkeys(_RUNS_UNDER.split(), Tier.RUNS),
    **dict.fromkeys(_AGENTS_UNDER.split(), Tier.RUNS),
    **dict.fromkeys(_BUILD_UNDER.split(), Tier.BUILD),
    **dict.fromkeys(_INSTRUCTIONS_UNDER.split(), Tier.INSTRUCTIONS),
}
_TWO_DEEP = frozenset(each.partition("/")[0] for each in _FOLDERS if "/" in each)
_AGENTS = frozenset(_AGENTS_UNDER.split())
_HOOK_NAMES = frozenset(_HOOKS.split())
_SCRIPTS = ("", "sh", "bash", "py", "pl", "rb", "ps1", "cmd", "bat", "exe", "sample")


def tier_of_path(path: str) -> Tier | None:
    """The tier of one path, None for a file that is only read."""
    folded = path.casefold()
    if not folded.isascii():
        folded = _ignorable.sub("", folded)
    # NTFS drops blanks and dots at the end of a name.
    *folders, name = [part.rstrip(". ") for part in folded.split("/")]
    by_folder = _by_folder(folders, name) if folders else None
    if by_folder is Tier.RUNS:
        return by_folder
    by_name = _by_name(name)
    return by_name if by_name is Tier.RUNS else by_folder or by_name


def tier(file: FileChange) -> Tier | None:
    """The gravest tier of a file change: of its path, and where it was renamed, of the one it had."""
    found = tier_of_path(file.path)
    if found is Tier.RUNS or file.base_path in (None, file.path):
        return found
    before = tier_of_path(file.base_path or "")
    either = [each for each in Tier if each in (found, before)]
    return either[0] if either else None


def tiers(files: Iterable[FileChange]) -> dict[str, Tier]:
    """The sensitive ones among some file changes, by path."""
    return {file.path: found for file in files if (found := tier(file)) is not None}


def facts(file: FileChange) -> tuple[str, ...]:
    """What else a file change brings that no line of it shows: each is a change that is judged by itself."""
    return finished(facts_in_steps(file))


def facts_in_steps(file: FileChange) -> Steps[tuple[str, ...]]:
    """The same, with rests."""
    found: list[str] = []
    if file.new_mode == _EXECUTABLE and file.old_mode != _EXECUTABLE:
        found.append("executable")
    if file.new_mode == _LINK and file.old_mode != _LINK:
        found.append("symbolic link")
    if _SUBMODULE in (file.old_mode, file.new_mode):
        found.append("submodule")
    ends = yield from line_ends_in_steps(file)
    if ends:
        found.append(ends)
    return tuple(found)


def spared(
    changes: Sequence[Change], sensitive: Container[str], verdicts: Verdicts
) -> tuple[tuple[Change, ...], tuple[str, ...]]:
    """What of `changes` may be accepted in bulk, and the paths whose changes are left out of that.

    A file that was accepted already, by itself, is not named: nothing is left to be done about it.
    """
    kept = tuple(change for change in changes if change.path not in sensitive)
    if len(kept) == len(changes):
        return kept, ()
    left = (change for change in changes if change.path in sensitive)
    paths = dict.fromkeys(each.path for each in left if verdict_of(each, verdicts) is not Verdict.ACCEPTED)
    return kept, tuple(paths)


def left_out(paths: Sequence[str]) -> str:
    """How many files were left out, and which: "2 sensitive files were left out: .envrc, AGENTS.md."."""
    count = len(paths)
    named = ", ".join(visible(path).text for path in paths[:NAMED])
    more = f" and {count - NAMED:,} more" if count > NAMED else ""
    words = "sensitive file was" if count == 1 else "sensitive files were"
    return f"{count:,} {words} left out: {named}{more}."


def accepted(files: Iterable[FileChange], verdicts: Verdicts) -> dict[str, str]:
    """The sensitive file changes of which anything is accepted, by path, with their tier and facts in words.

    What comes with the executable bit, as a symbolic link or as a submodule is named too.
    """
    found: dict[str, str] = {}
    for file in files:
        words = [each.value for each in [tier(file)] if each is not None]
        words += facts(file)
        if words and any(verdict_of(each, verdicts) in _TAKEN for each in file.changes):
            found[file.path] = ", ".join(words)
    return found


def _by_name(name: str) -> Tier | None:
    for patterns in _BY_NAME:
        if patterns.fit(name):
            return patterns.tier
    # Whatever else git or a tool around it may come to read; an empty folder's stand-in is read by nobody.
    return Tier.RUNS if name.startswith(".git") and name not in (".gitkeep", ".github", ".gitlab") else None


def _by_folder(folders: Sequence[str], name: str) -> Tier | None:
    found: Tier | None = None
    for at, folder in enumerate(folders):
        known = _FOLDERS.get(folder)
        if known is None and at and folders[at - 1] in _TWO_DEEP:
            known = _FOLDERS.get(f"{folders[at - 1]}/{folder}")
        if known is Tier.RUNS:
            return Tier.INSTRUCTIONS if folder in _AGENTS and name.endswith(_PROSE) else Tier.RUNS
        found = found or known
    if "hooks" in folders[-1]:
        stem, _, ending = name.partition(".")
        if name == "hooks.json" or (stem in _HOOK_NAMES and ending in _SCRIPTS):
            return Tier.RUNS
    return found
