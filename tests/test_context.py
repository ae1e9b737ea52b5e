"""Where a failure happened and how it was answered: identifiers, statuses and operations in texts of many makers."""

from typing import Any

import pytest

from upload_diag import ErrorCode, classify

UPLOAD = "kX2vQ7mRz.0bWcUoLh4tPyNe9sJd-Fg1iAa5KuMxVw8Z3_rT6qEBlOSnHYjDpC--"
PART = {"upload_id": UPLOAD, "part_number": 2, "bucket": "media", "key": "clips/a 7.mp4", "operation": "UploadPart"}
QUERY = f"clips/a%207.mp4?partNumber=2&uploadId={UPLOAD}"

TOLD: dict[str, tuple[str, dict[str, Any]]] = {
    "urllib3's error, the bucket in the host": (
        f"HTTPSConnectionPool(host='media.s3.eu-west-3.amazonaws.com', port=443): Max retries with url: /{QUERY}",
        PART,
    ),
    "urllib3's error, the bucket in the path": (
        f"HTTPConnectionPool(host='localhost', port=9000): Max retries exceeded with url: /media/{QUERY} (Caused by x)",
        PART,
    ),
    "urllib3's debug line": (
        f'DEBUG urllib3.connectionpool https://media.s3.amazonaws.com:443 "PUT /{QUERY} HTTP/1.1" 404 None',
        {**PART, "http_status": 404},
    ),
    "an id that begins with an underscore": (
        "upload id: _urGmQxZyQ50WA1RTVTt6GqB0T4Xlw caused by: NoSuchUpload: The specified upload does not exist",
        {"upload_id": "_urGmQxZyQ50WA1RTVTt6GqB0T4Xlw"},
    ),
    "an id that begins with two dashes": (
        "NoSuchUpload uploadId=--urGmQxZyQ50WA1RTVTt6GqB0T4Xlw",
        {"upload_id": "--urGmQxZyQ50WA1RTVTt6GqB0T4Xlw"},
    ),
    "a placeholder for an id": ("NoSuchUpload, upload id: __upload_id__", {"upload_id": None}),
    "a host alone": (
        "dial tcp: lookup media.s3.eu-west-3.amazonaws.com on 10.0.0.2:53: no such host",
        {"bucket": "media"},
    ),
    "a bucket called bucket": (
        f"request for url (https://s3.eu-west-3.amazonaws.com/bucket/{QUERY}): broken pipe",
        {**PART, "bucket": "bucket"},
    ),
    "the name of a variable": ("client.upload_part(Bucket=bucket, Key=key, UploadId=upload_id)", {"bucket": None}),
    "a resource's name": (
        "not authorized to perform: s3:PutObject on resource: arn:aws:s3:::media/clips/7.mp4 because",
        {"bucket": "media", "key": "clips/7.mp4"},
    ),
    "a resource's pattern": ("arn:aws:s3:::media/clips/* is denied to user", {"bucket": "media", "key": None}),
    "a masked path": (
        f"PUT *****/clips/7.gz?partNumber=3&uploadId={UPLOAD}",
        {"operation": "UploadPart", "bucket": None},
    ),
    "words behind object": ("failed to close object: Large files are odd", {"key": None}),
    "a code behind bucket": ("failed to upload to bucket: AccessDenied: no", {"bucket": None}),
    "an answer to Complete alone": (
        "<Error><Code>InvalidPart</Code></Error>",
        {"operation": "CompleteMultipartUpload"},
    ),
    "a class of a transfer": ("InitiateMultipartUploadTransferWorker failed", {"operation": "CreateMultipartUpload"}),
    "a path that the reporter masked": (
        f"PUT https://<host>/<key>?partNumber=2&uploadId={UPLOAD} failed",
        {"operation": "UploadPart"},
    ),
    "a list of uploads": (
        "GET http://127.0.0.1:9000/media?uploads=&prefix=a failed",
        {"operation": "ListMultipartUploads", "bucket": "media"},
    ),
    "a session of Firebase": (
        "POST https://firebasestorage.googleapis.com/v0/b/media.appspot.com/o?name=clips&upload_id=AB7-x9_k2Qm failed",
        {"bucket": "media.appspot.com", "key": "clips", "upload_id": "AB7-x9_k2Qm"},
    ),
    "MinIO's name of an operation": (
        "source=objectAPIHandlers.PutObjectPartHandler() failed",
        {"operation": "UploadPart"},
    ),
    "a store's port": (
        'caused by: Put "https://192.0.2.18:9000/media/clips/7.mp4": broken pipe',
        {"bucket": "media", "key": "clips/7.mp4"},
    ),
    "an application's port": ('Get "https://192.0.2.18:9000/api/clips/7": broken pipe', {"bucket": None, "key": None}),
    "a status at the end": ("part 2 failed after 3 attempts: 403", {"http_status": 403, "part_number": 2}),
    "a masked bucket": (
        f"PUT https://s3.eu-west-3.amazonaws.com/<bucket>/{QUERY} failed",
        {**PART, "bucket": None},
    ),
    "a path on a line of its own": (
        f"HTTP request failed with 404:\n    *** Path/Query ***:\n    /media/{QUERY}\n    host: store.example.com",
        PART,
    ),
    "a part of B2": (
        'Post "https://pod-1.backblaze.com/b2api/v1/b2_upload_part/4_zc98328dced_f3395_d2026_c002/0054": broken',
        {"part_number": 54, "upload_id": "4_zc98328dced_f3395_d2026_c002"},
    ),
    "a class for PHP": (
        "S3::putBucket(media, private, ): [OperationAborted] A conflicting operation",
        {"bucket": "media", "operation": "CreateBucket"},
    ),
    "words before a key": ("Upload failed with key clips/2026/7.mp4 after all", {"key": "clips/2026/7.mp4"}),
    "the first of two parts": (
        "copy of part number 12:\nTraceback (most recent call last):\nNoSuchUpload: aborted\ncopy of part number 10:",
        {"part_number": 12},
    ),
    "what Complete lacked": (
        "<Code>InvalidRequest</Code><Message>The complete request must include the checksum for each part.</Message>",
        {"operation": "CompleteMultipartUpload"},
    ),
    "the line of a source file": ("upload failed at cache.cpp:AddStat(403)", {"http_status": None}),
    "a part that could not be sent": ("upload failed to upload part: broken pipe", {"operation": "UploadPart"}),
    "a status before its code": ("Complete can fail with 404 NoSuchUpload", {"http_status": 404}),
    "a status and its code": ("upload failed (503 service_unavailable)", {"http_status": 503}),
    "a status that was got": ("expected 204, got 500.", {"http_status": 500}),
    "a count that was got": ("upload failed: expected 204 parts, got 500 parts", {"http_status": None}),
    "the name space of S3's XML": (
        '<Error xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Code>NoSuchUpload</Code></Error>',
        {"service_code": "NoSuchUpload", "bucket": None, "key": None},
    ),
    "an answer that begins an upload": (
        (
            '<InitiateMultipartUploadResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Bucket>films</Bucket>'
            "<Key>cut/a.mov</Key><UploadId>c0ffee5eed5eed5eed</UploadId></InitiateMultipartUploadResult>"
        ),
        {"bucket": "films", "key": "cut/a.mov", "upload_id": "c0ffee5eed5eed5eed"},
    ),
    "an answer that lists parts": (
        (
            "<ListPartsResult><Bucket>films</Bucket><Key>cut/a.mov</Key><UploadId>c0ffee5eed5eed5eed</UploadId>"
            "<Part><PartNumber>1</PartNumber></Part><Part><PartNumber>2</PartNumber></Part></ListPartsResult>"
        ),
        {"bucket": "films", "key": "cut/a.mov", "upload_id": "c0ffee5eed5eed5eed", "part_number": None},
    ),
    "a status that Chinese words tell": ("上传时接口会返回 404", {"http_status": 404}),
    "a status behind Chinese": ("上传失败，返回错误413 Request Entity Too Large", {"http_status": 413}),
    "a status of the SDK's logger": ("[AWS s3 404 0.8s 0 retries] uploadPart", {"http_status": 404}),
    "an errno is no status": (
        "upload failed: ('Connection aborted.', ConnectionResetError(104, 'Connection reset by peer'))",
        {"http_status": None},
    ),
    "a status and its reason in a tuple": ("upload failed: (403, 'Forbidden')", {"http_status": 403}),
    "a status of B2": (
        "error token expired (401 expired_auth_token)",
        {"http_status": 401, "service_code": "expired_auth_token"},
    ),
    "a code of B2's SDK": ("Checksum did not match data received (bad_request)", {"service_code": "bad_request"}),
    "a status of IIS": ("<h3>HTTP Error 404.13 - Not Found</h3>", {"http_status": 404}),
    "a status of the SDK for Swift": ("Status Code: http_status_400", {"http_status": 400}),
    "a status and an id without labels": (
        "AWS Error: AccessDenied <nil>\n403 7C1E5A90B3D2F468",
        {"http_status": 403, "request_id": "7C1E5A90B3D2F468"},
    ),
    "the upload of a stream": (
        "Aborting [Manager uploading to films/cut/a.mov with id c0ffee5eed] due to error: timed out",
        {"bucket": "films", "key": "cut/a.mov", "upload_id": "c0ffee5eed"},
    ),
    "a line of MinIO's trace": (
        "[404 Not Found] s3.PutObjectPart store-2:9000/films/cut/a.mov?partNumber=2&uploadId=c0ffee5eed 10.0.0.12",
        {**PART, "bucket": "films", "key": "cut/a.mov", "upload_id": "c0ffee5eed"},
    ),
    "a request and its host": (
        "> PUT /cut/a.mov?X-Amz-Expires=300 HTTP/1.1\n> User-Agent: curl\n> Host: films.s3.amazonaws.com\n>",
        {"bucket": "films", "key": "cut/a.mov"},
    ),
    "an address that Rust prints in parts": (
        'Url { scheme: "https", host: Some(Domain("s3.eu-west-3.amazonaws.com")), path: "/films/a.mov" }',
        {"bucket": "films", "key": "a.mov"},
    ),
    "an address that the SDK for JavaScript prints in parts": (
        "HttpRequest { method: 'PUT', hostname: 'films.s3.eu-west-3.amazonaws.com', path: '/cut/a.mov', headers: {} }",
        {"bucket": "films", "key": "cut/a.mov"},
    ),
    "a list of a bucket of an unknown host": (
        "curl error for https://store.example.com/films/?list-type=2&prefix=",
        {"bucket": "films", "key": None},
    ),
    "an application's own address": (
        f"POST https://api.example.com/api/complete?uploadId={UPLOAD}&bucket=films failed",
        {"bucket": "films", "key": None, "upload_id": UPLOAD},
    ),
    "an upload that is an object": (
        '{"message": "upload no longer exists", "upload": {"id": "mpu_7Q", "parts": 14}}',
        {"upload_id": "mpu_7Q"},
    ),
    "an application's id beside the store's": (
        f'{{"upload_session_id": 883, "multipart_upload_id": "{UPLOAD}"}}',
        {"upload_id": UPLOAD},
    ),
    "a framework's request id beside the store's": (
        '{"reqId": "req-1f", "err": {"requestId": "7C1E5A90B3D2F468"}}',
        {"request_id": "7C1E5A90B3D2F468"},
    ),
    "a request id of Qiniu": (
        '{"code": 631, "error": "no such bucket", "reqId": "1mAAAc2511"}',
        {"request_id": "1mAAAc2511"},
    ),
    "the file that failed": (
        (
            "upload: a.mov to s3://films/a.mov\n"
            "upload failed: b.mov to s3://films/b.mov timed out\n"
            "upload failed: c.mov to s3://films/c.mov timed out"
        ),
        {"bucket": "films", "key": "b.mov"},
    ),
    "a chunk that Chinese words tell": ("上传分片 3/689 失败", {"part_number": 3}),
    "a bucket in MinIO's answer": ("ErrorResponse(bucketName=null, resource=/films/, hostId=3L)", {"bucket": "films"}),
    "an object in quotes": ('Creating object "cut.mov" in bucket "films".', {"bucket": "films", "key": "cut.mov"}),
    "an upload's address at a Docker registry": (
        'PUT "https://registry.example.com/v2/app/blobs/uploads/9c41f0e2-77aa-4c1e-9d2b-5a0c?digest=sha256": 404',
        {"upload_id": "9c41f0e2-77aa-4c1e-9d2b-5a0c"},
    ),
    "an upload's folder at a Docker registry": (
        "s3aws: Path not found: /docker/registry/v2/repositories/app/_uploads/9c41f0e2-77aa-4c1e-9d2b-5a0c/data",
        {"upload_id": "9c41f0e2-77aa-4c1e-9d2b-5a0c"},
    ),
    "an upload's address in tus": (
        "tus: failed, originated from request (method: PATCH, url: /files/25bc66++7f9a, response code: 404, text: )",
        {"upload_id": "25bc66++7f9a"},
    ),
    "an upload's address in a browser's tools": (
        "Request URL: http://localhost:8000/uploads.//8c6570cb07ab\nRequest Method: PATCH\nStatus Code: 404",
        {"upload_id": "8c6570cb07ab", "http_status": 404},
    ),
    "an upload's address in a request": ("HEAD https://up.example.com/files/25bc66f0 404", {"upload_id": "25bc66f0"}),
    "a file's address in a request": (
        "HEAD https://films.s3.amazonaws.com/uploads/a1b2c3d4 404",
        {"upload_id": None, "key": "uploads/a1b2c3d4"},
    ),
    "a picture's address in a request": ("HEAD https://example.com/uploads/a1b2c3d4.png 404", {"upload_id": None}),
    "what ends an upload, as an object": (
        "{ Bucket: 'films', Key: 'a.mov', MultipartUpload: { Parts: [ [Object] ] }, UploadId: 'c0ffee5eed' }",
        {"operation": "CompleteMultipartUpload", "upload_id": "c0ffee5eed"},
    ),
    "a status as Ruby prints it": ("#<Net::HTTPRedirection 308 Resume Incomplete readbody=true>", {"http_status": 308}),
    "lines that are as long as one another": (
        "".join(
            f"upload failed: {name}.mov to s3://films/{name}.mov ('Connection aborted.', ConnectionResetError(104))\n"
            for name in "abcd"
        ),
        {"bucket": "films", "key": "a.mov"},
    ),
    "an upload's address at Qiniu": (
        "PUT https://up.example.com/buckets/films/objects/Y3V0L2EubW92/uploads/61c0ffee/3 failed",
        {"bucket": "films", "key": None, "upload_id": "61c0ffee", "part_number": 3},
    ),
    "ids of the SDK for .NET": (
        "(ErrorCode: NoSuchUpload, RequestId: 7C1E5A90B3D2F468, HttpStatusCode: NotFound, AmazonId2: kZ1c9v/x8=)",
        {"http_status": 404, "request_id": "7C1E5A90B3D2F468", "host_id": "kZ1c9v/x8="},
    ),
    "an id that is empty in a line of pairs": (
        "status=520 amz_request_id= amz_id_2= content_type=text",
        {"host_id": None, "http_status": 520},
    ),
    "an id that was left out": ("{ message: 'failed', reqId: '...' }", {"request_id": None}),
    "the size of Chinese chunks": ("145.5 MB (3 个分片, 每个分片 50.0 MB) 上传失败", {"part_number": None}),
    "a status behind an arrow": ("HEAD s3://films/cut/a.mov -> 404 (will be created)", {"http_status": 404}),
    "a number behind an arrow": ("resized from 300 -> 500", {"http_status": None}),
    "MinIO's name of an operation in its log": (
        "API: PutObjectPart(bucket=films, object=cut/a.mov)",
        {"operation": "UploadPart", "bucket": "films"},
    ),
    "ids of an answer that Amazon Redshift tells of": (
        "S3ServiceException:Denied,Status 400,Error AccessDenied,Rid 7C1E5A90B3D2F468,ExtRid kZ1c9v/x8kZ1c9v/x8kZ1=",
        {"http_status": 400, "request_id": "7C1E5A90B3D2F468", "host_id": "kZ1c9v/x8kZ1c9v/x8kZ1="},
    ),
    "Azure's id of a request, not the client's": (
        "X-Ms-Client-Request-Id: [0a0a0a0a-1111]\nX-Ms-Error-Code: [BlobNotFound]\nX-Ms-Request-Id: [3f2570e8-101e]",
        {"request_id": "3f2570e8-101e"},
    ),
    "the client's id of a request that no other names": (
        "X-Ms-Client-Request-Id: [0a0a0a0a-1111]",
        {"request_id": "0a0a0a0a-1111"},
    ),
    "a key in a bucket": (
        "Failed to check existence of key clips/a.mov in bucket films: No response body",
        {"bucket": "films", "key": "clips/a.mov"},
    ),
    "the code of an upload that Amazon ECR lost": (
        "An error occurred (UploadNotFoundException) when calling the CompleteLayerUpload operation: none",
        {"service_code": "UploadNotFoundException"},
    ),
    "a host id that is empty, before the next line": (
        "BadRequest: Bad Request\n\tstatus code: 400, request id: , host id:\n[GIN] 2026/07/10 - 02:39:05 | 200 | GET",
        {"http_status": 400, "host_id": None},
    ),
    "a host id in brackets": ("host id: [F00Dqx7]", {"host_id": "F00Dqx7"}),
    "a count at the beginning": ("503 parts uploaded", {"http_status": None}),
    "an upload that Fluent Bit cannot end": (
        "[error] [output:s3:s3.0] Could not complete upload /app/2026/a.log, will retry..",
        {"operation": "CompleteMultipartUpload", "key": "app/2026/a.log"},
    ),
}


