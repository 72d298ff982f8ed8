"""Pictures of a review of 1,600 files and 270,000 lines: while it comes in, and when it is all there."""

from __future__ import annotations

from pathlib import Path

from tests.benchmarks.large import range_of_changes
from tests.shots.fresh import both, calm, fresh, keep_as_it_is
from workbench.review.changes import Side
from workbench.workflow.candidates import Asked


def large_scenes(scratch: Path, folder: Path) -> list[Path]:
    """Every picture of it."""
    repository = scratch / "large"
    range_of_changes(repository)
    driver = fresh(folder)
    window = driver.window
    window.errands.open(repository, Asked(range_text="HEAD~1..HEAD", new=True))
    driver.until(lambda: window.controller.session is not None, "the review", 60)
    driver.until(lambda: window.view.is_settled, "the first colours", 60)
    keep_as_it_is(driver, "47-large-comes-in")
    session = window.controller.open_session()
    driver.until(lambda: not session.is_loading and not window.tasks.is_busy, "all of it", 120)
    driver.type("aax]")
    path = session.files[len(session.files) // 2].path
    window.view.go_to_line(path, Side.NEW, 40)
    calm(driver)
    both(driver, "48-large")
    window.view.go_to_end(1)
    calm(driver)
    driver.shot("49-large-end")
    window.close()
    return driver.taken
