r"""What a log says about an upload besides its failures. Rows only: see `events.read_event` for how they are used.

Patterns are matched on lower-cased text in which every run of white space is one blank. They never look at emoji or
other ornaments, so they also match where these were lost or mangled by a wrong decoding.
"""

from dataclasses import dataclass
from enum import StrEnum

__all__ = ["MARKERS", "Event", "Marker"]


class Event(StrEnum):
    """What happened in an upload."""

    __hash__ = str.__hash__  # counted by the million; an enum's own hash is a Python function

    CREATE = "create"  # an upload session was created
    PART = "part"  # a part was stored
    COMPLETING = "completing"  # the client asks the store to complete it, or says that this failed
    COMPLETE = "complete"  # the upload is complete
    ABORT = "abort"  # the session was aborted on request
    LIFECYCLE_ABORT = "lifecycle_abort"  # the session was removed by a lifecycle rule
    EXPIRED = "expired"  # the client says that it saw its session dead; a failure of its own goes with it
    REFRESH = "refresh"  # the client asks for a fresh session
    REFRESHED = "refreshed"  # it got one
    REFRESH_FAILED = "refresh_failed"  # it did not get one
    RETRY = "retry"  # the client tries again
    RESUMED = "resumed"  # it does so with the fresh session; most also say that they got one, some say only this
    RESTART = "restart"  # the client begins the upload anew, from its first part
    RESTARTED = "restarted"  # it has a session for that
    LIMIT = "limit"  # the client gives up
    CANCEL = "cancel"  # the user, or the app for the user, stopped the upload
    LET_GO = "let_go"  # a browser let go of a request, perhaps after its answer had come
    ERROR = "error"  # a failure; never in a row, the rules tell failures


@dataclass(frozen=True, slots=True, kw_only=True)
class Marker:
    """One way of saying that something happened.

    Attributes:
        event: what happened; None when nothing did.
        keywords: lower-case literals; every match contains one. They gate the pattern and feed the prefilter, so they
            must be rare in lines that say nothing of the kind.
        pattern: the regular expression; any of the keywords when empty.
        rare: the keywords alone make a record worth a look; otherwise it must hold an id or something else of note.
        quiet: the text looks like a failure and is none: it announces, or goes with, one that is counted elsewhere.
        hits: texts it must match.
        misses: texts it must not match.
    """

    event: Event | None
    keywords: tuple[str, ...]
    pattern: str = ""
    rare: bool = True
    quiet: bool = False
    hits: tuple[str, ...]
    misses: tuple[str, ...] = ()


# Words that say the same. Names of events are written with dots and underscores: `upload.part_stored`.
_BEGIN = r"(?<![a-z0-9])"  # where a word begins, also in the middle of an event's name: `video_upload_started`
_NO_NAME = r"(?!\\?[\"'] ?:)"  # a word is no field's name
_TO = r"[ ._:,-]{1,3}"  # from one word to the next
_UPLOAD = r"(?:upload|transfer)"
_PIECE = r"(?:part|chunk|segment|piece|slice|block|fragment)"
_WHICH = r"(?:[ ._-]?(?:number |no\.? ?)?#?\d{1,5}(?: ?(?:of|/) ?\d{1,5})?)"
_STORED = (
    r"(?:uploaded|stored|sent|saved|done|ok|complete|completed|finished|succeeded|successful|accepted|acknowledged"
    r"|confirmed|transferred|written|received)"
)
_NOT_OBTAINED = r"\b(?:failed to|could not|couldn't|cannot|can't|unable to) "
# What says that a call was answered well.
_WELL = r"[ :,-]{1,3}(?:ok|succeeded|success(?:ful)?|done|completed|finished)\b"
_NO_PART = "".join(
    rf"(?<!{word}[ ._-])(?<!{word} \d )(?<!{word} \d\d )(?<!{word} \d\d\d )" for word in ("part", "chunk")
)
_BEGUN = (
    rf"{_BEGIN}{_NO_PART}(?:{_UPLOAD}|multipart(?:[ ._-]upload)?)(?:[ ._-]session)?[ ._-](?:was )?"
    rf"(?:started|created|initiated|initiali[sz]ed|opened|begins|begun|begin)\b{_NO_NAME}(?! again)"
    r"|\b(?:starting|started|initiating|initiated|beginning|opening|opened) (?:the |a |new |multipart ){0,2}"
    rf"{_UPLOAD}\b(?! (?:of )?(?:part|chunk)\b)"
)

# A session that takes another one's place.
_NO_LOGIN = r"(?! (?:token|cookie|key))"
_FRESH_SESSION = rf"(?:fresh|new|replacement) (?:upload )?session\b{_NO_LOGIN}"
_OLD_SESSION = rf"(?:the )?(?:upload )?session\b{_NO_LOGIN}"
_RENEWAL = r"(?:upload[ ._-])?session[ ._-](?:refresh|renewal)"
_TRIES = r"(?:session )?(?:refresh(?:es)?|renewals?|retry|retries|attempts?|tries|restarts?)"