@pytest.mark.parametrize(("text", "expect"), TOLD.values(), ids=TOLD)
def test_a_text_tells_where_and_how(text: str, expect: dict[str, Any]) -> None:
    context = classify(text).context
    assert {name: getattr(context, name) for name in expect} == expect


MEANT = {
    "a code that a terminal broke in two": (
        (
            "2026-11-20 09:14:02 ERROR uploader: clip-0042.mp4 of camera 17 was told NoSuchUp\n"
            "load by the store when it was sent part 3 of 17, and nothing was tried after it,\n"
            "so that it waits"
        ),
        ErrorCode.SESSION_EXPIRED,
    ),
    "the last line below bars of progress": (
        f"{'2f1e0d9c8b7a: Pushing [' + '=' * 50 + '>] 528.6 MB' + chr(10)}" * 3 + "blob upload unknown",
        ErrorCode.SESSION_EXPIRED,
    ),
    "an errno of Erlang over two lines": (
        "[op] Error while streaming - error:{badmatch,\n[op]    {error,\n[op]      enospc}}",
        ErrorCode.LOCAL_IO,
    ),
    "a code behind Chinese": ("分片合并时报NoSuchUpload错误", ErrorCode.SESSION_EXPIRED),
    "a code behind its status": ("Complete answers 404 NoSuchUpload", ErrorCode.SESSION_EXPIRED),
    "a session of Google that is gone": (
        "410 PUT https://www.googleapis.com/upload/storage/v1/b/m/o?uploadType=resumable&upload_id=AB7: Backend Error",
        ErrorCode.SESSION_EXPIRED,
    ),
    "an upload's address in a browser's console": (
        f"7.mp4?uploadId={UPLOAD[:40]}:NaN Failed to load resource: the server responded with a status of 404 ()",
        ErrorCode.SESSION_EXPIRED,
    ),
    "another address in a browser's console": (
        "7.mp4?version=2:NaN Failed to load resource: the server responded with a status of 404 ()",
        ErrorCode.OBJECT_NOT_FOUND,
    ),
    "an upload that is gone": ("410 Gone error while many files upload at once", ErrorCode.SESSION_EXPIRED),
    "a file that is gone": ("GET /assets/upload/clip.mp4 410 Gone", ErrorCode.OBJECT_NOT_FOUND),
    "part 410": ("uploading part 410 failed: connection reset", ErrorCode.NETWORK),
    "the request for the next chunk": ("HTTP/1.1 308 Resume Incomplete", ErrorCode.UNKNOWN),
    "an id that was not sent": ("partNumber > 1 requires uploadId", ErrorCode.INVALID_REQUEST),
    "a session that cannot be found": ("multipart upload identifier cannot be found", ErrorCode.SESSION_EXPIRED),
    "a browser that gave up": ("POST https://b.example/in net::ERR_UNEXPECTED", ErrorCode.NETWORK),
    "a browser without room": ("net::ERR_INSUFFICIENT_RESOURCES", ErrorCode.NETWORK),
    "a bucket that Firebase may not read": (
        "Permission denied. Could not access bucket media.appspot.com.",
        ErrorCode.ACCESS_DENIED,
    ),
    "an answer that is no JSON": ("Server return invalid JSON response.", ErrorCode.SERVER_ERROR),
    "a lost part inside an error of the transport": (
        'HttpDispatch(HttpDispatchError { message: "Missing information for upload part 2" })',
        ErrorCode.PARTS_REJECTED,
    ),
    "rclone's own pause": ("pacer: Rate limited, increasing sleep to 1s", ErrorCode.UNKNOWN),
}


@pytest.mark.parametrize(("text", "code"), MEANT.values(), ids=MEANT)
def test_a_text_means_what_stands_in_it(text: str, code: ErrorCode) -> None:
    assert classify(text).code is code
