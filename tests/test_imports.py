"""Who may import whom, and what may be loaded before it is needed."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import upload_diag
from upload_diag.cli import COMMANDS

PACKAGE = Path(upload_diag.__file__).parent

# Down along a line, never up, never sideways. A part is a folder or a module at the top of the package; `codes` belongs
# to `model`. Each part may import itself and what is listed here, also inside functions.
BASE = {"model", "errors", "loopback", "terminal", "_saved", "_resources"}
UNDERSTAND = BASE | {"rules", "redaction", "shapes", "classifier"}
REPORT = UNDERSTAND | {"logs", "sessions", "analysis"}
ALLOWED: dict[str, set[str]] = {
    "_saved": set(),
    "_resources": set(),
    "errors": set(),
    "loopback": set(),
    "terminal": set(),
    "s3": {"errors"},
    "model": set(),
    "rules": BASE,
    "secret_columns": set(),
    "redaction": {"rules", "_saved", "secret_columns"},
    "shapes": BASE | {"rules"},
    "classifier": BASE | {"rules", "redaction", "shapes"},
    "logs": BASE | {"s3", "rules", "redaction", "shapes"},
    "sessions": UNDERSTAND | {"logs"},
    "analysis": UNDERSTAND | {"s3", "logs", "sessions"},
    "report": REPORT,
    "recovery": UNDERSTAND | {"s3"},
    "faults": BASE | {"rules", "redaction"},
    "contract": BASE | {"redaction"},
    "cli": REPORT | {"s3", "report", "recovery", "faults", "contract"},
    "pytest_plugin": UNDERSTAND | {"recovery", "faults", "contract"},
    "__main__": {"cli"},
    "__init__": REPORT | {"report", "recovery", "faults", "contract"},
}
ANYWHERE = {"__version__"}  # what any part may take from the package itself

# Each costs tenths of a second, or may not be installed at all.
HEAVY = {
    "aiohttp",
    "awscrt",
    "boto3",
    "botocore",
    "distributed",
    "flask",
    "hypothesis",
    "moto",
    "numpy",
    "pytest",
    "rich",
}
HEAVY_FOR_HELP = HEAVY | {"jsonschema", "orjson", "pydantic"}


def part(module: str) -> str:
    """`upload_diag.logs.har` -> `logs`."""
    name = module.split(".")[1]
    return "model" if name == "codes" else name


def modules() -> Iterator[tuple[str, Path]]:
    for path in sorted(PACKAGE.rglob("*.py")):
        names = path.relative_to(PACKAGE.parent).with_suffix("").parts
        yield ".".join(names), path


def imports(tree: ast.AST, module: str) -> Iterator[str]:
    """Every module of this package, or name in it, that the code imports, as a dotted path."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = module.split(".")[: -node.level] if node.level else []
            origin = ".".join([*above, *([node.module] if node.module else [])])
            yield from (f"{origin}.{alias.name}" for alias in node.names)


def forbidden(tree: ast.AST, module: str) -> list[str]:
    """The imports of a module that the table does not allow."""
    own = part(module)
    found = []
    for name in imports(tree, module):
        if not name.startswith("upload_diag."):
            continue
        target = part(name)
        if target != own and target not in ANYWHERE and target not in ALLOWED[own]:
            found.append(name)
    return found


@pytest.mark.parametrize(("module", "path"), [pytest.param(*row, id=row[0]) for row in modules()])
def test_a_module_imports_only_what_lies_below_it(module, path):
    assert part(module) in ALLOWED, f"{part(module)} has no row in the table of allowed imports"
    assert forbidden(ast.parse(path.read_text(encoding="utf-8")), module) == []


@pytest.mark.parametrize(
    ("module", "source", "caught"),
    [
        ("upload_diag.faults.plan", "from upload_diag.classifier import classify", ["upload_diag.classifier.classify"]),
        ("upload_diag.faults.plan", "def f():\n    import upload_diag.logs.har", ["upload_diag.logs.har"]),
        ("upload_diag.rules.ruleset", "from .. import shapes", ["upload_diag.shapes"]),
        ("upload_diag.logs.har", "from upload_diag import classify", ["upload_diag.classify"]),
        ("upload_diag.logs.har", "from . import source\nfrom ..codes import ErrorCode\nimport json", []),
        ("upload_diag.report.text", "from upload_diag import __version__", []),
    ],
)
def test_the_table_of_imports_catches(module, source, caught):
    assert forbidden(ast.parse(source), module) == caught


def test_the_table_of_imports_has_no_circle():
    seen: set[str] = set()
    while rest := {name for name in ALLOWED if name not in seen}:
        free = {name for name in rest if ALLOWED[name] <= seen}
        assert free, f"these import each other: {sorted(rest)}"
        seen |= free


def loaded_by(code: str) -> set[str]:
    """The top-level modules that a fresh interpreter has loaded after running the code."""
    script = (
        f"import sys\ntry:\n    {code}\nfinally:\n    print(*{{m.split('.')[0] for m in sys.modules}}, file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return set(done.stderr.split())


def test_importing_the_package_loads_nothing_heavy():
    assert loaded_by("import upload_diag") & HEAVY_FOR_HELP == set()


@pytest.mark.parametrize("option", ["--version", "--help"])
def test_version_and_help_load_nothing_heavy(option):
    assert loaded_by(f"from upload_diag.cli import main; main([{option!r}])") & HEAVY_FOR_HELP == set()


@pytest.mark.parametrize("name", COMMANDS)
def test_the_help_of_a_command_loads_nothing_heavy(name):
    assert loaded_by(f"from upload_diag.cli import main; main([{name!r}, '--help'])") & HEAVY == set()


def test_a_report_into_a_pipe_loads_nothing_heavy(tmp_path, monkeypatch):
    for name in ("FORCE_COLOR", "TTY_COMPATIBLE", "JPY_PARENT_PID"):
        monkeypatch.delenv(name, raising=False)
    log = tmp_path / "a.log"
    log.write_text("upload failed: NoSuchUpload\n")
    run = f"from upload_diag.cli.analyze import command; command.main([{str(log)!r}], standalone_mode=False)"
    assert loaded_by(run) & HEAVY == set()


def test_every_public_name_is_there():
    for name in upload_diag.__all__:
        assert getattr(upload_diag, name) is not None


def test_the_three_lists_of_public_names_agree():
    tree = ast.parse((PACKAGE / "__init__.py").read_text(encoding="utf-8"))
    (block,) = (node for node in tree.body if isinstance(node, ast.If))
    for_type_checkers = {
        name.removeprefix("upload_diag.") for node in block.body for name in imports(node, "upload_diag")
    }
    assert for_type_checkers == {f"{module}.{name}" for name, module in upload_diag._EXPORTS.items()}
    assert set(upload_diag.__all__) == set(upload_diag._EXPORTS) | ANYWHERE


def test_a_name_that_is_not_there_is_refused_as_usual():
    with pytest.raises(AttributeError, match="has no attribute 'clasify'"):
        upload_diag.clasify  # noqa: B018
