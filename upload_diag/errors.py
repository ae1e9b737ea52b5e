"""What goes wrong in the tool itself: one base class, a few kinds, each with its exit code.

A message says what was seen, what was wanted and what to do, in one line.
"""

__all__ = ["BadRuleError", "InputError", "ServerUnreachableError", "UploadDiagError", "UsageError"]


class UploadDiagError(Exception):
    """Base of every error that this package raises on purpose.

    Attributes:
        exit_code: what the command line exits with when this error ends a run.
    """

    exit_code = 1


class UsageError(UploadDiagError):
    """The call itself is wrong: an unknown name, an option that does not fit."""

    exit_code = 2


class InputError(UploadDiagError):
    """Input is missing, unreadable, or holds nothing that could be read."""

    exit_code = 3


class ServerUnreachableError(UploadDiagError):
    """The fault server, or another endpoint, does not answer."""

    exit_code = 4


class BadRuleError(UsageError):
    """A row of a rule file contradicts itself or the rule format.

    Attributes:
        file: the rule file, or "built-in".
        rule: the id of the row, or its position when it has none; empty for the file as a whole.
        field: the field at fault.
        problem: what was seen, what was wanted, what to do.
    """

    def __init__(self, file: str, rule: str, field: str, problem: str) -> None:
        super().__init__(file, rule, field, problem)
        self.file = file
        self.rule = rule
        self.field = field
        self.problem = problem

    def __str__(self) -> str:
        return ": ".join(filter(None, (self.file, self.rule, self.field, self.problem)))
