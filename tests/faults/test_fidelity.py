"""The table of `fidelity.py` against this server, and against plain moto as a control that the table has teeth."""

from functools import partial

import pytest
from fidelity import CASES as FIRST_CASES
from fidelity import HEAD_5M, HELLO, TAIL, Case, crc32, parts
from fidelity_objects import OBJECT_CASES, ONE, PART_SUMS
from raw import send

from upload_diag.faults import FaultServer

pytest.importorskip("moto")

CASES = [*FIRST_CASES, *OBJECT_CASES]


class World(dict):
    """What the placeholders of a case stand for; made when a case asks for it."""

    def __init__(self, url, bucket, **options):
        super().__init__(bucket=bucket, other=f"{bucket}-other", unknown="bm90LWFuLWlk")
        self.send = partial(send, url, **options)
        self.send("PUT", f"/{bucket}")
        self.send("PUT", f"/{bucket}-other")

    def __missing__(self, name):
        if name in ("tail", "etag2", "bare2"):
            return self.setdefault(
                name, self.put(self["small" if name == "tail" else "live"], 2, TAIL, bare=name == "bare2")
            )
        getattr(self, name)()
        return self[name]

    def create(self, key="k", bucket=None, **headers):
        answer = self.send("POST", f"/{bucket or self['bucket']}/{key}?uploads", **headers)
        return answer.text("UploadId") or "none"

    def put(self, upload_id, number, body, *, key="k", bare=False, **headers):
        path = f"/{self['bucket']}/{key}?partNumber={number}&uploadId={upload_id}"
        etag = self.send("PUT", path, body, **headers).headers.get("etag", "")
        return etag.strip('"') if bare else etag

    def live(self):
        self["live"] = self.create()
        self["etag1"] = self.put(self["live"], 1, HEAD_5M)
        self["etag2"] = self.put(self["live"], 2, TAIL)
        self["bare1"], self["bare2"] = self["etag1"].strip('"'), self["etag2"].strip('"')

    etag1 = bare1 = live

    def small(self):
        self["small"] = self.create()
        for number in (1, 2):
            self["tail"] = self.put(self["small"], number, TAIL)

    def aborted(self):
        self["aborted"] = self.create()
        self.send("DELETE", f"/{self['bucket']}/k?uploadId={self['aborted']}")

    def done(self):
        self["done"] = self._completed("k")

    def _completed(self, key):
        upload_id = self.create(key)
        etag = self.put(upload_id, 1, HELLO, key=key)
        self.send("POST", f"/{self['bucket']}/{key}?uploadId={upload_id}", parts((1, etag)))
        return upload_id

    def source_etag(self):
        self["source_etag"] = self.send("PUT", f"/{self['bucket']}/source", HELLO).headers.get("etag", "")

    def over_source(self):
        self["over_source"] = self.create("source")
        self.put(self["over_source"], 1, HELLO, key="source")

    def crc32(self):
        self["crc32"] = self.create(x_amz_checksum_algorithm="CRC32")
        self.put(self["crc32"], 1, HELLO, x_amz_checksum_crc32=crc32(HELLO))

    def sha256(self):
        self["sha256"] = self.create(x_amz_checksum_algorithm="SHA256")

    def full(self):
        self["full"] = self.create(x_amz_checksum_algorithm="CRC32", x_amz_checksum_type="FULL_OBJECT")
        self["etag1"] = self.put(self["full"], 1, HEAD_5M)
        self["etag2"] = self.put(self["full"], 2, TAIL)

    def ssec(self):
        self["ssec"] = self.create(**ONE)

    def gap(self):
        self["gap"] = self.create(x_amz_checksum_algorithm="CRC32")
        self.put(self["gap"], 2, HELLO, x_amz_checksum_crc32=crc32(HELLO))

    def secret(self):
        self["secret"] = self.send("PUT", f"/{self['bucket']}/secret", HELLO, **ONE).headers.get("etag", "")

    def made(self):
        upload_id = self["made"] = self.create("made", x_amz_checksum_algorithm="SHA256")
        rows = ""
        for number, (body, digest) in enumerate(zip((HEAD_5M, TAIL), PART_SUMS, strict=True), 1):
            etag = self.put(upload_id, number, body, key="made", x_amz_checksum_sha256=digest)
            more = f"<ChecksumSHA256>{digest}</ChecksumSHA256>"
            rows += f"<Part><PartNumber>{number}</PartNumber><ETag>{etag}</ETag>{more}</Part>"
        document = f"<CompleteMultipartUpload>{rows}</CompleteMultipartUpload>".encode()
        self.send("POST", f"/{self['bucket']}/made?uploadId={upload_id}", document)

    def a2(self):
        for name, key in (("b", "b"), ("a2", "a/2"), ("a2again", "a/2"), ("a1", "a/1")):
            self[name] = self.create(key, self["other"])

    a2again = b = a2

    def prepare(self, case: Case) -> None:
        """What a case relies on without naming it."""
        if "source" in case.path + str(case.headers):
            self["source_etag"]
        for name in ("secret", "made"):
            if f"/{name}" in case.path + str(case.headers):
                self[name]
        if "/done" in case.path:
            self._completed("done")
        if "{other}?uploads" in case.path:
            self["a2"]


def run(case, world):
    world.prepare(case)
    path = case.path.format_map(world)
    body = case.body
    if body is not None and b"{" in body:
        body = body.decode().format_map(world).encode()
    headers = {name: value.format_map(world) for name, value in case.headers.items()}
    headers = {"-".join(word.capitalize() for word in name.split("-")): value for name, value in headers.items()}
    answer = world.send(case.method, path, body, **headers)
    assert (answer.status, answer.code) == (case.status, case.code), answer.body
    assert case.check(answer, world), (answer.headers, answer.body)


@pytest.fixture(scope="module")
def fresh():
    with FaultServer(seed=3) as running:
        yield running


@pytest.mark.parametrize(("number", "case"), list(enumerate(CASES)), ids=[case.name for case in CASES])
def test_the_documented_answer(fresh, number, case):
    run(case, World(fresh.url, f"bucket-{number}"))


def test_the_table_is_as_long_as_it_claims_and_every_case_has_its_source():
    assert len({case.name for case in CASES}) == len(CASES) >= 200
    assert all(case.source for case in CASES)


@pytest.mark.slow
def test_plain_moto_fails_a_good_part_of_the_table():
    from moto.moto_server.threaded_moto_server import ThreadedMotoServer

    moto = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    moto.start()
    url = "http://{}:{}".format(*moto.get_host_and_port())
    failed = []
    try:
        for number, case in enumerate(CASES):
            try:
                run(case, World(url, f"control-{number}", timeout=1.0))
            except (AssertionError, OSError, KeyError):
                failed.append(case.name)
    finally:
        moto.stop()
    assert 30 <= len(failed) < len(CASES) * 0.9, failed
