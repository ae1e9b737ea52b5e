"""What to do about a failure: one row a verdict, and one more where the operation changes the answer."""

from dataclasses import dataclass

from upload_diag.codes import Action, ErrorCode, Operation, Retry

__all__ = ["ADVICE", "ADVICE_BY_OPERATION", "Advice", "advise"]


@dataclass(frozen=True, slots=True)
class Advice:
    """The way on from a failure.

    Attributes:
        retry: whether sending something again can help.
        action: the next step of recovery.
        message: one line for a developer.
        user_message: a sentence for the person who uploads: what happened, in plain words.
        suggested_action: a sentence for the same person: what to do.
    """

    retry: Retry
    action: Action
    message: str
    user_message: str
    suggested_action: str

    @property
    def is_retryable(self) -> bool:
        """Whether the upload can go on by itself: with the same request, or once the action was done."""
        return self.retry is not Retry.NEVER


ADVICE: dict[ErrorCode, Advice] = {
    ErrorCode.SESSION_EXPIRED: Advice(
        Retry.AFTER_ACTION,
        Action.RESTART_UPLOAD,
        "The store no longer knows this upload session; create a new one and send every part again.",
        "Your upload session has expired, so the file could not be finished.",
        "Please restart the upload. Your file itself is fine.",
    ),
    ErrorCode.CREDENTIALS_EXPIRED: Advice(
        Retry.AFTER_ACTION,
        Action.REFRESH_CREDENTIALS,
        "The credentials ran out; refresh them and go on with the same upload session.",
        "Your sign-in ran out while the file was uploading.",
        "Please sign in again. The upload then goes on where it stopped.",
    ),
    ErrorCode.URL_EXPIRED: Advice(
        Retry.AFTER_ACTION,
        Action.RESIGN_URL,
        "The signed address or form is past its end; sign a new one for the same part and the same upload session.",
        "The upload link was only valid for a short time, and that time is over.",
        "Please try again; a new link is made for you.",
    ),
    ErrorCode.CLOCK_SKEW: Advice(
        Retry.AFTER_ACTION,
        Action.SYNC_CLOCK,
        "The signer's clock differs from the store's; correct it, or apply the offset, and sign again.",
        "The clock of your device does not show the right time, so the upload was not accepted.",
        "Please switch on automatic date and time, then try again.",
    ),
    ErrorCode.CREDENTIALS_INVALID: Advice(
        Retry.NEVER,
        Action.FIX_CREDENTIALS,
        "The credentials or the signature are wrong or missing; sending the request again cannot help.",
        "The upload service could not verify who is uploading.",
        "Please sign out and in again. If that does not help, contact support.",
    ),
    ErrorCode.ACCESS_DENIED: Advice(
        Retry.NEVER,
        Action.FIX_PERMISSIONS,
        "The caller is known but may not do this; check policies, block rules and key permissions.",
        "You do not have permission to upload here.",
        "Please ask the owner for access, or contact support.",
    ),
    ErrorCode.BUCKET_NOT_FOUND: Advice(
        Retry.NEVER,
        Action.FIX_BUCKET,
        "The bucket does not exist at this endpoint; check its name, its account and the endpoint.",
        "The place this upload should go to does not exist.",
        "Please contact support; the service is not set up correctly.",
    ),
    ErrorCode.OBJECT_NOT_FOUND: Advice(
        Retry.NEVER,
        Action.CHECK_KEY,
        "The object, or the address, does not exist; check the key and how it is encoded.",
        "The file that was asked for could not be found.",
        "Please check that it still exists, then try again.",
    ),
    ErrorCode.WRONG_REGION: Advice(
        Retry.AFTER_ACTION,
        Action.SWITCH_REGION,
        "The bucket lives in another region than the request was signed for or sent to; use the bucket's own region.",
        "The upload was sent to the wrong location of the service.",
        "Please try again later. If it happens again, contact support.",
    ),
    ErrorCode.THROTTLED: Advice(
        Retry.SAME_REQUEST,
        Action.BACK_OFF,
        "The store asks to slow down; send the same request again after a growing, jittered pause.",
        "The upload service is very busy at the moment.",
        "Please wait a moment; the upload is tried again by itself.",
    ),
    ErrorCode.SERVER_ERROR: Advice(
        Retry.SAME_REQUEST,
        Action.BACK_OFF,
        "The store or a proxy failed; send the same request again after a growing, jittered pause.",
        "The upload service has a problem on its side.",
        "Please try again in a few minutes. Your file itself is fine.",
    ),
    ErrorCode.TIMEOUT: Advice(
        Retry.SAME_REQUEST,
        Action.RETRY_PART,
        "No answer in time; send the same part again, and check first whether a Complete went through.",
        "The connection was too slow, so the upload did not finish in time.",
        "Please check your internet connection and try again.",
    ),
    ErrorCode.NETWORK: Advice(
        Retry.SAME_REQUEST,
        Action.RETRY_PART,
        "The connection failed before an answer came; send the same part again.",
        "The connection was interrupted during the upload.",
        "Please check your internet connection and try again.",
    ),
    ErrorCode.TLS_ERROR: Advice(
        Retry.NEVER,
        Action.FIX_TLS,
        "No trusted connection could be made; check the certificate, its names, the trust store and any proxy between.",
        "A secure connection to the upload service could not be made.",
        "Please try another network, and check date and time of your device. If it happens again, contact support.",
    ),
    ErrorCode.CORS_BLOCKED: Advice(
        Retry.NEVER,
        Action.FIX_CORS,
        "The browser hid the answer; allow the page's origin in the bucket's CORS rules and expose ETag.",
        "Your browser was not allowed to finish the upload.",
        "Please contact support; the service is not set up correctly.",
    ),
    ErrorCode.INTEGRITY: Advice(
        Retry.SAME_REQUEST,
        Action.RETRY_PART,
        "What arrived differs from what was announced; read the file again and send the same part again.",
        "Part of the file was damaged on its way.",
        "Please try again. If it happens again, check that the file opens on your device.",
    ),
    ErrorCode.PARTS_REJECTED: Advice(
        Retry.AFTER_ACTION,
        Action.RELIST_PARTS,
        "The list of parts does not fit what the store has; list the parts, send the missing ones, then complete.",
        "Some pieces of the file did not arrive correctly.",
        "Please try again; only the missing pieces are sent.",
    ),
    ErrorCode.TOO_LARGE: Advice(
        Retry.NEVER,
        Action.RECHUNK,
        "The body is larger than the store or a proxy allows; send smaller parts, or raise the limit.",
        "The file is larger than what is allowed here.",
        "Please choose a smaller file, or ask support for a higher limit.",
    ),
    ErrorCode.QUOTA_EXCEEDED: Advice(
        Retry.NEVER,
        Action.FREE_SPACE,
        "The storage or its quota is full; free space or raise the quota before sending more.",
        "There is no storage space left for this file.",
        "Please delete files you no longer need, or ask for more space.",
    ),
    ErrorCode.CONFLICT: Advice(
        Retry.AFTER_ACTION,
        Action.RESOLVE_CONFLICT,
        "Another writer, a lock or a condition stands in the way; look at the object's state before sending again.",
        "Something else is changing the same file at the moment.",
        "Please wait a moment, check which version is there, and try again.",
    ),
    ErrorCode.INVALID_REQUEST: Advice(
        Retry.NEVER,
        Action.FIX_REQUEST,
        "The store does not accept the request as it is; correct it, for the same request fails again.",
        "The upload could not be processed.",
        "Please contact support; this is a fault of the application, not of your file.",
    ),
    ErrorCode.CANCELLED: Advice(
        Retry.NEVER,
        Action.NONE,
        "The user or the application stopped the upload; nothing failed.",
        "The upload was cancelled.",
        "Start it again whenever you like.",
    ),
    ErrorCode.LOCAL_IO: Advice(
        Retry.NEVER,
        Action.CHECK_FILE,
        "The local file changed, vanished or cannot be read, or the local disk is full.",
        "The file on your device could not be read.",
        "Please check that the file still exists and is not open in another program, then choose it again.",
    ),
    ErrorCode.UNKNOWN: Advice(
        Retry.NEVER,
        Action.CONTACT_SUPPORT,
        "Nothing in the input tells why the upload failed, or there is no error in it.",
        "The upload did not work, and the reason is not known.",
        "Please try again later. If it happens again, contact support and send the log.",
    ),
}
"""The answer for every verdict, whatever the operation."""

ADVICE_BY_OPERATION: dict[tuple[ErrorCode, Operation], Advice] = {
    # A Complete whose answer was lost leaves the same 404 behind as a dead session.
    (ErrorCode.SESSION_EXPIRED, Operation.COMPLETE): Advice(
        Retry.AFTER_ACTION,
        Action.PROBE_THEN_RESTART,
        "The session is gone at Complete: look whether the object is already there, and only then start anew.",
        "Your upload session has expired, or the upload was already finished.",
        "Please restart the upload, unless the file is already there.",
    ),
    (ErrorCode.SESSION_EXPIRED, Operation.ABORT): Advice(
        Retry.NEVER,
        Action.NONE,
        "The session to abort is already gone, which is what the Abort wanted.",
        "Your upload session has expired or was already removed; nothing is left to clean up.",
        "Nothing to do. Please restart the upload if you still want to send the file.",
    ),
}
"""The answers that an operation changes."""


def advise(code: ErrorCode, operation: str | None = None) -> Advice:
    """What to do about a verdict, at the S3 operation that met it, if that is known."""
    if operation is not None and (advice := ADVICE_BY_OPERATION.get((code, operation))):  # type: ignore[arg-type]
        return advice  # a StrEnum equals its text
    return ADVICE[code]
