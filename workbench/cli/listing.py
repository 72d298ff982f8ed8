"""The command that lists changes. Of a folder and a range, as JSON, it needs no review, and loads none."""

from __future__ import annotations

import gc
from contextlib import closing

from workbench.cli.asking import named_review, unsaved
from workbench.cli.output import print_json_list
from workbench.cli.parser import Options
from workbench.errors import UserError


def changes(options: Options) -> int:
    """Every file change of a review, or of a folder and a range (then nothing is saved)."""
    # What is made here stays until the end; looking through it for garbage takes as long as making it.
    gc.disable()
    named = named_review(options)
    if named is None and (options.round is not None or options.against is not None):
        option = "--round" if options.round is not None else "--against"
        raise UserError(f"{option} needs a review.", hint="List them: workbench reviews")
    if named is None and options.json:
        return _list_unsaved(options)
    # Late: a listing without a review starts in two thirds of the time without it.
    from workbench.cli.reviewing import print_changes  # noqa: PLC0415

    return print_changes(options, named)


def _list_unsaved(options: Options) -> int:
    with unsaved(options) as (repository, candidate):
        shares = repository.shares(candidate.base, candidate.tree)
        # Late: git compares meanwhile.
        from workbench.cli.beside import Beside  # noqa: PLC0415
        from workbench.workflow import listing  # noqa: PLC0415
        from workbench.workflow.file_documents import not_shown_document  # noqa: PLC0415

        listed: dict[int, bytes] = {}
        # Two processes make half of it each, while a third, git, compares.
        with closing(Beside(listing.listed_output)) as beside:
            for number, share in enumerate(shares):
                if share.is_plain and share.files < share.of and beside.takes():
                    beside.give(number, share.output)
                else:
                    listed[number] = listing.listed(shares.files_of(share))
            listed |= beside.answers()
    document = {
        "review": None,
        "round": 0,
        "base": candidate.base,
        "tree": candidate.tree,
        "not_shown": [not_shown_document(each) for each in candidate.not_shown],
    }
    print_json_list(document, "files", [listed[number] for number in sorted(listed)])
    return 0
