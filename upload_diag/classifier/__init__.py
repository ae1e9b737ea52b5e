"""Anything in, one `ErrorInfo` out: collect what every rule finds, then decide."""

from collections.abc import Callable, Iterable, Iterator
from functools import cache
from typing import TYPE_CHECKING, Any

from upload_diag.classifier.collector import Collector
from upload_diag.classifier.columns import values_of, verdict_columns
from upload_diag.classifier.index import Index
from upload_diag.classifier.verdict import Verdict, clean, decide
from upload_diag.rules.ruleset import Ruleset

if TYPE_CHECKING:
    from upload_diag.model import ErrorInfo

__all__ = ["Classifier", "classify", "classify_column", "classify_many"]


class Classifier:
    """A classifier for one rule set. Cheap to call, safe to share between threads."""

    def __init__(self, ruleset: Ruleset | None = None) -> None:
        self.ruleset = ruleset or Ruleset.builtin()
        self._index = Index(self.ruleset)

    @property
    def literals(self) -> list[str]:
        """What calls the rules for running text: no rule looks at a text that holds none of these, in lower case."""
        return self._index.literals

    def judge(self, error: Any) -> Verdict:
        """The verdict on an error, without the words for users; see `classify`."""
        collector = Collector(self._index)
        try:  # noqa: SIM105 - `suppress` takes a hundredth of the whole
            collector.collect(error)
        except (RecursionError, MemoryError):  # an object's own items() may do anything
            pass
        return decide(collector.found, self.ruleset.own)

    def diagnose(self, error: Any) -> "ErrorInfo":
        """See `classify`."""
        return _describe()(self.judge(error), self.ruleset.version)

    def forget(self) -> None:
        """Forget the texts, and the parts of them, that it remembers; for measurements."""
        self._index.forget()
        clean.cache_clear()


@cache
def _describe() -> "Callable[[Verdict, str], ErrorInfo]":
    from upload_diag.classifier.answer import describe  # it needs pydantic, which takes its time to load

    return describe


@cache
def _builtin() -> Classifier:
    return Classifier()


def classify(error: Any, *, rules: Ruleset | None = None) -> "ErrorInfo":
    """Say what went wrong with an upload, whatever shape the error has.

    Args:
        error: text, bytes, a dict or list, an exception, an HTTP library's response, or None.
        rules: the rules to use; the built-in ones when None.

    Returns:
        The verdict with its evidence. `code` is UNKNOWN and `evidence` empty when there is no error in the input.

    Never raises and never hangs, whatever the input's depth, size or cycles.
    """
    return (_builtin() if rules is None else Classifier(rules)).diagnose(error)


def classify_many(errors: Iterable[Any], *, rules: Ruleset | None = None) -> "Iterator[ErrorInfo]":
    """`classify` over many errors, with one classifier for all of them."""
    classifier = _builtin() if rules is None else Classifier(rules)
    return (classifier.diagnose(error) for error in errors)


def classify_column(column: Any, *, rules: Ruleset | None = None) -> dict[str, list[Any]]:
    """`classify` over a column of a table, as columns: what a data frame or a table is made of.

    Args:
        column: a pyarrow array, a pandas or polars series, a list, or anything else that can be iterated over. A
            missing value (None, NaN) is no error.
        rules: the rules to use; the built-in ones when None.

    Returns:
        One list a column, as long as what was given: `code`, `retry`, `is_retryable`, `action_required`, `message`,
        `user_message`, `suggested_action`, `rule`, `service_code`, `operation`, `http_status`, `upload_id`,
        `video_id`, `part_number`, `bucket`, `key`, `request_id`. `pandas.DataFrame`, `polars.DataFrame` and
        `pyarrow.table` take it as it is.

    Texts that come again are classified once.
    """
    classifier = _builtin() if rules is None else Classifier(rules)
    return verdict_columns(values_of(column), classifier.diagnose)
