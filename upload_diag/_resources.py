"""Find the data files that come with the package, in a checkout (editable install) and in an installed wheel."""

from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Literal

Kind = Literal["schemas", "scenarios", "web"]

# Where each kind lies in a checkout, from its top. A wheel has them all under `upload_diag/_data/KIND`.
_IN_CHECKOUT: dict[Kind, tuple[str, ...]] = {
    "schemas": ("schemas",),
    "scenarios": ("fixtures", "scenarios"),
    "web": ("fixtures", "web"),
}


def resources(kind: Kind) -> Traversable:
    """The folder of all files of one kind."""
    package = files("upload_diag")
    installed = package / "_data" / kind
    return installed if installed.is_dir() else package.joinpath("..", *_IN_CHECKOUT[kind])


def read_resource(kind: Kind, name: str) -> str:
    """The text of one file, for example `read_resource("schemas", "report.schema.json")`.

    Raises:
        FileNotFoundError: there is no such file.
    """
    return resources(kind).joinpath(name).read_text(encoding="utf-8")
