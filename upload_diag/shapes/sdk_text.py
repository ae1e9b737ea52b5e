"""The labelled facts in what SDKs and tools print: `(Service: …; Status Code: 404; Error Code: …; Request ID: …)`.

A row is a label in all its spellings with the pattern of what stands behind it. The table is the union of the
templates of boto, botocore, aws-cli, the AWS SDKs (Java 1 and 2, Kotlin, Go 1 and 2, PHP, Ruby, .NET, C++, Rust,
JavaScript), Hadoop S3A, minio, s3cmd, rclone, OSS, OBS, COS, Azure, GCS, tus, nginx and the S3 access log.
"""

import re
from dataclasses import dataclass

from upload_diag.rules.fields import NO_OBJECTS

__all__ = ["BEFORE_WORDS", "LABELS", "STATUS_NAMES", "Label", "status_in"]


@dataclass(frozen=True)
class Label:
    """One labelled fact.

    Attributes:
        field: the field of UploadContext, or `code` for the service's code.
        pattern: its groups hold the value; the first that matched counts. It begins with letters of the label, in
            either case, for those are what a text is looked through for.
        rank: of two labels for one field the higher wins, then the earlier in the text.
    """

    field: str
    pattern: str
    rank: int = 50


# One id of S3 in twenty begins with a dot, a dash or an underscore; a short word that does is something else.
_START = r"(?:[A-Za-z0-9]|[._-]{1,3}(?=[\w.-]{20}))"
_ID = _START + r"[A-Za-z0-9._~+/=:%-]{2,300}"
# Where no sign stands between a label and its value, that must look like an id: it holds a digit.
_BARE_ID = r"[\"'`(<「]?(?=[\w.~+/=-]{0,60}\d)(" + _START + r"[A-Za-z0-9._~+/=-]{3,300})"
STATUS_NAMES = {
    "BadRequest": 400,
    "Unauthorized": 401,
    "Forbidden": 403,
    "NotFound": 404,
    "RequestTimeout": 408,
    "Conflict": 409,
    "Gone": 410,
    "PreconditionFailed": 412,
    "RequestEntityTooLarge": 413,
    "TooManyRequests": 429,
    "InternalServerError": 500,
    "BadGateway": 502,
    "ServiceUnavailable": 503,
    "GatewayTimeout": 504,
}
"""How .NET names a status."""
_OBJECT_S = "".join(f"(?<!(?i:{word})[ ._-])" for word in NO_OBJECTS)
# What stands between a label and its value: `: `, `="`, `=>`, `->`, `>`, `] => `, `"]=> string(3) "`, `: Some("`.
_SEP = (
    r"(?:\":(?:\"[\w\\]{1,80}\":)?(?:private|protected))?[\"'`\]]{0,2}"
    r"\s?(?:[-=]?>|[:=])\s?(?:b(?=')|Some\(|Optional\(|(?:string|int)\(\d{0,5}\)?\s?)?[\"'`\[(]{0,2}"
)

