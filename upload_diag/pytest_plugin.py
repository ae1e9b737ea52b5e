"""The pytest plugin: a fault server, a client on it, the error contract, and assertions that explain themselves.

It is loaded in every pytest run of every project that has upload-diag installed, so it imports nothing of weight:
whatever a fixture needs is imported when the fixture is used.
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from upload_diag.faults.server import FaultServer
    from upload_diag.model import ErrorInfo

MARKER = (
    "upload_fault(scenario, *, seed=0): arm a scenario of the fault server for this test: its name, a file, or a dict"
)
EVIDENCE_SHOWN = 5
_COVERAGE = "upload_diag.contract.coverage"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Options and ini values, all with our own prefix."""
    group = parser.getgroup("upload-diag")
    group.addoption(
        "--upload-diag-coverage", action="store_true", help="report which error codes, actions and shapes were tested"
    )
    group.addoption(
        "--upload-diag-strict", action="store_true", help="fail the run when one of them is untested or unknown"
    )
    parser.addini("upload_diag_strict", "the same as --upload-diag-strict", type="bool", default=False)
    parser.addini("upload_diag_codes", "the error codes that have to be tested (default: all)", type="args", default=[])
    parser.addini(
        "upload_diag_shapes", "the wire shapes that have to be tested (default: none, all are reported)", "args", []
    )
    parser.addini("upload_diag_schema", "the contract of `error_contract`", default="upload-error")


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known to --strict-markers."""
    config.addinivalue_line("markers", MARKER)


def pytest_itemcollected(item: pytest.Item) -> None:
    """A marked test gets the server also when it does not ask for it by name."""
    names = getattr(item, "fixturenames", None)
    if names is not None and item.get_closest_marker("upload_fault") and "fault_server" not in names:
        names.append("fault_server")


# ---- fixtures


@pytest.fixture(scope="session")
def _upload_diag_servers() -> Iterator[Callable[[int], "FaultServer"]]:
    """Servers by seed, started when first asked for, and again after a test that stopped one to see its client fail.

    Each worker of pytest-xdist is a process with its own.
    """
    from upload_diag.faults.server import FaultServer

    running: dict[int, FaultServer] = {}

    def server(seed: int) -> FaultServer:
        if seed not in running or running[seed].app.stopping.is_set():
            running[seed] = FaultServer(seed=seed).start()
        return running[seed]

    yield server
    for each in running.values():
        each.stop()


@pytest.fixture
def fault_server(
    request: pytest.FixtureRequest, _upload_diag_servers: Callable[[int], "FaultServer"]
) -> Iterator["FaultServer"]:
    """The fault server, as if it had just been started, with the scenario of the `upload_fault` marker armed."""
    scenario, seed = _marked(request.node.get_closest_marker("upload_fault"))
    server = _upload_diag_servers(seed)
    server.reset()
    if scenario is not None:
        with _told_in_one_line():
            server.load(scenario)
    yield server
    server.reset()


@pytest.fixture
def s3(fault_server: "FaultServer") -> Iterator[Any]:
    """A boto3 S3 client on the fault server."""
    client = fault_server.client()
    yield client
    client.close()


@pytest.fixture
def error_contract(request: pytest.FixtureRequest) -> "ErrorContract":
    """The contract of the ini value `upload_diag_schema`; `error_contract.check(response)` holds an answer to it."""
    with _told_in_one_line():
        return ErrorContract(request.config.getini("upload_diag_schema"))


@pytest.fixture
def assert_upload_error() -> "Callable[..., ErrorInfo]":
    """`assert_upload_error(error, code="SESSION_EXPIRED", action="RESTART_UPLOAD")`."""
    return _assert_upload_error


class ErrorContract:
    """A schema and the rules beyond it.

    Args:
        schema: its name, or a file.
    """

    def __init__(self, schema: str = "upload-error") -> None:
        from upload_diag.contract.checks import Checker
        from upload_diag.contract.schemas import find, title_of

        body = find(schema)
        self.title = title_of(schema, body)
        self._checker = Checker(body)

    def problems(self, given: Any) -> list[Any]:
        """What a response object, a payload or its text has against the contract; empty when it keeps it."""
        from upload_diag.contract.consistency import error_types
        from upload_diag.contract.coverage import record
        from upload_diag.contract.documents import document_of

        document = document_of(given)
        error = document.value.get("error") if isinstance(document.value, dict) else None
        if isinstance(error, dict) and isinstance(name := error.get("errorType"), str):
            record("code", error_types().get(name, f"unknown errorType {name[:40]!r}"))
            record("action", str(error.get("actionRequired"))[:40])
        return self._checker.problems(document)

    def check(self, given: Any) -> None:
        """Fail the test with every problem, its place, what was seen, what is wanted, and the fix."""
        __tracebackhide__ = True
        with _told_in_one_line():
            found = self.problems(given)
        if found:
            lines = [
                f"  {each.pointer or '(the whole document)'}  {each.rule}\n"
                f"    seen {each.seen}, wanted {each.wanted}\n    fix: {each.fix}"
                for each in found
            ]
            pytest.fail(f"this answer breaks {self.title}:\n" + "\n".join(lines), pytrace=False)


def _assert_upload_error(given: Any, *, code: str | None = None, action: str | None = None) -> "ErrorInfo":
    """Hold an exception, a `pytest.raises` context, a response or a payload to a code and an action.

    Returns:
        What the error was understood as, for further assertions.
    """
    __tracebackhide__ = True
    from upload_diag.classifier import classify
    from upload_diag.codes import Action, ErrorCode
    from upload_diag.contract.coverage import record

    for name, known in ((code, ErrorCode), (action, Action)):
        if name is not None and name not in known.__members__:
            pytest.fail(f"{name!r} is no {known.__name__}; known are {', '.join(known.__members__)}", pytrace=False)
    info = classify(given.value if isinstance(given, pytest.ExceptionInfo) else given)
    record("code", info.code)
    record("action", info.action_required)
    wrong = [
        f"{name} is {seen}, not {wanted}"
        for name, seen, wanted in (("code", info.code, code), ("action", info.action_required, action))
        if wanted is not None and seen != wanted
    ]
    if wrong:
        pytest.fail("\n".join(["; ".join(wrong), *_explained(info)]), pytrace=False)
    return info


def _explained(info: "ErrorInfo") -> list[str]:
    """Why, and what to do."""
    lines = [f"  because {each.path} = {each.value!r} ({each.rule})" for each in info.evidence[:EVIDENCE_SHOWN]]
    lines = lines or ["  because nothing in it tells of an upload or storage error"]
    return [*lines, f"  message: {info.message}", f"  next step: {info.action_required}: {info.suggested_action}"]


def _marked(marker: pytest.Mark | None) -> tuple[Any, int]:
    """Scenario and seed of a marker."""
    if marker is None:
        return None, 0
    seed = marker.kwargs.get("seed", 0)
    if len(marker.args) != 1 or set(marker.kwargs) - {"seed"} or not isinstance(seed, int):
        pytest.fail('write it as @pytest.mark.upload_fault("expire-mid-upload", seed=1)', pytrace=False)
    return marker.args[0], seed


@contextmanager
def _told_in_one_line() -> Iterator[None]:
    """An error of the tool itself fails the test with its one line, not with our traceback."""
    from upload_diag.errors import UploadDiagError

    try:
        yield
    except UploadDiagError as error:
        raise pytest.fail.Exception(str(error), pytrace=False) from None  # `pytest.fail` would show the error as well


# ---- coverage


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Hand what a worker has exercised to the controller; there, fail a strict run that has gaps."""
    coverage = sys.modules.get(_COVERAGE)
    output = getattr(session.config, "workeroutput", None)
    if output is not None:
        output["upload_diag"] = coverage.exercised() if coverage else []
    elif _strict(session.config) and session.exitstatus == pytest.ExitCode.OK and _gaps(session.config):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Take what a worker of pytest-xdist has exercised."""
    seen = getattr(node, "workeroutput", {}).get("upload_diag", [])
    if seen:
        from upload_diag.contract.coverage import record

        for kind, name in seen:
            record(kind, name)


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """The coverage report, when asked for."""
    if not (config.getoption("--upload-diag-coverage") or _strict(config)):
        return
    from upload_diag.contract.coverage import missing, wanted

    codes, shapes = config.getini("upload_diag_codes"), config.getini("upload_diag_shapes")
    gaps = missing(codes, shapes)
    terminalreporter.section("upload-diag coverage")
    for kind, names in wanted(codes, shapes).items():
        left = gaps.get(kind, [])
        told = f"{kind}s: {len(names) - len(left)} of {len(names)}"
        terminalreporter.line(told + (f"; untested: {', '.join(left)}" if left else ""))
    if unknown := _unknown():
        terminalreporter.line(f"unknown: {', '.join(unknown)}")


def _strict(config: pytest.Config) -> bool:
    return bool(config.getoption("--upload-diag-strict") or config.getini("upload_diag_strict"))


def _gaps(config: pytest.Config) -> bool:
    """Whether a code, an action or a shape that was asked for is untested, or something unknown was met.

    Few projects meet every wire shape, so shapes count only where the ini file names them.
    """
    from upload_diag.contract.coverage import missing

    shapes = config.getini("upload_diag_shapes")
    gaps = missing(config.getini("upload_diag_codes"), shapes)
    return bool(gaps.get("code") or gaps.get("action") or (shapes and gaps.get("shape")) or _unknown())


def _unknown() -> list[str]:
    """What tests have met that the vocabularies do not have, or could not be understood."""
    from upload_diag.codes import Action, ErrorCode
    from upload_diag.contract.coverage import exercised

    known = {"code": set(ErrorCode.__members__) - {"UNKNOWN"}, "action": set(Action.__members__)}
    return [f"{kind} {name}" for kind, name in exercised() if kind in known and name not in known[kind]]
