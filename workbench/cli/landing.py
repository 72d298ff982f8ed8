"""The command that lands."""

from __future__ import annotations

from workbench.cli.output import print_json, print_lines
from workbench.cli.parser import Options
from workbench.errors import UserError
from workbench.workflow.landing import carry_out, plan_landing
from workbench.workflow.opening import open_saved


def land(options: Options) -> int:
    """Write the accepted result to the work tree or into a patch file."""
    session = open_saved(options.review)
    plan = plan_landing(session, options.to)
    document = {
        "review": session.review.id,
        "destination": plan.destination,
        "files": [{"path": row.path, "what": row.what} for row in plan.rows],
        "rejected": plan.rejected,
        "asked": plan.asked,
        "unread": plan.unread,
        "conflicts": list(plan.conflicts),
        "landed": False,
    }
    if plan.conflicts:
        raise UserError(
            f"Nothing was landed: {'; '.join(plan.conflicts)}.",
            hint=f"Read the work tree again (workbench next {session.review.id} --refresh), judge what is new, and land.",
        )
    if not options.dry_run:
        if plan.unread and not options.unread:
            raise UserError(
                f"{plan.unread} changes are unread.", hint="Judge them, or land without them: --unread"
            )
        session.act(carry_out(session, plan))
        document["landed"] = True
    if options.json:
        print_json(document)
        return 0
    for row in plan.rows:
        print_lines(f"{row.what:9} {row.path}")
    verb = "Would land" if options.dry_run else "Landed"
    print_lines(
        f"{verb} {len(plan.rows)} files. {plan.rejected} rejected, {plan.asked} asked, {plan.unread} unread."
    )
    return 0
