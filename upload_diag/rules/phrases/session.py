"""Sentences that tell that an upload session is no longer known.

Never a bare "does not exist", "expired" or "session": a login has sessions, and a key can be missing. Every pattern is
tied to the upload.
"""

from upload_diag.codes import ErrorCode as E
from upload_diag.rules.rows import Phrase

__all__ = ["SESSION"]

# A dead session stands behind a 404 of the object, or a 400, when a backend words it itself.
_OVER = (E.OBJECT_NOT_FOUND, E.INVALID_REQUEST)

# A sentence is a subject, its name, the words between, and what is said of it. The subject is the session itself, or a
# bare "upload" where nothing before it says that something else is meant. A name holds a digit: "upload folder" is none.
_SESSION = (
    r"(?<!for )(?<!no )(?<!if )(?<!if the )(?<!if an )(?<!when the )(?<!whether the )\b(?:(?:multi-?part|resumable|chunked|tus)[ -]upload(?:[ _-](?:session|id))?"
    r"|upload[ _-]?(?:session|id|context|ticket))(?: id)?"
)
_ID = r"\bupload(?:[ _-]session)?[ _-]?id\b"
_UPLOAD = (
    r"(?<!for )(?<!for this )(?<!for the )(?<!for your )(?<!to )(?<!for multipart )(?<!if )(?<!if the )(?<!if an )"
    r"(?<!when the )(?<!whether the )\bupload"
)
_NAME = r"(?:[:=] ?| )(?:(?:with|for) (?:(?:the |this |that |given )?(?:upload )?id )?)?(?:[:=]? ?[^\s\d(]{0,40}\d\S{0,200} )?"
_BETWEEN = (
    r"(?:(?:that|which|is|was|has|been|could|be|have|may|might|already|probably|seems|to|you|provided|specified"
    r"|given|used|use|sent|either|does|do|did|since|now|automatically) ){0,6}"
)
_ELSEWHERE = (
    r"(?! yet)(?! (?:in|on) (?:the |your |this )?(?:request|cache|response|query|form|body|headers?|url|local|memory))"
)
_NOT_FOUND = rf"(?:not (?:be )?found|not exists?\b|(?:does|did|do)n['’]?t exists?\b){_ELSEWHERE}"
_BAD = r"(?:invalid|unknown|expired|stale|bad|dead|wrong|inactive|unrecogni[sz]ed|non-?existent)"
_ANY = r"(?:(?:the|this|that|an?|any|your|specified|given|active|matching|existing|open|such|valid) ){0,3}"
_NO_NOUN = r"(?! (?:upload )?(?:request|argument|parameter|response|header|format|type))"
_LOGIN = r"(?!.{0,60}\b(?:log|sign)[ -]?in\b)"