LABELS: tuple[Label, ...] = (
    # --- the service's code -------------------------------------------------------------------------------------
    Label(
        "code",
        r"\(([\w.]{3,80})\) (?:occurred )?(?:\(reached[^)]{0,40}\) )?when calling the",
        90,
    ),
    Label("code", r"error \(([\w.]{3,80})\) occurred", 90),
    Label("code", r"\bapi error ([A-Za-z][\w.]{2,80})(?=[:\s]|$)", 90),
    Label(
        "code",
        # Each branch begins with a plain letter: that lets the engine skip through the text.
        r"(?:code|Code|CODE|AWSError|xception name)(?<![Ss]tatus[Cc]ode)(?<![Ss]tatus [Cc]ode)(?<!status_code)"
        r"(?<!http[Cc]ode)(?<![Ee]xit[Cc]ode)(?:" + _SEP + r"| ')([A-Za-z][\w.]{2,80})",
        85,
    ),
    # B2: "(400 bad_request)", "unknown error: 400 bad_request …"
    Label("code", r"\((?:400|401|403|404|405|408|409|416|429|500|503) ([a-z]{2,20}(?:_[a-z0-9]{2,20}){0,4})\)", 80),
    Label(
        "code", r"error: (?:400|401|403|404|405|408|409|416|429|500|503) ([a-z]{2,20}(?:_[a-z0-9]{2,20}){1,4})\b", 80
    ),
    Label("code", r"\((bad_request|not_found|already_hidden|method_not_allowed)\)", 80),  # B2's SDK for Python
    Label("code", r"BmcException: \(\d{3}, ([A-Za-z]\w{2,60}), ", 90),
    # --- operation ----------------------------------------------------------------------------------------------
    Label("operation", r"when calling the ([A-Z]\w{3,40}) ?(\w{0,12}?) ?operation", 90),
    Label("operation", r"when calling the ([A-Z]\w{3,60})", 85),
    Label("operation", r"operation error (?:S3: ?)?([A-Z]\w{3,60})", 90),
    Label("operation", r"during ([A-Z]\w{3,60}) operation", 90),
    Label("operation", r"executing \"([A-Z]\w{3,60})\" on", 90),
    Label("operation", r"\bAPI: (?!\w*ObjectPart|NewMultipart)([A-Z]\w{3,60})\(", 90),
    Label("operation", r"eventName\"?: ?\"?([A-Z]\w{3,60})", 80),
    Label("operation", r"ERROR (CreateMultipartUpload|UploadPart|CompleteMultipartUpload|PutObject) \S{1,900} = ", 60),
    Label(  # a stack frame of an SDK's generated code, or the query of the JavaScript SDK
        "operation",
        r"\b(?!MultipartUploadCommand|RetriableCommand)(?:de_|se_|(?:de)?serializeAws_restXml|throw)?([A-Z]\w{3,40}?)(?:CommandError|OperationDeserializer|OperationSerializer|Command\b)"
        r"|\bx-id=(\w{4,40})",
    ),
    # --- status 0: the client never saw an answer ----------------------------------------------------------------
    Label(
        "http_status",
        r"(?:[Ss]tatus(?: ?[Cc]ode)?|[Rr]esponded with|[Rr]esponse code)[\"']?:? ?(0)\b(?!\.)",
    ),
    Label("http_status", r"[Ss]tatus ?[Cc]ode:? '?(" + "|".join(STATUS_NAMES) + r")\b"),
    Label("http_status", r"serverError Code=-(\d{3})\b"),  # Alibaba Cloud's SDK for iOS
    Label("http_status", r"WebException: [^()]{4,100}\(([45]\d\d)\)", 90),  # .NET, in the system's language
    Label("http_status", r"\b[Rr]eturn code is: ([45]\d\d)\b"),  # Maven
    Label("http_status", r"\bHttp([45]\d\d)Error\b"),  # AWS SDK for Ruby: an answer without a body
    Label(  # B2: "(401 expired_auth_token)"
        "http_status", r"\((400|401|403|404|405|408|409|416|429|500|503) [a-z]{2,20}(?:_[a-z0-9]{2,20}){1,4}\)"
    ),
    Label("http_status", r"\bNet::HTTP[A-Z]\w{2,40} (\d{3})\b"),  # Ruby
    Label("http_status", r"<nil>\s([45]\d\d) [0-9A-Za-z]{16}\b"),  # Longhorn, of AWS SDK for Go v1
    Label("http_status", r"\bhttp_status_([45]\d\d)\b"),  # AWS SDK for Swift
    Label(
        "http_status", r"\b(?:HTTP|Detailed) Error -? ?([45]\d\d)\.\d{1,2} - "
    ),  # IIS, with a number of its own behind the dot
    # --- ids ----------------------------------------------------------------------------------------------------
    Label(
        "request_id",
        r"(?:request|Request)(?<!xtended [Rr]equest)(?<![Cc]lient-[Rr]equest)[ _.-]?[Ii][Dd](?: ?(?:is|of) )?"
        + _SEP
        + "("
        + _ID
        + ")",
    ),
    Label("request_id", r"[Cc]lient-[Rr]equest-[Ii][Dd]" + _SEP + "(" + _ID + ")", 20),  # what the client named it
    Label("request_id", r"Rid ([0-9A-Za-z]{8,60}),ExtRid ", 60),  # Amazon Redshift
    Label("host_id", r"ExtRid ([A-Za-z0-9+/=]{20,200})", 60),
    Label("request_id", r"RequestId:([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?=Time:)", 60),  # Azure, all in a row
    # Headers as pairs: `("x-amz-request-id","…")` of Haskell and Elixir, `<<"…">>,<<"…">>` of Erlang.
    Label("request_id", r"[Aa]mz-[Rr]equest-[Ii]d\"(?:>>)?, ?(?:<<)?\"([^\"]{3,100})\"", 60),
    Label("host_id", r"[Aa]mz-[Ii]d-2\"(?:>>)?, ?(?:<<)?\"([^\"]{3,300})\"", 60),
    Label("request_id", r"RequestId \"([^\"]{3,100})\"", 60),
    Label("request_id", r"ApiError\('([\w-]{6,60})'", 60),  # Dropbox's SDK for Python
    Label("request_id", r"\b[Rr]eq_?[Ii]d" + _SEP + "(" + _ID + ")", 30),
    Label("request_id", r"<nil>\s[45]\d\d ([0-9A-Za-z]{16})\b", 40),
    Label("request_id", r"\b[Xx]-(?:[Rr]eqid|[Tt]rans-[Ii]d)" + _SEP + "(" + _ID + ")", 45),  # Qiniu, OpenStack Swift
    Label("request_id", r"(?:request|Request)[ _-]?[Ii][Dd] [\"']?(?=[\w-]{8,})(?=\S{0,40}\d)([\w-]{8,100})", 40),
    Label("host_id", r"(?:HostId|xtended [Rr]equest [Ii][Dd]) ([A-Za-z0-9+/]{20,200}={0,2})", 40),
    Label(
        "host_id",
        r"(?:[Hh]ost[ _]?[Ii][Dd]|[Aa]mz-[Ii]d-2|xtended[ _]?[Rr]equest(?:[ _]?[Ii][Dd])?)"
        # Where it is empty, as Go's SDK prints it, the next line's `[INFO]` is none.
        r"(?:" + _SEP + r"| = Just \"| \")(?![A-Z]{2,8}\])([A-Za-z0-9+/=._-]{3,300})",
    ),
    Label("host_id", r"([A-Za-z0-9+/]{40,110}={0,2}) SigV[24]\b", 70),  # S3's access log
    Label("host_id", r"(?:amz_id_2|amzId2|AmazonId2)(?:=|[\"']?: ?)[\"']?([A-Za-z0-9+/]{3,300}={0,2})", 50),
    Label("host_id", r"requestID2: Optional\(\"([^\"]{3,300})\"", 60),  # AWS SDK for Swift
    Label("host_id", r"s3ErrorHostId = Just \"([^\"]{3,300})\"", 60),
    Label(
        "upload_id",
        r"(?:upload|Upload|UPLOAD)(?:[ _-]?[Ss]ession)?(?:[ _-][Ii][Dd]|Id|ID|id)(?:" + _SEP + r"|s/| \")(" + _ID + ")",
        60,
    ),
    Label("upload_id", r"ultipart[ _]?[Uu]pload[ _]?[Ii][Dd]" + _SEP + "(" + _ID + ")", 85),
    Label(
        "upload_id",
        r"(?:upload|Upload)(?: (?:with|for|by))?(?:[ _-][Ii][Dd]|Id|ID|id)(?: of| is)? " + _BARE_ID,
        45,
    ),
    Label(
        "upload_id", r"(?:upload|Upload)[ -]?(?:[Ss]ession|[Ss]itzung)(?: with id)?(?:" + _SEP + "| )" + _BARE_ID, 40
    ),
    Label(
        "upload_id",
        r"[Uu]pload:? " + _BARE_ID + r"(?<=.{6})[\"'`)>.]? (?:is|was|not|has|does|no longer|expired|cannot)\b",
        35,
    ),
    Label(
        "upload_id",
        r"(?:upload|Upload)(?:[ _-]?(?:[Ss]ession|[Ii][Dd]))? (?:is |was )?(?:not found|unknown|expired|invalid): ?"
        + _BARE_ID,
        45,
    ),
    Label("upload_id", r"\b(?:mpu|MPU)[ _-]?[Ii][Dd]" + _SEP + "(" + _ID + ")", 55),
    # Addresses of uploads: the Docker registry's and its store's, those of tus.
    Label("upload_id", r"/blobs/uploads/([A-Za-z0-9_=-]{8,300})", 50),
    Label("upload_id", r"/_uploads/([A-Za-z0-9-]{8,300})/", 50),
    Label("upload_id", r"Request URL: \S{1,900}/([\w.=+~-]{6,300}) Request Method: (?:PATCH|HEAD)\b", 50),
    Label("upload_id", r"request \(method: (?:PATCH|HEAD), url: [^\s,?]{0,900}/([^\s,?/]{6,300}),", 50),
    Label("upload_id", r"upload(?:Id|_id)%3D([A-Za-z0-9._~-]{3,300})", 50),
    Label(  # and no name of a file
        "upload_id",
        r"[Mm]ulti-?part upload (?!\S{1,200}\.[a-z][a-z0-9]{1,3}\b)(?=[\w.~+=-]{8,})" + _BARE_ID,
        30,
    ),
    Label("upload_id", r"upload to \S{3,900} with (?:full )?ID (" + _ID + ")", 45),
    Label("upload_id", r"Manager uploading to \S{3,900} with id (" + _ID + ")", 60),  # s3-stream-upload
    Label("bucket", r"Manager uploading to ([A-Za-z0-9][\w.-]{2,62})/", 60),
    Label("key", r"Manager uploading to [A-Za-z0-9][\w.-]{2,62}/(\S{1,900}) with id ", 60),
    Label("upload_id", r"ultipartNotFound: upload " + _BARE_ID, 50),
    Label(  # other languages
        "upload_id",
        r"(?:[Ss]esi[oó]n|[Сс]есси[яюи]|[Ss]essão|[Ss]essione|[Ss]ession) (?:de |d['’]|di )?"
        r"(?:загрузки|carga|subida|upload|envio|envoi|caricamento|téléversement) " + _BARE_ID,
        40,
    ),
    Label("upload_id", r"(?:upload|Upload) ?(?:ID|Id|id)[^\x00-\x7f]{2,20}[:：] ?(" + _ID + ")", 45),
    Label("upload_id", r"上传(?:会话|任务|ID|id) ?[:：]? ?" + _BARE_ID, 40),
    Label("upload_id", r"--upload-id[ =]['\"]?(" + _ID + ")", 70),
    Label("upload_id", r"[Ii]nvalid upload id:? [\"'`]?(" + _ID + ")", 65),
    Label("upload_id", r"uploadIDDir=\S{0,400}[/\\]([A-Za-z0-9-]{8,120})", 90),
    Label("upload_id", r"abortmp s3://\S{3,900} ([A-Za-z0-9._~-]{6,300})", 90),
    Label("upload_id", r"multipart upload:? \"([A-Za-z0-9._~+/=-]{8,300})\"", 55),
    Label("upload_id", r"[Nn]o active upload for:? ?[\"'<]?(" + _ID + ")", 65),
    Label("video_id", r"\bvideo(?:Id|_id|ID)" + _SEP + r"([\w.:-]{2,128})"),
    Label(
        "part_number",
        r"\b[Pp]art(?:[ _-]?[Nn]umber|_num|Num|[ _]?[Nn]o\.?)?"
        r"(?:[\"'\]]{0,2} ?(?:[-=]>|[:=#]) ?(?:int\()?| #?)[\"']?(\d{1,5})\b(?![\w/-])",
    ),
    Label("part_number", r"/parts/(\d{1,5})\b", 25),
    Label("part_number", r"分片(?<!个分片) ?(?:编号|号|#)?[:：]? ?(\d{1,5})(?![.\d])(?! ?[个KMGkmg])", 30),
    Label("part_number", r"\b[Pp]art (\d{1,5})/\d{1,5}\b|\b[Pp]art[\[(](\d{1,5})[\])]", 40),
    Label("part_number", r"\b[Cc]hunk(?: ?#| ?[Nn]umber)?[ :=]{0,2}(\d{1,5})\b(?! of \d+ bytes)", 30),
    # --- place --------------------------------------------------------------------------------------------------
    Label(
        "bucket",
        r"\b(?:[Bb]ucket|BUCKET)(?:_?[Nn]ame| named)?"
        r"(?:[\"'\]]{0,2} ?(?:=>|[:=]) ?(?:string\(\d{1,5}\) )?[\"'`\[]?|\s[\"'`\[(])([A-Za-z0-9][\w.-]{2,62})",
    ),
    Label("bucket", r"(?<!\w)--?[Bb]ucket(?:-?[Nn]ame)?[ =]['\"]?([A-Za-z0-9][\w.-]{2,62})", 70),
    Label("bucket", r"\bbucket ([a-z0-9][\w.-]{2,62}),? key ", 45),  # ClickHouse, Celeborn
    Label("key", r"\bbucket [a-z0-9][\w.-]{2,62},? key ([^\s,]{1,900})", 45),
    Label("key", r"\bkey ([^\s:,'\"]{1,900}) in bucket [a-z0-9]", 46),
    Label(  # a name that is no word of English
        "bucket",
        r"\b[Bb]ucket (?!(?:pre|cross|auto|non|multi|re|read|write|owner|level|policy|key|public)-)"
        r"(?=[a-z0-9.-]{0,62}[-\d])(?=\d{0,8}-?[a-z])([a-z0-9][a-z0-9.-]{2,62}[a-z0-9])\b",
        25,
    ),
    Label(
        "bucket",
        r"\b(?:in|to|from|into) (?:the )?bucket (?!(?:and|as|at|because|does|failed|for|has|is|level|list|names?|on|or"
        r"|owner|policy|region|specified|that|using|via|was|which|with)\b)([a-z0-9][a-z0-9.-]{2,62})(?=[\s.,;:]|$)",
        20,
    ),
    Label(  # restic
        "bucket",
        r"\bs3:(?:https?://)?[\w.-]{4,200}(?::\d{1,5})?/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?=[/\s\"']|$)",
        60,
    ),
    Label("bucket", r"\bBucketKey\{[^}]{0,120}?[ ,{]name='([^']{3,63})'", 70),  # Oracle Cloud's SDK for Java
    Label("key", r"(?<!\w)--?[Kk]ey[ =](?:'([^']{1,900})'|\"([^\"]{1,900})\"|([^\s'\"]{1,900}))", 70),
    Label("bucket", r"executing \"\w{4,60}\" on \"https?://[^/\s\"]{3,200}/([A-Za-z0-9][\w.-]{2,62})[/\"?]", 35),
    Label("key", r"executing \"\w{4,60}\" on \"https?://[^/\s\"]{3,200}/[A-Za-z0-9][\w.-]{2,62}/([^\s\"?]{1,900})", 35),
    Label("bucket", r"[Rr]esource: ?[\"']/([a-z0-9][a-z0-9.-]{2,62})/", 45),
    Label("key", r"[Rr]esource: ?[\"']/[a-z0-9][a-z0-9.-]{2,62}/([^\"'?]{1,900})", 45),
    Label("bucket", r"\bresource(?:: |=)/([a-z0-9][\w.-]{2,62})(?=[/,\s])", 40),  # MinIO's clients for Python, for Java
    Label("key", r"\bresource(?:: |=)/[a-z0-9][\w.-]{2,62}/([^\s,?\"']{1,900})", 40),
    # Hadoop S3A says what it did on which key.
    Label(
        "key",
        r"(?:upload part(?: #\d{1,5})?(?: upload ID \S{1,300})?|Writing Object|Completing multi-?part upload)"
        r" on ([^\s:]{1,900}): ",
        60,
    ),
    Label("bucket", r"\bS3::\w{3,30}\(([a-z0-9][\w.-]{2,62})[,)]", 60),  # a class for PHP
    Label("bucket", r"\bcontainer(?:Name)?[\"']? ?[:=] ?[\"'`]?([a-z0-9][a-z0-9-]{2,62})", 40),
    Label("bucket", r"\barn:aws[\w-]{0,8}:s3:::([a-z0-9][\w.-]{2,62})", 30),
    Label("key", r"\barn:aws[\w-]{0,8}:s3:::[a-z0-9][\w.-]{2,62}/([^\s\"'`,;*]{1,900})(?![^\s\"'`,;])", 30),
    Label("bucket", r"\bAPI: \w{3,60}\(bucket=([a-z0-9][\w.-]{2,62})[,)]", 85),  # MinIO's server
    Label("bucket", r"[Ff]ailed to upload \S{1,400} to ([a-z0-9][\w.-]{2,62})/\S{1,900}?:\s", 45),
    Label("key", r"[Ff]ailed to upload \S{1,400} to [a-z0-9][\w.-]{2,62}/(\S{1,900}?):\s", 45),
    Label(
        "key",
        r"\b" + _OBJECT_S + r"[Kk]ey(?:[\"']?[:=] ?|\s)[\"'`]([^\"'`]{1,900})[\"'`]",
    ),
    Label(
        "key",
        # Without quotes it must look like a path: a key can be a secret's or a lock's.
        r"(?<![\w.-])" + _OBJECT_S + "[Kk]ey"
        r"(?:[\"']?\]?\s?=>\s?(?:string\(\d{1,5}\)\s)?[\"']?|[:=] ?)(?=[^\s\"'`,;}\])]{0,200}[./])"
        r"([^\s\"'`,;}\])]{1,900})",
        42,
    ),
    Label(
        "key",
        # Behind a colon it must look like a key: "failed to close object: Large files …"
        r"\b[Oo]bject(?:Name|_name)?(?:[\"']? ?= ?[\"'`]?|[\"']? ?: ?[\"'`]?(?=[^\s\"'`,)]{0,200}[./\d_-]))"
        r"([^\s\"'`,;)}\]]{1,900})",
    ),
    Label(
        "key",
        r"(?:[Oo]bject|[Ss]3|[Ff]ile|[Bb]lob)[ _]?[Kk]ey[\"']?(?: ?[:=] ?| )[\"'`]?(?=[^\s\"'`,;}\])]{0,200}[./])"
        r"([^\s\"'`,;}\])]{1,900})",
        43,
    ),
    Label("key", r"\b[Oo]bject (?=\S{0,300}[/.])([^\s:,'\"]{1,900}) (?:not found|does not exist|is missing)", 38),
    Label("key", r"\bfor key:? (?=[^\s\"'`,;]{0,300}/)([^\s\"'`,;:]{1,900})", 38),
    Label("key", r"\bwith key:? (?=[^\s\"'`,;]{0,300}/)([^\s\"'`,;]{1,900})", 40),
    Label("key", r"\brequestedKey\"?: ?\"([^\"]{1,900})\"", 60),
    Label("key", r"\bobjectName = ([^\s,)]{1,900})", 60),
    Label("key", r"(?:[Ff]or|[Oo]f|[Uu]pload|[Pp]ut) object ([^\s:,'\"\]]{1,600}/[^\s:,'\"\]]{1,300})", 40),
    Label("key", r"\bfile to key: (\S{1,900})", 45),  # Rails
    Label("key", r"\b[Cc]omplet(?:e|ing) upload (?:for )?/([^\s,]{1,900})", 45),  # Fluent Bit
    Label(
        "key",
        r"\bObjectKey\{bucket=BucketKey\{[^']{0,40}'[^']{0,80}', name='[^']{0,80}'.{0,80}?\}, name='([^']{1,900})'",
        60,
    ),
    Label("key", r"ERROR (?:CreateMultipartUpload|UploadPart|CompleteMultipartUpload|PutObject) (\S{1,900}) = ", 60),
    Label("key", r"[Oo]bject (?:\[([^\]<>]{1,900})\]|'([^'\s]{1,900})'|\(([^)\s]{1,900})\))", 50),
    Label("key", r"[Oo]bject \"([^\"\s]{1,900})\" (?:in|to|from) (?:the )?bucket\b", 50),
    Label("key", r"ERROR : ([^:]{1,600}): Failed to copy", 40),  # rclone
    Label("key", r"putting object ([^\s:,\"']{1,900}):", 60),
    Label("key", r"multipart upload on ([^\s:]{1,900}):", 60),
    Label("key", r"failed to upload '([^']{1,900})'", 40),
    Label("bucket", r"HostId\]?(?:>|=|\"?: ?[\"']?)([a-z0-9][a-z0-9-]{1,61})\.oss-", 30),  # OSS
    Label("region", r"\b[Rr]egion[\"']? ?[:=] ?[\"'`]?([a-z]{2}(?:-[a-z]+)+-\d)\b"),
    Label("region", r"expecting '([a-z0-9-]{4,30})'", 90),
    Label("attempts", r"\battempts?[\"']? ?[:=,] ?(\d{1,3})\b"),
    Label(
        "chunk_size",
        r"\b(?:chunk|part)_?[Ss]ize[\"']? ?[:=] ?(\d{4,12})\b",
    ),
)
"""Every label; the order means nothing."""

