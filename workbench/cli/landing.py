"""The command that lands."""

from __future__ import annotations

from typing import Any

from workbench.cli.output import counted, print_json, print_lines, say
from workbench.cli.parser import Options
from workbench.cli.reviewing import saved
from workbench.errors import UserError
from workbench.review.actions import Landed
from workbench.review.text import one_line
from workbench.workflow.landing import HookError, carry_out, plan_landing, said_by
from workbench.workflow.landing_plan import BRANCH, INDEX, LandingPlan
from workbench.workflow.session import Session

_LEFT = "The work tree is left as it is."


def land(options: Options) -> int:
    """Write the accepted result to the work tree, the index, a branch or a patch file."""
    with saved(options) as session:
        if options.message is not None and not options.to.startswith(BRANCH):
            raise UserError(
                "A message is for a commit, and only a branch gets one.",
                hint="Land with --to branch:NAME, or without -m.",
            )
        plan = plan_landing(session, options.to, options.message or "")
        if options.dry_run:
            from workbench.workflow.landing_secrets import with_secrets  # noqa: PLC0415 - half a second

            plan = with_secrets(session, plan)
        if not options.dry_run:
            _land(session, plan, options)
        elif options.json:
            print_json(_document(session, plan, None))
        else:
            _print_plan(plan, None)
        if options.dry_run and plan.conflicts:
            raise _conflict(session, plan)
    return 0


def _land(session: Session, plan: LandingPlan, options: Options) -> None:
    if plan.conflicts:
        raise _conflict(session, plan)
    if plan.unread and not options.unread:
        raise UserError(
            f"{counted(plan.unread, 'change is', 'changes are')} unread.",
            hint="Judge what is left, or land without it: --unread",
        )
    try:
        landed = carry_out(session, plan, skip_hooks=options.skip_hooks)
    except HookError as refused:
        say(*said_by(refused.runs).split("\n"))
        raise
    session.act(landed)
    if options.json:
        print_json(_document(session, plan, landed))
    else:
        _print_plan(plan, landed)


def _conflict(session: Session, plan: LandingPlan) -> UserError:
    hint = f"Read it again (workbench next {session.review.id} --refresh), judge what is new, and land."
    if plan.destination == INDEX:
        hint = "Unstage or commit what stands against it, and land again."
    elif plan.destination.startswith(BRANCH):
        hint = "Land in a new branch, and merge that."
    return UserError(f"Nothing was landed: {'; '.join(plan.conflicts)}.", hint=hint)


def _document(session: Session, plan: LandingPlan, landed: Landed | None) -> dict[str, Any]:
    document = {
        "review": session.review.id,
        "destination": plan.destination,
        "sensitive": [{"path": path, "why": why} for path, why in plan.sensitive],
        "secret": [{"path": path, "why": why} for path, why in plan.secret],
        "files": [{"path": row.path, "what": row.what} for row in plan.rows],
        "rejected": plan.rejected,
        "asked": plan.asked,
        "unread": plan.unread,
        "conflicts": list(plan.conflicts),
        "warnings": list(plan.warnings),
        "landed": landed is not None,
    }
    if plan.commit is not None:
        document |= {
            "commit": landed.ref_after if landed is not None else None,
            "parent": plan.commit.start,
            "new_branch": plan.commit.branch.tip is None,
            "message": plan.commit.message,
            "author": str(plan.commit.identity.author),
            "hooks": list(plan.commit.hooks),
            "hooks_said": landed.hooks if landed is not None else "",
        }
    return document


def _print_plan(plan: LandingPlan, landed: Landed | None) -> None:
    verb = "Would land" if landed is None else "Landed"
    for what, path, why in plan.listed():
        print_lines(f"{what:9} {one_line(path)}{f'  [{why}]' if why else ''}")
    print_lines(
        f"{verb} {counted(len(plan.rows), 'file')}. "
        f"{plan.rejected} rejected, {plan.asked} asked, {plan.unread} unread."
    )
    if plan.commit is not None:
        _print_commit(plan, landed)
    elif plan.destination == INDEX:
        print_lines(_LEFT)
    say(*plan.warnings)


def _print_commit(plan: LandingPlan, landed: Landed | None) -> None:
    commit = plan.commit
    assert commit is not None
    subject = commit.message.split("\n", 1)[0]
    made = f" {landed.ref_after[:12]}" if landed is not None and landed.ref_after else ""
    kind = "the new branch" if commit.branch.tip is None else "the branch"
    print_lines(f"Commit{made} on {kind} {commit.branch.name}, by {commit.identity.author}: {subject}")
    if landed is not None and landed.hooks:
        say(*landed.hooks.split("\n"))
    elif landed is None and commit.hooks:
        print_lines(f"Hooks that would run: {', '.join(commit.hooks)}")
    print_lines(_LEFT)
