"""The document of CompleteMultipartUpload: the parts, as the client lists them."""

import xml.etree.ElementTree as ET
from collections.abc import Mapping

from upload_diag.faults.checksums import ALGORITHMS
from upload_diag.faults.refusal import S3Error
from upload_diag.faults.uploads import ListedPart

__all__ = ["read_part_list"]


def read_part_list(body: bytes) -> list[ListedPart]:
    """The parts, in the document's order.

    Raises:
        S3Error: MalformedXML; InvalidArgument, a part has a number below 1.
    """
    if b"<!DOCTYPE" in body:  # entities can blow a small document up
        raise S3Error("MalformedXML")
    try:
        root = ET.fromstring(body)  # noqa: S314 - without a document type there are no entities
    except (ET.ParseError, ValueError, LookupError) as error:  # LookupError: an encoding that nobody knows
        raise S3Error("MalformedXML") from error
    if _local(root) != "CompleteMultipartUpload":
        raise S3Error("MalformedXML")
    return [
        _read_part({_local(child): (child.text or "").strip() for child in part})
        for part in root
        if _local(part) == "Part"
    ]


def _read_part(fields: Mapping[str, str]) -> ListedPart:
    number = fields.get("PartNumber", "")
    digits = number.removeprefix("-")
    if not fields.get("ETag") or not (digits.isascii() and digits.isdigit() and len(digits) <= 9):
        raise S3Error("MalformedXML")
    if int(number) < 1:
        raise S3Error("InvalidArgument", "PartNumber must be >= 1", ArgumentName="PartNumber", ArgumentValue=number)
    checksums = {name: fields[row.element] for name, row in ALGORITHMS.items() if fields.get(row.element)}
    return ListedPart(int(number), fields["ETag"].strip('"'), checksums)


def _local(node: ET.Element) -> str:
    return node.tag.rpartition("}")[2]
