"""Which keys of an envelope mean what.

A key is looked up without case and without anything but letters and digits, so `x-amz-request-id`,
`X-Amz-Request-Id` and `xAmzRequestId` are one row. Seen in: AWS SDKs (JavaScript v2 and v3, Java, Go, .NET, PHP,
botocore), the S3 XML error, CloudTrail, OSS, OBS, COS, Azure, GCS, Drive, Graph, Dropbox, tus, Uppy, axios, fetch,
Firebase, Supabase, problem+json, JSON:API, GraphQL, Lambda, pino, winston, bunyan, Sentry, OpenTelemetry, ECS.
"""

from enum import Enum

__all__ = ["FIELDS", "NO_OBJECTS", "QUERIES", "SAID", "UPLOADS", "Meaning", "meaning_of"]

# A key of these is no object's, and most often it is a secret: `secret key`, `customer.key`.
NO_OBJECTS = (
    *(
        "access",
        "account",
        "api",
        "app",
        "application",
        "auth",
        "cache",
        "customer",
        "deploy",
        "encryption",
        "functions",
    ),
    *("hmac", "host", "idempotency", "kms", "license", "master", "plaintext", "private", "public", "secret", "session"),
    *("shared", "signing", "sse", "sse-c", "ssh", "ssl", "storage", "subscription", "tls", "webhook"),
)

# Where access logs keep the query of a request, apart from its path: nginx, Akamai, Azure, Elastic, W3C.
QUERIES = ("query", "args", "query_string", "queryStr", "requestQuery", "url.query", "cs-uri-query")
# What an envelope says; of a success it names no failure.
SAID = frozenset({"message", "msg"})
# An upload as an object of its own.
UPLOADS = frozenset(
    {"upload", "uploadSession", "upload_session", "multipartUpload", "multipart_upload", "MultipartUpload"}
)


class Meaning(Enum):
    """What the value under a key says."""

    def __init__(self, value: str, rank: int = 80) -> None:
        self.field = "" if value.endswith("?") else value
        """The field of UploadContext that the value is, empty when it is none."""
        self.rank = rank
        """Of two values for one field the higher wins."""

    CODE = "code?"  # the name of the failure; a number here is an HTTP status at best
    NAME = "name?"  # may be the name of the failure, may be any other name
    STATUS = "status?"  # an HTTP status
    DEAD_SESSION = "dead_session?"  # true: the upload session is gone
    SUCCESS = "success?"  # false: something failed
    RETRYABLE = "retryable?"  # the sender's own opinion; known to be wrong too often to count
    METHOD = "method?"
    URL = "url?"
    TRACE = "trace?"  # Spring's is a stack trace with its message; winston's, a list of frames, says nothing
    OTHERS = "others?"  # facts about other requests or about the program, never about this failure
    # Identifiers: the value is the name of the field of UploadContext. The others end in a question mark.
    UPLOAD_ID = "upload_id"
    SESSION_ID = "upload_id", 60  # an application's own name of the upload, where the store's is not told
    VIDEO_ID = "video_id"
    PART_NUMBER = "part_number"
    CHUNK_SIZE = "chunk_size"
    BUCKET = "bucket"
    KEY = "key"
    RESOURCE = "resource?"  # /bucket/key
    OPERATION = "operation"
    REQUEST_ID = "request_id"
    OWN_REQUEST_ID = "request_id", 30  # which a framework gives; Qiniu calls its own so too
    HOST_ID = "host_id"
    REGION = "region"
    SERVER = "server?"
    OCCURRED_AT = "occurred_at"
    ATTEMPTS = "attempts"


