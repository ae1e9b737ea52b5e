"""Free text that tells the reason: sentences of services, SDKs, browsers, proxies and systems. A set; order means nothing."""

from upload_diag.rules.phrases.access import ACCESS
from upload_diag.rules.phrases.client import CLIENT
from upload_diag.rules.phrases.content import CONTENT
from upload_diag.rules.phrases.service import SERVICE
from upload_diag.rules.phrases.session import SESSION
from upload_diag.rules.phrases.session_abroad import SESSION_ABROAD
from upload_diag.rules.phrases.system_abroad import SYSTEM_ABROAD
from upload_diag.rules.phrases.transport import TRANSPORT
from upload_diag.rules.rows import Phrase

__all__ = ["PHRASES"]

PHRASES: tuple[Phrase, ...] = (
    *SESSION,
    *SESSION_ABROAD,
    *ACCESS,
    *TRANSPORT,
    *SERVICE,
    *CONTENT,
    *CLIENT,
    *SYSTEM_ABROAD,
)
