"""GetObjectAttributes and GetObjectRetention, from what HEAD tells and what the server remembers of the object."""

from upload_diag.faults.backend import StoredObject
from upload_diag.faults.checksums import ALGORITHMS
from upload_diag.faults.listing import number_argument
from upload_diag.faults.refusal import S3Error
from upload_diag.faults.request import S3Request
from upload_diag.faults.response import Response, element, xml_response

__all__ = ["attributes", "retention"]

_NAMES = frozenset(("ETag", "Checksum", "ObjectParts", "StorageClass", "ObjectSize"))
_KEPT = ("last-modified", "x-amz-version-id")


def attributes(request: S3Request, found: StoredObject, head: Response) -> Response:
    """GetObjectAttributes.

    Raises:
        S3Error: InvalidRequest, no attribute is asked for; InvalidArgument, one that there is not.
    """
    asked = {name.strip() for name in request.headers.get("x-amz-object-attributes", "").split(",")} - {""}
    if not asked:
        message = (
            "The x-amz-object-attributes header specifying the attributes to be retrieved is either missing or empty"
        )
        raise S3Error("InvalidRequest", message)
    if unknown := asked - _NAMES:
        raise S3Error(
            "InvalidArgument",
            "Invalid attribute name specified.",
            ArgumentName="x-amz-object-attributes",
            ArgumentValue=min(unknown),
        )
    children = []
    if "ETag" in asked:
        children.append(element("ETag", found.etag))
    if "Checksum" in asked and found.made.checksum is not None:
        algorithm, value, kind = found.made.checksum
        checksum = [element(ALGORITHMS[algorithm].element, value), element("ChecksumType", kind)]
        children.append(element("Checksum", checksum))
    if "ObjectParts" in asked and found.made.parts:
        children.append(element("ObjectParts", _parts(request, found)))
    if "StorageClass" in asked:
        children.append(element("StorageClass", head.headers.get("x-amz-storage-class", "STANDARD")))
    if "ObjectSize" in asked:
        children.append(element("ObjectSize", found.size))
    kept = {name: head.headers[name] for name in _KEPT if name in head.headers}
    return xml_response("GetObjectAttributesResponse", children, headers=kept)


def retention(request: S3Request, head: Response) -> Response:
    """GetObjectRetention; raises S3Error NoSuchObjectLockConfiguration."""
    mode = head.headers.get("x-amz-object-lock-mode")
    if mode is None:
        raise S3Error("NoSuchObjectLockConfiguration", Key=request.key)
    until = head.headers.get("x-amz-object-lock-retain-until-date", "")
    return xml_response("Retention", [element("Mode", mode), element("RetainUntilDate", until)])


def _parts(request: S3Request, found: StoredObject) -> list[str]:
    limit = min(number_argument(request.headers, "x-amz-max-parts", 1000), 1000)
    marker = number_argument(request.headers, "x-amz-part-number-marker", 0)
    parts = [part for part in found.made.parts if part.number > marker]
    page = parts[:limit]
    checksum = found.made.checksum
    children = [
        element("PartsCount", len(found.made.parts)),
        element("PartNumberMarker", marker),
        element("NextPartNumberMarker", page[-1].number if page else 0),
        element("MaxParts", limit),
        element("IsTruncated", str(len(parts) > len(page)).lower()),
    ]
    for part in page:
        own = [element("PartNumber", part.number), element("Size", part.size)]
        if checksum is not None:
            own.append(element(ALGORITHMS[checksum[0]].element, part.checksum))
        children.append(element("Part", own))
    return children
