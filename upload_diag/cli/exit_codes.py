"""The exit codes of the command line: the only place where their numbers stand, with `upload_diag.errors`."""

from enum import IntEnum


class ExitCode(IntEnum):
    """What a run of `upload-diag` tells its caller."""

    OK = 0  # did its job; report commands also when the input is full of errors
    FOUND = 1  # a check failed, an upload stopped, or --fail-on matched
    USAGE = 2
    FILES = 3  # input missing or unreadable, nothing in it could be read, or output not writable
    UNREACHABLE = 4  # the server or endpoint does not answer
    BUG = 70  # EX_SOFTWARE: a fault of upload-diag itself
    RETRYABLE = 75  # EX_TEMPFAIL: `classify --exit-code`, and trying again can help
    INTERRUPTED = 130  # 128 + SIGINT
    BROKEN_PIPE = 141  # 128 + SIGPIPE: the reader of our output went away
