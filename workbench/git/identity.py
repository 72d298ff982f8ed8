"""Who the user is to git, and the few other things that a commit made here must know. Runs nothing.

The user's own configuration and the repository's are read together, as for `git commit`. A value is data
here, and never a program.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from msgspec import Struct

from workbench.errors import UserError
from workbench.git.configuration import read_configuration

if TYPE_CHECKING:
    from workbench.git.repository import Repository

_TRUE = ("true", "yes", "on", "1", "")


class Person(Struct, frozen=True):
    """A name and an e-mail address, as a commit has them."""

    name: str
    email: str

    def __str__(self) -> str:
        return f"{self.name} <{self.email}>"


class Identity(Struct, frozen=True):
    """Whose commit it will be, and what the user's configuration says of commits besides.

    `named_hooks`: the names of hooks that the configuration itself holds.
    """

    author: Person
    committer: Person
    signs: bool = False
    reflogs: str = "true"
    named_hooks: tuple[str, ...] = ()

    def environment(self) -> dict[str, str]:
        """What git is told of the person. The time is git's own, in the user's zone."""
        found = {
            "GIT_AUTHOR_NAME": self.author.name,
            "GIT_AUTHOR_EMAIL": self.author.email,
            "GIT_COMMITTER_NAME": self.committer.name,
            "GIT_COMMITTER_EMAIL": self.committer.email,
        }
        return found | ({"TZ": os.environ["TZ"]} if "TZ" in os.environ else {})


def read_identity(repository: Repository) -> Identity:
    """The user's name and address. UserError with the command that sets what is missing."""
    settings = read_configuration(repository.found.git_dir, repository.found.work_tree)
    single = {each.key: each.value for each in settings}
    name, email = single.get("user.name", ""), single.get("user.email", "")

    def person(kind: str) -> Person:
        found = Person(
            _plain(single.get(f"{kind}.name") or name), _plain(single.get(f"{kind}.email") or email)
        )
        for value, what, example in (
            (found.name, "name", 'user.name "Your Name"'),
            (found.email, "e-mail address", "user.email you@example.com"),
        ):
            if not value:
                raise UserError(
                    f"The commit cannot be made: git does not know your {what}.",
                    hint=f"Tell it: git config --global {example}",
                )
        return found

    return Identity(
        author=person("author"),
        committer=person("committer"),
        signs=single.get("commit.gpgsign", "false").lower() in _TRUE,
        reflogs=single.get("core.logallrefupdates", "true") or "true",
        named_hooks=tuple(dict.fromkeys(each.subsection for each in settings if each.section == "hook")),
    )


def _plain(text: str) -> str:
    """What git itself takes out of a name: it would end the line of the commit that it stands in."""
    return "".join(sign for sign in text if sign not in "<>\n\0").strip(" .,:;\"'\t")
