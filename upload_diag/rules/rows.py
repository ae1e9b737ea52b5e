"""The kinds of row that the rule tables are made of. Facts only: no row decides anything by itself."""

from dataclasses import KW_ONLY, dataclass

from upload_diag.codes import ErrorCode

__all__ = ["OtherCode", "Phrase", "S3Code"]


@dataclass(frozen=True, slots=True)
class S3Code:
    """An error code that a storage service sends.

    Attributes:
        name: the code as it stands in the answer's `Code`; vendors' typos are kept.
        status: the HTTP status that goes with it most often, 0 when none is known.
        code: what it means for an upload.
        message: the sentence that the service sends, empty where it is not known. A sentence of four words or more
            is evidence of its own, for it often arrives without its code.
        vendors: who sends it, blank-separated; `aws` stands for S3 itself.
        plain: an ordinary word or number, a code only where a code is expected, never in running text.
    """

    name: str
    status: int
    code: ErrorCode
    message: str = ""
    vendors: str = "aws"
    plain: bool = False

    @property
    def rule(self) -> str:
        """The stable rule id."""
        return f"s3.{self.name}"


# Families of codes that a service answers with; those of the others are names of classes, of errno, of flags.
_SERVICES = frozenset(
    {"aws-go", "box", "cognito", "docker", "dropbox", "firebase", "google-api", "msgraph", "supabase", "tus", "vimeo"}
)


@dataclass(frozen=True, slots=True)
class OtherCode:
    """An exact token that a client, a protocol or a backend uses as the name of a failure.

    Attributes:
        name: the token, such as `ECONNRESET` or `RESTART_UPLOAD`.
        family: where it comes from: errno, python, js, go, browser, backend, …; the rule id is `family.name`.
        code: what it means for an upload.
        weak: the token often wraps a better reason (`NetworkingError`), so any sentence beats it.
        plain: an ordinary word or number, a code only where a code is expected, never in running text.
        seen: where the fact comes from.
    """

    name: str
    family: str
    code: ErrorCode
    weak: bool = False
    plain: bool = False
    seen: str = ""

    @property
    def rule(self) -> str:
        """The stable rule id."""
        return f"{self.family}.{self.name}"

    @property
    def service_code(self) -> str | None:
        """The name, if a service answers with it."""
        return self.name if self.family in _SERVICES else None


@dataclass(frozen=True, slots=True)
class Phrase:
    r"""A sentence, or part of one, that tells the reason.

    Patterns are matched on lower-cased text in which every run of white space is one blank, so they are written
    in lower case with single blanks, and must run in linear time.

    Attributes:
        rule: the stable rule id, `phrase.…`.
        code: what it means for an upload; UNKNOWN when it only says that an upload failed.
        keyword: a lower-case literal that every match contains; it gates the pattern and feeds the prefilter.
        pattern: the regular expression; the keyword itself when empty.
        refines: verdicts that this sentence overrules, whatever named them (an AccessDenied whose message says
            "Request has expired" is an expired URL).
        strength: how telling it is, 0 to 100.
        hits: texts it must match.
        misses: texts it must not match.
        seen: where it was seen.
    """

    rule: str
    code: ErrorCode
    keyword: str
    pattern: str = ""
    _: KW_ONLY
    refines: tuple[ErrorCode, ...] = ()
    strength: int = 70
    hits: tuple[str, ...]
    misses: tuple[str, ...] = ()
    seen: str