_PART_STORED = (
    rf"{_BEGIN}{_PIECE}{_WHICH}?{_TO}(?:was |is |has been |now |upload |successfully ){{0,2}}{_STORED}\b{_NO_NAME}"
    rf"|{_BEGIN}(?:uploaded|stored|sent|finished|completed|transferred) {_PIECE} ?(?:number |no\.? |#)?\d"
)

_COMPLETED = (
    rf"{_BEGIN}{_NO_PART}(?:{_UPLOAD}|(?:multipart|file)[ ._-]upload){_TO}(?:is |was |has been |has )?"
    r"(?:completed|complete|finished|succeeded|successful|done)\b(?! ?[:=]? ?false)"
    rf"(?!{_TO}(?:with )?(?:an )?(?:errors?|fail\w*|begin|start\w*|retry\w*|request\w*|pending)\b){_NO_NAME}"
    r"|\bcompleted (?:the )?(?:multipart )?upload\b|\bupload ok\b"
    rf"|\bsuccessfully uploaded\b(?! {_PIECE})"
)

_ABORTED = (
    r"\b(?:aborted|aborting|abandoned|abandoning|discarded|discarding|removed|removing|deleted|deleting)"
    rf" (?:the )?(?:multipart |unfinished |incomplete |partial ){{1,2}}{_UPLOAD}\b"
    rf"|\b(?:multipart|unfinished|incomplete|partial) {_UPLOAD} (?:was )?(?:aborted|removed|deleted|discarded|abandoned)\b(?! by)"
)
_LIMIT = (
    rf"{_BEGIN}{_TRIES}[ ._-]limit[ ._-](?:was )?(?:reached|exceeded|hit)\b|{_BEGIN}session\.refresh\.limit\b"
    rf"|\b(?:max(?:imum)?|all) {_TRIES}(?: \(\d+\))? (?:reached|exceeded|exhausted|used)\b(?! with url)|\btoo many {_TRIES}\b"
    rf"|\bno (?:more )?{_TRIES} (?:left|allowed|remaining)\b|\bno more (?:upload )?{_TRIES}\b|\b(?:refreshes|retries) (?:exceeded|exhausted)\b(?! with url)"
)

# A backend's own requests, as the gateway of `faults` has them: the method, the path, then the status.
_ROUTE = r"\b%s\b.{0,200}/(?:videos|media|assets)/[^/ ]{1,200}/%s\b.{0,200}?(?:\bstatus[ _-]?(?:code)?\\?[\"']? ?[:=] ?|[ \"])20\d\b"

# How SDKs log a call that was answered well: those for JavaScript (2, in colours or not; 3) and Ruby, and MinIO's trace.
_CALLED = r"\[aws(?: s3|::s3::client) 2\d\d [\d.]+s? \d+ retries\](?:\x1b\[[\d;]{1,5}m)? "
_COMMAND = r"\bcommandname\"?: ?['\"]%s['\"].{0,8000}\bhttpstatuscode\"?: ?2\d\d\b"
_TRACED = r"\[20\d [a-z ]{2,10}\] s3\."


def _call(event: Event, name: str, traced: str) -> Marker:
    """That an operation was answered well, by its name in Ruby and in MinIO's trace."""
    joined = name.replace("_", "")
    camel = "".join(word.capitalize() for word in name.split("_"))
    lower = camel[:1].lower() + camel[1:]
    return Marker(
        event=event,
        keywords=(
            *(f"retries] {joined}(", f"m {joined}(", f"retries] {name}("),
            *(f"{joined}command'", f'{joined}command"', f"] s3.{traced.lower()} "),
        ),
        pattern=rf"{_CALLED}(?:{joined}|{name})\(|{_COMMAND % f'{joined}command'}|{_TRACED}{traced.lower()} ",
        hits=(
            f"[AWS s3 200 0.42s 0 retries] {lower}({{ PartNumber: 3,",
            f"\x1b[33m[AWS s3 200 0.42s 0 retries]\x1b[0;1m {lower}({{",
            f'[Aws::S3::Client 200 1.234567 0 retries] {name}(bucket:"films",key:"a.mp4")',
            f"{{ clientName: 'S3Client', commandName: '{camel}Command', output: {{}}, metadata: {{ httpStatusCode: 200, }} }}",
            f'{{"commandName":"{camel}Command","metadata":{{"httpStatusCode":200}}}}',
            f"2026-11-22T10:00:00.000 [200 OK] s3.{traced} 127.0.0.1:9000/films/a.mp4?uploadId=x",
        ),
        misses=(
            f"[AWS s3 404 0.42s 0 retries] {lower}({{ PartNumber: 3,",
            f'[Aws::S3::Client 404 1.2 0 retries] {name}(bucket:"films") Aws::S3::Errors::NoSuchUpload',
            f'{{"commandName":"{camel}Command","metadata":{{"httpStatusCode":404}}}}',
            f"[404 Not Found] s3.{traced} 127.0.0.1:9000/films/a.mp4?uploadId=x",
        ),
    )