# --- statuses ---------------------------------------------------------------------------------------------------
_NUMBER = re.compile(r"([2-5]\d\d)(?<![\w./%+-]\d\d\d)(?![\w%/]|[.-]\d|,\d)", re.ASCII)
BEFORE_WORDS = (
    "status",
    "status of",
    "code",
    "code of",
    "code -",
    "error",
    "exception",
    "http",
    "http result",
    "http_result",
    "httpresult",
    "response",
    "returned",
    "responded with",
    "failed with",
    "fails with",
    "not indicate success",
    "was unacceptable",
    "xhr failed",
    "replied",
    "resp:",
    "status: some(",
    "status): some(",
    "a ",
    "an ",
    '" ',
    "aws s3",
)
# Read backwards from the number, where it has one place to begin; forwards it would have every place.
_BEFORE = re.compile(
    r"[\"'(\[]{0,2}(?: tni)?\s{0,2}(?:>=|[:=(\[,])?\s{0,2}\]?[\"'`]{0,2}(?:"
    + "|".join(re.escape(word[::-1]) for word in BEFORE_WORDS)
    + r"|\"?(?:\d\.)?\d/ptth)"
)
_AFTER = re.compile(r"(?:[\s)\]:\"'`(–-]{1,4}|, [\"'])([a-z][a-z_ ]{1,40})")
_CODE_AFTER = re.compile(r"[\s:\"'`(\[-]{1,4}(?:[A-Z][a-z]{1,20}){2,6}\b")  # "404 NoSuchUpload"
_ERROR_AFTER = re.compile(r" (?:http |post |put )?(?:error|response|status)\b")
# Words that stand before other numbers too; what is counted stands behind those.
_TELLING = re.compile(
    r"\b(?:answer(?:ed|s)|attempts|failed|failure|gave|gets?|getting|got|permanently|received|results? in|retries"
    r"|returns?|said|says|unauthori[sz]ed|with)"
    r"(?: an?| http)?:? [\"'`(]?\Z|返回 \Z"
)
_COUNTED = re.compile(r" ?(?:[kmgt]?i?b|[a-z]{3,12}s|of|ms|sec|px)\b")
_METHOD_LINE = re.compile(r"\s(?:>[-=]\s)?\S{1,2000} (?:TEG|TUP|TSOP|ETELED|DAEH|HCTAP)\b")  # backwards, too
_SOURCE_LINE = re.compile(r"\w\(\Z")  # PHP: `Adapter.php(509)`, s3fs: `cache.cpp:AddStat(346)`
_METHOD_AFTER = re.compile(r"(?: (?:GET|PUT|POST|DELETE|HEAD|PATCH)|:) https?:")  # s3fs: "(404: https://…"
# In the access logs of HAProxy and of AWS's load balancer.
_LOG_LINE_AFTER = re.compile(r" (?:-|\d{1,12}) [^\"]{1,60}\"(?:GET|PUT|POST|DELETE|HEAD|PATCH) ")
_WEAK_LABELS = (
    '" ',
    "code: ",
    "code ",
    'code": ',
    "error ",
    "error: ",
    "exception ",
    "exception: ",
    "response ",
    "a ",
    "an ",
)
_PAGE_LABELS = ("<title>", "<h1>", "<h2>", 'code">')
_STRONG_LABELS = ("status code: ", "statuscode: ", "status code ")
# Backwards, too: what counts something else.
_NOT_STATUS = re.compile(
    r"\W{0,3}(?:(?:enil|trop|knuhc|trap|sm)\b|\d+:|tixe|\d+- edoc rorre|noitisop|tesffo|:daolpu"
    r"|edoc (?:niamodrorreaococ|niamodrorrexisop|krowtenfcniamod))"
)


