"""Sentences that tell that an upload session is no longer known.

Never a bare "does not exist", "expired" or "session": a login has sessions, and a key can be missing. Every pattern is
tied to the upload.
"""

from upload_diag.codes import ErrorCode as E
from upload_diag.rules.rows import Phrase

__all__ = ["SESSION"]

# A dead session stands behind a 404 of the object, or a 400, when a backend words it itself.
_OVER = (E.OBJECT_NOT_FOUND, E.INVALID_REQUEST)

# A sentence is a subject, its name, what it belongs to, the words between, and what is said of it. The subject is the
# session itself, by any of its names, or a bare "upload" where nothing before it says that something else is meant.
# A name holds a digit, or stands in quotes: "upload folder" is none.
_NOT_IF = r"\b(?<!for )(?<!no )(?<!if )(?<!if the )(?<!if an )(?<!when the )(?<!whether the )"
_SESSION = (
    rf"{_NOT_IF}(?:(?:multi-?part|resumable|chunked|tus)[ -]upload(?:[ _-](?:session|id(?:entifier)?))?"
    r"|upload[ _-]?(?:session|id|context|ticket))(?: id)?"
)
_ID = r"\b(?:upload(?:[ _-]session)?|multi-?part)[ _-]?id(?:entifier)?\b"


def _not_after(words: str) -> str:
    """What lets a pattern go on only where none of the words stands right before."""
    of_length: dict[int, list[str]] = {}
    for word in words.split():
        of_length.setdefault(len(word), []).append(word)
    return "".join(rf"(?<!\b(?:{'|'.join(same)}) )" for same in of_length.values())


# A path ends in it, a table, a class, a folder can be named so; and a first attempt has no previous one.
_NOT_ITS_NAME = r"(?<![/.\\])" + _not_after(
    "key url path view page table class route index queue topic field module method script plugin volume column bucket folder "
    "action command service previous endpoint property function container directory component"
)
_NO_OTHER_SESSION = _not_after(
    "db user auth login admin web http browser cookie ftp sftp ssh smb sso tls ssl ldap vpn database livy spark kerberos zookeeper"
)
_UPLOAD = rf"{_NOT_IF}(?<!for this )(?<!for the )(?<!for your )(?<!of this )(?<!of the )(?<!of your )(?<!to )(?<!for multipart ){_NOT_ITS_NAME}upload"
_NAME = (
    r"[\"'`]?(?:[:=] ?| )(?:(?:with|for|identified by) (?:(?:the |this |that )?(?:given )?(?:upload |session )?(?:id|name|value) )?)?"
    r"(?:[:=]? ?(?:[^\s\d(]{0,40}\d|[\"'`(])\S{0,200} )?"
)
_THING = r"(?!(?:the |this |your )?(?:access |security |session |upload |auth )?(?:token|url|link|credentials?|signature|key|policy|certificate|cookie)\b)"
_OF = (
    rf"(?:(?:for|of|on|from|associated with|created|started|opened) (?:key |object )?{_THING}\S{{1,200}} "
    rf"(?:(?!(?:is|was|has|had|not|could|can|no|does|did|already|may|might|expired)\b){_THING}\S{{1,200}} )?)?"
)
_BETWEEN = (
    r"(?:(?:that|which|is|was|has|had|been|could|be|have|may|might|already|probably|apparently|seems|appears|to|you|we|reach|access|find|continue|modify|complete|finish"
    r"|status|state|provided|supplied|specified|given|used|use|sent|are|trying|resume|either|does|do|did|since|now|just|got|automatically|silently|(?:aborted|cancell?ed|closed|completed|deleted|invalid|removed) or) ){0,6}"
)
_ELSEWHERE = r"(?! yet| locally)(?! (?:in|on|from) (?:the |your |this |our )?(?:\S{1,40} )?(?:request|cache|response|query|form|body|headers?|url|local|memory)\b)"
_NOT_FOUND = (
    r"(?:not (?:be )?(?:found|located)\b|not (?:known|recogni[sz]ed)\b|not available any(?: ?more| longer)"
    r"|can(?:not|['’]t) be (?:found|located)|(?:could|was|is)n['’]?t (?:be )?(?:found|located)\b|not exists?\b"
    rf"|(?:does|did)n['’]?t exists?\b|non-?existent){_ELSEWHERE}"
)
# Of what it did itself a server says "session closed", of what happened to a session that it was closed.
_BE = "|".join(
    rf"(?<=\b{word} )" for word in ("was", "is", "been", "be", "already", "since", "automatically", "silently")
)
_ADJECTIVE = r"valid|active|pending|known|alive|open|present|recogni[sz]ed|in progress|available|resumable|usable"
# What is said of a session that is over. Of a bare upload most of it is said after every run.
_IS_OVER = (
    rf"(?:(?:not|isn['’]?t|wasn['’]?t) (?:{_ADJECTIVE})|no longer (?:{_ADJECTIVE}|exists?|there|found|tracked)"
    rf"|(?:{_BE})(?:aborted|closed|deleted|removed|purged|wiped|swept|cleaned up|garbage[ -]collected)"
    r"|expired|invalid|invalidated|gone|lost|stale|too old|timed out|lapsed|elapsed|outdated|obsolete|unavailable"
    r"|went away|ran out|sealed|superseded|replaced by|orphaned|terminated|unknown|unrecogni[sz]ed|inactive|missing(?! [a-z])|absent"
    r"|over(?! (?:quota|the|its|\d))|disappeared|vanished|dead|died|killed|evicted|forgotten|discarded|dropped|abandoned|destroyed|revoked|reaped|reclaimed"
    r"|mismatch|(?:cancell?ed|reset) by (?:the )?(?:server|store|service|backend)"
    r"|(?:already|previously) (?:been )?(?:complete|completed|finished|finali[sz]ed|ended|used|committed|assembled|merged)"
    r"|(?:cannot|can['’]?t|can no longer|could not) be (?:resumed|continued|reused|used|recovered|restored|opened)"
    r"|(?:exceeded|reached|outlived|past|beyond) (?:its|the) (?:ttl|life ?time|time ?out|max(?:imum)? (?:age|life ?time)|retention|expir(?:y|ation)|validity)"
    r"|ttl (?:has )?expired|belongs? to (?:another|a different)|not belong)\b(?! by (?:the |a )?(?:user|client|caller)| normally| cleanly| after completion)"
)
_BAD = (
    r"(?:invalid|unknown|expired|stale|bad|dead|wrong|inactive|unrecogni[sz]ed|non-?existent|lapsed|outdated"
    # "aborted upload_id=x" and "aborted the upload" are what the client did.
    r"|aborted(?! upload[ _-]?id ?[:=]| (?:the|this|that|an?|your|our|my)\b)"
    r"|not (?:an? |the )?(?:valid|active|existing|known|open)|no (?:valid|active|open|known))"
)
_ANY = r"(?:(?:the|this|that|an?|any|your|our|my|specified|given|active|matching|existing|open|such|valid|requested|corresponding) ){0,3}"
# Who tidies up says so of sessions that nobody asks for.
_NOT_TIDIED = _not_after(
    "aborting cleaned cleaning delete deleted deleting purge purged purging remove removed removing up"
)
# A session is taken away too after an upload that went well, or that its user gave up.
_NOT_DONE = "".join(
    rf"(?<!\b(?:{words})[.,;] {the})"
    for words in ("completed|cancelled", "complete|finished", "done|user")
    for the in ("", "the ")
)
_NO_NOUN = r"(?! (?:upload )?(?:request|argument|parameter|response|header|format|type))"
_LOGIN = r"(?!.{0,60}(?:\b(?:log|sign)[ -]?in\b|\b(?:logged|signed) out\b|\bre-?auth|\bauthenticat|\breconnect your\b))"

