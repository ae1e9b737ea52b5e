"""What a secret looks like, one row a kind of place; the only place to add one.

Patterns are written for plain text: escapes are undone before they see it. Every capturing group is cut out. Patterns
run in linear time: once a label is seen, the match succeeds with whatever follows, so nothing is scanned twice.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

__all__ = ["BARE_KEYWORDS", "SECRETS", "SEPARATORS", "Secret"]


@dataclass(frozen=True, kw_only=True)
class Secret:
    """A place where a secret stands.

    Attributes:
        rule: the stable row id, `secret.…`.
        kind: what is found there; it names the token that takes its place, `REDACTED-kind`.
        keywords: literals of which each match contains one; in lower case when the pattern ignores case.
        pattern: a regular expression; its capturing groups are the secret.
        within: where the pattern is looked for, when not everywhere: the first group of this regular expression.
        bare: the secret may stand without a label and its separator, so only its keywords, as they are written here,
            announce it.
        hits: texts, with the secret between « and ».
        misses: look-alikes that must stay as they are.
    """

    rule: str
    kind: str
    keywords: tuple[str, ...]
    pattern: str
    within: str = ""
    bare: bool = False
    hits: tuple[str, ...]
    misses: tuple[str, ...] = ()

    @cached_property
    def regex(self) -> re.Pattern[str]:
        """The pattern, compiled when one of its keywords is first seen."""
        return re.compile(self.pattern, re.ASCII | re.MULTILINE)

    @cached_property
    def region(self) -> re.Pattern[str] | None:
        """Where the pattern is looked for, when not everywhere."""
        return re.compile(self.within, re.ASCII) if self.within else None

    def find(self, text: str) -> Iterator[tuple[int, re.Match[str]]]:
        """Each match, and where begins what must be seen to find it."""
        if self.region is None:
            for match in self.regex.finditer(text):
                yield match.start(), match
        else:
            for region in self.region.finditer(text):
                for match in self.regex.finditer(text, *region.span(1)):
                    yield region.start(), match


# A labelled secret has one of these in the text, plain or escaped.
SEPARATORS = ("=", ":", "@", ">", "'", '"', "%", "\\", "&", "|")

_END = r"""(?=[\s"'`,;&<>)}\]\\|]|\Z)"""
# What follows a label and a colon in a sentence, not in a record; or what says that there is no value.
_PROSE = (
    r"(?!(?i:the|an?|is|was|are|not|no|must|has|have|for|of|in|does|did|can|could|should|your?|this|that|it|please"
    r"|expired|invalid|missing|required|mismatch(?:ed)?|error|failed|undefined|null|none|nil|true|false|expected"
    r"|unexpected|value|from|and|or|with|to|object|array|circular|(?:async)?function:?|filtered|hidden|masked"
    r"|removed|redacted|\*+|str|string|bytes|optional)" + _END + ")"
)
# `SignatureDoesNotMatch` after "signature:" is the error's name, `sign(` is program text.
# Only `[\r][\n]` is how a client for Java shows that a line of the wire ends.
_CODE = r"(?!(?:[A-Z][a-z][a-z]*+){2,}+" + _END + r"|[A-Za-z_$][\w.$]{0,80}+(?:\(|\[(?![\\\r\n])))"

# Dumps of PHP say behind a name whose it is: `["secret":"Aws\Credentials":private]=>`.
_CLOSE = r"""(?:"?(?::"?[\w\\]{1,100}"?)?:pr(?:ivate|otected)\]|["'`\]]{1,3}|[ ]\[[^\]\n]{0,40}\])?"""
_SIGN = r"""\s{0,20}[:=]{1,2}+>?(?!//)(?:\s{0,40}(?=["'`]|string\()|[ \t]{0,20})"""
_OPEN = r"""(?:(?:[sS]ome|Optional)?[\[(]\s{0,20})?(?:[bu](?=["'])|string\([0-9]{1,6}\)[ ])?"""
# The quote behind an id that ends as a label does, `"uploadId": "…PWD=", "partNumber": 7`, closes and opens nothing.
_OPENS = r"""(?!(?<==.)(?:,(?:\s{1,40}[\w"'{\[-]|["'])|[}\]](?:[\s,}\]]|\Z)))"""
_INSIDE = _OPENS + r"((?:[^{0}\\\n]++|\\.)++)"  # up to the quote that closes, or the end of the line
_QUOTED = "|".join(
    [r"""""(?=[^",:}\]\s])""" + _INSIDE.replace("{0}", '"'), *(q + _INSIDE.replace("{0}", q) for q in "\"'`")]
)
_FIRST = r"""[^\s"'`<>&;,\\(){}\[\]]"""
_UNQUOTED = (
    rf"""({_FIRST}(?:(?:[^\s"'`<>&;,\\]|\\(?!["'`/\\bfnrtux])|,(?!\s|[\w.-]{{0,40}}+["'=:]|\Z))*(?<![)}}\].,]))?)"""
)
_KEY_BREAK = r"(?:[\s\"',+>|]|\\+[rn]|){0,80}+"
_KEY_LINE = (
    rf"{_KEY_BREAK}(?:[A-Z][A-Za-z-]{{2,20}}: [^\r\n\\\"]{{1,100}}|=?[A-Za-z0-9+/=]{{16,}}+"
    rf"|=?[A-Za-z0-9+/=]{{1,15}}(?={_KEY_BREAK}(?:-----END|[A-Za-z0-9+/=]{{16}}|\Z)|[\"'<,}}\\]))"
)
# What stands between a name and its value in tables, lists of pairs, manifests, dumps of Go, Rust, PHP, Erlang, .NET.
_BESIDE = (
    r"""(?:[^\w\n,;%&\\]|,(?! (?!b["'])\w)|b(?=["'])|\r?\n(?=[^\w\n]|[vV]alue\b)"""
    r"""|(?<=:)\r?\n|\b(?:[vV]alues?|[sS]tring(?:[vV]alue)?|str|t[dh]|d[td]|name|key|[sS]ome|inner|HeaderValue|is"""
    r"""|[aA]rray(?:Value)?|0)\b|string\(\d{1,6}\)){1,60}"""
)
# With so little to tell it by, the value must look as no word does.
_RANDOM = (
    r"(?![xX]-|AWS4-|REDACTED-|\d{4}-\d\d-\d\d)(?=[A-Za-z+/_.~-]{0,200}(?:\d|=))(?=[\d+/=_.~-]{0,200}[A-Za-z])"
    r"([\w+/.~-]{12,}={0,2})(?![=\w])"
)
_ATTRIBUTES = r"""(?:\s{1,20}[\w:.-]{1,60}=(?:"[^"<>]{0,200}"|'[^'<>]{0,200}')){0,4}"""
_XML = (
    _ATTRIBUTES + r">(?:([^<\s]++(?:[^<]{0,256}+(?=</))?)|\s{1,40}([^<\s]++)(?=\s{0,40}</)"
    r"|\s{0,40}<!\[CDATA\[([^\]]+(?:\](?!\]>)[^\]]*)*))"
)


def _any_case(words: str) -> str:
    """A pattern for words in any case and joined in any way; it begins with a set, which `re` looks for quickly."""
    return "".join(f"[{c}{c.upper()}]" if c.isalpha() else "[-_ .]?" if c == " " else re.escape(c) for c in words)


def _labels(*labels: str, behind: str = "") -> str:
    """A pattern for any of the labels, `behind` a lookbehind; it begins with the set of first letters, as above."""
    firsts = sorted({label[0] for label in labels})
    rests = (
        f"(?<=[{first}{first.upper()}])(?:{'|'.join(_any_case(label[1:]) for label in labels if label[0] == first)})"
        for first in firsts
    )
    return f"[{''.join(firsts + [first.upper() for first in firsts])}]{behind}(?:{'|'.join(rests)})"


def _labelled(*labels: str, guard: str = "", before: str = "") -> str:
    """`label=value`, `"label": "value"`, `<label>value</label>` and their kin; labels may be the end of a longer one.

    Args:
        labels: lower-case words; a blank stands for `-`, `_`, `.`, a blank or nothing.
        guard: a lookahead that an unquoted value must pass.
        before: a lookbehind behind the label.
    """
    return rf"{_labels(*labels)}{before}(?:{_CLOSE}{_SIGN}{_OPEN}(?:{_QUOTED}|{_PROSE}{guard}{_UNQUOTED})|{_XML})"


_ACCESS_KEYS = ("AKIA", "ASIA", "AROA", "AIDA", "AGPA", "AIPA", "ANPA", "ANVA", "APKA", "ABIA", "ACCA", "ASCA")
_ACCESS_KEY = "A(?:" + "|".join(prefix[1:] for prefix in _ACCESS_KEYS) + ")"

# Tokens that only tell where a list goes on.
_NOT_PAGING = "".join(
    f"(?<!{word}.{{5}})"
    for word in (
        "[cC]ontinuation",
        "[cC]ontinuation[-_]",
        "[nN]ext",
        "[nN]ext[-_]",
        "[pP]age",
        "[pP]age[-_]",
        "[sS]ync",
    )
)
_KEY_LABELS = (
    *("secret access key", "secret key", "secret key base", "account key", "shared access key", "storage key"),
    *("signing key", "private key", "master key", "auth key", "session key", "application key", "app key"),
    *("functions key", "hmac key", "plaintext key", "client key data", "subscription key"),
)
_PASSWORD_LABELS = (
    "password",
    "passwd",
    "passphrase",
    "passcode",
    "_pass",
    "dbpass",
    "bind pw",
    "passwort",
    "kennwort",
)
_SECRET_NAMES = (
    r"[\w.-]{0,60}?(?:"
    + _labels(
        *_KEY_LABELS,
        *_PASSWORD_LABELS,
        *(
            "pwd",
            "secret",
            "security token",
            "session token",
            "token-0",
            "signature",
            "sig",
            "credential",
            "access key id",
        ),
        *("access key", "api key", "cookie", "authorization", "customer key", "customer key md5", "encryption key"),
        "key pair id",
    )
    + f"|{_any_case('token')}{_NOT_PAGING})"
)

_BESIDE_LABELS = (
    *("secret access key", "secret key", "session token", "security token", "access token", "refresh token"),
    *("id token", "auth token", "sas token", "customer key", "encryption key", "account key", "storage key"),
    *("signing key", "private key", "api key", "client secret", "password", "passwd", "signature"),
    *("csrf token", "xsrf token", "authorization token", "subscription key", "hmac key"),
)
_PAIR_LABELS = _labels(
    *_KEY_LABELS,
    *("password", "passwd", "client secret", "authorization token", "access token", "refresh token", "id token"),
    *("session token", "security token", "api key", "customer key", "customer key md5", "encryption key"),
)
_BESIDE_NAMES = _labels(*_BESIDE_LABELS, behind="(?<!REDACTED-.)") + "(?:[-_ ]?(?i:md5|base64|sha256))?"

# An element may end behind it, and another cookie follow.
_COOKIE = r"""[\w!#$%&*.^|~+-]{1,128}=(?:"[^"\r\n]*+"|(?:[^\s;"'\\<]++|<(?!/)|)*+)"""

SECRETS: tuple[Secret, ...] = (
    Secret(
        rule="secret.aws-access-key-id",
        kind="access-key",
        keywords=_ACCESS_KEYS,
        # Four letters tell a user's key from a temporary one and from a role's id; they stay.
        pattern=rf"{_ACCESS_KEY}(?<![A-Za-z0-9].{{4}})([A-Z0-9]{{12,124}})(?![A-Za-z0-9])",
        bare=True,
        hits=("AKIA«IOSFODNN7EXAMPLE»", "Credential=ASIA«QWERTYUIOP234567»/20261122/eu-west-1/s3/aws4_request"),
        misses=("ASIA-PACIFIC", "AKIA", "xAKIAIOSFODNN7EXAMPLE", "AKIAIOSFODNN7EXAMPLEs"),
    ),
    Secret(
        rule="secret.access-key-label",
        kind="access-key",
        keywords=("access", "credential", "q-ak"),
        pattern=(
            rf"{_labels('access key id', 'access key', 'access id', 'credential', 'q-ak')}"
            rf"(?:{_CLOSE}{_SIGN}{_OPEN}[\"'`]{{0,2}}|{_ATTRIBUTES}>\s{{0,20}}(?:<!\[CDATA\[)?){_PROSE}{_CODE}(?!{_ACCESS_KEY}(?:[A-Z0-9]{{12}}|REDACTED-))"
            r"""([^\s"'`<>&;,/\\(){}\[\]%]{3,128})"""
        ),
        hits=(
            "X-Amz-Credential=«minioadmin»/20261122/us-east-1/s3/aws4_request",
            "<AWSAccessKeyId>«minio-user»</AWSAccessKeyId>",
            "GoogleAccessId=«upload@proj.iam.gserviceaccount.com»&Expires=1",
            "AWS_ACCESS_KEY_ID=«0012ab34cd56ef»",
        ),
        misses=("InvalidAccessKeyId: The AWS Access Key Id you provided does not exist", "accessKeyId: undefined"),
    ),
    Secret(
        rule="secret.key-pair",
        kind="secret-key",
        keywords=_ACCESS_KEYS,
        pattern=rf"{_ACCESS_KEY}[A-Z0-9]{{12,124}}[\"'\s:,/|=]{{1,4}}([A-Za-z0-9/+]{{40}})(?![A-Za-z0-9/+=])",
        bare=True,
        hits=("AKIA«IOSFODNN7EXAMPLE»:«wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY»",),
        misses=(),
    ),
    Secret(
        rule="secret.secret-key",
        kind="secret-key",
        keywords=("key", "secret"),
        pattern=_labelled(*_KEY_LABELS, "secret string"),
        hits=(
            "aws_secret_access_key = «wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY»",
            "AWS Secret Access Key [None]: «wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY»",
            "<SecretAccessKey>«wJalrXUtnFEMI/K7MDENG»</SecretAccessKey>",
            "<ns:SecretAccessKey xsi:type=\"xsd:string\" id='7'>«wJalrXUtnFEMI/K7MDENG»</ns:SecretAccessKey>",
            "<SecretAccessKey><![CDATA[«wJalrXUtnFEMI]/K7MDENG»]]></SecretAccessKey>",
            '["secretKey":"Aws\\Credentials":private]=>\n  string(12) "«hunter2\\/K7M»"',
            "[secretKey:protected] => «hunter2»",
            "AccountName=films;AccountKey=«Zm9vYmFyYmF6cXV4==»;EndpointSuffix=core.windows.net",
        ),
        misses=("secretKey: null", "sessionKeyId: 7", "object key: uploads/2026/film.mp4"),
    ),
    Secret(
        rule="secret.session-token",
        kind="session-token",
        keywords=("token",),
        pattern=_labelled("security token", "session token", "token-0"),
        hits=(
            "x-amz-security-token: «FwoGZXIvYXdzEBYaDExample+/=»",
            "<Token-0>«IQoJb3JpZ2luX2VjEExample//»</Token-0>",
            "{'X-Amz-Security-Token': b'«FwoGZXIvYXdzEBYaDExample»'}",
            "map[X-Amz-Security-Token:[«FwoGZXIvYXdzEBYaDExample»]]",
        ),
        misses=(
            "SignedHeaders=host;x-amz-date;x-amz-security-token, next",
            "The security token included in the request is expired",
        ),
    ),
    Secret(
        rule="secret.session-token-itself",
        kind="session-token",
        keywords=("FwoGZXIvYXdz", "FQoGZXIvYXdz", "QoJb3JpZ2lu", "AQoDYXdz"),
        pattern=r"(?:FwoGZXIvYXdz|FQoGZXIvYXdz|IQoJb3JpZ2lu|AQoDYXdz)([A-Za-z0-9+/=%_-]{8,})",
        bare=True,
        hits=("IQoJb3JpZ2lu«X2VjEJr//////////wEaCXVzLWVhc3QtMSJH»",),
    ),
    Secret(
        rule="secret.signature",
        kind="signature",
        keywords=("signature", "sig"),
        pattern=(
            _labelled("signature", "signature provided", "signature of chunk", "signature 256", guard=_CODE)
            + "|"
            + _labelled("sig", before=r"(?<![A-Za-z0-9].{3})", guard=_CODE)
            + r"|[sS]ignature(?::\r?\n| (?:is|was):? )([0-9a-f]{64})"
        ),
        hits=(
            "SignedHeaders=host, Signature=«4f8ca7e2d1b0a9384f8ca7e2d1b0a938»",
            "&X-Amz-Signature=«4f8ca7e2d1b0a938»&x-id=UploadPart",
            "10000;chunk-signature=«ad80c730a21e5b8d»",
            "https://d1.cloudfront.net/a.mp4?Expires=1&Signature=«nitfHRCrtziwO2HwPfWw~yYDhUF5EwRunQA-»&x=1",
            "?se=2026-11-22T00%3A00Z&sp=rw&sig=«abcDEF123%2Bxyz%3D»",
            "temp_url_sig=«42bd9fb6db4b76180ace24175c24888eb4e72736»&temp_url_expires=1",
            "<SignatureProvided>«0Tx5kZ1Y8bN2m/c3v4B5n6M7=»</SignatureProvided>",
            "botocore.auth - DEBUG - Signature:\n«0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef»",
        ),
        misses=(
            "signatureVersion: 'v4'",
            "Bad signature: SignatureDoesNotMatch",
            "The request signature we calculated does not match the signature you provided.",
            "config=prod",
            "design: flat",
        ),
    ),
    Secret(
        rule="secret.sigv2",
        kind="signature",
        keywords=("aws", "oss", "goog1", "sharedkey", "obs"),
        pattern=(
            r"[AGOsS](?:(?:(?<=A)WS|(?<=O)[SB]S|(?<=G)OOG1)[ \t](?:A(?:KIA|SIA)[A-Z0-9]{12,}|([^\s:/\"']{3,128}))"
            r":([A-Za-z0-9+/]{20,}={0,2})"
            r"|(?<=[sS])hared[kK]ey(?:[lL]ite)?[ \t][^\s:\"']{1,128}:([A-Za-z0-9+/=]{8,}))"
        ),
        hits=(
            "Authorization: AWS AKIA«IOSFODNN7EXAMPLE»:«frJIUN8DYpKDtOLCwoyllqDzg28=»",
            "AWS «minio»:«frJIUN8DYpKDtOLCwoyllqDzg28=»",
            "SharedKey films:«ctzMq410TV3wS7upTBcunJTDLEJwMAZuFPfr0mrrA08=»",
        ),
        misses=("AWS region: eu-west-1",),
    ),
    Secret(
        rule="secret.string-to-sign",
        kind="signing-text",
        keywords=("stringtosign", "canonicalrequest"),
        pattern=(
            rf"(?:{_any_case('stringtosign')}|{_any_case('canonicalrequest')})(?:[bB]ytes)?"
            rf"(?:>([^<]++)|{_CLOSE}{_SIGN}\"((?:[^\"\\]++|\\.)++))"
        ),
        hits=(
            "<StringToSign>«AWS4-HMAC-SHA256\n20261122T101500Z\n20261122/eu-west-1/s3/aws4_request\n4f8c»</StringToSign>",
            '"CanonicalRequest": "«PUT\\n/a.mp4\\npartNumber=1»"',
        ),
    ),
    Secret(
        rule="secret.policy",
        kind="policy",
        keywords=("policy",),
        # Base64 of a JSON object: `{"`, `{ "`, `{` and a line end.
        pattern=rf"[pP]olicy(?:{_CLOSE}{_SIGN}[\"'`]{{0,2}}|{_BESIDE})(e[wy][A-Za-z0-9+/=_~-]{{16,}})",
        hits=(
            "&Policy=«eyJTdGF0ZW1lbnQiOlt7IlJlc291cmNlIjoi»&Key=a",
            '{"name": "Policy", "value": "«eyJTdGF0ZW1lbnQiOlt7IlJlc291cmNlIjoi»"}',
        ),
        misses=("policy: expire-after-seven-days-please", "PolicyId=ab"),
    ),
    Secret(
        rule="secret.cloudfront-key-pair",
        kind="access-key",
        keywords=("pair",),
        pattern=_labelled("key pair id"),
        hits=("&Key-Pair-Id=«K2JCJMDEHXQW5F»&x=1",),
    ),
    Secret(
        rule="secret.encryption-key",
        kind="encryption-key",
        keywords=("customer", "encryption"),
        pattern=_labelled(
            "customer key", "customer key md5", "encryption key", "encryption key sha256", "encryption key base64"
        ),
        hits=(
            "x-amz-server-side-encryption-customer-key: «MDEyMzQ1Njc4OWFiY2RlZg==»",
            "'SSECustomerKeyMD5': '«hRasmdxgYDKV3nvbahU1MA==»'",
        ),
        misses=("x-amz-server-side-encryption-customer-algorithm: AES256", "x-amz-server-side-encryption: aws:kms"),
    ),
    Secret(
        rule="secret.authorization",
        kind="token",
        keywords=("auth",),
        # A scheme's name stays; AWS4 and its kin have parts that are worth reading, and rows of their own.
        pattern=(
            rf"{_any_case('authorization')}{_CLOSE}{_SIGN}{_OPEN}[\"'`]{{0,2}}"
            r"(?:AWS4-[\w-]+|(?:AWS|OSS|OBS|GOOG1|[sS]hared[kK]ey(?:[lL]ite)?)[ \t]|[dD]igest[ \t]"
            r"|(?:[A-Za-z][A-Za-z0-9-]{1,30}[ \t+]+)?" + _PROSE + _CODE + r"""([^\s"'`<>&;,\\(){}\[\]]{4,}))"""
            # What Docker and npm keep for a registry, and what stands in a query.
            r"""|[aA]uth(?<![A-Za-z0-9].{4})["']?\s{0,5}[:=]\s{0,5}["']?"""
            + _RANDOM
            # Beside its name in a table.
            + rf"|{_any_case('authorization')}{_BESIDE}(?:[A-Z][A-Za-z]{{1,20}}[ \t])?"
            + _RANDOM
        ),
        hits=(
            "Authorization: Bearer «abcdef.123»",
            "authorization=«opaquetokenvalue»",
            "{'Authorization': 'Basic «YTpi»'}",
            "[authorization] => Negotiate «YIIJvwYGKwYBBQUC»",
            '"auths":{"registry.example":{"auth":"«Ym9iOmh1bnRlcjI=»"}}',
            "| Authorization | Token «b93ca0a120045e9e» |",
            'http.Header{"Authorization":[]string{"Token «b93ca0a120045e9e»"}}',
        ),
        misses=(
            "Authorization: AWS4-HMAC-SHA256 SignedHeaders=host",
            "authorization: missing required header",
            "auth=none",
        ),
    ),
    Secret(
        rule="secret.bearer",
        kind="token",
        keywords=("Bearer", "bearer", "BEARER"),
        pattern=(
            r"(?:Bearer|bearer|BEARER)[ \t+]+(?!(?:token|auth|realm|scheme|error|scope|format)|[a-z_]+=[\"'])"
            r"([A-Za-z0-9._~+/=:|-]{8,})"
        ),
        bare=True,
        hits=("sent Bearer «mF_9.B5f-4.1JqM»",),
        misses=("Bearer authentication required", 'Bearer realm="films", error="invalid_token"', "bearer token"),
    ),
    Secret(
        rule="secret.basic",
        kind="password",
        keywords=("Basic", "basic", "BASIC"),
        pattern=r"(?:Basic|basic|BASIC)[ \t+]+(?![A-Za-z][a-z]*+(?![A-Za-z0-9+/=_-]))([A-Za-z0-9+/_-]{8,}={0,2})",
        bare=True,
        hits=("Basic «dXNlcjpwYXNzd29yZA==»",),
        misses=("Basic authentication", "basic functionality"),
    ),
    Secret(
        rule="secret.digest",
        kind="password",
        keywords=("response=", "mac="),
        pattern=r"""response=["']{0,2}([0-9a-f]{32,128})|\bmac=["']([A-Za-z0-9+/]{20,}={0,2})""",
        hits=(
            'Digest username="bob", response="«6629fae49393a05397450978507c4ef1»"',
            'Hawk id="bob", ts="1353832234", mac="«6R4rV5iE+NPoym+WwjeHzjAGXUtLNIxmo1vpMofpLAE=»"',
        ),
    ),
    Secret(
        rule="secret.jwt",
        kind="token",
        keywords=("yJ",),
        pattern=r"eyJ(?<![A-Za-z0-9.]eyJ)([A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]{5,}(?:\.[A-Za-z0-9_-]*){0,3})",
        bare=True,
        hits=(
            "jwt eyJ«hbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9P»",
            "session_eyJ«hbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dozjgNryP4J3»",
        ),
        misses=("eyJhbGciOiJIUzI1NiJ9", "x.eyJhbGci.abcdefgh"),
    ),
    Secret(
        rule="secret.google-token",
        kind="token",
        keywords=("AIza", "ya29.", "GOOG1"),
        pattern=(r"\b(?:AIza|ya29\.|GOOG1)([A-Za-z0-9_.-]{16,})"),
        bare=True,
        hits=("key AIza«SyA1234567890abcdefghijklmnopqrstuv»", "GOOG1«EABCDEFGHIJKLMNOPQRSTUVWXYZ234567»"),
    ),
    Secret(
        rule="secret.vendor-token",
        kind="token",
        # Pieces that several of them share; each costs a search of every text.
        keywords=(
            *(
                "ghp_",
                "gho_",
                "ghu_",
                "ghs_",
                "ghr_",
                "pat_",
                "shp",
                "xox",
                "xapp-",
                "sk-",
                "npm_",
                "hf_",
                "LTAI",
                "hooks",
            ),
            *(
                "lpat-",
                "ldt-",
                "lrt-",
                "lptt-",
                "lcbt-",
                "loas-",
                "k_live_",
                "k_test_",
                "whsec_",
                "_v1_",
                "hvs.",
                "hvb.",
            ),
            *("pypi-AgE", "GOCSPX-", "sq0", "sntry", "glsa_", "lin_api_", "PMAK-", "NRAK-", "ATATT3", "sbp_", "figd_"),
            *("rubygems_", "AKID", "SCW"),
        ),
        pattern=(
            r"\b(?:gh[pousr]_|(?:github|dckr)_pat_|shp(?:at|ca|pa|ss)_|gl(?:pat|dt|rt|ptt|cbt|oas)-|xox[abcdeprs][-.]"
            r"|xapp-\d-|[rs]k_live_|sk-(?:ant|proj|svcacct|or-v1)-|hv[sb]\.|pypi-AgE|GOCSPX-|sq0(?:atp|csp)-"
            r"|sntry[su]_|ATATT3|figd_)([A-Za-z0-9_=.-]{16,})"
            # Names that begin like these go on with words.
            r"|\b(?:npm_|hf_|do[opr]_v1_|[rs]k_test_|whsec_|glsa_|lin_api_|PMAK-|NRAK-|sbp_|rubygems_|LTAI|AKID|SCW)"
            r"([A-Za-z0-9]{16,})"
            r"|hooks\.slack\.com/services/([\w/-]{16,})|discord(?:app)?\.com/api/webhooks/\d{1,20}/([\w-]{16,})"
        ),
        bare=True,
        hits=(
            "cloned with ghp_«0123456789abcdefABCDEF0123456789abcd»",
            "told https://hooks.slack.com/services/«T0000/B0000/abcdefABCDEF0123»",
            "told https://discord.com/api/webhooks/700000000000000001/«abcdefABCDEF0123-_»",
            "paid with sk_live_«0123456789abcdefABCDEF01»",
            "id LTAI«5tabcdefghijklmnopqr», then npm_«0123456789abcdefABCDEF»",
            "glrt-«0123456789abcdefABCD», xoxe.«xoxp-1-0123456789abcdef», xapp-1-«A0123456789-0123456789-0123ab»",
            "sk_test_«0123456789abcdefABCDEF01», then whsec_«0123456789abcdefABCDEF01»",
            "twine used pypi-AgE«IcHlwaS5vcmcCJDAxMjM0NTY3», dckr_pat_«0123456789abcdefABCDEF01»",
            "doo_v1_«0123456789abcdef0123456789abcdef», shpss_«0123456789abcdef0123456789abcdef»",
            "client GOCSPX-«0123456789abcdefABCDEF_-01», AKID«0123456789abcdefABCDEF0123456789»",
        ),
        misses=(
            "ghp_short",
            "npm_config_user_agent_and_more",
            "hf_a_name_of_words_0123456789",
            "disk_test_0123456789abcdefABCDEF",
            "pypi-mirror-of-many-packages-1",
            "sk_test_of_the_upload_that_fails",
        ),
    ),
    Secret(
        rule="secret.vendor-token-by-form",
        kind="token",
        # So short a beginning tells nothing without the exact form of the rest.
        keywords=("SG.", "SK", ":AA", "dapi", "1//0", "AGE-SECRET-KEY-1"),
        pattern=(
            r"SG\.(?<!\w...)([\w-]{22}\.[\w-]{43})(?![\w-])"
            r"|SK(?<!\w..)([0-9a-f]{32})(?!\w)"
            r"|:AA(?<=[0-9]{8}:AA)([\w-]{33})(?![\w-])"
            r"|dapi(?<!\w....)([0-9a-f]{32})(?!\w)"
            r"|1//0(?<!\w....)([\w-]{40,})"
            r"|AGE-SECRET-KEY-1([0-9A-Z]{58})"
        ),
        bare=True,
        hits=(
            "mail by SG.«0123456789abcdefABCDEF.0123456789abcdefABCDEF0123456789abcdefABCDE»",
            "sms by SK«0123456789abcdef0123456789abcdef»",
            "bot 700000001:AA«abcdefghijklmnopqrABCDEF012345678»",
            "ran with dapi«0123456789abcdef0123456789abcdef»",
            "refreshed 1//0«0123456789abcdefABCDEF0123456789abcdefABCDEF»",
        ),
        misses=(
            "msg.part.upload",
            "TASK0123456789abcdef0123456789abcdef",
            "SKU 0123456789abcdef",
            "10:AA:0c",
            "http://1//0",
        ),
    ),
    Secret(
        rule="secret.private-key",
        kind="private-key",
        keywords=("PRIVATE KEY",),
        pattern=rf"-----BEGIN [A-Z0-9 ]{{0,30}}PRIVATE KEY(?: BLOCK)?-----({_KEY_LINE}(?:{_KEY_LINE}|)*+)",
        bare=True,
        hits=(
            "-----BEGIN RSA PRIVATE KEY-----«\nProc-Type: 4,ENCRYPTED\n\nMIIEpAIBAAKCAQEA123456\na==»\n-----END RSA",
        ),
        misses=("it must start with -----BEGIN PRIVATE KEY----- and a newline",),
    ),
    Secret(
        rule="secret.cookie",
        kind="cookie",
        keywords=("cookie",),
        pattern=(
            rf"^[<>*| \t]{{0,8}}(?:[sS]et-)?[cC]ookie2?:[ \t]*([^\r\n]*=[^\r\n]*)"
            rf"|{_any_case('cookie')}2?(?:{_CLOSE}{_SIGN}{_OPEN}(?:{_QUOTED}|"
            rf"({_COOKIE}"
            rf"(?:\s?[;,]\s?(?:[eE]xpires=\w{{3}}, [\w :-]{{1,40}}|{_COOKIE}"
            r"|[hH]ttp[oO]nly|[sS]ecure|[pP]artitioned)|)*+))"
            rf"|[ ][^=\s]{{1,128}}=([^\s>]++)(?= for)|{_BESIDE}({_COOKIE}(?:;[ ]?{_COOKIE})*))"
        ),
        hits=(
            'Cookie: «session=abc123; theme="a b"; x={"a": 1}»\nHost: a',
            '"set-cookie": "«sid=s%3Aabc; Path=/; HttpOnly»"',
            "got cookie=«sid=abcdef»",
            "<RequestsCookieJar[<Cookie sid=«abc123» for films.example/>]>",
            'http.Header{"Cookie":[]string{"«sid=abc123; b=c»"}}',
            "<tr><td>Set-Cookie</td><td>«sid=abc123»</td></tr>",
            "cookie:\n«sid=abc123; theme=dark»\norigin:\nhttps://films.example",
            "<Message>Cookie: «sid=abc123; a=b<c»</Message><Key>Cookie: «sid=def456»</Key>",
        ),
        misses=("cookie: too large", "xsrfCookieName: 'XSRF-TOKEN',"),
    ),
    Secret(
        rule="secret.cookie-jar",
        kind="cookie",
        keywords=("TRUE\t", "FALSE\t"),
        # A line of the file in which curl, wget and yt-dlp keep cookies.
        pattern=r"\t(?:TRUE|FALSE)\t/[^\t\n]{0,200}\t(?:TRUE|FALSE)\t\d{1,12}\t[^\t\n]{1,128}\t([^\s]+)",
        bare=True,
        hits=("films.example\tTRUE\t/\tFALSE\t1795000000\tsid\t«abc123»\n",),
        misses=("a\tTRUE\t3\tFALSE\t7\tb\tc",),
    ),
    Secret(
        rule="secret.cookie-list",
        kind="cookie",
        keywords=("cookies",),
        # A HAR has each cookie apart, under any name.
        within=rf"{_any_case('cookies')}[\"']?\s{{0,20}}:\s{{0,20}}\[((?:[^\]\"']++|\"(?:[^\"\\]++|\\.)*+\"|'(?:[^'\\]++|\\.)*+'|)*+)",
        pattern=rf"[vV]alue[\"']?\s{{0,20}}:\s{{0,20}}(?:{_QUOTED})",
        hits=(
            '"cookies": [{"name": "sid", "value": "«a]b»"}, {"name": "x", "value": "«c»", "path": "/"}], "value": "d"',
        ),
        misses=('"cookies": [], "headers": [{"name": "host", "value": "films"}]',),
    ),
    Secret(
        rule="secret.cookie-map",
        kind="cookie",
        keywords=("cookies",),
        within=rf"{_any_case('cookies')}[\"']?\s{{0,20}}[:=]\s{{0,20}}\{{((?:[^}}\"']++|\"(?:[^\"\\]++|\\.)*+\"|'(?:[^'\\]++|\\.)*+'|)*+)",
        pattern=rf":\s{{0,20}}(?:{_QUOTED})",
        hits=("cookies: { sid: '«abc»', 'b-c': '«d»' }, key: 'e'",),
        misses=("cookies: {}, key: 'e'",),
    ),
    Secret(
        rule="secret.password",
        kind="password",
        keywords=("passw", "passphrase", "passcode", "pwd", "_pass", "dbpass", "bind", "kennwort"),
        pattern=_labelled(*_PASSWORD_LABELS)
        + "|"
        + _labelled("pwd", guard=r"(?!/|[A-Za-z]:\\)", before=r"(?<![0-9].{3})(?<=pwd|Pwd|PWD)"),
        hits=(
            "password=«hunter2»&user=bob",
            '{"password": "«a \\"b\\" c»", "user": "bob"}',
            "DB_PASSWORD: «p4ss,word»",
            '"{""password"":""«hunter2»"",""user"":""bob""}"',
            "Server=db;Pwd=«s3cret»;Database=films",
            "bindpw=«s3cret»",
            "<DbPassword>«hunter2»</DbPassword>",
        ),
        misses=("wrong password: please try again", "PWD=/home/bob", '"password": null', '"password":"","user":"bob"'),
    ),
    Secret(
        rule="secret.token",
        kind="token",
        keywords=("token",),
        pattern=_labelled(
            "token",
            before=_NOT_PAGING,
            guard=_CODE,
        ),
        hits=(
            '"access_token": "«abc123»"',
            "refreshToken=«xyz.789»",
            "?token=«abc»&x=1",
        ),
        misses=(
            "NextContinuationToken: 1ueGcxLPRx1Tr",
            '"nextPageToken": "abcdef"',
            "ExpiredToken: The provided token has expired.",
            "Invalid token: TokenRefreshRequired",
            "Unexpected token < in JSON at position 0",
            "token = get_token(session)",
        ),
    ),
    Secret(
        rule="secret.secret",
        kind="secret",
        keywords=("api", "secret", "jwt", "subscription"),
        pattern=_labelled("api key", "ibm api key id", "subscription key", "secret", "jwt", guard=_CODE),
        hits=("x-api-key: «0123456789»", "client_secret=«s3cr3t»", 'ibm_api_key_id="«abc»"', "apikey: '«abc»'"),
        misses=("secretArn: arn:aws:secretsmanager", "the secret: it is not there"),
    ),
    Secret(
        rule="secret.named-value",
        kind="token",
        keywords=("value", "form-data", "</key", "</t", "</dt"),
        # A HAR's header, a form field, a cookie of a browser's export.
        pattern=(
            rf"(?:[nN]ame|[kK]ey|[hH]eader)[\"']?\s{{0,20}}[:=]\s{{0,20}}[\"']{_SECRET_NAMES}[\"']\s{{0,80}},?\s{{0,80}}"
            r"(?:[\w-]{1,20}=[\"'][^\"'<>]{0,80}[\"']\s{1,20}){0,3}"
            rf"[\"']?[vV]alue[\"']?\s{{0,20}}[:=]\s{{0,20}}(?:{_QUOTED})"
            rf"|[vV]alue[\"']?\s{{0,20}}:\s{{0,20}}(?:{_QUOTED})[\"'],\s{{0,80}}[\"']?(?:[nN]ame|[kK]ey)[\"']?\s{{0,20}}:"
            rf"\s{{0,20}}[\"']{_SECRET_NAMES}[\"']"
            rf"|[\"']{_SECRET_NAMES}[\"']\s{{0,20}}[:=]>?\s{{0,20}}\{{\s{{0,80}}"
            rf"(?:[\"']\w{{1,20}}[\"']\s?:\s?[\"']?[\w-]{{0,40}}[\"']?,\s{{0,80}}){{0,3}}"
            rf"[\"']?[vV]alue[\"']?\s{{0,20}}[:=]\s{{0,20}}(?:{_QUOTED})"
            # A manifest, an element and the one behind it.
            rf"|[nN]ame:[ \t]{{1,20}}[\"']?{_SECRET_NAMES}[\"']?[ \t]*\r?\n[ \t]{{0,80}}[vV]alue:[ \t]{{1,20}}"
            rf"(?:{_QUOTED}|{_PROSE}{_UNQUOTED})"
            rf"|<(?:name|key|t[dh]|dt)>{_SECRET_NAMES}:?</(?:name|key|t[dh]|dt)>\s{{0,80}}"
            rf"<(?:value|string|t[dh]|dd)>{_PROSE}([^<\s][^<]*+)"
            rf"|form-data; ?[nN]ame=\"{_SECRET_NAMES}\"\r?\n(?:[^\r\n]{{1,200}}\r?\n){{0,3}}\r?\n([^\r\n]+)"
        ),
        hits=(
            '{"name": "x-amz-security-token", "value": "«FwoGZXIvYXdz»"}',
            '<input type="hidden" name="x-amz-signature" value="«0123abcd»" />',
            '{"value": "«FwoGZXIvYXdz»", "name": "x-amz-security-token"}',
            '"db_password": {"sensitive": true, "value": "«hunter2»", "type": "string"}',
            'form-data; name="password"\n\n«hunter2 and more»\n--b',
            "- name: DB_PASSWORD\n  value: «hunter2»\n- name: REGION\n  value: eu-west-1",
            "<header><name>password</name><value>«hunter2»</value></header>",
            "<dict><key>refreshToken</key>\n<string>«hunter2»</string></dict>",
            '{"name": "sig", "value": "«abcDEF+/=»"}, {"name": "Subscription-Key", "value": "«abc»"}',
        ),
        misses=(
            "<tr><td>Token</td><td>expired</td></tr>",
            "- name: DB_PASSWORD\n  valueFrom:\n    secretKeyRef: db",
            '{"name": "host", "value": "films.example"}',
        ),
    ),
    Secret(
        rule="secret.header-pair",
        kind="token",
        keywords=("authorization", "cookie", "token", "key", "secret", "sig", "passw"),
        # Node's raw headers and Python's tuples. A list of header names is not a list of pairs.
        pattern=(
            r"""["']""" + rf"(?:{_any_case('authorization')}|(?:[sS]et-)?{_any_case('cookie')}"
            rf"|[xX]-[\w-]{{0,60}}?{_labels('token', 'key', 'secret', 'signature', 'md5')}"
            rf"|(?:\w{{1,20}}[_-])?{_labels('signature', 'sig', 'token')}|[\w-]{{0,40}}?{_PAIR_LABELS})"
            r"""["']\s{0,20},\s{0,40}b?["'](?!(?:[A-Za-z]{1,20}|sha\d{1,3}|md5|crc\w{2,6}|\d)"""
            r"""(?:[_-](?:[A-Za-z]{1,20}|sha\d{1,3}|md5|crc\w{2,6}|\d)){0,8}["'])"""
            r"""(?:AWS4-[\w-]+|(?:[A-Z][A-Za-z]{1,20} )?([^"'\\]+)["'](?!\s{0,20}[:=]))"""
        ),
        hits=(
            "[ 'x-amz-security-token', '«FwoGZXIvYXdz12»', 'host', 'a' ]",
            "('Authorization', 'Bearer «abc.def1»')",
            '["sig", "«a1/b2c3=»"]',
            "[('userPassword', '«cWAFXVhz76»'), ('hmac_key', '«LXy2evmN/iQG»')]",
            "[('X-Amz-Copy-Source-Server-Side-Encryption-Customer-Key', '«PsajdksqQOrb/jWLIXLK=»')]",
        ),
        misses=(
            '"access_token","user_name"',
            "['authorization', 'x-amz-date', 'x-amz-content-sha256']",
            '"code": "ExpiredToken", "Message": "x"',
        ),
    ),
    Secret(
        rule="secret.beside-name",
        kind="secret",
        # To look for each name would take longer than the pattern does.
        keywords=(
            *("key", "Key", "KEY", "token", "Token", "TOKEN", "secret", "Secret", "SECRET"),
            *("passw", "Passw", "PASSW", "signature", "Signature", "SIGNATURE"),
        ),
        pattern=_BESIDE_NAMES + _BESIDE + _RANDOM,
        bare=True,
        hits=(
            "env: | AWS_SECRET_ACCESS_KEY | «wJalrXUtnFEMI/K7MDENG» |",
            "- name: AWS_SESSION_TOKEN\n  value: «FwoGZXIv0YXdzEBY»",
            "X-Amz-Signature:\n  «4f8ca7e2d1b0a938»",
            "<tr><td>x-api-key</td><td>«0123456789abcdef»</td></tr>",
            "<property><name>fs.s3a.secret.key</name><value>«wJalrXUtnFEMI/K7»</value></property>",
            'Config { secret_access_key: Some("«wJalrXUtnFEMI/K7»"), region: "a" }',
            'http.Header{"X-Amz-Security-Token":[]string{"«FwoGZXIv0YXdzEBY»"}}',
            '{<<"x-amz-server-side-encryption-customer-key">>,<<"«MDEyMzQ1Njc4OWFi=»">>}',
            '{"key": "http.request.header.x-api-key", "value": {"stringValue": "«0123456789abcdef»"}}',
            "+ 'aws' configure set aws_secret_access_key «wJalrXUtnFEMI/K7»",
            "x-csrf-token:\n«0123456789abcdef»\nx-api-key:\n«PsajdksqQOrb/jWLIXLK=»",
            "<dt>x-api-key:</dt><dd>«0123456789abcdef»</dd>",
            "the Secret Key is «wJalrXUtnFEMI/K7»",
            "x-api-key\t«0123456789abcdef»",
            '{"key": "header.x-api-key", "value": {"arrayValue": {"values": [{"stringValue": "«0123456789abcdef»"}]}}}',
        ),
        misses=(
            "SignedHeaders=host;x-amz-security-token;x-amz-content-sha256",
            '["x-amz-security-token", "x-amz-content-sha256"]',
            "the session token is 2026-11-22T10:15:00Z old",
            "private key, uploads/2026/film-0001.mp4",
        ),
    ),
    Secret(
        rule="secret.option",
        kind="password",
        keywords=("--", "-u", "-b"),
        pattern=(
            rf"--[\w-]{{0,40}}?{_labels(*_KEY_LABELS, *_PASSWORD_LABELS, 'pwd', 'secret', 'token', 'api key')}[ \t]+"
            r"""["']?([^\s"'-][^\s"']*)"""
            r"""|\s(?:-u|--user)[ \t=]["']?[^\s:"'=]{1,64}:([^\s"']+)"""
            r"""|\s-b[ \t](?:"([\w.-]{1,60}=[^"]+)"|'([\w.-]{1,60}=[^']+)')"""
        ),
        bare=True,
        hits=(
            "mc alias --secret-key «hunter22» --quiet",
            "curl -u bob:«hunter2» https://films.example",
            "curl -b '«sid=abc; x=1»' a",
        ),
        misses=("run --token --verbose",),
    ),
    Secret(
        rule="secret.command",
        kind="password",
        keywords=("mysql", "mariadb", "mongo", "sshpass", "docker", "redis-cli"),
        pattern=(
            # MySQL takes what follows `-p` at once; a word behind a blank is the database.
            r"(?:(?:mysql|mariadb)[\w-]{0,20}[ \t]+(?:-[^\n|;]{0,200}?[ \t])??-p(?![ \t])"
            r"|(?:mongo[a-z]{0,10}|sshpass|docker[ \t]+login)[ \t]+(?:-[^\n|;]{0,200}?[ \t])??-p[ \t]*"
            r"|redis-cli[ \t]+(?:-[^\n|;]{0,200}?[ \t])??-a[ \t]+)"
            r"""(?:"([^"\n]+)"|'([^'\n]+)'|([^\s"'-][^\s"']*))"""
        ),
        bare=True,
        hits=(
            "+ mysql -h db -u bob -p«hunter2» films",
            "mysqldump -p'«a b»' films > films.sql",
            "sshpass -p «hunter2» scp a.mp4 films:",
            "mongodump -u bob -p «hunter2» --db films",
            "docker login -u bob -p «hunter2» registry.example",
            "redis-cli -h cache -a «hunter2» ping",
        ),
        misses=(
            "mysql -u bob -p films",
            "mysql -P 3306 --port 7",
            "docker run -p 8080:80 films",
            "the mysql -- a -> b",
        ),
    ),
    Secret(
        rule="secret.netrc",
        kind="password",
        keywords=("machine", "default"),
        pattern=(
            r"\b(?:machine\s{1,20}[^\s]{1,253}|default)\s{1,20}(?:(?:login|account)\s{1,20}\S{1,128}\s{1,20}){0,2}"
            r"""password\s{1,20}(?![:=])"?([^\s"]+)"""
        ),
        bare=True,
        hits=(
            "machine films.example login bob password «hunter2»",
            "machine films.example\n  login bob\n  password «hunter2»\n",
            "default login anonymous password «hunter2»",
        ),
        misses=("the machine asked for a password twice",),
    ),
    Secret(
        rule="secret.url-password",
        kind="password",
        keywords=("://",),
        pattern=(
            r"""://(?:[^\s/?#@:"'<>]{0,128}:([^\s/?#"'<>]{1,256})"""
            r"""|(?=[A-Za-z_-]{0,200}\d)(?=[\d_-]{0,200}[A-Za-z])([A-Za-z0-9_-]{20,256}))@"""
        ),
        hits=(
            "https://«0123456789abcdefABCD»@git.example/films.git",
            "https://bob:«hunter2»@films.example/a",
            "redis://:«p@ss»@127.0.0.1:6379",
        ),
        misses=("http://127.0.0.1:9000/a@b", "https://films.example:443?to=@bob"),
    ),
    Secret(
        rule="secret.query",
        kind="token",
        keywords=("?", "&", ";"),
        pattern=(
            r"""[?&](?:otp|hmac|pass|sid|assertion|SAMLResponse)=([^\s&"'<>]{8,})"""
            r"""|[?&;](?:[jJ][sS][eE][sS][sS][iI][oO][nN][iI][dD]|PHPSESSID|ASPSESSIONID\w{1,20})=([^\s&"'<>?;]{8,})"""
            # Of a login; the code of an error has no digits.
            r"""|[?&]code=(?=[A-Za-z._~/%-]{0,200}\d)(?!\d{1,20}(?![\w.-]))([\w.~/%-]{20,})"""
        ),
        hits=(
            "GET /up;jsessionid=«1C0A66BE760C04AA»?a=1",
            "/cb?code=«k2TYWCgykNuCn45uDEbTwUQ6»&state=x",
            "/login?a=1&otp=«0123456789»&b=2",
            "/acs?SAMLResponse=«PHNhbWxwOlJlc3BvbnNl»",
        ),
        misses=("/films?pass=2&sid=7", "/films?code=CompleteMultipartUploadFailed"),
    ),
    Secret(
        rule="secret.email",
        kind="email",
        keywords=("@",),
        pattern=(
            # What stands before the @ of a URL's host is no mailbox.
            r"""://[^\s/@"'<>]{0,400}@"""
            r"""|(?<![A-Za-z0-9._+\x80-\U0010ffff-])([A-Za-z0-9._+\x80-\U0010ffff-]{1,64}"""
            r"""@(?:[A-Za-z0-9\x80-\U0010ffff-]{1,63}\.){1,8}(?!(?:js|ts|mjs|cjs|jsx|tsx|png|jpe?g|gif|svg|webp|s?css)\b)"""
            r"""[A-Za-z\x80-\U0010ffff]{2,24})(?![A-Za-z0-9-])"""
        ),
        hits=("mail «bob+up@films.example»", "mailto:«a@b.co»"),
        misses=("logo@2x.png", "client-s3@3.45.0", "https://deploy@films.example/a", "@aws-sdk/client"),
    ),
)

BARE_KEYWORDS = tuple(sorted({keyword for row in SECRETS if row.bare for keyword in row.keywords}))