def status_in(text: str, low: str, reasons: dict[int, tuple[str, ...]]) -> tuple[int, int] | None:
    """The HTTP status in a status position, with how sure it is one: (status, 0 to 100).

    An error counts before a success, then the surer, then the later, for wrappers print outside in.

    Args:
        text: running text with folded white space.
        low: the same in lower case.
        reasons: what follows a status in running text.
    """
    best: tuple[bool, int, int] | None = None
    status = 0
    for count, match in enumerate(_NUMBER.finditer(low)):
        if count >= 40:
            break
        number, start = int(match[1]), match.start()
        sure = _sureness(text, low, match, reasons.get(number))
        if sure and (best is None or (number >= 300, sure, start) >= best):
            best, status = (number >= 300, sure, start), number
    return (status, best[1]) if best else None


def _sureness(text: str, low: str, match: re.Match[str], reasons: tuple[str, ...] | None) -> int:
    """How sure a number is an HTTP status, told from what stands before and behind it."""
    start, end = match.span()
    if low.startswith(". db::exception", end):
        return 0  # ClickHouse's own number of the error
    before = low[max(0, start - 28) : start]
    sure = 80 if reasons and (after := _AFTER.match(low, end)) and after[1].replace("_", " ").startswith(reasons) else 0
    backwards = before[::-1]
    counted = _NOT_STATUS.match(backwards)
    if not counted and _BEFORE.match(backwards):
        if before.endswith(_STRONG_LABELS):
            return 96  # what a service answered, told by its SDK, says more than the status of a wrapper's envelope
        if not before.endswith(_WEAK_LABELS):
            return 90
        return 0 if match[1] < "300" and not sure and not before.endswith('" ') else max(sure, 40)
    if sure or before[-1:] == ":":  # file.js:404
        return sure if before[-1:] != ":" else 0
    if before[-1:].isspace() and start < 4000 and _METHOD_LINE.match(text[max(0, start - 300) : start][::-1]):
        return 60
    if _METHOD_AFTER.match(text, end):
        return 80  # google.api_core: "TooManyRequests: 429 POST https://…"
    if start == 0 and match[1] >= "400" and low[end : end + 1] in ("", ":", " ") and not _COUNTED.match(low, end):
        return 45  # "524: Origin Time-out", "410 `UPLOAD_SESSION_EXPIRED`", "403 POST Error"
    if match[1] >= "400" and before.endswith(_PAGE_LABELS):
        return 45
    if before[-1:] == "(" and re.match(r" \([A-Z][a-z]", text[end : end + 4]):
        return 70  # s3cmd: "(404 (NoSuchUpload): …"
    if before[-1:] in ("(", "[") and text[end : end + 1] in (")", "]") and not _SOURCE_LINE.search(before):
        return 30  # "upload failed [403]"
    return _told(text, low, before, end) if match[1] >= "400" and not counted else 0


