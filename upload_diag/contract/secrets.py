"""What may not be in an answer: signatures, tokens, keys, passwords."""

import re
from collections.abc import Iterator

__all__ = ["scrub", "secrets_in"]

# One row a kind of secret: what to call it, and how it looks. The last group is the secret itself.
_KINDS = (
    ("AWS access key id", re.compile(r"\b((?:AKIA|ASIA)[A-Z2-7]{16})\b")),
    ("request signature", re.compile(r"(?i)(?:X-Amz-Signature|Signature|sig)=([A-Za-z0-9%+/=_-]{16,512})")),
    (
        "session token",
        re.compile(r"(?i)(?:X-Amz-Security-Token|SessionToken|Token-0)[\"'>=:\s]{1,4}([\w%+/=-]{16,4096})"),
    ),
    ("JSON web token", re.compile(r"\b(eyJ[\w-]{8,2048}\.eyJ[\w-]{8,4096}\.[\w-]{8,2048})")),
    ("authorization header", re.compile(r"(?i)\b(?:Bearer|Basic|AWS4-HMAC-SHA256)\s+([\w.~+/=, :-]{16,2048})")),
    ("password in a URL", re.compile(r"(?i)\b[a-z][a-z0-9+.-]{1,20}://[^/\s:@]{1,200}:([^/\s@]{1,200})@")),
)
_SECRET_KEY = re.compile(
    r"(?i)^(?:.{0,40}(?:secret|password|passwd|sessionToken|accessToken|authorization|cookie|private_?key).{0,40})$"
)


def secrets_in(text: str, key: str = "") -> Iterator[str]:
    """What kinds of secret are in a text that stands under a key."""
    if (
        text
        and _SECRET_KEY.match(key)
        and not set(text) <= set("*•xX. ")
        and text.lower() not in {"redacted", "[redacted]"}
    ):
        yield f"value under {key!r}"
    for what, pattern in _KINDS:
        if pattern.search(text):
            yield what


def scrub(text: str) -> str:
    """The text with every secret in it covered."""
    for what, pattern in _KINDS:
        text = pattern.sub(lambda match, what=what: match[0].replace(match[1], f"[{what}]"), text)  # type: ignore[misc]
    return text