SESSION = (
    Phrase(
        "phrase.upload-not-exist",
        E.SESSION_EXPIRED,
        "upload",
        rf"(?:{_SESSION}|{_UPLOAD}){_NAME}{_BETWEEN}{_NOT_FOUND}",
        refines=_OVER,
        strength=85,
        hits=(
            "The specified upload does not exist.",
            "The specified multipart upload does not exist.",
            "The upload session could not be found",
            "The upload doesn't exist",
            "uploadId does not exist",
            "The requested upload was not found.",
            "multipart upload 2~AbC.dEf does not exist",
            "UploadId: abc123 does not exist",
            "upload with id 81f3 was not found",
            'Upload "81f3" not found',
            "upload_id not found: 12345",
        ),
        misses=(
            "The specified bucket does not exist",
            "The file to upload does not exist",
            "The upload directory does not exist",
            "multipart upload target bucket does not exist",
            "bucket for multipart upload does not exist",
            "column of relation uploads does not exist",
            "Upload preset not found",
            "Upload not found in cache, starting a new one",
            "Photo upload does not exist yet",
            "returns 404 if the upload is not found",
        ),
        seen="S3, MinIO, Google Cloud Storage XML, OneDrive, tusd, applications",
    ),
    Phrase(
        "phrase.no-such-upload",
        E.SESSION_EXPIRED,
        "upload",
        r"\bno such (?:multi-?part |resumable )?upload(?: ?id)?\b|\bno (?:active |ongoing |matching |existing )?"
        rf"(?:multi-?part |resumable )?upload(?: session)? "
        r"(?:(?:with|for) (?:this |that |the |given )?(?:upload )?id\b|(?:was |is )?(?:found|exists|in progress)\b)"
        rf"{_ELSEWHERE}|\bnot ?found: (?:multi-?part )?upload\b",
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
        misses=("no such bucket", "no upload with errors", "no uploads found", "No upload field found in form"),
        seen="stores of applications",
    ),
    Phrase(
        "phrase.upload-session-name",
        E.SESSION_EXPIRED,
        "upload",
        r"\b(?!resumableuploadnotfound\b)"  # a configuration that Google's XML interface does not find
        r"(?:err_)?(?:multipart_?|resumable_?)?upload_?(?:session_?|id_?)?(?:not_?found|expired|does_?not_?exist)"
        r"(?:_?exception|_?error)?\b",
        refines=_OVER,
        strength=75,
        hits=(
            "com.example.UploadSessionNotFoundException: 81f3",
            "raise UploadExpiredError(81)",
            "failed: ERR_UPLOAD_ID_NOT_FOUND",
        ),
        misses=("UploadFileNotFoundException: clip.mov", "UPLOAD_URL_EXPIRED", "upload preset not found"),
        seen="exceptions and codes of applications",
    ),
    Phrase(
        "phrase.cannot-find-upload",
        E.SESSION_EXPIRED,
        "upload",
        r"\b(?:could not|couldn['’]?t|can ?not|can['’]?t|unable to|failed to|did not) (?:find|locate|look ?up) "
        rf"{_ANY}(?:multi-?part upload\b|(?:resumable |chunked )?upload[ _-]?(?:session|id)\b"
        rf"|(?:resumable |chunked )?upload (?:with|for) (?:the |this |that |given )?(?:upload )?id\b){_ELSEWHERE}",
        refines=_OVER,
        strength=80,
        hits=(
            "could not find upload session 7f3a",
            "Unable to locate the multipart upload",
            "cannot find any upload with id 9f1e",
        ),
        misses=("could not find the upload directory", "cannot find file to upload", "failed to find upload button"),
        seen="applications",
    ),
    Phrase(
        "phrase.upload-no-longer",
        E.SESSION_EXPIRED,
        "no longer",
        rf"(?:{_SESSION}|{_UPLOAD}){_NAME}{_BETWEEN}"
        r"no longer (?:exists?|valid|available|active|known|recogni[sz]ed|alive|open)",
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
        rf"\bupload[ _-]?(?:session|context|ticket)\b(?: id)?{_NAME}{_BETWEEN}"
        r"(?:not (?:valid|recogni[sz]ed|known|active|in progress)|expired|invalid|invalidated|closed|gone|lost|stale"
        r"|timed out|deleted|removed|purged|aborted|terminated|unknown|disappeared|vanished|dead|died|killed|evicted|forgotten"
        r"|revoked|reaped|garbage[ -]collected)\b(?! by (?:the )?user)" + _NO_NOUN,
        refines=_OVER,
        strength=85,
        hits=(
            "Upload session expired or invalid. UploadId: 2~x",
            "Your upload session has expired",
            "the upload session was closed",
            "The upload session 'a1b2' has expired.",
            "The upload session ID provided is invalid.",
            "The upload session vanished before its end",
        ),
        misses=(
            "Your login session expired; upload later",
            "Creating upload session for clip.mp4",
            "upload session started",
            "upload session has not expired",
        ),
        seen="backend envelopes, error.originalError",
    ),
    Phrase(
        "phrase.bad-upload-session",
        E.SESSION_EXPIRED,
        "upload",
        rf"\b{_BAD}(?: or {_BAD})?,? (?:multi-?part |resumable )?upload[ _-]?(?:session|id)\b",
        refines=_OVER,
        strength=85,
        hits=(
            "Error: unknown upload session",
            "expired multipart upload session",
            "Invalid upload id 9ec9c747-4d70-46de-a8a5-714dfc988ca0",
            "invalid or expired uploadId",
            "unknown upload_id: 2~x",
        ),
        misses=(
            "invalid file for upload session",
            "invalid request: upload id is required",
            "invalid response, uploadId=2~x",
        ),
        seen="MinIO, applications",
    ),
    Phrase(
        "phrase.upload-id-over",
        E.SESSION_EXPIRED,
        "upload",
        rf"{_ID}{_NAME}{_BETWEEN}"
        rf"(?:invalid|expired|not valid|not recogni[sz]ed|unknown|stale|wrong|completed|aborted|mismatch)\b{_NO_NOUN}",
        refines=_OVER,
        strength=80,
        hits=(
            "The upload ID might be invalid, or the multipart upload might have been aborted",
            "upload id has expired",
            "uploadId 81f3 is invalid",
            "Upload-ID is not valid",
        ),
        misses=(
            "upload id is required",
            "upload id 12 created",
            "missing uploadId",
            "videos?upload_id=81f3: (400) Invalid Upload Request",
        ),
        seen="S3, MinIO, StorageGRID, applications",
    ),
    Phrase(
        "phrase.upload-session-lost",
        E.SESSION_EXPIRED,
        "upload session",
        r"\b(?:lost|dropped|forgot) (?:the |its |your |our )?upload session\b",
        refines=_OVER,
        strength=75,
        hits=("The server lost the upload session, starting again",),
        misses=("upload session started",),
        seen="applications",
    ),
    Phrase(
        "phrase.session-of-upload-over",
        E.SESSION_EXPIRED,
        "session",
        r"\b(?:upload failed|resume (?:the |your )?upload|continue (?:the |your )?upload|session for (?:the |this |your )?"
        r"upload(?:ing)?)\b[^.]{0,40}"
        rf"(?:\bsession|(?<=upload)|(?<=uploading)|(?<=file))(?: id)? (?:has |is |was )?(?:not found|expired|invalid|over|closed|gone)\b{_LOGIN}",
        refines=(*_OVER, E.ACCESS_DENIED),
        strength=80,
        hits=(
            "Upload failed: session expired",
            "Cannot resume upload: session not found on server",
            "Can't continue upload, session expired. Start upload again. [408]",
            "The session for this upload has expired. Begin a new upload",
            "Your session for uploading this file has expired",
        ),
        misses=(
            "Upload failed: session expired, please log in again",
            "session for the user expired",
            "Can't continue upload: the login session of the user expired",
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
        r"(?<!for this )(?<!for the )(?<!for your )(?<!to )(?<!if the )(?<!if )(?<!whether the )(?<!when the )"
        r"\b(?:multipart |resumable |chunked )?upload (?:has |was |is )?(?:already )?expired\b(?! token| credential| url| link| sign)",
        refines=_OVER,
        strength=80,
        hits=("This upload has expired, start again", "Resumable upload expired", "410: upload expired"),
        misses=(
            "The URL for this upload has expired",
            "failed to upload: expired token",
            "Uploaded with an upload expired token",
            "Checking if upload has expired",
        ),
        seen="tus servers, applications",
    ),
    Phrase(
        "phrase.upload-already-over",
        E.SESSION_EXPIRED,
        "already",
        r"\bupload (?:session )?(?:has |was |is )?already (?:been )?(?:aborted|completed|finali[sz]ed|closed"
        r"|terminated)",
        refines=_OVER,
        strength=75,
        hits=("The multipart upload has already been completed", "upload already aborted"),
        misses=("file already uploaded", "upload already in progress"),
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
        strength=60,
        hits=("Failed to refresh upload session: Error",),
        misses=("about to refresh upload session",),
        seen="video application's console",
    ),
    Phrase(
        "phrase.restart-upload",
        E.SESSION_EXPIRED,
        "restart",
        r"\brestart (?:the|your|this) (?:multipart )?upload\b(?! service| server)",
        strength=45,
        hits=("Please restart the upload to continue", "restart your upload"),
        misses=("restart the upload service container",),
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
        r"request method: patch .{0,300}?status code: (?:404|410)\b",
        refines=_OVER,
        strength=60,
        hits=("Request URL: http://localhost/files/8a36 Request Method: PATCH Status Code: 404 Not Found",),
        misses=("Request Method: PATCH Status Code: 500 Internal Server Error",),
        seen="browser's developer tools, a tus upload",
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
        "blob upload unknown",
        refines=_OVER,
        strength=85,
        hits=("blob upload unknown to registry", 'err.code="blob upload unknown"'),
        misses=("blob unknown to registry",),
        seen="Docker registry",
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
        "uploadsessionlookuperror",
        r"uploadsessionlookuperror\W{1,6}(?:not_found|closed)",
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
        "phrase.gcs-start-over",
        E.SESSION_EXPIRED,
        "resumable upload",
        r"\bresumable upload (?:session )?(?:cannot|can['’]?t|could not) be (?:resumed|continued|recovered)",
        refines=(*_OVER,),
        strength=65,
        hits=("The resumable upload could not be resumed",),
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
        "phrase.session-over-de",
        E.SESSION_EXPIRED,
        "upload",
        r"\bupload(?:-?(?:sitzung|session|id|vorgang))? (?:ist |wurde |hat )?(?:existiert nicht|nicht gefunden|abgelaufen"
        r"|ungültig|nicht mehr gültig|nicht mehr vorhanden)",
        strength=75,
        hits=(
            "Die Upload-Sitzung ist abgelaufen.",
            "Die Upload-ID ist ungültig oder abgelaufen",
            "Der angegebene Upload existiert nicht.",
        ),
        misses=("Upload-Sitzung gestartet", "Der Link zum Upload-Ordner ist abgelaufen"),
        seen="German translations",
    ),
    Phrase(
        "phrase.session-over-es",
        E.SESSION_EXPIRED,
        " de ",
        r"\b(?:sesión|id|identificador) de (?:carga|subida) (?:ha |no )?(?:caducado|expirado|expirada|expiró|caducó"
        r"|es válid|existe)",
        strength=75,
        hits=("La sesión de carga ha caducado", "sesión de subida expirada", "El id de carga no es válido"),
        misses=("Su sesión de usuario ha caducado",),
        seen="Spanish translations",
    ),
    Phrase(
        "phrase.upload-over-es",
        E.SESSION_EXPIRED,
        "no existe",
        r"(?<!de )\b(?:carga|subida) (?:especificada |indicada )?no existe\b",
        strength=75,
        hits=("La carga especificada no existe.",),
        misses=("El archivo de carga no existe", "la carpeta no existe"),
        seen="Spanish translations",
    ),
    Phrase(
        "phrase.session-over-fr",
        E.SESSION_EXPIRED,
        "session d",
        r"session d(?:e téléversement|e chargement|.envoi|.upload) (?:a |est )?expirée?",
        strength=75,
        hits=("La session de téléversement a expiré",),
        misses=("Votre session de travail a expiré",),
        seen="French translations",
    ),
    Phrase(
        "phrase.upload-over-fr",
        E.SESSION_EXPIRED,
        "téléversement",
        r"téléversement (?:spécifié |demandé )?(?:n.existe p|est introuvable|a expiré|n.est pas valide)",
        strength=75,
        hits=("Le téléversement spécifié n'existe pas", "téléversement introuvable : le téléversement a expiré"),
        misses=("Le téléversement est terminé",),
        seen="French translations",
    ),
    Phrase(
        "phrase.session-over-pt",
        E.SESSION_EXPIRED,
        "sessão de",
        r"sessão de (?:upload|envio|carregamento) (?:expirou|expirada|inválida)",
        strength=75,
        hits=("A sessão de upload expirou",),
        misses=("A sessão de login expirou",),
        seen="Portuguese translations",
    ),
    Phrase(
        "phrase.upload-over-pt",
        E.SESSION_EXPIRED,
        "não ",
        r"\b(?:upload|carregamento) (?:especificado )?não (?:existe|foi encontrado)",
        strength=75,
        hits=("O upload especificado não existe",),
        misses=("O arquivo de upload selecionado não existe",),
        seen="Portuguese translations",
    ),
    Phrase(
        "phrase.session-over-zh",
        E.SESSION_EXPIRED,
        "上传",
        r"上传(?:的)?(?:会话|任务|id|事件|记录)? ?(?:已经|已)?(?:过期|失效|不存在|无效|找不到|未找到)",
        strength=75,
        hits=("上传会话已过期，请重新上传", "分片上传任务不存在", "指定的上传不存在", "上传ID无效"),
        misses=("上传会话已创建", "上传凭证已过期", "上传文件不存在"),
        seen="Chinese translations",
    ),
    Phrase(
        "phrase.upload-id-over-zh",
        E.SESSION_EXPIRED,
        "upload",
        r"upload ?id ?(?:已经|已)?(?:过期|失效|不存在|无效|找不到|未找到)",
        strength=75,
        hits=("uploadId 不存在", "分片失败：uploadId 找不到", "uploadId已失效"),
        misses=("uploadId 已创建",),
        seen="Chinese applications",
    ),
    Phrase(
        "phrase.session-over-ja",
        E.SESSION_EXPIRED,
        "アップロード",
        r"アップロード(?:セッション|id)?(?:の有効期限が切れ|が見つかりません|は存在しません|が存在しません|は無効)",
        strength=75,
        hits=("アップロードセッションの有効期限が切れました", "アップロードIDは無効です"),
        misses=("アップロードに失敗しました",),
        seen="Japanese translations",
    ),
    Phrase(
        "phrase.session-over-ru",
        E.SESSION_EXPIRED,
        "загрузк",
        r"(?:сессия|сеанс) загрузки (?:истек|не найден|недействит)|загрузка (?:не найдена|не существует|истекла)",
        strength=75,
        hits=("Сессия загрузки истекла", "Загрузка не найдена"),
        misses=("Загрузка завершена",),
        seen="Russian translations",
    ),
    Phrase(
        "phrase.named-upload-expired",
        E.SESSION_EXPIRED,
        "expired",
        r"\b(?:multipart |resumable |attachment |chunked )?upload (?!token|url|link|credential|sign|policy"
        r"|form|sas|key|window)\S{1,300} (?:has |was |is )?expired (?:after|on|at)\b",
        refines=(*_OVER,),
        strength=75,
        hits=("attachment upload 7f3a expired after 900s of inactivity",),
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
        "aborted or completed",
        r"\bupload (?:with )?(?:id )?(?:\S{1,300} )?(?:has been|may have been|might have been|was) (?:already )?aborted or completed",
        refines=(*_OVER,),
        strength=75,
        hits=("upload with id abc has been aborted or completed",),
        misses=("jobs aborted or completed: 3",),
        seen="stores",
    ),
    Phrase(
        "phrase.unknown-upload",
        E.SESSION_EXPIRED,
        "unknown upload",
        r"\bunknown upload\b(?! error| status| failure| type| session| id)",
        refines=(*_OVER,),
        strength=70,
        hits=("unknown upload: 7f3a",),
        misses=("unknown upload error",),
        seen="stores of applications",
    ),
)
