"""S3's XML error, and its relatives of other stores: whole, cut short, glued together or with lost end tags."""

import re

__all__ = ["read"]

# A body cut at a proxy's buffer loses `</Error>`, so an opening tag and the text behind it are enough. Browsers and
# developer tools re-indent the text, hence the white space around it.
_ELEMENT = re.compile(r"<(?:[A-Za-z]\w{0,15}:)?([A-Za-z][\w.-]{1,60})>\s*([^<]{1,4000})")
_LIMIT = 400  # elements looked at; an error has about ten

# Elements of requests and of successful answers, whose children would be taken for an error's.
_NOT_ERRORS = ("<CompleteMultipartUpload ", "<CompleteMultipartUpload>", "<ListPartsResult", "<ListBucketResult")
_RESULT = re.compile(
    r"<(?:InitiateMultipartUpload|CompleteMultipartUpload|ListParts)Result\b([^>]{0,200}>.{0,4000})", re.DOTALL
)
_NAMES = frozenset({"Bucket", "Key", "UploadId"})


def read(text: str) -> list[dict[str, str]]:
    """The errors in the text, one dict of element texts each; an empty list if there is none.

    An answer that is no error gives what it names: bucket, key and upload.

    A second `Code` begins a second error. Values keep their words but not their line breaks, which viewers insert.
    """
    if "Result" in text and "<Error>" not in text and (result := _RESULT.search(text)):
        return [_named(result[1].partition("<Part>")[0])]
    if any(tag in text for tag in _NOT_ERRORS) and "<Error>" not in text:
        return []
    errors: list[dict[str, str]] = []
    for count, match in enumerate(_ELEMENT.finditer(text)):
        if count >= _LIMIT:
            break
        name, value = match[1], " ".join(match[2].split())
        if not value or name == "Error":
            continue
        if not errors or (name == "Code" and "Code" in errors[-1]):
            errors.append({})
        errors[-1].setdefault(name, value)
    return [error for error in errors if "Code" in error or "Message" in error]


def _named(text: str) -> dict[str, str]:
    return {match[1]: match[2].strip() for match in _ELEMENT.finditer(text) if match[1] in _NAMES}