def _told(text: str, low: str, before: str, end: int) -> int:
    """How sure a number from 400 on is a status, by the words around it."""
    if _CODE_AFTER.match(text, end):
        return 60
    if before.endswith(": ") and low.startswith((" <?xml", " <error"), end):
        return 60  # DuckDB: "finalization: 404", then the body
    if _LOG_LINE_AFTER.match(text, end):
        return 60
    if _ERROR_AFTER.match(low, end) or (_TELLING.search(before) and not _COUNTED.match(low, end)):
        return 40
    return 0


# --- operations -------------------------------------------------------------------------------------------------
OPERATIONS = [
    "CreateMultipartUpload",
    "UploadPart",
    "UploadPartCopy",
    "ListParts",
    "ListMultipartUploads",
    "CompleteMultipartUpload",
    "AbortMultipartUpload",
    "PutObject",
    "GetObject",
    "HeadObject",
    "CopyObject",
    "DeleteObject",
    "DeleteObjects",
    "HeadBucket",
    "CreateBucket",
    "ListObjects",
    "ListObjectsV2",
    "PutObjectAcl",
    "PutObjectTagging",
    "PutBucketCors",
    "GetBucketLocation",
    "PostObject",
]
"""The S3 operations that are recognised by their bare names."""

_FINISH = r"(?:complet|finish|finali[sz]|clos)(?:e|ing)?[ _](?:the )?upload\b(?!.{0,80}\b(?:part|chunk)\b)"
OPERATION_WORDS: tuple[tuple[str, str], ...] = (
    (
        "CompleteMultipartUpload",
        r"\b(?:complet(?:e|ing)|finish(?:ing)?|finali[sz]ing|close object after copy)\b.{0,24}\bmulti-?(?:ple )?part\b",
    ),
    (
        "CompleteMultipartUpload",
        r"\bmulti-?part upload:? (?:failed to )?(?:completion|complete\b|finali[sz](?:e|ation))",
    ),
    ("CompleteMultipartUpload", rf"\b(?:could not|cannot|failed to|unable to|error|while) {_FINISH}"),
    ("CompleteMultipartUpload", rf"\b(?={_FINISH})\w{{5,10}}[ _](?:the )?upload failed\b"),
    ("CompleteMultipartUpload", r"\bcomplet(?:e|ing) upload (?:for )?/"),  # Fluent Bit
    ("CompleteMultipartUpload", r"^complete (?:failed|error)\b"),  # the whole of what a logger was told
    (
        "CreateMultipartUpload",
        r"\b(?:initiat(?:e|ing)|creat(?:e|ing)|start(?:ing)?)\b.{0,16}\bmulti-?(?:ple )?part\b",
    ),
    ("AbortMultipartUpload", r"\babort(?:ing)? ?(?:the )?multi-?part\b|\bto cancel upload session\b"),
    # methods of SDKs and commands of aws-cli, in stacks and in what users typed
    ("CompleteMultipartUpload", r"(?<![a-z])complete[_-]?multipart(?:[_-]?(?:upload|request))?\b"),
    (
        "CreateMultipartUpload",
        r"(?<![a-z])(?:create|initiate)[_-]?multipart(?:[_-]?(?:upload|request)(?:\b|transfer|output|result)|\b)",
    ),
    ("CompleteMultipartUpload", r"\bthe complete request must include\b"),
    ("AbortMultipartUpload", r"\babort[_-]multipart[_-]upload\b|无法取消.{1,80}上传会话"),
    ("CreateMultipartUpload", r"\bsignature \[post\] \[\S{1,900}\] \[uploads=\]"),  # s3fs
    ("UploadPart", r"\bupload[_-]part\b|\bupload part (?:#?\d|on )|\bdouploadpart\("),
    # a class for PHP
    ("CreateBucket", r"\bs3::putbucket\b|\bcreate_bucket\b"),
    ("PutObject", r"\bs3::putobject\w{0,10}\b"),
    # MinIO's own names
    ("UploadPart", r"\bputobjectpart(?:handler\b|\b)"),
    ("UploadPartCopy", r"\bcopyobjectpart(?:handler\b|\b)"),
    ("CreateMultipartUpload", r"\bnewmultipartupload(?:handler\b|\b)"),
    ("ListParts", r"\blistobjectparts(?:handler\b|\b)"),
    ("ListParts", r"\blist[_-]parts\b"),
    ("PutObject", r"\bcaused by: put \"?https?://[^\s?\"]{8,900}(?:\"|: )"),  # Go
    ("PutObject", r"\bput[ _-]object\b|\bputting object\b"),
    ("UploadPartCopy", r"\bfailed to copy part\b"),
    ("UploadPart", r"\bpart \d+ (?:failed|error)"),
    ("UploadPart", r"\b(?:fail(?:ed|ure) (?:to upload|uploading)|error uploading|upload of|retrying) (?:a )?part\b"),
    ("UploadPart", r"\b(?:failed to|unable to|could not) (?:upload a|upload|send) part\b"),
    ("UploadPart", r"\binitiating a part upload\b|\bpart put\b|\bput part requests\b"),
)
"""Operations told by verbs, on lower-cased text."""

