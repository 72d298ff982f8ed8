"""The command that lands."""

from __future__ import annotations

from typing import Any

from workbench.cli.output import counted, print_json, print_lines, say
from workbench.cli.parser import Options
from workbench.cli.reviewing import saved
from workbench.errors import UserError
from workbench.workflow.landing import LandingPlan, carry_out, plan_landing
from workbench.workflow.session import Session


def land(options: Options) -> int:
    """Write the accepted result to the work tree or into a patch file."""
    with saved(options) as session:
        plan = plan_landing(session, options.to)
        if not options.dry_run:
            _land(session, plan, options)
        elif options.json:
            print_json(_document(session, plan, landed=False))
        else:
            _print_plan(plan, "Would land")
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
    session.act(carry_out(session, plan))
    if options.json:
        print_json(_document(session, plan, landed=True))
    else:
        _print_plan(plan, "Landed")


def _conflict(session: Session, plan: LandingPlan) -> UserError:
    return UserError(
        f"Nothing was landed: {'; '.join(plan.conflicts)}.",
        hint=f"Read it again (workbench next {session.review.id} --refresh), judge what is new, and land.",
    )


def _document(session: Session, plan: LandingPlan, *, landed: bool) -> dict[str, Any]:
    return {
        "review": session.review.id,
        "destination": plan.destination,
        "files": [{"path": row.path, "what": row.what} for row in plan.rows],
        "rejected": plan.rejected,
        "asked": plan.asked,
        "unread": plan.unread,
        "conflicts": list(plan.conflicts),
        "warnings": list(plan.warnings),
        "landed": landed,
    }


def _print_plan(plan: LandingPlan, verb: str) -> None:
    for row in plan.rows:
        print_lines(f"{row.what:9} {row.path}")
    print_lines(
        f"{verb} {counted(len(plan.rows), 'file')}. "
        f"{plan.rejected} rejected, {plan.asked} asked, {plan.unread} unread."
    )
    say(*plan.warnings)
