"""What ships with the program can be found, and is complete."""

import xml.etree.ElementTree as ET

import pytest

from workbench.assets import asset


def test_a_missing_asset_is_named_with_the_places_looked_in() -> None:
    with pytest.raises(
        FileNotFoundError, match=r"themes/plaid\.toml does not ship with .* not in .*resources"
    ):
        asset("themes", "plaid.toml")


@pytest.mark.parametrize("family", ["JetBrainsMono", "Inter"])
def test_a_bundled_font_has_its_licence_beside_it(family: str) -> None:
    assert list(asset("fonts").glob(f"{family}-*.[ot]tf"))
    assert "SIL OPEN FONT LICENSE" in asset("fonts", f"OFL-{family}.txt").read_text("utf-8")


def test_the_fonts_stay_small_enough_to_ship() -> None:
    assert sum(path.stat().st_size for path in asset("fonts").iterdir()) < 3_000_000


def test_the_icon_is_a_picture() -> None:
    assert ET.parse(asset("icons", "workbench.svg")).getroot().tag.endswith("svg")