SESSION = (
    Phrase(
        "phrase.failed-a-request-404",
        E.SESSION_EXPIRED,
        "failed a request(404",
        r"\bfailed a request\(404: \S{8,900}[?&]uploadid=\w",
        refines=(E.LOCAL_IO, E.OBJECT_NOT_FOUND),  # it returns ENOENT or EIO to whoever wrote the file
        strength=70,
        hits=(
            "MultiRead(211): failed a request(404: https://s3.example.test/films/a.mp4?partNumber=3&uploadId=Ab12Cd34)",
        ),
        misses=("MultiRead(211): failed a request(404: https://s3.example.test/films/a.mp4)",),
        seen="s3fs",
    ),
    Phrase(
        "phrase.upload-not-exist",
        E.SESSION_EXPIRED,
        "upload",
        rf"(?:{_SESSION}{_NAME}{_OF}|{_UPLOAD}{_NAME}){_BETWEEN}{_NOT_FOUND}",
        refines=_OVER,
        strength=85,
        hits=(
            "The specified upload does not exist.",
            "The specified multipart upload does not exist.",
            "The upload session could not be found",
            "The upload doesn't exist",
            "Your upload couldn't be found",
            "The upload session wasn't found",
            "uploadId does not exist",
            "The requested upload was not found.",
            "multipart upload 2~AbC.dEf does not exist",
            "UploadId: abc123 does not exist",
            "upload with id 81f3 was not found",
            'Upload "81f3" not found',
            "upload_id not found: 12345",
            "the multipart upload identifier cannot be found",
            "The upload you are trying to resume is not available anymore",
            "Upload session 9c41 for clip.mov was not found",
            "upload (9c41-aa) is not known to this node",
            "'upload_session' with value '9C41' not found",
        ),
        misses=(
            "The specified bucket does not exist",
            "The file to upload does not exist",
            "Part 3 of the upload does not exist",
            "The upload directory does not exist",
            "multipart upload target bucket does not exist",
            "bucket for multipart upload does not exist",
            "column of relation uploads does not exist",
            "Upload preset not found",
            "Upload not found in cache, starting a new one",
            "Photo upload does not exist yet",
            "returns 404 if the upload is not found",
            "Could not find upload ID: not found in CreateMultipartUpload response",
            "upload of clip.mov failed: not found",
            "The requested URL /upload was not found on this server.",
            "GET /api/upload not found",
            "Cannot resolve ./upload: not found",
            "table upload does not exist",
            "class Upload does not exist",
            "Endpoint upload not found",
            "the folder upload was not found",
            "previous upload not found, starting from the beginning",
            "Upload not found locally",
        ),
        seen="S3, MinIO, Google Cloud Storage XML, OneDrive, tusd, applications",
    ),
    Phrase(
        "phrase.no-upload-session",
        E.SESSION_EXPIRED,
        "upload",
        r"\bno (?:active |matching |open |known |valid |corresponding )?upload[ _-]?session (?:for|with|matching|under|by|available)\b"
        r"|\bno (?:such|active|matching|existing|open|known|valid|corresponding) upload[ _-]?session\b",
        refines=_OVER,
        strength=80,
        hits=(
            "No active upload session for clip.mov",
            "there is no upload session with that key",
            "No upload session available for file /backup/a.tar",
            "no open upload session",
        ),
        misses=("no upload session was started", "no upload session yet"),
        seen="applications",
    ),
    Phrase(
        "phrase.multipart-not-exist",
        E.SESSION_EXPIRED,
        "multipart",
        rf"\b(?:specified|given|this) multipart {_BETWEEN}{_NOT_FOUND}",
        refines=_OVER,
        strength=75,
        hits=("The specified multipart does not exist",),
        misses=("multipart boundary not found",),
        seen="tusdotnet's S3 store",
    ),
    Phrase(
        "phrase.no-such-upload",
        E.SESSION_EXPIRED,
        "upload",
        r"\bno such (?:multi-?part |resumable )?upload(?: ?id)?\b|\bno (?:active |ongoing |matching |existing |pending )?"
        rf"(?:multi-?part |resumable )?upload(?: session)? "
        r"(?:(?:with|for|matching|has|by) (?:this |that |the |given )?(?:upload )?id\b|(?:was |is |could be )?(?:found|exists?)\b|in progress (?:for|with)\b)"
        rf"{_ELSEWHERE}|(?<![a-z] )not ?found: (?:multi-?part )?upload\b",
        refines=_OVER,
        strength=85,
        hits=(
            "error: no such upload",
            "no such uploadId",
            "No upload session with id 81f3",
            "no such multipart upload: 2~x",
            "no upload session found",
            "No multipart upload found for id 123",
            "NotFound: multipart upload 81f3",
            "There is no upload in progress with that ID",
        ),
        misses=(
            "no such bucket",
            "no upload with errors",
            "no uploads found",
            "No upload in progress",
            "No upload field found in form",
            "zsh: command not found: upload",
        ),
        seen="stores of applications",
    ),
    Phrase(
        "phrase.upload-session-name",
        E.SESSION_EXPIRED,
        "upload",
        # "Resumable" before it is a configuration that Google's XML interface does not find.
        r"(?:(?<!resumable)upload[_.-]?(?:(?:session|id|intent|job|lease|slot|task|ticket)[_.-]?)?"
        r"|uploads?(?:_?error|_?exception)?(?:\.|::|/)session[_.-]?|(?:multi_?part|resumable|chunk(?:ed)?)[_.-]?(?:session[_.-]?|id[_.-]?)?)"
        r"(?:not[_-]?found|expired|does_?not_?exist|no_?longer_?exists)(?:_?exception|_?error)?\b(?![\"']? ?[:=] ?false\b)"
        r"|resumable_?upload_?(?:(?:session|id)_?(?:not_?found|expired)|expired)(?:_?exception|_?error)?\b",
        refines=_OVER,
        strength=75,
        hits=(
            "com.example.UploadSessionNotFoundException: 81f3",
            "raise UploadExpiredError(81)",
            "failed: ERR_UPLOAD_ID_NOT_FOUND",
            "RuntimeFault: ACME_NATIVE_UPLOAD_EXPIRED",
            "MultipartNotFound: upload 9c41",
            "upload.session.expired",
            'Err(ResumableUploadExpired("9c41"))',
            "RESUMABLE_UPLOAD_SESSION_NOT_FOUND",
            "Err(UploadError::SessionExpired { id: 91 })",
            "uploads.session.not_found",
            "UPLOAD_INTENT_EXPIRED",
        ),
        misses=(
            "UploadFileNotFoundException: clip.mov",
            "UPLOAD_URL_EXPIRED",
            "UPLOAD_TOKEN_EXPIRED",
            "upload preset not found",
            "uploadSessionExpired: false",
        ),
        seen="exceptions and codes of applications",
    ),
    Phrase(
        "phrase.upload-gone-name",
        E.SESSION_EXPIRED,
        "upload",
        r"upload[_-]?(?:gone|stale|already[_-]?(?:completed|aborted))(?:_?exception|_?error)?\b",
        refines=_OVER,
        strength=70,
        hits=("UPLOAD_GONE", "code: upload-already-completed", "UploadStaleError"),
        misses=("UPLOAD_FAILED", "upload already completed"),
        seen="codes of applications",
    ),
    Phrase(
        "phrase.bad-upload-name",
        E.SESSION_EXPIRED,
        "upload",
        r"(?:unknown|expired|stale)_?(?:multipart_?)?upload(?:_?session|_?id)?(?:_?exception|_?error)?\b"
        r"|\bblob_?upload_?unknown(?:_?exception|_?error)?\b|(?<![\w/-])(?:expired|stale)-upload\b(?![/.-]\w)"
        r"|(?:invalid|(?<![a-z])bad|inactive|closed)_?upload_?(?:session|id)(?:_?exception|_?error)?\b"
        r"|no_?such_?(?:(?:multi_?part_?|resumable_?)upload|upload_?(?:session|id))"
        r"|upload_?(?:session|id)_?(?:gone|invalid|unknown|lost|stale|terminated|timed_?out|closed|aborted|mismatch|no_?longer_?valid|already_?completed)"
        r"(?:_?exception|_?error)?\b",
        refines=_OVER,
        strength=75,
        hits=(
            "StaleUploadError: 9c41",
            "E_INVALID_UPLOAD_SESSION",
            "code=unknown_upload_id",
            "NoSuchMultipartUpload",
            "UploadSessionGone",
            "BlobUploadUnknown",
            "reason: stale-upload",
        ),
        misses=(
            "InvalidUploadError",
            "invalid upload",
            "BadUploadException",
            "stale-upload-cleaner started",
            "GET /stale-upload",
        ),
        seen="exceptions and codes of applications",
    ),
    Phrase(
        "phrase.cannot-find-upload",
        E.SESSION_EXPIRED,
        "upload",
        r"\b(?:could not|couldn['’]?t|can ?not|can['’]?t|unable to|failed to|did not) (?:find|locate|look ?up) "
        rf"{_ANY}(?:multi-?part upload\b|(?:resumable |chunked )?upload[ _-]?(?:session|id)\b"
        r"|(?:resumable |chunked )?upload (?:with|for) (?:the |this |that |given )?(?:upload )?id\b"
        rf"){_ELSEWHERE}|\bfind (?:the|this|that|your) upload any ?more\b"
        r"|\b(?:could not|couldn['’]?t|can ?not|can['’]?t|unable to|failed to) (?:find|locate) (?:the |this |that |your |any )?"
        rf"upload(?:(?: |: ?)[\"'`(]?[a-z_-]{{0,12}}\d[\w-]{{0,60}}(?![\w./\\-])|(?= ?(?:[.,;!?)]|[-–—] |$))){_ELSEWHERE}",
        refines=_OVER,
        strength=80,
        hits=(
            "could not find upload session 7f3a",
            "Unable to locate the multipart upload",
            "cannot find any upload with id 9f1e",
            "We can't find this upload anymore",
            "Can't find upload 41f2",
            "could not find the upload, start again",
        ),
        misses=(
            "could not find the upload directory",
            "cannot find file to upload",
            "failed to find upload button",
            "cannot find upload a1.zip",
            "cannot find upload 81f2 in the local cache",
        ),
        seen="applications",
    ),
    Phrase(
        "phrase.upload-session-lookup",
        E.SESSION_EXPIRED,
        "upload",
        r"\b(?:failed to|unable to|could not|cannot) (?:get|load|retrieve|fetch|restore) (?:the )?(?:multi-?part )?upload session\b"
        r"[^.]{0,60}?: (?:\w{1,20} )?(?:not found|does not exist|no rows)\b",
        refines=_OVER,
        strength=75,
        hits=("Failed to get upload session: record not found", "could not load upload session 9c41: not found"),
        misses=("failed to get upload session: timed out",),
        seen="applications",
    ),
    Phrase(
        "phrase.upload-no-longer",
        E.SESSION_EXPIRED,
        "no longer",
        rf"(?:{_SESSION}{_NAME}{_OF}|{_UPLOAD}{_NAME}){_BETWEEN}"
        r"no longer (?:be )?(?:exists?|valid|available|active|known|recogni[sz]ed|alive|open|there|present|resumable|found|tracked)\b",
        refines=_OVER,
        strength=85,
        hits=(
            "Multipart upload no longer exists",
            "This upload session is no longer valid",
            "a resumable upload session that is no longer available",
            "Upload 3f2a-11 is no longer active",
        ),
        misses=("The upload button is no longer available", "This upload approach is no longer functional"),
        seen="Google Cloud Storage, applications",
    ),
    Phrase(
        "phrase.upload-session-over",
        E.SESSION_EXPIRED,
        "upload",
        rf"{_NOT_IF}(?<!of ){_NOT_DONE}(?:upload[ _-]?(?:session|context|ticket|handle|descriptor|slot|transaction|lease)|session upload)\b(?: id)?"
        rf"{_NAME}{_OF}{_BETWEEN}(?<! id ){_IS_OVER}{_NO_NOUN}{_ELSEWHERE}",
        refines=_OVER,
        strength=85,
        hits=(
            "Upload session expired or invalid. UploadId: 2~x",
            "Your upload session has expired",
            "the upload session was closed",
            "The upload session 'a1b2' has expired.",
            "The upload session ID provided is invalid.",
            "The upload session vanished before its end",
            "Upload session (9c41-aa) for clip.mov isn't active",
            "uploadSession for key in/clip.mov is no longer available",
            "uploadSession has already been finalized",
            "The upload session has been superseded by a newer one",
            "upload session status is EXPIRED",
            "upload session exceeded its lifetime",
            "Upload handle cannot be resumed",
            "session upload has expired",
            "Upload session was cancelled or timed out; create a new one",
        ),
        misses=(
            "Your login session expired; upload later",
            "Creating upload session for clip.mp4",
            "upload session started",
            "upload session has not expired",
            "upload session completed",
            "If the upload session is expired, start again",
            "part 5 of upload session 9c41 is invalid",
            "upload session is missing from the request",
            "upload session was aborted by the user",
            "upload session for clip.mov: access token expired",
            "upload session 9c41 is over quota",
            "Upload session closed normally",
            "upload session 9c41 deleted after completion",
            "Upload completed. The upload session was removed.",
            "Upload session cleaned up: 9c41-aa",
            "Upload session missing data",
            "Upload session closed",
        ),
        seen="backend envelopes, error.originalError",
    ),
    Phrase(
        "phrase.upload-cleaned-up",
        E.SESSION_EXPIRED,
        "upload",
        # Each ending is a word rare in ordinary logs, or has one before it: what is found in most lines slows all.
        rf"(?:{_SESSION}|{_UPLOAD}){_NAME}(?:(?:is|was) unknown\b(?! error)"
        r"|(?:aborted|removed|deleted) by lifecycle\b|aborted on server side\b"
        r"|(?:is|was|has been) (?:aborted|deleted|discarded|removed) after \d{1,4} ?(?:min|h|d)"
        r"|(?:is|was|has been|may have been|got) (?:already |since )?"
        r"(?:not known|cleaned up|purged|reaped|garbage[ -]collected|(?:aborted|removed|deleted) on (?:its|the server)"
        r"|(?:aborted|removed|deleted) by (?:an? |the )?(?:lifecycle|server|store|storage|cleanup)))"
        rf"|{_UPLOAD} (?:is gone|has gone|has vanished|has disappeared|has lapsed|went away|is stale|is dead)\b",
        refines=_OVER,
        strength=65,
        hits=(
            "upload 7f31c is unknown or has been cleaned up",
            "Multipart upload abc-12 was purged",
            "the upload is gone, start again",
            "the server says that the upload was aborted on its side",
            "the multipart upload was aborted by a lifecycle rule",
            "stale multipart upload removed by lifecycle, cannot continue",
            "Your unfinished upload was removed after 24 hours",
        ),
        misses=(
            "the upload directory was cleaned up",
            "the upload was aborted by the user",
            "upload 3 is an unknown error",
        ),
        seen="applications",
    ),
    Phrase(
        "phrase.bad-upload-session",
        E.SESSION_EXPIRED,
        "upload",
        rf"{_NOT_TIDIED}\b{_BAD}(?:(?: or |/|, ){_BAD})?[:,]? {_ANY}(?:(?:multi-?part|resumable|file|video) ?)?upload[ _-]?(?:session|id)\b{_NO_NOUN}",
        refines=_OVER,
        strength=85,
        hits=(
            "Error: unknown upload session",
            "expired multipart upload session",
            "Unknown file upload session",
            "Invalid upload id 9ec9c747-4d70-46de-a8a5-714dfc988ca0",
            "invalid or expired uploadId",
            "unknown upload_id: 2~x",
            "Invalid/expired upload ID",
            "9c41 is not a valid upload session",
            "Expired: the upload session",
        ),
        misses=(
            "invalid file for upload session",
            "invalid request: upload id is required",
            "invalid response, uploadId=2~x",
            "multipart upload aborted upload_id=2~x",
            "User aborted the upload session",
            "Cleaning up expired upload session 9c41",
        ),
        seen="MinIO, applications",
    ),
    Phrase(
        "phrase.upload-id-over",
        E.SESSION_EXPIRED,
        "id",
        rf"{_ID}{_NAME}{_OF}{_BETWEEN}(?!missing|absent|(?:not|isn['’]?t) present)"
        rf"(?:{_IS_OVER}|(?:(?:(?<=been )|(?<=was )|(?<=or ))completed|wrong|incorrect|not match)\b){_NO_NOUN}",
        refines=_OVER,
        strength=80,
        hits=(
            "The upload ID might be invalid, or the multipart upload might have been aborted",
            "upload id has expired",
            "uploadId 81f3 is invalid",
            "Upload-ID is not valid",
            "upload id not known to the store any more",
            "multipart id 9c41 has already been used",
            "Upload ID for clip.mov does not match",
        ),
        misses=(
            "upload id is required",
            "upload id 12 created",
            "upload id 12 completed",
            "missing uploadId",
            "videos?upload_id=81f3: (400) Invalid Upload Request",
        ),
        seen="S3, MinIO, StorageGRID, applications",
    ),
    Phrase(
        "phrase.upload-with-id-over",
        E.SESSION_EXPIRED,
        "upload with",
        rf"{_NOT_IF}(?:multi-?part )?upload with (?:the |this |that )?(?:given )?(?:upload[ _-]?)?id{_NAME}{_BETWEEN}"
        r"(?:expired|gone|stale|lapsed|vanished|lost|not (?:active|valid|open|in progress)"
        r"|already (?:been )?(?:aborted|completed|finali[sz]ed)|can(?:not|['’]?t| no longer) be resumed)\b",
        refines=_OVER,
        strength=80,
        hits=(
            "The upload with ID 7f3a has expired.",
            "multipart upload with id 9c41 has already been completed",
            "upload with upload_id 81f3 can no longer be resumed",
        ),
        misses=("upload with id 12 was completed", "upload with id 12 started", "upload with an expired token"),
        seen="applications",
    ),
    Phrase(
        "phrase.multipart-session-over",
        E.SESSION_EXPIRED,
        "session",
        rf"\b(?:multi-?part|resumable|chunk(?:ed)?|mpu|tus)[ _-]session\b(?: id)?{_NAME}{_OF}{_BETWEEN}(?:{_NOT_FOUND}|{_IS_OVER})"
        rf"|\b{_BAD} (?:multi-?part|resumable|chunk(?:ed)?) session\b{_NO_NOUN}"
        rf"|\btransfer session\b(?: id)?{_NAME}{_OF}{_BETWEEN}(?:{_NOT_FOUND}|expired\b)",
        refines=_OVER,
        strength=80,
        hits=(
            "Multipart session 9c41 not found",
            "resumable session expired",
            "the chunked session no longer exists",
            "transfer session 9c41 has expired",
            "no active multipart session",
        ),
        misses=(
            "chunked session started",
            "multipart session for clip.mov: access token expired",
            "FTP transfer session closed",
        ),
        seen="applications",
    ),
    Phrase(
        "phrase.multipart-upload-over",
        E.SESSION_EXPIRED,
        "upload",
        rf"{_NOT_IF}(?:multi-?part|resumable|chunked|tus) upload{_NAME}{_BETWEEN}(?:not (?:valid|active|open|alive|resumable)\b|invalid(?:ated)?\b(?!:? (?:too|part|etag|size|body|form)\b)"
        r"|gone\b|not in progress\b|stale\b|dead\b|lost\b|unknown\b(?! error)|removed because|timed out and was|expired|vanished|disappeared|inactive\b|discarded|evicted|superseded|can(?:not|['’]?t) be (?:resumed|continued))"
        rf"{_NO_NOUN}",
        refines=_OVER,
        strength=75,
        hits=(
            "Object does not exist and MultiPart Upload 9c41.aa is not valid.",
            "the resumable upload has been lost",
            "the multipart upload is not in progress",
            "multipart upload 9c41 is stale",
            "The multipart upload was removed because it was older than 24h",
        ),
        misses=(
            "multipart upload started",
            "multipart upload failed: invalid part",
            "invalid multipart upload request",
            "multipart upload is invalid: too many parts",
        ),
        seen="Flink, applications",
    ),
    Phrase(
        "phrase.session-over-upload-again",
        E.SESSION_EXPIRED,
        "session",
        # Two sentences, for the first words that they share are no rare ones. Not of a session with a name before it
        # ("survey session"): there the file is only what it was about.
        r"(?:(?<![a-z] )|(?<=\bthe )|(?<=\bthis )|(?<=\bupload )|(?<=\band ))(?<!421 )(?:\bsession "
        r"(?:(?:has |is )?(?:expired|timed out|not found|invalid|unknown|vanished|lost|gone)|no longer valid)\b.{0,30}?\b(?:re-?upload|mid-upload|(?:re-?)?start (?:the |your |this |a new )?upload"
        r"|upload (?:it |the file |the video )?again|while uploading|during upload)"
        r"|session \S{1,60} (?:has |is |was )?(?:not found|expired|timed out|unknown|lost)\b.{0,30}?\b(?:re-?upload|restart (?:the|your) upload|while uploading))"
        rf"{_LOGIN}",
        refines=(*_OVER, E.ACCESS_DENIED),
        strength=70,
        hits=(
            "Session 9c41 not found, please re-upload the file",
            "session expired while uploading chunk 4",
            "the session vanished mid-upload",
        ),
        misses=(
            "Your session expired, log in to upload again",
            "session opened, start upload",
            "Session expired during upload. Please log in again.",
            "Interview session expired, please re-upload your résumé",
            "FTP: 421 Session timed out while uploading",
            "FTP session timed out during upload",
            "Livy session 12 not found while uploading a.jar",
        ),
        seen="applications",
    ),
    Phrase(
        "phrase.session-of-chunk-over",
        E.SESSION_EXPIRED,
        "session",
        rf"\b(?:(?:upload_?)?(?:chunk|part)|append|segment|fragment|slice)\b[^.]{{0,40}}?(?:{_NO_OTHER_SESSION}\bsession (?:not found|expired"
        r"|has expired|is expired|does not exist|unknown|invalid|is invalid|gone|timed out)\b"
        rf"|{_NO_OTHER_SESSION}\bsession \S{{1,24}} (?:(?:was |is )?not found|does not exist|has expired|has been evicted|has been lost|is unknown)\b"
        rf"|\b(?:unknown|invalid|expired) session\b(?! (?:key|token|cookie|data|storage|id (?:in|header)))){_LOGIN}"
        rf"|{_NO_OTHER_SESSION}\bsession (?:\S{{1,60}} )?not found (?:for|while \w{{4,12}}) (?:the )?(?:chunk|part)\b",
        refines=(*_OVER, E.ACCESS_DENIED),
        strength=70,
        hits=(
            "Chunk 5 rejected: session expired",
            "cannot store part 3: session not found",
            "chunk 3: session 55 not found",
            "append failed: session 9f3 does not exist",
            "uploadChunk: session 5 has been evicted",
            "Session 55 not found for chunk 3",
        ),
        misses=(
            "part 3 failed: session expired, please log in",
            "chunk 3: session key rotated",
            "Spark session 3 not found for chunk 3",
            "part 3: user session expired",
        ),
        seen="applications",
    ),
    Phrase(
        "phrase.upload-task-over",
        E.SESSION_EXPIRED,
        "upload",
        # Looked for by what is said of it: of jobs and tasks most of a log may speak.
        r"\bupload[ _-]?(?=(?:task|job|record|process|operation|reference|resource|reservation|intent|draft|metadata)\b)\w{3,11}(?: id)?"
        rf"{_NAME}{_OF}{_BETWEEN}(?:{_NOT_FOUND}|no longer (?:exists?|valid|available|active|known)|expired)\b{_NO_NOUN}",
        refines=_OVER,
        strength=65,
        hits=("Upload task 9c41 does not exist", "upload job expired", "Your upload reservation has expired"),
        misses=("upload job failed: file not found", "upload task started"),
        seen="applications",
    ),
    Phrase(
        "phrase.upload-not-accepting",
        E.SESSION_EXPIRED,
        "upload",
        rf"(?:{_SESSION}{_NAME}{_OF}|{_UPLOAD}{_NAME})(?:is |does |has )?(?:not accepting|no longer (?:accepting|accepts?|writ(?:e?able))) ?",
        refines=(*_OVER, E.CONFLICT),
        strength=75,
        hits=(
            "The upload session is no longer accepting chunks",
            "Upload 9c41 no longer accepts parts",
            "Upload session 9c41 is no longer writable",
        ),
        misses=("The upload folder is no longer writable", "upload is not accepted"),
        seen="applications",
    ),
    Phrase(
        "phrase.upload-state-over",
        E.SESSION_EXPIRED,
        "expired",
        rf"{_NOT_IF}(?<!to )upload(?:[ _-]?session)?(?:\[\S{{1,80}}\])?{_NAME}(?:is |was )?(?:in (?:an? |the )?(?:invalid |wrong |final )?)?(?:state|status)(?: is| was)?[:=]? ?[\"'`(]?expired\b"
        rf"|\bupload(?:[ _-]session)?{_NAME}(?:is )?not in \S{{1,24}} (?:state|status)\b[^.]{{0,30}}\bexpired\b"
        r"|\b(?:invalid|wrong|illegal) upload (?:session )?(?:state|status)[:=]? ?[\"'`(]?expired\b",
        refines=(*_OVER, E.CONFLICT),
        strength=70,
        hits=(
            "upload 9c41 is in state expired",
            "Upload status: expired",
            "Upload in invalid state: EXPIRED, expected UPLOADING",
            "Upload session 9c41 is not in UPLOADING state (current: EXPIRED)",
            "invalid upload state: expired",
        ),
        misses=("upload status: completed", "upload state: active, expired: 0"),
        seen="applications",
    ),
    Phrase(
        "phrase.upload-not-known",
        E.SESSION_EXPIRED,
        "upload",
        # Nothing after it: of an upload folder, button or link all this is said too.
        r"(?:\bnot|\blonger|n['’]t) (?:knows?|recogni[sz]es?|remembers?) (?:about |of )?this upload\b(?! (?!any)[a-z])"
        r"|\bforgot(?:ten)? (?:about )?(?:this|the) upload\b(?! (?!any)[a-z])"
        r"|\b(?:server|service|store|backend) (?:has |had )?(?:already )?(?:discarded|dropped|forgotten|lost|purged) (?:this|the|your) "
        r"(?:incomplete |partial |unfinished |multi-?part )?upload\b(?! (?!any)[a-z])",
        refines=_OVER,
        strength=75,
        hits=(
            "Server doesn't know about this upload",
            "the server does not recognize this upload.",
            "it forgot the upload",
            "The server has discarded the partial upload.",
        ),
        misses=(
            "the server does not know this upload folder",
            "I forgot the upload button",
            "the server lost the upload folder",
        ),
        seen="applications",
    ),
    Phrase(
        "phrase.session-for-upload",
        E.SESSION_EXPIRED,
        "session",
        r"\bsession (?:for|of) (?:this |that |the |your )?upload(?:ing)?\b"
        rf"(?: (?:this|the|your|a) \w{{1,20}})?{_NAME}{_BETWEEN}(?:{_NOT_FOUND}|{_IS_OVER})|\bupload['’]s (?:session|id){_NAME}{_BETWEEN}(?:{_NOT_FOUND}|{_IS_OVER})",
        refines=(*_OVER, E.ACCESS_DENIED),
        strength=80,
        hits=(
            "The session for this upload has expired. Begin a new upload",
            "session of upload 9c41 does not exist",
            "this upload's session timed out",
            "Your session for uploading this file has expired",
        ),
        misses=("the session for your upload was started",),
        seen="applications",
    ),
    Phrase(
        "phrase.no-record-of-upload",
        E.SESSION_EXPIRED,
        "upload",
        r"\b(?:no (?:record|trace|knowledge|memory|recollection) (?:of|for|about)|no (?:state|metadata) (?:found )?for|lost track of) "
        rf"{_ANY}(?:multi-?part |resumable )?upload\b(?! url| link| folder| dir| button)",
        refines=_OVER,
        strength=75,
        hits=(
            "The server has no record of this upload",
            "no trace of upload 9c41",
            "No metadata found for upload 9c41",
            "lost track of upload 9c41",
        ),
        misses=("no record of the upload folder", "no state for the upload button"),
        seen="applications",
    ),
    Phrase(
        "phrase.upload-session-lost",
        E.SESSION_EXPIRED,
        "upload",
        r"(?:\b(?:longer|lost|dropped|forgotten|forgot|discarded|invalidated)|(?:\b(?:not|longer)|n['’]t) (?:knows?|recogni[sz]es?|remembers?|has|have|tracks?)) "
        r"(?:(?:about|of|any) )?(?:(?:the|this|that|its|your|our|an?|my) )?(?:multi-?part |resumable )?(?:upload[ _-]?(?:session|id)|multi-?part upload)\b",
        refines=_OVER,
        strength=75,
        hits=(
            "The server lost the upload session, starting again",
            "The gateway does not recognize that upload ID",
            "storage no longer knows this multipart upload",
        ),
        misses=("upload session started", "the form does not have an upload button", "Not your upload session"),
        seen="applications",
    ),
    Phrase(
        "phrase.session-of-upload-over",
        E.SESSION_EXPIRED,
        "session",
        r"\b(?:upload failed|(?:resume|continue) (?:the |your |this )?upload|upload (?:cannot|can['’]?t|could not) be (?:resumed|continued))\b[^.]{0,40}"
        rf"{_NO_OTHER_SESSION}\bsession(?: id)? (?:has |is |was )?(?:already )?(?:not found|expired|timed out|invalid|unknown|over|closed|ended|gone|lost)\b{_LOGIN}",
        refines=(*_OVER, E.ACCESS_DENIED),
        strength=80,
        hits=(
            "Upload failed: session expired",
            "Cannot resume upload: session not found on server",
            "Upload cannot be resumed because the session has ended",
            "Can't continue upload, session expired. Start upload again. [408]",
            "Failed to continue the upload: session has timed out",
        ),
        misses=(
            "Upload failed: session expired, please log in again",
            "session for the user expired",
            "upload failed: file not found",
            "Can't continue upload: the login session of the user expired",
            "upload failed: user session expired",
        ),
        seen="Meteor-Files, applications",
    ),
    Phrase(
        "phrase.upload-session-terminated",
        E.SESSION_EXPIRED,
        "terminated the upload session",
        strength=50,
        hits=("java.io.IOException: The server has terminated the upload session",),
        seen="Firebase Storage for Android",
    ),
    Phrase(
        "phrase.upload-expired",
        E.SESSION_EXPIRED,
        "expired",
        rf"{_NOT_IF}(?<!for this )(?<!for the )(?<!for your )(?<!to )(?:multipart |resumable |chunked )?"
        r"(?<!for )(?<!the link for the )upload (?:has |was |is |had |may have |might have )?(?:already )?expired\b(?! token| credential| url| link| sign)",
        refines=_OVER,
        strength=80,
        hits=(
            "This upload has expired, start again",
            "Resumable upload expired",
            "410: upload expired",
            "Chunk 3 not found, the upload may have expired",
        ),
        misses=(
            "The URL for this upload has expired",
            "Presigned URL for upload expired",
            "failed to upload: expired token",
            "Uploaded with an upload expired token",
            "Checking if upload has expired",
        ),
        seen="tus servers, applications",
    ),
    Phrase(
        "phrase.upload-already-over",
        E.SESSION_EXPIRED,
        "upload",
        r"\bupload (?:session )?(?:has |was |is )?already (?:been )?(?:aborted|committed|completed?|finali[sz]ed|closed"
        r"|terminated|assembled|ended)\b(?!,? skip| with\b)|\bupload: it was already (?:aborted|completed)"
        r"|\bupload [\"'`(]?[a-z_-]{0,12}\d[\w-]{0,60}[\"'`)]? (?:was |is )?already (?:aborted|committed|finali[sz]ed)\b(?!,? skip)"
        rf"|{_UPLOAD}{_NAME}(?:is|was|has been) (?:finali[sz]ed|completed|closed|aborted) and cannot accept\b|\bupload has already been marked as\b",
        refines=_OVER,
        strength=75,
        hits=(
            "The multipart upload has already been completed",
            "upload already aborted",
            "cannot complete multipart upload: it was already aborted",
            'Upload has already been marked as "Complete"',
            "this upload was already assembled",
            "Upload 9c41 is finalized and cannot accept more chunks",
            "upload 7d0 was already aborted",
            "S3 multipart upload is already complete",
            "Upload '9c41-aa' is already finalized",
        ),
        misses=(
            "file already uploaded",
            "upload already in progress",
            "upload already completed, skipping",
            "upload 9c41 already completed, skipping",
            "Upload already complete with the first read",
        ),
        seen="stores and applications",
    ),
    Phrase(
        "phrase.session-refresh-limit",
        E.SESSION_EXPIRED,
        "upload session refresh limit reached",
        strength=60,
        hits=("Upload session refresh limit reached. Please restart the upload.",),
        seen="video application's console",
    ),
    Phrase(
        "phrase.session-refresh-failed",
        E.SESSION_EXPIRED,
        "to refresh upload session",
        r"\b(?:failed|unable) to refresh upload session",
        refines=(E.OBJECT_NOT_FOUND,),
        strength=29,  # the refresh is a request, and fails for reasons of its own
        hits=("Failed to refresh upload session: Error",),
        misses=("about to refresh upload session",),
        seen="video application's console",
    ),
    Phrase(
        "phrase.restart-upload",
        E.SESSION_EXPIRED,
        "restart",
        r"\b(?<!to )restart (?:the|your|this) (?:multipart )?upload\b(?! service| server)",
        strength=45,
        hits=("Please restart the upload to continue", "restart your upload"),
        misses=("restart the upload service container", "Select the files again to restart the upload."),
        seen="backend envelopes, suggestions",
    ),
    Phrase(
        "phrase.new-upload-session-needed",
        E.SESSION_EXPIRED,
        "new upload session",
        r"\bstart a new upload session|\bnew upload session is (?:needed|required)",
        strength=45,
        hits=("A new upload session is required", "Please start a new upload session"),
        misses=("new upload session created",),
        seen="backend envelopes, suggestions",
    ),
    Phrase(
        "phrase.tus-gone",
        E.SESSION_EXPIRED,
        "originated from request",
        r"\b(?:while uploading chunk|unable to resume upload|failed to resume upload|while resuming upload)"
        # "Cannot PATCH /…" is a web framework's word for a route it does not have.
        r".{0,2000}?response code: (?:404|410)\b(?!, response text: cannot patch /)",
        refines=_OVER,
        strength=75,
        hits=(
            "tus: failed, while uploading chunk, originated from request (method: PATCH, response code: 410, id: n/a)",
        ),
        misses=(
            "tus: unexpected response while creating upload, originated from request (method: POST, response code: 404)",
            "tus: unexpected response while uploading chunk, originated from request (response code: 500)",
            "while uploading chunk, originated from request (response code: 404, response text: Cannot PATCH /a",
        ),
        seen="tus-js-client",
    ),
    Phrase(
        "phrase.tus-python-gone",
        E.SESSION_EXPIRED,
        "retrieve offset fails with status",
        r"\bretrieve offset fails with status (?:404|410)\b",
        refines=_OVER,
        strength=75,
        hits=("tusclient.exceptions.TusCommunicationError: Attempt to retrieve offset fails with status 404",),
        misses=("Attempt to retrieve offset fails with status 503",),
        seen="tus client for Python",
    ),
    Phrase(
        "phrase.tus-java-gone",
        E.SESSION_EXPIRED,
        "unexpected status code (4",
        r"unexpected status code \((?:404|410)\) while (?:uploading chunk|resuming upload)",
        refines=_OVER,
        strength=75,
        hits=("io.tus.java.client.ProtocolException: unexpected status code (410) while uploading chunk",),
        misses=(
            "unexpected status code (404) while creating upload",
            "unexpected status code (423) while uploading chunk",
        ),
        seen="tus-java-client",
    ),
    Phrase(
        "phrase.patch-gone",
        E.SESSION_EXPIRED,
        "request method: patch",
        r"/(?:files|uploads?|tus\w{0,12}|resumable)\S{1,300} request method: patch .{0,300}?status code: (?:404|410)\b",
        refines=_OVER,
        strength=60,
        hits=("Request URL: http://localhost/files/8a36 Request Method: PATCH Status Code: 404 Not Found",),
        misses=(
            "Request URL: http://localhost/files/8a36 Request Method: PATCH Status Code: 500 Internal Server Error",
            "Request URL: http://localhost/users/8a36 Request Method: PATCH Status Code: 404 Not Found",
        ),
        seen="browser's developer tools, a tus upload",
    ),
    Phrase(
        "phrase.session-url-gone",
        E.SESSION_EXPIRED,
        "ur",
        r"\b(?:upload|session|resumable)[ _-]?ur[il] (?:\S{1,200} )?(?:returns|returned|responds with|responded with|answers|gave|is) "
        r"(?:an? )?(?:http )?(?:status )?(?:404|410|gone)\b",
        refines=_OVER,
        strength=60,
        hits=("resume fails when the upload URL returns 404", "session URI is gone"),
        misses=("upload url returns 403", "the download URL returned 404"),
        seen="tus-js-client, Google Cloud Storage clients",
    ),
    Phrase(
        "phrase.error-gone",
        E.SESSION_EXPIRED,
        ": gone",
        r"\b(?:error|upload(?:chunk|session|part)?): gone\b(?! wrong| bad)",
        refines=_OVER,
        strength=45,
        hits=("- Error: Gone", "NOT_FOUND: Permanent error UploadChunk: Gone"),
        misses=("error: gone wrong",),
        seen="clients that print a 410's reason: of all requests of an upload, only those of its session are answered so",
    ),
    Phrase(
        "phrase.tus-file-gone",
        E.SESSION_EXPIRED,
        "file for this url",
        r"\bthe file for this url (?:was not found|no longer exists)",
        refines=_OVER,
        strength=80,
        hits=("The file for this url was not found", "The file for this url no longer exists"),
        seen="tus-node-server",
    ),
    Phrase(
        "phrase.blob-upload-unknown",
        E.SESSION_EXPIRED,
        "blob upload ",
        # "Invalid" is one that "encountered an error and can no longer proceed".
        r"\bblob upload (?:unknown|invalid)\b",
        refines=(*_OVER, E.CONFLICT),
        strength=85,
        hits=("blob upload unknown to registry", 'err.code="blob upload unknown"', "blob upload invalid"),
        misses=("blob unknown to registry",),
        seen="Docker registry",
    ),
    Phrase(
        "phrase.registry-upload-path",
        E.SESSION_EXPIRED,
        "/_uploads/",
        r"\bpath not found: \S{0,400}/_uploads/",
        refines=_OVER,
        strength=80,
        hits=("error resolving upload: s3aws: Path not found: /docker/registry/v2/repositories/a/_uploads/9c41/data",),
        misses=("Path not found: /docker/registry/v2/repositories/a/_layers/sha256/9c41/link",),
        seen="Docker registry: what it kept of the upload is gone",
    ),
    Phrase(
        "phrase.no-active-upload",
        E.SESSION_EXPIRED,
        "no active upload",
        r"\bno active upload (?:for|with|session)",
        refines=_OVER,
        strength=85,
        hits=("No active upload for: 4_zexample_f200_d20260101",),
        misses=("There is no active upload.",),
        seen="Backblaze B2",
    ),
    Phrase(
        "phrase.dropbox-lookup-failed",
        E.SESSION_EXPIRED,
        "lookup_failed",
        r"lookup_failed\W{1,12}(?:\.tag\W{1,8})?(?:lookup_failed\W{1,8})?(?:not_found|closed)",
        refines=_OVER,
        strength=80,
        hits=("lookup_failed/not_found/..", "error summary: lookup_failed/closed/"),
        misses=('{".tag":"lookup_failed","lookup_failed":{".tag":"incorrect_offset"}}',),
        seen="Dropbox upload sessions",
    ),
    Phrase(
        "phrase.dropbox-session-lookup",
        E.SESSION_EXPIRED,
        "uploadsession",
        r"uploadsession(?:lookup|append)error\W{1,6}(?:not_found|closed)",
        refines=_OVER,
        strength=80,
        hits=("UploadSessionLookupError('not_found', None)",),
        misses=("UploadSessionLookupError('incorrect_offset', None)",),
        seen="Dropbox SDK for Python",
    ),
    Phrase(
        "phrase.session-uri-over",
        E.SESSION_EXPIRED,
        "session ur",
        r"\b(?:resumable |upload )?session ur[il] (?:\S{1,200} )?(?:has |is )?(?:expired|no longer valid"
        r"|not valid|invalid)",
        refines=_OVER,
        strength=80,
        hits=("The resumable session URI is no longer valid", "session URI has expired"),
        misses=("session uri https://storage.googleapis.com/upload created",),
        seen="Google Cloud Storage clients",
    ),
    Phrase(
        "phrase.resume-token-over",
        E.SESSION_EXPIRED,
        "resum",
        r"\bresum(?:e|able) (?:upload )?(?:token|ur[il]|link) (?:has |is |was )?(?:expired|no longer valid|invalid|gone)\b",
        refines=_OVER,
        strength=88,
        hits=("resume token is no longer valid", "The resumable URI has expired"),
        misses=("resume token: abc",),
        seen="Google Cloud Storage clients, applications",
    ),
    Phrase(
        "phrase.idle-upload-ended",
        E.SESSION_EXPIRED,
        "upload",
        r"(?:(?<=\bupload )|(?<=\bupload was )|(?<=\bupload has been ))(?:(?:idle|inactive|abandoned) (?:for )?too long\b"
        r"|(?:terminated|removed|discarded|timed out) due to inactivity\b)",
        refines=(*_OVER, E.TIMEOUT),
        strength=75,
        hits=(
            "Upload has been idle for too long and was terminated",
            "your upload timed out due to inactivity",
            "upload removed due to inactivity",
        ),
        misses=("upload was idle for 3 s",),
        seen="applications",
    ),
    Phrase(
        "phrase.part-of-ended-upload",
        E.SESSION_EXPIRED,
        "upload",
        r"\bto (?:a completed|a closed|a finalized|an aborted|an expired) upload\b",
        refines=_OVER,
        strength=75,
        hits=("cannot add part to a completed upload", "append to a closed upload session"),
        misses=("added a part to the upload",),
        seen="stores, applications",
    ),
    Phrase(
        "phrase.gcs-resumable-not-found",
        E.SESSION_EXPIRED,
        "gcs-resumable-upload",
        r"\berror: not found at \S{1,60} \(\S{0,200}gcs-resumable-upload",
        refines=_OVER,
        strength=60,
        hits=("Error: Not Found at Request._callback (/srv/app/node_modules/gcs-resumable-upload/index.js:1:2)",),
        misses=("Error: socket hang up at Request._callback (/srv/node_modules/gcs-resumable-upload/index.js:1:2)",),
        seen="Google Cloud Storage client for Node",
    ),
    Phrase(
        "phrase.block-context-over",
        E.SESSION_EXPIRED,
        "ctx",
        r"\b(?:invalid|expired|bad) (?:block |upload )?ctx\b|\bctx (?:is |was |has )?(?:already )?(?:expired|invalid)\b",
        refines=_OVER,
        strength=70,
        hits=("701 invalid block ctx", "ctx expired, upload the block again"),
        misses=("ctx canceled", "ctx: background"),
        seen="Qiniu: what its blocks are named by",
    ),
    Phrase(
        "phrase.gcs-start-over",
        E.SESSION_EXPIRED,
        "upload",
        r"\bresumable upload (?:session )?(?:cannot|can['’]?t|could not) be (?:resumed|continued|recovered)"
        r"|\bupload can no longer be (?:resumed|continued)\b",
        refines=(*_OVER,),
        strength=65,
        hits=("The resumable upload could not be resumed", "This upload can no longer be resumed"),
        misses=("The resumable upload can be resumed",),
        seen="Google Cloud Storage clients",
    ),
    Phrase(
        "phrase.minio-upload-dir",
        E.SESSION_EXPIRED,
        "uploadiddir=",
        r"(?:file|path) not found.{0,200}uploadiddir=",
        strength=60,
        hits=("Error: file not found (cmd.StorageErr) uploadIDDir=ab12/7f",),
        misses=("uploadIDDir=ab12/7f created",),
        seen="MinIO server log",
    ),
    Phrase(
        "phrase.named-upload-expired",
        E.SESSION_EXPIRED,
        "expired",
        rf"{_NOT_IF}(?<!to )(?<!for this )upload [\"'`(]?(?=\S{{0,80}}\d)\S{{1,300}} (?:(?:has |was |is |had )(?:already )?expired\b|expired (?:after|on|at)\b)",
        refines=(*_OVER,),
        strength=75,
        hits=(
            "attachment upload 7f3a expired after 900s of inactivity",
            "Upload 9c41-aa has expired, create a new one",
        ),
        misses=("the upload token expired at noon", "upload link expired at noon"),
        seen="applications",
    ),
    Phrase(
        "phrase.missing-chunk-metadata",
        E.SESSION_EXPIRED,
        "metadata for chunked upload",
        r"\bmissing metadata for chunked upload",
        refines=(E.CONFLICT,),
        strength=80,
        hits=("Missing metadata for chunked upload",),
        misses=("metadata for chunked upload stored",),
        seen="Nextcloud: its upload session is over",
    ),
    Phrase(
        "phrase.resumable-upload-error-gone",
        E.SESSION_EXPIRED,
        "resumableuploaderror",
        r"\bresumableuploaderror\W{1,4}.{0,60}?\b(?:404|410)\b",
        refines=(*_OVER,),
        strength=75,
        hits=('googleapiclient.errors.ResumableUploadError: <HttpError 410 "Gone">',),
        misses=('ResumableUploadError: <HttpError 403 "quota">',),
        seen="Google API client for Python",
    ),
    Phrase(
        "phrase.aborted-or-completed",
        E.SESSION_EXPIRED,
        "ed or ",
        r"\bupload (?:with )?(?:id )?(?:\S{1,300} )?(?:has been|may have been|might have been|was|has) (?:already )?(?:(?:aborted|completed|deleted) or (?:has |was )?(?:completed|expired)|expired or (?:been |was )?(?:aborted|deleted))\b",
        refines=(*_OVER,),
        strength=75,
        hits=(
            "upload with id abc has been aborted or completed",
            "the multipart upload was aborted or expired part way",
        ),
        misses=("jobs aborted or completed: 3",),
        seen="stores",
    ),
    Phrase(
        "phrase.unknown-upload",
        E.SESSION_EXPIRED,
        "upload",
        r"\bunknown (?:multipart )?upload\b(?! error| status| failure| type| session| id)"
        r"|\bmulti-?part upload (?:was |is |has )?not (?:been )?(?:initiated|initiali[sz]ed)\b",
        refines=(*_OVER,),
        strength=70,
        hits=("unknown upload: 7f3a", "unknown multipart upload", "Multipart upload has not been initiated"),
        misses=("unknown upload error", "multipart upload initiated"),
        seen="stores of applications",
    ),
)
