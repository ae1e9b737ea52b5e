"""Cross-origin requests, by the bucket's own rules; also on errors, or a browser sees nothing but a network error.

Amazon S3 user guide, "Using cross-origin resource sharing", on how the rules are evaluated.
"""

from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase

from upload_diag.faults.backend import CorsRule
from upload_diag.faults.refusal import S3Error
from upload_diag.faults.response import Response

__all__ = ["cors_headers", "preflight"]

_VARY = "Origin, Access-Control-Request-Headers, Access-Control-Request-Method"


def preflight(rules: Sequence[CorsRule], headers: Mapping[str, str]) -> Response:
    """The answer to OPTIONS.

    Raises:
        S3Error: BadRequest, it is no preflight; AccessForbidden, no rule allows it.
    """
    origin, method = headers.get("origin"), headers.get("access-control-request-method")
    if origin is None:
        raise S3Error("BadRequest", "Insufficient information. Origin request header needed.")
    if method not in ("GET", "PUT", "POST", "DELETE", "HEAD"):
        raise S3Error("BadRequest", f"Invalid Access-Control-Request-Method: {method or 'null'}")
    listed = headers.get("access-control-request-headers", "").split(",")
    wanted = [name.strip().lower() for name in listed if name.strip()]
    for rule in rules:
        if _allows(rule, origin, method) and all(_listed(name, rule.headers) for name in wanted):
            answer = _headers(rule, origin)
            if wanted:
                answer["access-control-allow-headers"] = ", ".join(wanted)
            return Response(200, answer)
    reason = "No CORS rule of the bucket allows this request." if rules else "CORS is not enabled for this bucket."
    message = f"CORSResponse: {reason}"
    raise S3Error("AccessForbidden", message, status=403, Method=method, ResourceType="OBJECT")


def cors_headers(rules: Sequence[CorsRule], headers: Mapping[str, str], method: str) -> dict[str, str]:
    """The header fields for the answer to a request that has an Origin; empty when no rule allows it."""
    origin = headers.get("origin")
    if origin is None:
        return {}
    rule = next((rule for rule in rules if _allows(rule, origin, method)), None)
    return {} if rule is None else _headers(rule, origin)


def _allows(rule: CorsRule, origin: str, method: str) -> bool:
    return method in rule.methods and any(fnmatchcase(origin, _glob(allowed)) for allowed in rule.origins)


def _listed(name: str, allowed: Sequence[str]) -> bool:
    return any(fnmatchcase(name, _glob(each.lower())) for each in allowed)


def _glob(text: str) -> str:
    return text.replace("[", "[[]").replace("?", "[?]")  # only `*` is special in a rule


def _headers(rule: CorsRule, origin: str) -> dict[str, str]:
    everyone = "*" in rule.origins
    answer = {
        "access-control-allow-origin": "*" if everyone else origin,
        "access-control-allow-methods": ", ".join(rule.methods),
        "vary": _VARY,
    }
    if not everyone:
        answer["access-control-allow-credentials"] = "true"
    if rule.exposed:
        answer["access-control-expose-headers"] = ", ".join(rule.exposed)
    if rule.max_age is not None:
        answer["access-control-max-age"] = str(rule.max_age)
    return answer
