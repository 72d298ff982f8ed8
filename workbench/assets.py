"""Where the files that ship with the program are: themes, icons, fonts, prompt texts. Reads none of them."""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent
# An installed program carries its resources inside the package; in a checkout they lie beside it.
_PLACES = (_PACKAGE / "resources", _PACKAGE.parent / "resources")


def asset(*parts: str) -> Path:
    """The path of a file or folder that ships with the program: `asset("themes", "dark.toml")`.

    Raises FileNotFoundError when it is in neither place. That is a bug or a broken installation,
    never something that a user did, so it is not a UserError.
    """
    for place in _PLACES:
        path = place.joinpath(*parts)
        if path.exists():
            return path
    looked = " and ".join(str(place) for place in _PLACES)
    raise FileNotFoundError(f"{'/'.join(parts)} does not ship with this installation: not in {looked}.")