_ACCESS_LOG = re.compile(
    r"(?:\A|\s)[0-9a-z]{4,80} (\S{3,63}) \[([^\]]{20,30})\] \S{1,45} \S{1,200} (\S{4,40})"
    r" (?:REST|S3|BATCH|WEBSITE)\.(\S{3,60}) (\S{1,1100}) (?:\"([^\"]{0,4000})\"|-) (\d{3}|-) (\S{1,60}) "
)
_ACCESS_OPERATIONS = {
    "PUT.PART": "UploadPart",
    "COPY.PART": "UploadPartCopy",
    "POST.UPLOADS": "CreateMultipartUpload",
    "POST.UPLOAD": "CompleteMultipartUpload",
    "DELETE.UPLOAD": "AbortMultipartUpload",
    "GET.UPLOAD": "ListParts",
    "GET.UPLOADS": "ListMultipartUploads",
    "PUT.OBJECT": "PutObject",
    "GET.OBJECT": "GetObject",
    "HEAD.OBJECT": "HeadObject",
    "COPY.OBJECT": "CopyObject",
}


def read_access_log(text: str) -> dict[str, str] | None:
    """The facts of the first S3 server access log line in the text, without those that are `-`; None if there is none.

    Fields of UploadContext by their names, and `status` and `code`.
    """
    match = _ACCESS_LOG.search(text)
    if not match:
        return None
    names = ("bucket", "occurred_at", "request_id", "verb", "key", "request", "status", "code")
    fields = {name: value for name, value in zip(names, match.groups(), strict=True) if value and value != "-"}
    fields.pop("request", None)
    if operation := _ACCESS_OPERATIONS.get(fields.pop("verb", "")):
        fields["operation"] = operation
    return fields