MARKERS = (
    _call(Event.CREATE, "create_multipart_upload", "NewMultipartUpload"),
    _call(Event.PART, "upload_part", "PutObjectPart"),
    _call(Event.COMPLETE, "complete_multipart_upload", "CompleteMultipartUpload"),
    _call(Event.ABORT, "abort_multipart_upload", "AbortMultipartUpload"),
    Marker(
        event=Event.LIFECYCLE_ABORT,  # S3's access log, exported as a table
        keywords=("s3.delete.upload",),
        hits=('{"operation":"S3.DELETE.UPLOAD","key":"a.mp4"}',),
    ),
    Marker(
        event=Event.LET_GO,
        keywords=("net::err_aborted",),
        # Chromium says so of a cancelled request, and of one that succeeded and whose answer nobody read. Who cancels
        # says so too, in words of its own.
        pattern=r"\b(?:get|put|post|patch|delete|options|head) \S{1,4000} net::err_aborted(?! \d{3}\b)(?!.{0,2000}\bcancel|.{0,2000}\baborterror)",
        quiet=True,
        hits=("[requestfailed] PUT https://s3.example.org/bkt/k?partNumber=2 net::ERR_ABORTED",),
        misses=("PUT https://s3.example.org/k net::ERR_ABORTED 404 (Not Found)", "AbortError net::ERR_ABORTED"),
    ),
    Marker(
        # A dump of the wire by rclone, s3fs or an SDK for Go: the status and headers of an answer, without a body. What
        # it means is told below; a HEAD that asks whether an object is there is answered 404 as a matter of course.
        event=None,
        keywords=("debug : http/", "debug response", "---[ response ]", "[curl dbg] < http/"),
        pattern=r"(?:\bdebug : |\bdebug response |-{3}\[ response \]-{3,80} )http/[\d.]{1,3} (?:4\d\d|503)\b[^<{]*\Z"
        r"|\[curl dbg\] < http/\S+ (?:4\d\d|503)\b",
        quiet=True,
        hits=(
            "2026/11/22 10:00:00 DEBUG : HTTP/1.1 404 Not Found\nDate: Sun, 22 Nov 2026 10:00:00 GMT\nServer: AmazonS3",
            "SDK 2026/11/22 10:00:00 DEBUG Response\nHTTP/1.1 503 Slow Down\nContent-Length: 348\n",
            "2026/11/22 10:00:00 DEBUG: Response s3/UploadPart Details:\n---[ RESPONSE ]-----\nHTTP/1.1 404 Not Found\n\n",
            "2026-11-22T10:00:00.000Z [CURL DBG] < HTTP/1.1 404 Not Found",
        ),
        misses=(
            "2026/11/22 10:00:00 DEBUG : HTTP/1.1 404 Not Found\nServer: AmazonS3\n\n<Error><Code>NoSuchUpload</Code>",
            "10:00:00 DEBUG: HTTP/1.1 503 Service Unavailable",
            "HTTP/1.1 404 Not Found\nServer: AmazonS3\n",
        ),
    ),
    Marker(
        # WAL-G and s3cmd say once more, in the line beside it, that it failed.
        event=None,
        keywords=("upload: could not upload '", "before encountering an epipe or econnreset"),
        pattern=r"\A(?:error: )?(?:[\d/:. ]{10,40}upload: could not upload '|cannot retrieve any response status before )",
        quiet=True,
        hits=(
            "ERROR: 2026/11/22 10:00:00.000001 upload: could not upload 'base_1/tar_partitions/part_019.tar.lz4'",
            "ERROR: Cannot retrieve any response status before encountering an EPIPE or ECONNRESET exception",
        ),
        misses=("could not upload part 3", "WARNING: Upload failed: /a.tar ([Errno 32] Broken pipe)"),
    ),
    Marker(
        # s3fs asks whether a file is there before it writes it.
        event=None,
        keywords=("was returned, returning enoent",),
        quiet=True,
        hits=("[INF] curl.cpp:RequestPerform(2368): HTTP response code 404 was returned, returning ENOENT",),
        misses=("[ERR] curl.cpp:RequestPerform(2377): HTTP response code 503, returning EIO",),
    ),
    Marker(
        event=Event.EXPIRED,
        keywords=("getting fresh session",),
        hits=("❌ Upload session expired/invalid, getting fresh session (attempt 1/2)...",),
    ),
    Marker(
        event=Event.EXPIRED,
        keywords=("session expiration details",),
        hits=("🔍 Session expiration details: {", "ðŸ” Session expiration details: { uploadId: 'x' }"),
    ),
    Marker(
        event=Event.REFRESH,
        keywords=("refreshing upload session",),
        quiet=True,
        hits=("🔄 Refreshing upload session…", "Refreshing upload session..."),
    ),
    Marker(
        event=Event.REFRESHED,
        keywords=("fresh upload session created",),
        quiet=True,
        hits=("✅ Fresh upload session created: { uploadId: 'a', videoId: 'b' }",),
        misses=("Fresh upload session could not be created",),
    ),
    Marker(
        event=Event.RESUMED,
        keywords=("obtained, retrying chunk upload",),
        quiet=True,
        hits=("✅ Fresh session obtained, retrying chunk upload…",),
    ),
    Marker(
        event=Event.REFRESH_FAILED,
        keywords=("failed to refresh upload session",),
        hits=("❌ Failed to refresh upload session: Error: Request failed with status code 500",),
    ),
    Marker(
        event=Event.LIMIT,
        keywords=("upload session refresh limit reached",),
        quiet=True,
        hits=("❌ Upload session refresh limit reached.",),
    ),
    Marker(
        event=Event.RETRY,
        keywords=("retrying",),
        pattern=r"\bretrying (?:the )?(?:upload|part|chunk|request|create|complete)|\b(?:upload|part|chunk)\b[^.]{0,60}\bretrying\b",
        hits=("part failed, retrying", "Retrying part 3 (attempt 2/5)", "chunk 4 failed with 503, retrying in 2 s"),
        misses=("retrying dns lookup",),
    ),
    Marker(
        event=Event.CREATE,
        keywords=("multipart upload",),
        pattern=r"\b(?:created|initiated|started|opened|creating|starting|initiating|opening) (?:a |new |a new )?multipart upload\b"
        r"|\bmultipart upload (?:session )?(?:created|initiated|started|opened)\b",
        hits=("Created multipart upload uploadId=x", "multipart upload initiated", "Opened multipart upload x"),
        misses=("multipart upload failed", "aborted multipart upload"),
    ),
    Marker(
        event=Event.CREATE,
        keywords=("upload session", "upload.session.", "upload_session_"),
        pattern=r"(?<!fresh )\bupload[ ._]session[ ._](?:created|initiated|initiali[sz]ed|started|opened)\b|\bcreated upload session\b",
        hits=("Upload session created: { uploadId: 'x' }", "upload.session.created"),
        misses=("Fresh upload session created: {}", "upload session expired"),
    ),
    Marker(
        event=Event.CREATE,
        keywords=("upload started", "upload.started", "upload_started"),
        pattern=_BEGUN,
        hits=("upload started", "video_upload_started", '{"event":"upload.started"}'),
        misses=("chunk_upload_started", '{"upload_started": "2026-11-22"}'),
    ),
    Marker(
        event=Event.CREATE,
        keywords=("?uploads",),
        pattern=r"\bpost\b.{0,300}\?uploads(?:=|\b).{0,40}\b200\b|\bpost 200\b.{0,300}\?uploads(?:=|\b)",
        hits=('"POST /bkt/k?uploads HTTP/1.1" 200', "[network] POST 200 2/bkt/sdk.mp4?uploads="),
        misses=('"POST /bkt/k?uploads HTTP/1.1" 403',),
    ),
    Marker(
        event=Event.PART,
        keywords=("multipart upload wrote chunk", "response s3/uploadpart details"),  # rclone, AWS's SDK for Go
        pattern=r"\bmultipart upload wrote chunk \d|\bresponse s3/uploadpart details: -{3}\[ response \]-+ http/[\d.]+ 200\b",
        hits=(
            'a.mp4: multipart upload wrote chunk 3 with 5242880 bytes and etag "x"',
            "DEBUG: Response s3/UploadPart Details:\n---[ RESPONSE ]----\nHTTP/1.1 200 OK",
        ),
        misses=("DEBUG: Response s3/UploadPart Details:\n---[ RESPONSE ]----\nHTTP/1.1 404 Not Found",),
    ),
    Marker(
        event=Event.PART,
        keywords=("partnumber=",),
        pattern=r"\bput\b.{0,300}partnumber=\d.{0,400}\b200\b|\bput 200\b.{0,300}partnumber=\d",
        hits=('"PUT /bkt/k?partNumber=1&uploadId=x HTTP/1.1" 200', "[network] PUT 200 2/bkt/k?partNumber=1&uploadId=x"),
        misses=('"PUT /bkt/k?partNumber=1&uploadId=x HTTP/1.1" 404',),
    ),
    Marker(
        event=Event.COMPLETE,
        keywords=("uploadid=",),
        pattern=r"\bpost\b[^?]{0,300}\?[^ ]{0,300}?\buploadid=(?!.{0,400}\bpartnumber=).{0,400}\b200\b|\bpost 200\b.{0,300}[?&]uploadid=",
        hits=('"POST /bkt/k?uploadId=x HTTP/1.1" 200', "[network] POST 200 1/bkt/k?uploadId=x"),
        misses=('"POST /bkt/k?uploadId=x HTTP/1.1" 404',),
    ),
    Marker(
        event=Event.ABORT,
        keywords=("uploadid=",),
        pattern=r"\bdelete\b.{0,300}[?&]uploadid=.{0,400}\b204\b|\bdelete 204\b.{0,300}[?&]uploadid=",
        hits=('"DELETE /bkt/k?uploadId=x HTTP/1.1" 204',),
        misses=('"DELETE /bkt/k?uploadId=x HTTP/1.1" 404',),
    ),
    Marker(
        event=Event.RESUMED,
        keywords=("with the fresh", "with a fresh", "with fresh", "with the new", "with a new", "with new"),
        pattern=rf"\b(?:retrying|resuming|continuing)\b.{{0,80}}\bwith (?:the |a )?{_FRESH_SESSION}",
        rare=False,
        quiet=True,
        hits=("retrying part 3 with the fresh session uploadId=x", "resuming upload with new session uploadId=x"),
        misses=("retrying with a new session token uploadId=x",),
    ),
    Marker(
        event=Event.CREATE,
        keywords=(
            "started",
            "starting",
            "obtained",
            "received",
            "begin",
            "begun",
            "opened",
            "opening",
            "create",
            "initiat",
            "initiali",
        ),
        pattern=_BEGUN
        + r"|(?:create|initiate)[ _-]?multipart[ _-]?upload"
        + _WELL
        # Only the answer to Create has an upload id.
        + r"|(?:create|initiate)[ _-]?multipart[ _-]?upload[^a-z0-9]{1,6}(?:returned |gave )?upload[ _]?id\b"
        + r"|\b(?:got|obtained|received) (?:an? |the )?upload[ _]?id\b"
        + r"|\bsession (?:created|opened|started|initiali[sz]ed)\b.{0,60}\bupload_?id\b",
        rare=False,
        hits=(
            "upload started uploadId=x",
            "upload.created uploadId=x",
            "upload initialized uploadId=x",
            "upload_session_created uploadId=x",
            "multipart_upload_created uploadId=x",
            "multipart_created uploadId=x",
            "Starting upload of a.mp4 uploadId=x",
            "Upload session opened uploadId=x",
            "Obtained upload id from server uploadId=x",
            "transfer begins uploadId=x",
            "CreateMultipartUpload succeeded, uploadId=x",
            "create_multipart_upload -> UploadId=x",
            "CreateMultipartUpload returned uploadId=x",
            "🆕 Session created { uploadId=x }",
        ),
        misses=(
            "part 3 upload started uploadId=x",
            "part_upload_started uploadId=x",
            '{"upload_started": "2026-11-22", "uploadId": "x"}',
            "CreateMultipartUpload failed uploadId=x",
            "Starting upload of part 3 uploadId=x",
        ),
    ),
    Marker(
        event=Event.PART,
        keywords=("stored part", "part stored", "finished part", "completed part", "part complete", "part done"),
        hits=("stored part 3", "part complete"),
        misses=("part 3 failed",),
    ),
    Marker(
        event=Event.PART,
        keywords=(
            "uploaded",
            # "chunk 3" is no search word: logs are full of chunks that have a hash for a name.
            *(f"{piece} {sign}" for piece in ("part", "piece") for sign in "#123456789"),
        ),
        pattern=_PART_STORED,
        hits=(
            "Uploaded part 3/12",
            "part 3 uploaded, etag x",
            "part uploaded",
            "✅ Chunk 3 uploaded successfully",
            "part 3 of 12 stored",
            "✓ piece #3 sent",
            "part 3/12: ok",
        ),
        misses=("part 3 failed", "uploading part 3", "part 3 not sent", "chunk 3 upload failed"),
    ),
    Marker(
        event=Event.PART,
        keywords=("part", "chunk", "segment", "piece", "slice", "block", "fragment"),
        pattern=_PART_STORED
        + r"|\bupload[ _-]?part(?: \d+)?(?:[ :,-]{1,3}|_)(?:ok|succeeded|success(?:ful)?|done|completed|finished)\b",
        rare=False,
        hits=(
            "part.uploaded uploadId=x",
            "chunk 3 done uploadId=x",
            "part 3/12 complete uploadId=x",
            "UploadPart succeeded uploadId=x",
            "upload_part_succeeded uploadId=x",
            "upload.chunk.ok uploadId=x",
            "Uploaded part number 3 uploadId=x",
            "Segment #3 done (3 of 12) uploadId=x",
            "chunk upload complete uploadId=x",
        ),
        misses=(
            "part 3 not sent uploadId=x",
            '{"part_uploaded": false, "uploadId": "x"}',
            "UploadPart failed uploadId=x",
        ),
    ),
    Marker(
        event=Event.COMPLETING,
        keywords=("completing", "finaliz", "finalis", "finishing", "assembl", "joining", "complete", "merging"),
        pattern=r"\b(?:completing|finali[sz]ing|finishing|assembling|joining|merging) (?:the |its |all )?"
        rf"(?:multipart )?(?:{_UPLOAD}|object|file|{_PIECE}s)\b"
        rf"|{_BEGIN}(?:complete|finali[sz]e)(?:[ ._-]upload)?{_TO}(?:started|begin|requested|retry|(?:failed|error)(?!{_TO}{_PIECE}))\b{_NO_NAME}"
        rf"|{_NOT_OBTAINED}(?:complete|finali[sz]e|finish) (?:the )?(?:multipart )?{_UPLOAD}\b(?!{_TO}{_PIECE})",
        rare=False,
        hits=(
            "Completing upload uploadId=x",
            "finalizing the multipart upload uploadId=x",
            "upload.complete.begin uploadId=x",
            "joining pieces uploadId=x",
            "finalize failed uploadId=x",
            "Could not complete the upload uploadId=x",
        ),
        misses=("upload complete uploadId=x", "completing the form uploadId=x"),
    ),
    Marker(
        event=Event.COMPLETE,
        keywords=(
            "upload complete",
            "upload finished",
            "upload succe",
            "upload ok",
            "upload done",
            "upload.complete",
            "upload_complete",
            "upload is complete",
            "upload was succe",
            "transfer complete",
            "completed upload",
            "completed multipart upload",
            "completed the ",
            "successfully uploaded",
        ),
        pattern=_COMPLETED,
        hits=(
            "Upload completed",
            "multipart upload completed in 12 s",
            "multipart_upload_completed",
            "UPLOAD OK",
            "✅ Upload complete!",
            "Transfer complete",
            "upload.complete.ok",
        ),
        misses=(
            "upload complete: false",
            "part_upload_completed",
            "failed to complete upload",
            "upload completion failed",
            "upload.complete.begin",
            "upload.complete.error",
            "upload completed with errors",
        ),
    ),
    Marker(
        event=Event.COMPLETE,
        keywords=("done", "complete", "finished", "succe"),
        pattern=_COMPLETED
        + rf"|\b{_UPLOAD} (?:of )?(?!(?:of )?(?:part|chunk|session|id)\b)[^ ]{{1,200}} (?:completed|finished|succeeded|done)\b"
        + rf"|\bcomplete[ _-]?multipart[ _-]?upload{_WELL}|\btreating (?:the |this )?(?:upload |it )?as (?:a )?(?:complete|succe)"
        + rf"|{_BEGIN}{_UPLOAD}[ ._-](?:task )?(?:finished |ended )?(?:with )?success\b(?! ?[:=]? ?false){_NO_NAME}"
        + r"|\b(?:size|etag)\b.{0,20}\bmatch(?:es)?\b.{0,40}\b(?:complete|done|nothing left)\b",
        rare=False,
        hits=(
            "upload done uploadId=x",
            "upload has succeeded uploadId=x",
            "upload-success uploadId=x",
            "Upload task finished with success uploadId=x",
            "Upload of a.mp4 completed uploadId=x",
            "CompleteMultipartUpload ok uploadId=x",
            "The object is there, treating the upload as complete uploadId=x",
            "The object's size and ETag match, nothing left to do, complete uploadId=x",
        ),
        misses=(
            "upload part 3 completed uploadId=x",
            "chunk 3 upload done uploadId=x",
            "CompleteMultipartUpload: 404",
            '{"upload_complete": false, "uploadId": "x"}',
        ),
    ),
    Marker(
        event=Event.COMPLETE,  # the command line of AWS
        keywords=(" to s3://",),
        pattern=r"(?:\A|remaining )(?:upload|move): (?!s3://).{1,1024}? to s3://[^ ]",
        hits=(
            "upload: ./a.mp4 to s3://films/a.mp4",
            "Completed 5.0 MiB/5.0 MiB (9.1 MiB/s) with 1 file(s) remaining upload: my films/a.mp4 to s3://films/a.mp4",
        ),
        misses=(
            "upload failed: ./a.mp4 to s3://films/a.mp4 An error occurred",
            "move: s3://films/a.mp4 to s3://films/b.mp4",
        ),
    ),
    Marker(
        event=Event.ABORT,
        keywords=("multipart upload", "upload aborted", "upload removed"),
        pattern=_ABORTED,
        quiet=True,
        hits=(
            "Aborted multipart upload x",
            "multipart upload aborted",
            "Abandoning multipart upload on the server",
            "unfinished upload removed",
        ),
        misses=("failed to abort multipart upload",),
    ),
    Marker(
        event=Event.ABORT,
        keywords=("abort", "remov", "delet", "discard", "abandon"),
        pattern=_ABORTED
        + rf"|{_BEGIN}(?:{_UPLOAD}|multipart|session)[ ._-](?:was )?aborted\b(?! by){_NO_NAME}"
        + rf"|\b(?:aborting|aborted) (?:the )?(?:multipart )?{_UPLOAD}\b|{_BEGIN}abort{_TO}(?:ok|done|succeeded|complete|completed)\b"
        + rf"|\babort[ _-]?multipart[ _-]?upload{_WELL}",
        rare=False,
        hits=(
            "upload.aborted uploadId=x",
            "multipart_upload_aborted uploadId=x",
            "multipart_aborted uploadId=x",
            "upload.abort.ok uploadId=x",
            "aborting upload uploadId=x",
            "AbortMultipartUpload succeeded uploadId=x",
        ),
        misses=("failed to abort the upload uploadId=x", "AbortMultipartUpload failed uploadId=x"),
    ),
    Marker(
        event=Event.REFRESH,
        keywords=("refresh", "renew", "fresh ", "new ", "replacement "),
        # "Getting fresh session (attempt 1/2)" goes with a failure, see above.
        pattern=rf"\b(?:requesting|asking for|obtaining|fetching|acquiring) (?:a |another ){_FRESH_SESSION}|\bsession\b.{{0,40}}\brequesting (?:a )?new one\b"
        rf"|{_BEGIN}{_RENEWAL}[ ._-](?:started|requested|begin|attempt)|{_BEGIN}{_RENEWAL}\b(?![._:-]{{1,3}}[a-z]| \w+ed\b)|\b(?:refreshing|renewing) {_OLD_SESSION}",
        rare=False,
        quiet=True,
        hits=(
            "requesting a fresh upload session uploadId=x",
            "asking for a new session uploadId=x",
            "session refresh started uploadId=x",
            "upload.session.refresh uploadId=x",
            "Session renewal requested uploadId=x",
            "refreshing the upload session uploadId=x",
            "renewing upload session uploadId=x",
        ),
        misses=("Refreshing session token uploadId=x", "starting over with a new upload session uploadId=x"),
    ),
    Marker(
        event=Event.REFRESHED,
        keywords=("refresh", "renew", "fresh ", "new ", "replacement "),
        pattern=r"\b(?:upload[ ._-]?)?session[ ._-](?:was )?(?:refreshed|renewed|replaced)\b"
        rf"|{_BEGIN}session[ ._-](?:refreshed|renewed)\b"
        r"|\b(?:refreshed|renewed) (?:the )?upload session\b"
        rf"|\bupload[ ._-](?:refreshed|renewed)\b|{_BEGIN}{_RENEWAL}{_TO}(?:succeeded|successful|ok|done|completed?)\b"
        rf"|\b(?:got|obtained|received|acquired) (?:a |the )?{_FRESH_SESSION}"
        rf"|\b{_FRESH_SESSION} (?:was |is )?(?:obtained|received|acquired|granted|ready|in place)\b"
        r"|\bfresh (?:upload )?session (?:was )?created\b",
        rare=False,
        quiet=True,
        hits=(
            "upload session refreshed uploadId=x",
            "session.refreshed uploadId=x",
            "session_refreshed uploadId=x",
            "refreshed upload session uploadId=x",
            "session refresh succeeded uploadId=x",
            "got fresh upload session uploadId=x",
            "obtained a new upload session uploadId=x",
            "Fresh session obtained uploadId=x",
            "New session received uploadId=x",
            "Session renewed uploadId=x",
            "Acquired replacement session uploadId=x",
        ),
        misses=("session token refreshed uploadId=x", "got a new session token uploadId=x"),
    ),
    Marker(
        event=Event.REFRESH_FAILED,
        keywords=("refresh", "renew", "fresh ", "new ", "replacement "),
        pattern=rf"{_BEGIN}{_RENEWAL}{_TO}(?:failed|error)\b|\b(?:refreshing|renewing) {_OLD_SESSION} failed\b"
        rf"|{_NOT_OBTAINED}(?:(?:refresh|renew) {_OLD_SESSION}|(?:get|obtain|acquire|create) (?:a |the )?{_FRESH_SESSION})",
        rare=False,
        hits=(
            "session refresh failed uploadId=x",
            "could not refresh the upload session uploadId=x",
            "Refreshing the upload session failed uploadId=x",
            "Could not get a fresh session uploadId=x",
            "Session renewal failed uploadId=x",
        ),
        misses=("token refresh failed uploadId=x", "failed to refresh session token uploadId=x"),
    ),
    Marker(
        event=Event.RESTART,
        keywords=("restarting", "restart", "starting over", "started over", "beginning again", "starting again"),
        pattern=rf"\brestarting (?:the )?{_UPLOAD}\b|\brestarting from (?:scratch|zero|the (?:beginning|start))\b"
        rf"|\bstarting over (?:from|with) (?:{_PIECE}|scratch|the (?:beginning|start|first))\b|\b(?:beginning|starting) again (?:from|with) {_PIECE}\b"
        rf"|{_BEGIN}{_UPLOAD}[._](?:restart|restarting)\b{_NO_NAME}",
        rare=False,
        hits=(
            "Restarting upload from the beginning uploadId=x",
            "starting over from chunk 1 uploadId=x",
            "restarting from scratch uploadId=x",
            "upload_restarting uploadId=x",
        ),
        misses=("Please restart the upload uploadId=x", "worker restarted uploadId=x"),
    ),
    Marker(
        event=Event.RESTARTED,
        keywords=("restarted", "started over", "begun again"),
        pattern=rf"{_BEGIN}{_UPLOAD}[ ._-](?:was |has been )?(?:restarted|begun again)\b{_NO_NAME}|\brestarted (?:the )?(?:{_UPLOAD}|with)\b"
        r"|\bstarted over with\b",
        rare=False,
        quiet=True,
        hits=(
            "Upload restarted with a new session uploadId=x",
            "upload_restarted uploadId=x",
            "started over with a new upload session uploadId=x",
        ),
        misses=("upload worker restarted uploadId=x",),
    ),
    Marker(
        event=Event.LIMIT,
        keywords=(
            "giving up",
            "gave up",
            "gave_up",
            "given up",
            "failed permanently",
            "failed after",
            "retries left",
            "attempts left",
        ),
        pattern=rf"\bgiving up\b[^\"]{{0,80}}\b(?:upload|{_PIECE}|attempt|tries|retr)|\b(?:upload|{_PIECE})[^\"]{{0,80}}\bgiving up\b"
        rf"|\b{_UPLOAD}[ ._-]gave[ _]up\b|\bgave up on (?:the )?{_UPLOAD}|\b(?:failed|given up)(?: permanently)? after \d{{1,4}} (?:tries|attempts|retries)\b|\bno (?:retries|attempts|tries) left\b",
        hits=(
            "part 7: giving up after 3 attempts",
            "Giving up on upload a.mp4",
            "upload.gave_up",
            "Transfer failed permanently after 3 attempts",
            "Upload task failed after 3 tries",
            "upload failed, no retries left",
        ),
        misses=("giving up the lock",),
    ),
    Marker(
        event=Event.LIMIT,
        keywords=("limit reached", "limit_reached", "limit exceeded", "retries ex", "refreshes ex", "max retries ("),
        pattern=_LIMIT,
        hits=("retry limit reached", "session_refresh_limit_reached", "retries exhausted", "Renewal limit exceeded"),
        misses=("rate limit reached", "Max retries exceeded with url: /a?uploadId=x"),
    ),
    Marker(
        event=Event.LIMIT,
        keywords=("limit", "exceeded", "exhausted", "reached", "too many", "no more", "refreshes left"),
        pattern=_LIMIT,
        rare=False,
        hits=(
            "retry limit reached uploadId=x",
            "max session refreshes exceeded uploadId=x",
            "upload: max retries exceeded uploadId=x",
            "session_refresh_limit_reached uploadId=x",
            "Renewal limit exceeded; stopping uploadId=x",
            "too many session refreshes uploadId=x",
            "retries exhausted uploadId=x",
            "No more session renewals allowed uploadId=x",
            "max retries (3) reached uploadId=x",
        ),
        misses=("Max retries exceeded with url: /a?uploadId=x", "rate limit reached uploadId=x"),
    ),
    Marker(
        event=Event.CANCEL,
        keywords=(
            "upload cancel",
            "upload was cancel",
            "transfer cancel",
            "upload.cancel",
            "upload_cancel",
            "cancelled by",
            "canceled by",
            "cancelled the upload",
            "canceled the upload",
            "cancelling upload",
            "canceling upload",
            " was cancelled",
            *(
                f"user{sign}{word}"
                for sign in " _."
                for word in ("abort", "cancel", "pressed cancel", "clicked cancel")
            ),
        ),
        pattern=r"\b(?:upload|user|transfer)\b[^.]{0,40}\bcancell?ed\b|\bcancell?ed by (?:the )?(?:user|client)\b"
        rf"|\bcancell?ing upload\b|\b{_UPLOAD}[._]cancell?ed|{_BEGIN}user[ ._](?:has )?(?:aborted|cancell?ed)\b",
        hits=(
            "Upload cancelled by user",
            "User canceled the upload",
            "upload 17 was cancelled",
            "upload.cancelled",
            "upload_cancelled_by_user",
            "upload.user_cancelled",
            "user aborted the upload",
        ),
        misses=("context canceled", "job cancelled"),
    ),
    Marker(
        event=Event.CREATE,
        keywords=("/videos", "/media", "/assets"),
        pattern=r"\bpost\b.{0,200}/(?:videos|media|assets)(?![^ \"\\]).{0,200}\b201\b.{0,300}\bupload_?id\b",
        rare=False,
        hits=('{"method":"POST","path":"/api/videos","status":201,"body":"uploadId=x"}',),
        misses=('{"method":"POST","path":"/api/videos","status":500,"body":"uploadId=x"}',),
    ),
    Marker(
        event=Event.PART,
        keywords=tuple(f"/{pieces}/{digit}" for pieces in ("parts", "chunks") for digit in "123456789"),
        pattern=_ROUTE % ("(?:put|post|patch)", r"(?:parts|chunks)/\d{1,5}"),
        hits=(
            '{"method":"PUT","path":"/api/videos/vid-7f31c0/parts/3","status":200}',
            '{"req":{"method":"PUT","url":"/videos/17/chunks/3"},"res":{"statusCode":204}}',
            "PUT /videos/17/parts/3 200 12 ms",
        ),
        misses=('{"method":"PUT","path":"/videos/17/parts/3","status":500}', "GET /videos/17/parts/3 200"),
    ),
    Marker(
        event=Event.COMPLETE,
        keywords=("/complete",),
        pattern=_ROUTE % ("post", "complete"),
        hits=('{"method":"POST","path":"/api/videos/vid-7f31c0/complete","status":200}',),
        misses=('{"method":"POST","path":"/api/videos/vid-7f31c0/complete","status":500}',),
    ),
    Marker(
        event=Event.REFRESHED,
        keywords=("/refresh",),
        pattern=_ROUTE % ("post", "refresh"),
        quiet=True,
        hits=('{"method":"POST","path":"/api/videos/vid-7f31c0/refresh","status":200}',),
        misses=("POST /auth/refresh 200",),
    ),
    Marker(
        # That somebody left is no failure; whether the upload goes on, other lines tell.
        event=None,
        keywords=("while uploading", "during upload"),
        pattern=r"\b(?:page|tab|window|app)\b.{0,20}\b(?:closed|closing|left|hidden|unload(?:ed|ing)?)\b",
        quiet=True,
        hits=("Page closed while uploading", "beforeunload: page closed during upload"),
        misses=("connection closed while uploading",),
    ),
)
