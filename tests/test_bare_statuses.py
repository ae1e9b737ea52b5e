"""A failure of which a client says the HTTP status and nothing else is found in a text log, once."""

import pytest

from upload_diag import classify
from upload_diag.analysis import analyze

# Browsers, curl, wget, axios, fetch, tus, XMLHttpRequest, .NET, and clients in Python, Go, Java, PHP, Rust, Dart.
FORMS = r"""
GET https://b.example/k 503 (Service Unavailable)
PUT https://b.example/in/a.mp4?partNumber=3&uploadId=abc123def456 404 (Not Found)
PATCH https://tus.example/files/24e5 410 (Gone)
PATCH https://tus.example/files/24e5 net::ERR_ABORTED 410 (Gone)
Failed to load resource: the server responded with a status of 403 (Forbidden)
Failed to load resource: the server responded with a status of 404 ()
XHRPUThttps://b.example/k [HTTP/1.1 502 Bad Gateway 120ms]
XHR PUT https://b.example/k [HTTP/2 524  100012ms]
curl: (22) The requested URL returned error: 413
curl: (22) The requested URL returned error: 524
< HTTP/1.1 507 Insufficient Storage
< HTTP/2 524
wget: server returned error: HTTP/1.1 503 Service Unavailable
wget: ERROR 524: (no description).
wget: ERROR 502: Bad Gateway.
HTTP request sent, awaiting response... 503 Service Temporarily Unavailable
AxiosError: Request failed with status code 410
Error: Request failed with status code 524
axios: Request failed with status code 413 (ERR_BAD_REQUEST)
Error: HTTP error! status: 502
Error: HTTP error! Status: 524
HTTP error 524
HTTP 524
HTTP status 524
Error 524
Error code 524
error code: 524
upload failed with status 503
upload failed with status 524
upload failed, status=504
Upload failed with status code: 524
Response status: 502
Response status code: 410
response code 503
Response status code does not indicate success: 503 (Service Unavailable).
System.Net.Http.HttpRequestException: Response status code does not indicate success: 524 ().
Response status code was unacceptable: 524.
Server returned unexpected status code - 502 - no body
tus: no upload was made (method: POST, url: https://tus.example/files/, response code: 524, response text: )
tus: chunk at 5242880 (method: PATCH, url: https://tus.example/files/24e5, response code: 410, response text: gone)
Upload error: 413 Request Entity Too Large
413 Payload Too Large
requests.exceptions.HTTPError: 503 Server Error: Service Unavailable for url: https://b.example/k
requests.exceptions.HTTPError: 524 Server Error: <none> for url: https://b.example/k
requests.exceptions.HTTPError: 410 Client Error: Gone for url: https://tus.example/files/24e5
urllib.error.HTTPError: HTTP Error 524: unknown
urllib.error.HTTPError: HTTP Error 502: Bad Gateway
httpx.HTTPStatusError: Server error '524 ' for url 'https://b.example/k'
httpx.HTTPStatusError: Server error '503 Service Unavailable' for url 'https://b.example/k'
aiohttp.client_exceptions.ClientResponseError: 524, message='', url='https://b.example/k'
aiohttp.client_exceptions.ClientResponseError: 502, message='Bad Gateway', url=URL('https://b.example/k')
upload failed: unexpected status 524
upload: bad status: 502 Bad Gateway
unexpected status code: 524
unexpected HTTP status: 503 Service Unavailable
server returned 524
got HTTP response code 503 with body ''
java.io.IOException: Server returned HTTP response code: 524 for URL: https://b.example/k
retrofit2.HttpException: HTTP 524
okhttp3: Unexpected code Response{protocol=h2, code=524, message=, url=https://b.example/k}
org.springframework.web.client.HttpServerErrorException: 524 null
org.springframework.web.client.HttpServerErrorException$BadGateway: 502 Bad Gateway: [no body]
feign.FeignException: status 503 reading Storage#put
DioException [bad response]: The request returned an invalid status code of 524.
Status Code: 502, Request ID: null
The remote server returned an error: (524).
The remote server returned an error: (503) Server Unavailable.
FetchError: Error 524 for https://b.example/k
TypeError: HTTP status code 524
xhr upload failed: status 0
XMLHttpRequest failed: 524
xhr.onload status=413
http error code 502 while uploading chunk 3
RestClient::BadGateway (502 Bad Gateway)
GuzzleHttp\Exception\ServerException: Server error: `PUT https://b.example/k` resulted in a `524 ` response
GuzzleHttp\Exception\ClientException: Client error: `PUT https://b.example/k` resulted in a `410 Gone` response:
reqwest::Error { kind: Status(524), url: "https://b.example/k" }
Error: HTTP status server error (502 Bad Gateway) for url (https://b.example/k)
HTTP status client error (410 Gone) for url (https://b.example/k)
Upload failed (HTTP 524)
failed: 524 A Timeout Occurred
Error 522: Connection timed out
error 504 Gateway Time-out
""".strip().splitlines()
AROUND = "2026-11-22T10:00:00Z INFO worker 3 took job 17 of 524 in 404 ms, 503 bytes\n" * 30


@pytest.mark.parametrize("form", FORMS)
def test_a_bare_status_is_found(form, tmp_path):
    log = tmp_path / "app.log"
    log.write_text(f"{AROUND}2026-11-22T10:00:01Z ERROR {form}\n{AROUND}")
    assert analyze([str(log)]).by_code == {classify(form).code: 1}
    assert classify(form).code != "UNKNOWN"


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ("HttpRequestException: Response status code does not indicate success: 413 ().", "TOO_LARGE"),
        ("MaxRetryError: the server answered with status code 404", "OBJECT_NOT_FOUND"),
        ("System.Net.WebException: Le serveur distant a retourné une erreur : (404) Introuvable.", "OBJECT_NOT_FOUND"),
        ("System.Net.WebException: 远程服务器返回错误: (503) 服务器不可用。", "SERVER_ERROR"),
        ("HttpRequestException: An error occurred while sending the request.", "NETWORK"),
    ],
)
def test_a_status_that_was_surely_answered_tells_more_than_the_exception_around_it(form, code):
    assert classify(form).code == code


@pytest.mark.parametrize(
    "line",
    [
        "INFO GET /media/a.mp4 404 12 ms",
        "INFO method=GET path=/media/a.mp4 status=404 bytes=503",
        "INFO returned 404 for /favicon.ico",
    ],
)
def test_a_refusal_as_a_matter_of_course_is_none(line, tmp_path):
    log = tmp_path / "app.log"
    log.write_text(AROUND + f"2026-11-22T10:00:01Z {line}\n" * 9)
    assert not analyze([str(log)]).by_code