_ROWS: dict[Meaning, str] = {
    Meaning.CODE: """code errorCode error_code errCode err_code awsErrorCode awsCode s3Code serviceCode service_code
        errorType error_type error.type err.code error.code code_ exceptionName exception_name x-amzn-errortype
        x-ms-error-code __type errorName errno reason error_summary .tag actionRequired action_required awsError
        error exception.type exceptionType exception_type sqlState Exception aws.error.code s3ErrorCode ErrorKind
        cause_code error_reason name_ errorClass error_class codigo código fehlercode codice""",
    Meaning.NAME: """name type title kind class status_text statusText short_code action nextAction next_action
        recommendedAction recommended_action""",
    Meaning.STATUS: """status statusCode status_code httpStatus http_status httpStatusCode http_status_code httpCode
        http_code responseCode response_code responseStatus response_status HttpResult http.status_code
        http.response.status_code httpResponseCode s3StatusCode rawStatusCode elb_status_code statusCode_
        DownstreamStatus EdgeResponseStatus""",
    Meaning.DEAD_SESSION: """isSessionExpired sessionExpired session_expired uploadExpired upload_expired
        isUploadExpired requiresRestart requires_restart isExpiredSession uploadSessionExpired sessionInvalid
        isSessionInvalid""",
    Meaning.SUCCESS: "success ok accepted succeeded isSuccess",
    Meaning.RETRYABLE: "retryable isRetryable retriable _willRetry willRetry canRetry",
    Meaning.METHOD: "method httpMethod http_method http.request.method verb requestMethod ClientRequestMethod",
    Meaning.URL: """url uri requestUrl request_url url.full http.url endpoint_url NSErrorFailingURLStringKey
        NSErrorFailingURLKey responseURL uploadUrl upload_url requestUri request_uri
        ClientRequestURI RequestPath""",
    Meaning.TRACE: "trace",
    Meaning.OTHERS: """STATUS_CODES nativeProtocols breadcrumbs config options frames sourceFile lineno column stackTrace_lines
        sampling tags modules contexts sdk requestHeaders request_headers agent _events
        _readableState _writableState timings performance pageTimings initiator cookies queryString
        result_info messages userIdentity user_agent userAgent accept pid hostname_pid level lvl severity verbosity
        requires_stack duration elapsed timeout maxRetries backtrace""",
    Meaning.UPLOAD_ID: """uploadId upload_id upload-id multipartUploadId multipart_upload_id aws.s3.upload_id
        mpu_id mpuId""",
    Meaning.SESSION_ID: "uploadSessionId sessionUploadId",
    Meaning.VIDEO_ID: "videoId video_id mediaId media_id assetId asset_id",
    Meaning.PART_NUMBER: """partNumber part_number part_num partNum partNo part_no aws.s3.part_number chunkNumber
        chunk_number partIndex part""",
    Meaning.CHUNK_SIZE: "chunkSize chunk_size partSize part_size",
    Meaning.BUCKET: "bucket bucketName bucket_name aws.s3.bucket Bucket containerName s3Bucket s3_bucket",
    Meaning.KEY: "key objectKey object_key objectName object_name aws.s3.key s3Key s3_key requestedKey blobName",
    Meaning.RESOURCE: "resource",
    Meaning.OPERATION: "operation operationName operation_name eventName apiName aws.operation rpc.method commandName api",
    Meaning.REQUEST_ID: """requestId request_id request-id x-amz-request-id RequestID aws.request_id x-oss-request-id
        x-obs-request-id x-cos-request-id x-ms-request-id x-goog-request-id x-minio-request-id aws.request.id
        x-request-id opc-request-id x-amzn-requestid x-tos-request-id x-bce-request-id x-emc-request-id x-reqid
        x-trans-id x-openstack-request-id""",
    Meaning.OWN_REQUEST_ID: "reqId",
    Meaning.HOST_ID: """hostId host_id x-amz-id-2 extendedRequestId extended_request_id s3ExtendedRequestId
        aws.extended_request_id aws.request.extended_id id2 x-obs-id-2 x-tos-id-2""",
    Meaning.REGION: "region awsRegion aws_region cloud.region x-amz-bucket-region",
    Meaning.SERVER: "server hostname host",
    Meaning.OCCURRED_AT: "timestamp time @timestamp eventTime occurredAt ts date datetime",
    Meaning.ATTEMPTS: "attempts attemptCount retryCount retry_count",
}


def _plain(key: str) -> str:
    return "".join(filter(str.isalnum, key)).lower()


FIELDS: dict[str, Meaning] = {_plain(name): meaning for meaning, names in _ROWS.items() for name in names.split()}
"""Meaning by the key's letters and digits in lower case."""

_memo: dict[str, Meaning | None] = {}


def meaning_of(key: str) -> Meaning | None:
    """The meaning of a key, None when it has none that counts."""
    try:
        return _memo[key]
    except KeyError:
        if len(_memo) > 20_000:  # hostile input may bring millions of keys
            _memo.clear()
        found = _memo[key] = FIELDS.get(_plain(key)) if len(key) < 60 else None
        return found
