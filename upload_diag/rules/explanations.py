"""What each verdict means, for people: why it happens, how it shows, what to do, what it is mistaken for."""

from dataclasses import dataclass

from upload_diag.codes import ErrorCode as E

__all__ = ["EXPLANATIONS", "Explanation"]


@dataclass(frozen=True, slots=True)
class Explanation:
    """A verdict, explained.

    Attributes:
        meaning: one sentence.
        causes: why it happens, the most likely first.
        shows: how it looks from outside.
        developer: what the application should do.
        operations: what whoever runs the service should look at.
        example: an error of this kind, as JSON or text.
        not_to_confuse: look-alikes, with what tells them apart.
    """

    meaning: str
    causes: tuple[str, ...]
    shows: str
    developer: str
    operations: str
    example: str
    not_to_confuse: tuple[tuple[E, str], ...] = ()


EXPLANATIONS: dict[E, Explanation] = {
    E.SESSION_EXPIRED: Explanation(
        "The store no longer knows the multipart or resumable upload that the request belongs to.",
        (
            "At Complete: an earlier Complete went through and only its answer was lost.",
            "The client aborted the upload itself, often after another error, while parts were still under way.",
            "A lifecycle rule or the store's own cleaner removed it: 24 hours on MinIO, 7 days on Cloudflare R2 and Google.",
            "Bucket, key, upload id or endpoint differ from those of the CreateMultipartUpload call.",
            "The id was kept from an earlier run, or two workers finished the same upload.",
            "The store lost it: a failover, a restart, a node that has not heard of it yet.",
        ),
        "404 NoSuchUpload for every request with this upload id; 404 or 410 at a resumable session's address.",
        "Create a new upload and send every part again. At Complete, look first whether the object is there, with your own "
        "token or its size and multipart ETag. An Abort that fails this way is done.",
        "Compare the upload's age with the AbortIncompleteMultipartUpload rules; look for DELETE ?uploadId in the access log; "
        "compare key and host of Create and of the failing call.",
        '{"success": false, "error": {"errorType": "NoSuchUpload", "isSessionExpired": true, '
        '"actionRequired": "RESTART_UPLOAD"}}',
        (
            (E.CREDENTIALS_EXPIRED, "the sign-in ran out; the upload session is still alive"),
            (E.OBJECT_NOT_FOUND, "a key is missing, not an upload"),
            (E.URL_EXPIRED, "the signed address ran out; the upload session is still alive"),
        ),
    ),
    E.CREDENTIALS_EXPIRED: Explanation(
        "Temporary credentials, a login or a token ran out while the upload was still going.",
        (
            "The upload took longer than the token lives: 1 hour is the usual limit of a chained role.",
            "Credentials were read once and never refreshed.",
            "The user's own login ended.",
        ),
        "400 ExpiredToken, or 401 after many requests that worked; every part fails from one moment on.",
        "Get new credentials and go on with the same upload id; do not abort, the parts that arrived are kept.",
        "Give long uploads longer sessions, or let the client fetch credentials before they end.",
        "An error occurred (ExpiredToken) when calling the UploadPart operation: The provided token has expired.",
        (
            (E.SESSION_EXPIRED, "the upload itself is gone, new credentials do not bring it back"),
            (E.URL_EXPIRED, "only one signed address ran out"),
            (E.CREDENTIALS_INVALID, "the credentials never worked"),
        ),
    ),
    E.URL_EXPIRED: Explanation(
        "A presigned URL, a POST policy or a SAS token is past its end.",
        (
            "The URL was signed too early: all parts at the start of a long upload.",
            "A slow or paused client started the part after the end of the window.",
            "The URL was signed with temporary credentials and ended with them.",
        ),
        '403 AccessDenied with "Request has expired", or "Policy expired"; X-Amz-Date plus X-Amz-Expires lies in the past.',
        "Ask the backend for a new URL for the same part and the same upload id, then send that part again.",
        "Sign each part when it is needed, or for as long as the slowest client takes.",
        "<Error><Code>AccessDenied</Code><Message>Request has expired</Message><Expires>2026-01-01T10:00:00Z</Expires></Error>",
        (
            (E.ACCESS_DENIED, "the signer may not do this, however fresh the URL is"),
            (E.CLOCK_SKEW, "the URL is fresh, but a clock is wrong"),
        ),
    ),
    E.CLOCK_SKEW: Explanation(
        "The clock of the machine that signed the request differs from the store's by more than it allows.",
        (
            "The device's clock is wrong, or its time zone was set by hand.",
            "A virtual machine or container slept and woke with an old time.",
            "The request was signed and sent much later.",
        ),
        "403 RequestTimeTooSkewed with RequestTime and ServerTime in the body; S3 allows 15 minutes.",
        "Correct the clock, or apply the difference to the Date header of the store's answer, and sign again.",
        "Run a time service on the hosts that sign.",
        "RequestTimeTooSkewed: The difference between the request time and the current time is too large.",
        ((E.URL_EXPIRED, "both clocks are right, the window is over"),),
    ),
    E.CREDENTIALS_INVALID: Explanation(
        "The credentials or the signature are wrong, unknown or missing.",
        (
            "The access key was deleted, mistyped, or belongs to another endpoint or account.",
            "The secret has a line break or blank at its end, or was URL-decoded.",
            "A proxy, or the client, changed a header or the path after signing.",
            "No credentials were found at all: environment, profile and instance role are empty.",
        ),
        "403 InvalidAccessKeyId or SignatureDoesNotMatch from the first request on; or an error before any request is sent.",
        "Check key, secret and endpoint together; compare the canonical request of the error body with your own.",
        "Look whether the key is active; keep proxies from rewriting Host, Content-Type and the path.",
        "SignatureDoesNotMatch: The request signature we calculated does not match the signature you provided.",
        (
            (E.CREDENTIALS_EXPIRED, "they worked until a moment ago"),
            (E.WRONG_REGION, "the key is right, but the request was signed for another region"),
        ),
    ),
    E.ACCESS_DENIED: Explanation(
        "The store knows the caller and does not allow the request.",
        (
            "The policy lacks s3:PutObject or s3:AbortMultipartUpload for this bucket or prefix.",
            "A bucket policy, block-public-access, VPC endpoint or firewall denies it.",
            "The KMS key does not allow kms:GenerateDataKey and kms:Decrypt, both needed for parts.",
            "A form field or header differs from what the POST policy allows.",
            "The account is suspended, or the bucket belongs to another one.",
        ),
        "403 AccessDenied; the message often names the action that is missing.",
        "Do not retry. Show the request id, so that whoever owns the bucket can look it up.",
        "Simulate the caller's policy for the named action; check bucket policy, key policy and service control policies.",
        "User: arn:aws:iam::123456789012:user/a is not authorized to perform: s3:PutObject",
        (
            (E.URL_EXPIRED, 'the message says "Request has expired"'),
            (E.CREDENTIALS_INVALID, "the store does not know the caller at all"),
            (E.CORS_BLOCKED, "the body says CORSResponse; only browsers are refused"),
        ),
    ),
    E.BUCKET_NOT_FOUND: Explanation(
        "The bucket, or the container, does not exist at this endpoint.",
        (
            "The name is mistyped, or of another environment.",
            "The endpoint is another store or account than the one that holds the bucket.",
            "The bucket was deleted.",
        ),
        "404 NoSuchBucket.",
        "Check bucket and endpoint in the configuration; do not retry.",
        "List the buckets with the same credentials and endpoint.",
        "NoSuchBucket: The specified bucket does not exist",
        ((E.SESSION_EXPIRED, "also a 404, but of the upload id"),),
    ),
    E.OBJECT_NOT_FOUND: Explanation(
        "The object, or the address, does not exist.",
        (
            "The key differs: encoding, a leading slash, a version.",
            "The object was never completed, or was deleted.",
            "The server has no such route.",
        ),
        "404 NoSuchKey, or a 404 without a body at HEAD.",
        "Check the key byte by byte, and whether the upload was completed.",
        "Look for the key in the access log; see whether a lifecycle rule removes it.",
        "NoSuchKey: The specified key does not exist.",
        (
            (E.SESSION_EXPIRED, "Ceph and NooBaa name a dead upload NoSuchKey too; look at the operation"),
            (E.BUCKET_NOT_FOUND, "the whole bucket is missing"),
        ),
    ),
    E.WRONG_REGION: Explanation(
        "The request went to, or was signed for, another region than the bucket's.",
        (
            "The client's region is a default, not the bucket's.",
            "The global endpoint was used for a bucket elsewhere.",
            "The bucket is new and its name has not spread yet (307).",
        ),
        "301 PermanentRedirect, 307, or 400 AuthorizationHeaderMalformed with the region that is expected.",
        "Take the region from the message or from x-amz-bucket-region, build the client anew, create the upload there.",
        "Configure bucket and region as a pair.",
        "The authorization header is malformed; the region 'us-east-1' is wrong; expecting 'eu-central-1'",
        ((E.CREDENTIALS_INVALID, "the signature is wrong for another reason than its region"),),
    ),
    E.THROTTLED: Explanation(
        "The store asks to send less.",
        (
            "Too many requests a second under one prefix, bucket or account.",
            "Many clients retry at the same moment.",
            "The same key is written again and again (one write a second on Cloudflare R2 and Google).",
        ),
        "503 SlowDown, 429, or ServiceUnavailable with a request to reduce the rate.",
        "Wait with exponential, jittered pauses, honour Retry-After, send fewer parts at a time; the session stays alive.",
        "Spread keys over prefixes, raise quotas, and look for a client that retries without pauses.",
        "SlowDown: Please reduce your request rate.",
        ((E.SERVER_ERROR, "the store is broken, not busy"), (E.QUOTA_EXCEEDED, "waiting does not help")),
    ),
    E.SERVER_ERROR: Explanation(
        "The store, or a proxy before it, failed.",
        (
            "A passing fault of the store.",
            "A proxy could not reach the store (502, 503).",
            "The backend crashed or its database was out of reach.",
        ),
        "500, 502, 503; sometimes a 200 whose body is an <Error>.",
        "Send the same request again with growing pauses. Read the body of a 200 answer to Complete: it may hold an error.",
        "Look at the store's health and at the proxy's error log for the request id.",
        "InternalError: We encountered an internal error. Please try again.",
        ((E.THROTTLED, "the message asks to reduce the rate"), (E.TIMEOUT, "504: no answer came in time")),
    ),
    E.TIMEOUT: Explanation(
        "No answer came in time, or the body arrived too slowly.",
        (
            "The line is too slow for the part size and the time limit.",
            "A proxy or function ends requests earlier than the upload takes.",
            "CompleteMultipartUpload of many parts takes longer than the client waits.",
        ),
        "RequestTimeout 400, 408, 504, 524, or a client's own time limit.",
        "Send the same part again, smaller or with a longer limit. After a Complete, look first whether it went through.",
        "Raise proxy_read_timeout and its like; let clients send to the store directly.",
        "RequestTimeout: Your socket connection to the server was not read from or written to within the timeout period.",
        ((E.NETWORK, "the connection broke, it did not just take long"),),
    ),
    E.NETWORK: Explanation(
        "The connection could not be made, or broke before an answer came.",
        (
            "The user's network changed or went away.",
            "The server, a proxy or a firewall closed the connection in mid-body.",
            "The host name does not resolve, or nobody listens there.",
            "In a browser: anything the page may not see, CORS and certificates too.",
        ),
        "ECONNRESET, ECONNREFUSED, ENOTFOUND, Failed to fetch, unexpected EOF; there is no HTTP status.",
        "Send the same part again with pauses; keep the upload id, for the parts that arrived are kept.",
        "If one network fails only: look at its proxy, MTU and body limits.",
        "Error: socket hang up (code: ECONNRESET)",
        (
            (E.CORS_BLOCKED, "the browser's console names a CORS policy"),
            (E.TLS_ERROR, "the handshake failed"),
            (E.TOO_LARGE, "a proxy hangs up on large bodies; its log says so"),
        ),
    ),
    E.TLS_ERROR: Explanation(
        "No trusted TLS connection could be made.",
        (
            "A self-signed or private certificate that the client does not trust.",
            "A bucket name with dots, which the store's certificate does not cover.",
            "An expired certificate, or a device clock that makes it look expired.",
            "A company proxy that replaces certificates.",
            "Plain HTTP spoken on a TLS port, or the other way round.",
        ),
        "certificate verify failed, x509, PKIX path, SELF_SIGNED_CERT_IN_CHAIN, net::ERR_CERT_…",
        "Give the client the right trust store; use path-style addresses for names with dots. Do not switch checks off.",
        "Renew the certificate, send the whole chain, and cover the host names in use.",
        "x509: certificate signed by unknown authority",
        ((E.NETWORK, "the connection broke without a word about certificates"),),
    ),
    E.CORS_BLOCKED: Explanation(
        "The browser kept the page from sending the request, or from reading the answer.",
        (
            "The bucket's CORS rules lack the page's origin, the method PUT, or a header.",
            "ETag is not among the exposed headers, so that the parts cannot be listed at Complete.",
            "An error answer, or a redirect to another region, comes without CORS headers.",
            "A content security policy or a mixed-content rule of the page.",
        ),
        "The console says CORS, Access-Control-Allow-Origin, or unsafe header ETag; scripts see only a network error.",
        "Nothing in the client helps; look at the network panel for the answer's real status.",
        "Allow origin and method, expose ETag; test with an OPTIONS request from outside the browser.",
        "Access to XMLHttpRequest at 'https://…' from origin 'https://…' has been blocked by CORS policy",
        ((E.NETWORK, "the same words in the script, but nothing about CORS in the console"),),
    ),
    E.INTEGRITY: Explanation(
        "The bytes that arrived are not the bytes that were announced.",
        (
            "The file changed while it was read.",
            "A proxy changed or cut the body.",
            "The checksum was computed over other bytes, or of a stream already read.",
        ),
        "400 BadDigest, XAmzContentSHA256Mismatch, IncompleteBody; sizes that differ after the transfer.",
        "Read the file anew and send the same part again; after a few times, check the file.",
        "Take proxies out of the way one by one.",
        "BadDigest: The Content-MD5 you specified did not match what we received.",
        ((E.PARTS_REJECTED, "the bytes are right, the list of parts is not"),),
    ),
    E.PARTS_REJECTED: Explanation(
        "The parts, or their list, do not make an object.",
        (
            "A part is missing at the store, or its ETag in the list is another one.",
            "A part other than the last is smaller than 5 MiB.",
            "The list is empty, unsorted, or has a number outside 1 to 10,000.",
            "Cloudflare R2: the parts differ in length.",
        ),
        "400 InvalidPart, InvalidPartOrder, EntityTooSmall at CompleteMultipartUpload.",
        "List the parts, compare, send what is missing, sort, complete again. The session stays alive.",
        "Look whether ETag reaches the client, and whether two clients share an upload id.",
        "EntityTooSmall: Your proposed upload is smaller than the minimum allowed size",
        ((E.SESSION_EXPIRED, "the upload itself is gone"), (E.INTEGRITY, "a single body is damaged")),
    ),
    E.TOO_LARGE: Explanation(
        "The body is larger than a limit on its way.",
        (
            "A proxy's body limit: client_max_body_size of nginx is 1 MB unless it is set.",
            "The application's or framework's own limit.",
            "More than 5 GiB in one PUT or part.",
        ),
        "413, EntityTooLarge, LIMIT_FILE_SIZE; behind a proxy sometimes only a reset connection.",
        "Send smaller parts, or send to the store directly with presigned URLs.",
        "Raise the limit at every hop: CDN, load balancer, proxy, framework.",
        "413 Request Entity Too Large",
        ((E.QUOTA_EXCEEDED, "the storage is full, however small the file"),),
    ),
    E.QUOTA_EXCEEDED: Explanation(
        "There is no room left: the disk, the bucket's quota or the plan is used up.",
        (
            "The bucket's or account's quota is reached.",
            "The store's disks are full.",
            "Parts of unfinished uploads take the room.",
        ),
        "507, QuotaExceeded, XMinioStorageFull; some stores answer 400 or 403.",
        "Stop, tell the user, keep the session for later.",
        "Free space or raise the quota; abort stale multipart uploads, whose parts count.",
        "QuotaExceeded: Your request was denied due to quota exceeded.",
        (
            (E.THROTTLED, "a quota of requests a minute comes back by itself"),
            (E.LOCAL_IO, "the client's own disk is full"),
        ),
    ),
    E.CONFLICT: Explanation(
        "The object's state forbids the request: another writer, a lock, a condition that does not hold.",
        (
            "Two clients write the same key at a time.",
            "An If-Match or If-None-Match condition is not met.",
            "The offset of a resumable upload differs from the server's.",
        ),
        "409 OperationAborted or ConditionalRequestConflict, 412, 423.",
        "Look at the object's state. At a 409 of Complete start a new upload; at a wrong offset ask the server for its own.",
        "Find out who else writes this key.",
        "PreconditionFailed: At least one of the pre-conditions you specified did not hold",
        ((E.ACCESS_DENIED, "an object lock or retention forbids it for good"),),
    ),
    E.INVALID_REQUEST: Explanation(
        "The request is not one that the store accepts, however often it is sent.",
        (
            "A parameter or header is missing or malformed.",
            "The store does not know a newer feature: checksums, ACLs, a header.",
            "A stream without a known length.",
        ),
        "400 InvalidArgument, InvalidRequest, MalformedXML; 405, 411, 415, 501.",
        "Compare the request with the API's description; with a store that is not AWS, switch newer defaults off.",
        "Look whether a client was updated: newer SDKs send checksums by default.",
        "MalformedXML: The XML you provided was not well-formed",
        ((E.PARTS_REJECTED, "the request is well-formed, the parts do not fit"),),
    ),
    E.CANCELLED: Explanation(
        "The user or the application stopped the upload.",
        (
            "The user pressed cancel, left the page or closed the app.",
            "The application's own time limit or shutdown cancelled it.",
        ),
        "AbortError, ERR_CANCELED, context canceled, NSURLErrorDomain -999.",
        "Nothing to repair. Abort the multipart upload only if it shall not go on later.",
        "A wave of these points to slow uploads rather than to users.",
        "AbortError: The user aborted a request.",
        ((E.TIMEOUT, "a time limit cancelled it"), (E.NETWORK, "nobody asked for the end")),
    ),
    E.LOCAL_IO: Explanation(
        "The file could not be read where it lies, or the local disk is full.",
        (
            "The file was changed, moved or deleted during the upload.",
            "It is not readable: permissions, a cloud placeholder, a card taken out.",
            "The temporary folder's disk is full, or too many files are open.",
        ),
        "ENOENT, EACCES, ENOSPC, NotReadableError, ERR_UPLOAD_FILE_CHANGED.",
        "Ask the user to choose the file again; never mix parts of two versions of a file.",
        "On servers: watch the disk of the temporary folder.",
        "NotReadableError: The requested file could not be read",
        (
            (E.OBJECT_NOT_FOUND, "an object in the store is missing, not a local file"),
            (E.QUOTA_EXCEEDED, "the store is full"),
        ),
    ),
    E.UNKNOWN: Explanation(
        "Nothing in the input tells why, or there is no error in it.",
        (
            "The log shows only that an upload failed, not why.",
            "The interesting line was cut off, or stands in another log.",
            "A wording that the rules do not know yet.",
        ),
        "UnknownError, a message such as Upload failed, an empty body.",
        "Log the store's code, status and request id, not only a message of your own.",
        "Look for the same moment in the backend's or the proxy's log; add a rule with --rules once the reason is known.",
        "Error: Upload failed",
        (),
    ),
}
"""The explanation of every verdict."""
