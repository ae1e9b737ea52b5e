"""Exact tokens that clients, protocols and backends use as the name of a failure.

Names of one family, one meaning and one grade stand together; their order means nothing. A class is named without its
module: the classifier strips `botocore.exceptions.` and the like. A token that a service sends as its error code stands
in `s3_codes`, not here. UNKNOWN marks a wrapper: it says that an upload failed, and the reason stands inside it.
"""

from upload_diag.codes import ErrorCode as E
from upload_diag.rules.rows import OtherCode

__all__ = ["OTHER_CODES"]


def _rows(
    family: str, code: E, names: str, *, weak: bool = False, plain: bool = False, seen: str = ""
) -> tuple[OtherCode, ...]:
    return tuple(OtherCode(name, family, code, weak=weak, plain=plain, seen=seen) for name in names.split())


_OPERATING_SYSTEMS = (
    *_rows(
        "errno",
        E.NETWORK,
        "EADDRNOTAVAIL EAI_AGAIN EAI_FAIL EAI_NODATA EAI_NONAME ECONNREFUSED ECONNRESET EHOSTDOWN EHOSTUNREACH ENETDOWN "
        "ENETRESET ENETUNREACH ENOBUFS ENONET ENOTCONN ENOTFOUND EPIPE ESHUTDOWN",
        seen="errno.h, rclone's and smithy's lists of transient errors",
    ),
    # axios names its own timeouts ECONNABORTED, and EAGAIN is what a socket's timeout looks like to Rust and C.
    *_rows("errno", E.NETWORK, "EAGAIN ECONNABORTED", weak=True, seen="axios, rclone"),
    *_rows("errno", E.TIMEOUT, "ESOCKETTIMEDOUT ETIMEDOUT", seen="errno.h, request for Node"),
    *_rows("errno", E.TIMEOUT, "ETIME", plain=True, seen="errno.h"),  # it stands in `createTime`, too
    *_rows("errno", E.TLS_ERROR, "EPROTO", seen="Node, after a failed handshake"),
    *_rows("errno", E.CANCELLED, "ECANCELED", seen="errno.h"),
    *_rows(
        "errno",
        E.LOCAL_IO,
        "EACCES EBADF EBUSY EDQUOT EFBIG EISDIR ELOOP EMFILE ENAMETOOLONG ENFILE ENODEV ENOENT ENOSPC ENOTDIR ENXIO "
        "EROFS ESTALE ETXTBSY",
        seen="errno.h, on the file that is read",
    ),
    # s3fs returns these two to its caller whatever went wrong.
    *_rows("errno", E.LOCAL_IO, "EIO EPERM", weak=True, seen="errno.h, s3fs"),
    *_rows(
        "winsock",
        E.NETWORK,
        "WSAECONNABORTED WSAECONNREFUSED WSAECONNRESET WSAEDISCON WSAEHOSTDOWN WSAEHOSTUNREACH WSAENETDOWN WSAENETRESET "
        "WSAENETUNREACH WSAENOBUFS WSAENOTCONN WSAESHUTDOWN WSAHOST_NOT_FOUND WSATRY_AGAIN",
        seen="Windows Sockets error codes",
    ),
    *_rows(
        "wininet",
        E.NETWORK,
        "ERROR_INTERNET_CANNOT_CONNECT ERROR_INTERNET_CONNECTION_ABORTED ERROR_INTERNET_CONNECTION_RESET "
        "ERROR_INTERNET_DISCONNECTED ERROR_INTERNET_NAME_NOT_RESOLVED ERROR_WINHTTP_CANNOT_CONNECT "
        "ERROR_WINHTTP_CONNECTION_ERROR ERROR_WINHTTP_NAME_NOT_RESOLVED",
        seen="Windows WinINet and WinHTTP",
    ),
    *_rows("wininet", E.TIMEOUT, "ERROR_INTERNET_TIMEOUT ERROR_WINHTTP_TIMEOUT", seen="Windows WinINet and WinHTTP"),
    *_rows("wininet", E.TLS_ERROR, "ERROR_WINHTTP_SECURE_FAILURE", seen="Windows WinHTTP"),
    *_rows("winsock", E.TIMEOUT, "WSAETIMEDOUT", seen="Windows Sockets error codes"),
    *_rows(
        "nsurl",
        E.NETWORK,
        "NSURLErrorCannotConnectToHost NSURLErrorCannotFindHost NSURLErrorDNSLookupFailed NSURLErrorDataNotAllowed "
        "NSURLErrorNetworkConnectionLost NSURLErrorNotConnectedToInternet NSURLErrorRequestBodyStreamExhausted",
        seen="Apple Foundation, NSURLError",
    ),
    *_rows("nsurl", E.TIMEOUT, "NSURLErrorTimedOut", seen="Apple Foundation, NSURLError"),
    *_rows("nsurl", E.CANCELLED, "NSURLErrorCancelled", seen="Apple Foundation, NSURLError"),
    *_rows(
        "nsurl",
        E.CREDENTIALS_INVALID,
        "NSURLErrorUserAuthenticationRequired NSURLErrorUserCancelledAuthentication",
        seen="Apple Foundation, NSURLError",
    ),
    *_rows(
        "nsurl", E.INVALID_REQUEST, "NSURLErrorBadURL NSURLErrorUnsupportedURL", seen="Apple Foundation, NSURLError"
    ),
    *_rows(
        "nsurl",
        E.TLS_ERROR,
        "NSURLErrorAppTransportSecurityRequiresSecureConnection NSURLErrorClientCertificateRejected "
        "NSURLErrorClientCertificateRequired NSURLErrorSecureConnectionFailed NSURLErrorServerCertificateHasBadDate "
        "NSURLErrorServerCertificateHasUnknownRoot NSURLErrorServerCertificateNotYetValid "
        "NSURLErrorServerCertificateUntrusted",
        seen="Apple Foundation, NSURLError",
    ),
    *_rows("nsurl", E.LOCAL_IO, "NSURLErrorCannotOpenFile NSURLErrorFileDoesNotExist", seen="Apple Foundation"),
    *_rows("nsurl", E.TOO_LARGE, "NSURLErrorDataLengthExceedsMaximum", seen="Apple Foundation"),
)

_JAVASCRIPT = (
    *_rows(
        "node",
        E.NETWORK,
        "ERR_HTTP2_GOAWAY_SESSION ERR_HTTP2_SESSION_ERROR ERR_HTTP2_STREAM_ERROR ERR_SOCKET_CLOSED "
        "ERR_STREAM_PREMATURE_CLOSE HPE_INVALID_CONSTANT NGHTTP2_ENHANCE_YOUR_CALM NGHTTP2_INTERNAL_ERROR "
        "NGHTTP2_REFUSED_STREAM REFUSED_STREAM",
        seen="Node.js error codes",
    ),
    *_rows("node", E.TIMEOUT, "ERR_HTTP_REQUEST_TIMEOUT ERR_SOCKET_CONNECTION_TIMEOUT", seen="Node.js error codes"),
    *_rows("node", E.CANCELLED, "ABORT_ERR", seen="Node.js error codes"),
    *_rows(
        "node",
        E.TLS_ERROR,
        "CERT_CHAIN_TOO_LONG CERT_HAS_EXPIRED CERT_NOT_YET_VALID CERT_REJECTED CERT_REVOKED CERT_SIGNATURE_FAILURE "
        "CERT_UNTRUSTED DEPTH_ZERO_SELF_SIGNED_CERT ERR_OSSL_EVP_UNSUPPORTED ERR_SSL_NO_PROTOCOLS_AVAILABLE "
        "ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION ERR_SSL_WRONG_VERSION_NUMBER "
        "ERR_TLS_CERT_ALTNAME_INVALID ERR_TLS_HANDSHAKE_TIMEOUT HOSTNAME_MISMATCH SELF_SIGNED_CERT_IN_CHAIN "
        "UNABLE_TO_GET_ISSUER_CERT UNABLE_TO_GET_ISSUER_CERT_LOCALLY UNABLE_TO_VERIFY_LEAF_SIGNATURE",
        seen="Node.js TLS error codes",
    ),
    *_rows(
        "node",
        E.INVALID_REQUEST,
        "ERR_HTTP_CONTENT_LENGTH_MISMATCH ERR_INVALID_CHAR ERR_INVALID_URL ERR_UNESCAPED_CHARACTERS "
        "UND_ERR_INVALID_ARG UND_ERR_REQ_CONTENT_LENGTH_MISMATCH",
        seen="Node.js and undici error codes",
    ),
    *_rows("node", E.LOCAL_IO, "ERR_FS_FILE_TOO_LARGE", seen="Node.js error codes"),
    *_rows("js", E.NETWORK, "connResetException", seen="Node: the socket ended before its answer"),
    *_rows(
        "undici",
        E.INTEGRITY,
        "RequestContentLengthMismatchError UND_ERR_REQ_CONTENT_LENGTH_MISMATCH",
        seen="undici errors",
    ),
    *_rows("undici", E.NETWORK, "SocketError UND_ERR_RESPONSE UND_ERR_SOCKET", seen="undici errors"),
    *_rows(
        "undici",
        E.TIMEOUT,
        "BodyTimeoutError HeadersTimeoutError UND_ERR_BODY_TIMEOUT UND_ERR_CONNECT_TIMEOUT UND_ERR_HEADERS_TIMEOUT",
        seen="undici errors",
    ),
    *_rows("undici", E.CANCELLED, "UND_ERR_ABORTED UND_ERR_DESTROYED", seen="undici errors"),
    *_rows("axios", E.NETWORK, "ERR_NETWORK", weak=True, seen="axios; CORS and TLS failures hide behind it"),
    *_rows("axios", E.CANCELLED, "CanceledError ERR_CANCELED", seen="axios"),
    *_rows("axios", E.TOO_LARGE, "ERR_FR_MAX_BODY_LENGTH_EXCEEDED", seen="follow-redirects under axios"),
    *_rows(
        "js",
        E.CANCELLED,
        "AbortError RequestAborted RequestAbortedError UploadAbortedError",
        seen="fetch, DOM, AWS SDK for JavaScript",
    ),
    # What failed first cancels the rest; asyncio's timeouts are caused by one.
    *_rows("js", E.CANCELLED, "CancelledError", weak=True, seen="@aws-sdk/lib-storage; Python's asyncio, s3transfer"),
    *_rows("js", E.NETWORK, "FetchError NetworkError NetworkingError", weak=True, seen="node-fetch, DOM, AWS SDK v2"),
    *_rows("js", E.NETWORK, "ERR_HTTP2_ERROR UnknownEndpoint", weak=True, seen="axios, AWS SDK v2"),
    *_rows("js", E.LOCAL_IO, "NotAllowedError NotFoundError SecurityError", weak=True, seen="File API"),
    *_rows(
        "js",
        E.LOCAL_IO,
        "ERR_UPLOAD_FILE_CHANGED NoModificationAllowedError NotReadableError QuotaExceededError",
        seen="File API, Web Storage",
    ),
    *_rows(
        "aws-js",
        E.CREDENTIALS_INVALID,
        "CredentialsError CredentialsProviderError EC2MetadataCredentialsProviderFailure NoCredentials "
        "ProcessCredentialsProviderFailure SharedIniFileCredentialsProviderFailure",
        seen="AWS SDK for JavaScript, Amplify",
    ),
    *_rows(
        "aws-js", E.CREDENTIALS_EXPIRED, "SSOTokenProviderFailure TokenProviderError", seen="AWS SDK for JavaScript"
    ),
    *_rows("aws-js", E.CORS_BLOCKED, "ETagMissing", seen="AWS SDK for JavaScript v2, ManagedUpload"),
    *_rows(
        "aws-js",
        E.INVALID_REQUEST,
        "ConfigError InvalidParameterType MultipleValidationErrors UnexpectedParameter",
        weak=True,
        seen="AWS SDK for JavaScript v2, parameter validation",
    ),
    *_rows(
        "js",
        E.UNKNOWN,
        "DetailedError FirebaseStorageError S3NetworkError S3ServiceError S3ServiceException StorageApiError "
        "StorageUnknownError",
        seen="tus-js-client, Firebase, Uppy, AWS SDK v3, supabase-js",
    ),
    *_rows("js", E.TIMEOUT, "KnexTimeoutError", weak=True, seen="Knex: the backend's database"),
    *_rows("js", E.CREDENTIALS_EXPIRED, "TokenExpiredError", seen="jsonwebtoken"),
    *_rows("js", E.CREDENTIALS_INVALID, "JsonWebTokenError", seen="jsonwebtoken"),
    *_rows("js", E.CLOCK_SKEW, "NotBeforeError", seen="jsonwebtoken"),
)

_BROWSERS = (
    *_rows(
        "chromium",
        E.NETWORK,
        "ERR_ADDRESS_INVALID ERR_ADDRESS_UNREACHABLE ERR_CONNECTION_ABORTED ERR_CONNECTION_CLOSED ERR_CONNECTION_FAILED "
        "ERR_CONNECTION_REFUSED ERR_CONNECTION_RESET ERR_CONTENT_DECODING_FAILED ERR_CONTENT_LENGTH_MISMATCH "
        "ERR_DNS_MALFORMED_RESPONSE ERR_DNS_SERVER_FAILED ERR_DNS_TIMED_OUT ERR_EMPTY_RESPONSE ERR_HTTP2_COMPRESSION_ERROR "
        "ERR_HTTP2_FLOW_CONTROL_ERROR ERR_HTTP2_FRAME_SIZE_ERROR ERR_HTTP2_PING_FAILED ERR_HTTP2_PROTOCOL_ERROR "
        "ERR_HTTP2_SERVER_REFUSED_STREAM ERR_HTTP2_STREAM_CLOSED ERR_ICANN_NAME_COLLISION ERR_INCOMPLETE_CHUNKED_ENCODING "
        "ERR_INCOMPLETE_HTTP2_HEADERS ERR_INTERNET_DISCONNECTED ERR_INVALID_CHUNKED_ENCODING ERR_INVALID_HTTP_RESPONSE "
        "ERR_INVALID_RESPONSE ERR_NAME_NOT_RESOLVED ERR_NAME_RESOLUTION_FAILED ERR_NETWORK_ACCESS_DENIED "
        "ERR_NETWORK_CHANGED ERR_NETWORK_IO_SUSPENDED ERR_NO_SUPPORTED_PROXIES ERR_PROXY_AUTH_UNSUPPORTED "
        "ERR_PROXY_CONNECTION_FAILED ERR_QUIC_HANDSHAKE_FAILED ERR_QUIC_PROTOCOL_ERROR ERR_RESPONSE_BODY_TOO_BIG_TO_DRAIN "
        "ERR_RESPONSE_HEADERS_TOO_BIG ERR_RESPONSE_HEADERS_TRUNCATED ERR_SOCKET_NOT_CONNECTED "
        "ERR_SOCKS_CONNECTION_FAILED ERR_SOCKS_CONNECTION_HOST_UNREACHABLE ERR_SPDY_PROTOCOL_ERROR "
        "ERR_TUNNEL_CONNECTION_FAILED ERR_UPLOAD_STREAM_REWIND_NOT_SUPPORTED",
        seen="Chromium net_error_list",
    ),
    *_rows("chromium", E.NETWORK, "ERR_BLOCKED_BY_CLIENT ERR_FAILED", weak=True, seen="Chromium; CORS prints it too"),
    # The browser itself gave up: there was no answer.
    *_rows(
        "chromium",
        E.NETWORK,
        "ERR_INSUFFICIENT_RESOURCES ERR_OUT_OF_MEMORY ERR_UNEXPECTED",
        weak=True,
        seen="Chromium net_error_list",
    ),
    # Chromium's network panel also prints it for requests that succeed.
    *_rows("chromium", E.CORS_BLOCKED, "ERR_BLOCKED_BY_ORB ERR_BLOCKED_BY_RESPONSE", seen="Chromium net_error_list"),
    *_rows("chromium", E.TIMEOUT, "ERR_CONNECTION_TIMED_OUT ERR_TIMED_OUT", seen="Chromium net_error_list"),
    *_rows(
        "chromium",
        E.TLS_ERROR,
        "ERR_BAD_SSL_CLIENT_AUTH_CERT ERR_CERTIFICATE_TRANSPARENCY_REQUIRED ERR_CERT_AUTHORITY_INVALID "
        "ERR_CERT_COMMON_NAME_INVALID ERR_CERT_DATE_INVALID ERR_CERT_INVALID ERR_CERT_REVOKED "
        "ERR_CERT_WEAK_SIGNATURE_ALGORITHM ERR_SSL_CLIENT_AUTH_CERT_NEEDED ERR_SSL_KEY_USAGE_INCOMPATIBLE "
        "ERR_SSL_OBSOLETE_VERSION ERR_SSL_PINNED_KEY_NOT_IN_CERT_CHAIN ERR_SSL_PROTOCOL_ERROR "
        "ERR_SSL_UNRECOGNIZED_NAME_ALERT ERR_SSL_VERSION_OR_CIPHER_MISMATCH",
        seen="Chromium net_error_list",
    ),
    *_rows("chromium", E.LOCAL_IO, "ERR_ACCESS_DENIED ERR_FILE_NOT_FOUND", seen="Chromium net_error_list"),
    *_rows(
        "chromium",
        E.INVALID_REQUEST,
        "ERR_DISALLOWED_URL_SCHEME ERR_TOO_MANY_REDIRECTS ERR_UNKNOWN_URL_SCHEME ERR_UNSAFE_PORT",
        seen="Chromium net_error_list",
    ),
    *_rows(
        "firefox",
        E.NETWORK,
        "NS_ERROR_CONNECTION_REFUSED NS_ERROR_NET_INTERRUPT NS_ERROR_NET_PARTIAL_TRANSFER NS_ERROR_NET_RESET "
        "NS_ERROR_OFFLINE NS_ERROR_PROXY_CONNECTION_REFUSED NS_ERROR_UNKNOWN_HOST NS_ERROR_UNKNOWN_PROXY_HOST",
        seen="Gecko nsError",
    ),
    *_rows("firefox", E.TIMEOUT, "NS_ERROR_NET_TIMEOUT", seen="Gecko nsError"),
    *_rows("firefox", E.CANCELLED, "NS_BINDING_ABORTED NS_ERROR_ABORT", seen="Gecko nsError"),
    *_rows("firefox", E.LOCAL_IO, "NS_ERROR_FILE_ACCESS_DENIED NS_ERROR_FILE_NOT_FOUND", seen="Gecko nsError"),
    *_rows(
        "firefox",
        E.TLS_ERROR,
        "MOZILLA_PKIX_ERROR_SELF_SIGNED_CERT SEC_ERROR_EXPIRED_CERTIFICATE SEC_ERROR_UNKNOWN_ISSUER "
        "SSL_ERROR_BAD_CERT_DOMAIN SSL_ERROR_NO_CYPHER_OVERLAP SSL_ERROR_RX_RECORD_TOO_LONG",
        seen="Gecko NSS errors",
    ),
    *_rows("firefox", E.CORS_BLOCKED, "CORSDidNotSucceed CORSMethodNotFound", seen="Firefox console"),
    *_rows(
        "firefox",
        E.CORS_BLOCKED,
        "CORSAllowOriginNotMatchingOrigin CORSMissingAllowHeaderFromPreflight CORSMissingAllowOrigin "
        "CORSMultipleAllowOriginNotAllowed CORSNotSupportingCredentials CORSPreflightDidNotSucceed CORSRequestNotHttp",
        seen="Firefox console",
    ),
)

_PYTHON = (
    *_rows(
        "python",
        E.NETWORK,
        "BrokenPipeError ConnectionAbortedError ConnectionRefusedError ConnectionResetError gaierror "
        "BadStatusLine IncompleteRead RemoteDisconnected",
        seen="CPython",
    ),
    *_rows("python", E.NETWORK, "ConnectionError URLError", weak=True, seen="CPython, botocore, requests"),
    *_rows(
        "python", E.NETWORK, "CannotSendRequest ResponseNotReady", seen="http.client, on a connection that broke off"
    ),
    *_rows("python", E.TIMEOUT, "socket.timeout", seen="CPython"),
    *_rows("python", E.CANCELLED, "KeyboardInterrupt", seen="CPython"),
    *_rows("python", E.LOCAL_IO, "IsADirectoryError NotADirectoryError", seen="CPython"),
    # s3fs and gcsfs raise these two for an object as well.
    *_rows("python", E.LOCAL_IO, "FileNotFoundError PermissionError", weak=True, seen="CPython"),
    *_rows(
        "python", E.TLS_ERROR, "CERTIFICATE_VERIFY_FAILED SSLCertVerificationError SSLError", seen="CPython, urllib3"
    ),
    *_rows("python", E.TLS_ERROR, "SSLEOFError SSLZeroReturnError", weak=True, seen="CPython"),
    *_rows(
        "urllib3",
        E.NETWORK,
        "ChunkedEncodingError InvalidChunkLength NameResolutionError NewConnectionError ProxyError",
        seen="urllib3, requests",
    ),
    *_rows("urllib3", E.NETWORK, "MaxRetryError ProtocolError", weak=True, seen="urllib3; the cause stands inside"),
    *_rows(
        "urllib3",
        E.TIMEOUT,
        "ConnectTimeout ConnectTimeoutError ReadTimeout ReadTimeoutError",
        seen="urllib3, requests",
    ),
    *_rows("urllib3", E.TIMEOUT, "Timeout", weak=True, plain=True, seen="requests"),
    *_rows("httpx", E.TIMEOUT, "PoolTimeout TimeoutException WriteTimeout", seen="httpx"),
    *_rows("httpx", E.NETWORK, "CloseError ConnectError ReadError RemoteProtocolError WriteError", seen="httpx"),
    *_rows(
        "aiohttp",
        E.NETWORK,
        "ClientConnectionError ClientConnectionResetError ClientConnectorDNSError ClientConnectorError ClientOSError "
        "ClientPayloadError ClientProxyConnectionError ServerConnectionError ServerDisconnectedError",
        seen="aiohttp",
    ),
    *_rows("aiohttp", E.TIMEOUT, "ConnectionTimeoutError ServerTimeoutError SocketTimeoutError", seen="aiohttp"),
    *_rows(
        "aiohttp",
        E.TLS_ERROR,
        "ClientConnectorCertificateError ClientConnectorSSLError ClientSSLError",
        seen="aiohttp",
    ),
    *_rows(
        "botocore",
        E.NETWORK,
        "ConnectionClosedError EndpointConnectionError IncompleteReadError ProxyConnectionError ResponseStreamingError",
        seen="botocore exceptions",
    ),
    *_rows("botocore", E.NETWORK, "HTTPClientError", weak=True, seen="botocore exceptions"),
    *_rows("botocore", E.TIMEOUT, "WaiterError", weak=True, seen="botocore exceptions"),
    *_rows("botocore", E.THROTTLED, "CapacityNotAvailableError", seen="botocore exceptions"),
    *_rows("botocore", E.INTEGRITY, "ChecksumError FlexibleChecksumError", seen="botocore exceptions"),
    *_rows("botocore", E.LOCAL_IO, "UnseekableStreamError", seen="botocore exceptions"),
    *_rows(
        "botocore",
        E.CREDENTIALS_INVALID,
        "ConfigNotFound ConfigParseError CredentialRetrievalError InfiniteLoopConfigError LoginAuthorizationCodeError "
        "LoginInsufficientPermissions LoginTokenLoadError MetadataRetrievalError NoAuthTokenError NoCredentialsError "
        "PartialCredentialsError ProfileNotFound RefreshWithMFAUnsupportedError SSOTokenLoadError UnknownCredentialError "
        "UnknownSignatureVersionError UnsupportedSignatureVersionError",
        seen="botocore exceptions",
    ),
    *_rows(
        "botocore",
        E.CREDENTIALS_EXPIRED,
        "LoginError LoginRefreshRequired SSOError TokenRetrievalError UnauthorizedSSOTokenError",
        seen="botocore exceptions",
    ),
    *_rows(
        "botocore",
        E.WRONG_REGION,
        "EndpointProviderError EndpointResolutionError EndpointVariantError InvalidRegionError NoRegionError "
        "ServiceNotInRegionError UnknownEndpointError UnknownFIPSEndpointError UnknownRegionError",
        seen="botocore exceptions",
    ),
    *_rows(
        "botocore",
        E.INVALID_REQUEST,
        "AwsChunkedWrapperError InvalidConfigError InvalidDNSNameError InvalidHostLabelError InvalidMaxRetryAttemptsError "
        "InvalidRetryModeError InvalidS3AddressingStyleError MD5UnavailableError MissingDependencyException "
        "MissingParametersError ParamValidationError UnknownServiceError UnsupportedS3ArnError "
        "UnsupportedS3ConfigurationError WaiterConfigError",
        seen="botocore exceptions",
    ),
    *_rows("botocore", E.INVALID_REQUEST, "ValidationError", weak=True, plain=True, seen="botocore, many a backend"),
    *_rows(
        "boto3",
        E.UNKNOWN,
        "RetriesExceededError S3ResponseError S3TransferFailedError S3UploadFailedError TransferNotDoneError",
        seen="boto, boto3, s3transfer",
    ),
    *_rows("boto3", E.CANCELLED, "FatalError", weak=True, plain=True, seen="s3transfer"),
    *_rows("google", E.SERVER_ERROR, "DataLoss", seen="google-api-core"),
    *_rows(
        "google", E.SERVER_ERROR, "BadGateway InternalServerError", weak=True, seen="google-api-core, many a backend"
    ),
    *_rows("google", E.TIMEOUT, "DeadlineExceeded GatewayTimeout TransferStalledError", seen="google-api-core"),
    *_rows("google", E.TIMEOUT, "RetryError", weak=True, seen="google-api-core; the cause stands inside"),
    *_rows("google", E.THROTTLED, "ResourceExhausted", weak=True, seen="google-api-core"),
    *_rows("google", E.CANCELLED, "UploadCancelledError", seen="google-cloud-storage"),
    *_rows("google", E.CANCELLED, "Cancelled", plain=True, seen="google-api-core"),
    *_rows(
        "google",
        E.CREDENTIALS_INVALID,
        "DefaultCredentialsError MutualTLSChannelError OAuthError",
        seen="google-auth",
    ),
    *_rows("google", E.CREDENTIALS_EXPIRED, "ReauthFailError RefreshError", seen="google-auth"),
    *_rows("google", E.NETWORK, "TransportError", weak=True, seen="google-auth"),
    *_rows("google", E.INTEGRITY, "DataCorruption", seen="google-resumable-media"),
    *_rows("google", E.UNKNOWN, "GoogleAPICallError", seen="google-api-core"),
    *_rows("python", E.CREDENTIALS_EXPIRED, "ExpiredSignatureError", seen="PyJWT"),
    *_rows("python", E.CLOCK_SKEW, "ImmatureSignatureError", seen="PyJWT"),
    *_rows("python", E.TOO_LARGE, "RequestDataTooBig RequestEntityTooLarge", seen="Django, Werkzeug"),
)

_OTHER_LANGUAGES = (
    *_rows(
        "java",
        E.NETWORK,
        "EOFException ClosedChannelException HttpHostConnectException NoHttpResponseException "
        "NoRouteToHostException PrematureChannelClosureException StreamResetException UnknownHostException "
        "UnresolvedAddressException",
        seen="JDK, Apache HttpClient, OkHttp, Netty",
    ),
    # Kafka Connect calls every failure of its own a ConnectException, too.
    *_rows("java", E.NETWORK, "java.net.ConnectException", seen="JDK"),
    *_rows("java", E.NETWORK, "ConnectException", plain=True, seen="JDK"),
    *_rows("java", E.NETWORK, "SocketException", weak=True, seen="JDK"),
    *_rows(
        "java",
        E.TIMEOUT,
        "ApiCallAttemptTimeoutException ApiCallTimeoutException ConnectTimeoutException "
        "ConnectionPoolTimeoutException ConnectionTimeOut HttpTimeoutException ReadTimeoutException SocketTimeoutException "
        "WriteTimeoutException",
        seen="JDK, AWS SDK for Java, Netty",
    ),
    *_rows("java", E.CANCELLED, "CancellationException", weak=True, seen="JDK, Kotlin"),
    *_rows("java", E.CANCELLED, "AbortedException JobCancellationException", seen="AWS SDK for Java, Kotlin"),
    *_rows("java", E.CANCELLED, "InterruptedException InterruptedIOException", weak=True, seen="JDK"),
    *_rows(
        "java",
        E.TLS_ERROR,
        "CertPathValidatorException CertificateException CertificateExpiredException SSLException SSLHandshakeException "
        "SSLPeerUnverifiedException SSLProtocolException SunCertPathBuilderException ValidatorException",
        seen="JDK",
    ),
    *_rows("java", E.LOCAL_IO, "AccessDeniedFileException NoSuchFileException", seen="JDK"),
    *_rows("java", E.LOCAL_IO, "FileNotFoundException", weak=True, seen="JDK; Hadoop raises it for a dead session"),
    *_rows("java", E.TOO_LARGE, "FileSizeLimitExceededException MaxUploadSizeExceededException", seen="Spring, Tomcat"),
    *_rows("java", E.TOO_LARGE, "SizeLimitExceededException", seen="Commons FileUpload"),
    *_rows("java", E.INVALID_REQUEST, "FileUploadException MultipartException", weak=True, seen="Spring, Tomcat"),
    *_rows("java", E.NETWORK, "NonRepeatableRequestException PortUnreachableException", seen="JDK, Apache HttpClient"),
    *_rows("java", E.NETWORK, "ClientAbortException", seen="Tomcat: the client hung up"),
    *_rows("java", E.ACCESS_DENIED, "AWSAccessDeniedIOException", seen="Hadoop S3A"),
    *_rows("java", E.WRONG_REGION, "AWSRedirectException", seen="Hadoop S3A"),
    *_rows("java", E.THROTTLED, "AWSServiceThrottledException", seen="Hadoop S3A"),
    *_rows("java", E.CREDENTIALS_INVALID, "NoAuthWithAWSException NoAwsCredentialsException", seen="Hadoop S3A"),
    *_rows("java", E.SERVER_ERROR, "AWSStatus500Exception", seen="Hadoop S3A"),
    *_rows("java", E.INVALID_REQUEST, "AWSBadRequestException", weak=True, seen="Hadoop S3A"),
    *_rows(
        "java",
        E.UNKNOWN,
        "AWSClientIOException AWSS3IOException AWSServiceIOException AmazonClientException AmazonS3Exception "
        "AmazonServiceException MultipartUploadException S3Exception S3MultipartUploadException SdkClientException "
        "SdkServiceException StorageException",
        seen="AWS SDKs for Java, Kotlin, .NET, PHP; Hadoop S3A, Firebase",
    ),
    *_rows("dotnet", E.CANCELLED, "OperationCanceledException", seen=".NET"),
    *_rows("dotnet", E.CANCELLED, "TaskCanceledException", weak=True, seen=".NET; HttpClient's timeouts look like it"),
    *_rows("dotnet", E.TLS_ERROR, "AuthenticationException", weak=True, seen=".NET"),
    *_rows("dotnet", E.NETWORK, "HttpRequestException WebException", weak=True, seen=".NET"),
    *_rows("dotnet", E.LOCAL_IO, "DirectoryNotFoundException UnauthorizedAccessException", seen=".NET"),
    *_rows("dotnet", E.NETWORK, "ConnectFailure NameResolutionFailure ReceiveFailure SendFailure", seen=".NET"),
    *_rows("dotnet", E.TLS_ERROR, "SecureChannelFailure TrustFailure", seen=".NET WebExceptionStatus"),
    *_rows("aws-go", E.CANCELLED, "RequestCanceled", seen="AWS SDK for Go v1, .NET WebExceptionStatus"),
    *_rows("aws-go", E.UNKNOWN, "SerializationError", seen="AWS SDK for Go v1: what came is no XML"),
    *_rows("go", E.CANCELLED, "RequestCanceledError", seen="AWS SDK for Go v2"),
    *_rows("go", E.TIMEOUT, "ResponseTimeout", seen="AWS SDK for Go v1"),
    *_rows("go", E.CREDENTIALS_INVALID, "NoCredentialProviders EC2RoleRequestError", seen="AWS SDK for Go v1"),
    *_rows("go", E.WRONG_REGION, "MissingRegion MissingEndpoint", seen="AWS SDK for Go"),
    *_rows("go", E.UNKNOWN, "MultipartUpload", plain=True, seen="AWS SDK for Go v1"),
    *_rows(
        "ruby",
        E.TIMEOUT,
        "Errno::ETIMEDOUT Net::OpenTimeout Net::ReadTimeout Net::WriteTimeout Timeout::Error",
        seen="Ruby",
    ),
    *_rows(
        "ruby",
        E.NETWORK,
        "Errno::ECONNREFUSED Errno::ECONNRESET Errno::EHOSTUNREACH Errno::EPIPE Seahorse::Client::NetworkingError "
        "TruncatedBodyError",
        weak=True,
        seen="Ruby, AWS SDK for Ruby",
    ),
    *_rows("ruby", E.NETWORK, "Socket::ResolutionError", seen="Ruby"),
    *_rows("ruby", E.NETWORK, "Excon::Error::Socket Excon::Errors::SocketError", weak=True, seen="Excon, fog"),
    *_rows("ruby", E.TLS_ERROR, "OpenSSL::SSL::SSLError", seen="Ruby"),
    *_rows("ruby", E.LOCAL_IO, "Errno::EACCES Errno::ENOENT Errno::ENOSPC", seen="Ruby"),
    *_rows("ruby", E.CREDENTIALS_INVALID, "MissingCredentialsError", seen="AWS SDK for Ruby"),
    *_rows("ruby", E.WRONG_REGION, "MissingRegionError", seen="AWS SDK for Ruby"),
    *_rows(
        "haskell",
        E.INTEGRITY,
        "WrongRequestBodyStreamSize",
        seen="http-client: the body is not as long as it was said to be",
    ),
    *_rows("ruby", E.INTEGRITY, "InvalidChecksumError", seen="CarrierWave, tus-ruby-server"),
    *_rows("ruby", E.UNKNOWN, "MultipartUploadError", seen="AWS SDK for Ruby"),
    *_rows("php", E.CREDENTIALS_INVALID, "CredentialsException", seen="AWS SDK for PHP"),
    *_rows("php", E.TOO_LARGE, "PostTooLargeException UPLOAD_ERR_FORM_SIZE UPLOAD_ERR_INI_SIZE", seen="PHP, Laravel"),
    *_rows("php", E.NETWORK, "UPLOAD_ERR_PARTIAL", seen="PHP: the file arrived in part"),
    *_rows("php", E.LOCAL_IO, "UPLOAD_ERR_CANT_WRITE UPLOAD_ERR_NO_TMP_DIR", seen="PHP: the server's own disk"),
    *_rows(
        "rust",
        E.NETWORK,
        "BrokenPipe ConnectionAborted ConnectionRefused ConnectionReset HostUnreachable NetworkUnreachable UnexpectedEof",
        seen="std::io::ErrorKind",
    ),
    *_rows(
        "rust",
        E.NETWORK,
        "DispatchFailure HttpDispatchError ConnectorError",
        weak=True,
        seen="rusoto, AWS SDK for Rust",
    ),
    *_rows("rust", E.NETWORK, "ChannelClosed IncompleteMessage", seen="hyper"),
    *_rows("rust", E.TLS_ERROR, "InvalidCertificate", seen="rustls"),
    *_rows("rust", E.TIMEOUT, "ThroughputBelowMinimum", seen="AWS SDK for Rust: a stream that has stalled"),
    *_rows("go", E.WRONG_REGION, "BucketRegionError", seen="AWS SDK for Go v1"),
    *_rows("dart", E.TLS_ERROR, "HandshakeException", seen="Dart, Flutter"),
    *_rows(
        "curl",
        E.NETWORK,
        "CURLE_COULDNT_CONNECT CURLE_COULDNT_RESOLVE_HOST CURLE_COULDNT_RESOLVE_PROXY CURLE_GOT_NOTHING CURLE_HTTP2 "
        "CURLE_HTTP2_STREAM CURLE_PARTIAL_FILE CURLE_RECV_ERROR CURLE_SEND_ERROR",
        seen="libcurl error codes",
    ),
    *_rows("curl", E.TIMEOUT, "CURLE_OPERATION_TIMEDOUT", seen="libcurl error codes"),
    *_rows("curl", E.CANCELLED, "CURLE_ABORTED_BY_CALLBACK", seen="libcurl error codes"),
    *_rows(
        "curl",
        E.TLS_ERROR,
        "CURLE_PEER_FAILED_VERIFICATION CURLE_SSL_CACERT CURLE_SSL_CERTPROBLEM CURLE_SSL_CONNECT_ERROR",
        seen="libcurl error codes",
    ),
    *_rows("curl", E.LOCAL_IO, "CURLE_READ_ERROR", seen="libcurl error codes"),
)

_STORES_AND_PROTOCOLS = (
    # Apache Arrow and the AWS SDK for C++ print the enumerator instead of the service's spelling.
    *_rows("aws-cpp", E.SESSION_EXPIRED, "NO_SUCH_UPLOAD", seen="AWS SDK for C++, Apache Arrow"),
    *_rows("aws-cpp", E.BUCKET_NOT_FOUND, "NO_SUCH_BUCKET", seen="AWS SDK for C++"),
    *_rows("aws-cpp", E.OBJECT_NOT_FOUND, "NO_SUCH_KEY RESOURCE_NOT_FOUND", seen="AWS SDK for C++"),
    *_rows("aws-cpp", E.ACCESS_DENIED, "ACCESS_DENIED", seen="AWS SDK for C++, many a backend"),
    *_rows("aliyun", E.CLOCK_SKEW, "RequestTimeExpired", seen="Alibaba Cloud's Log Service"),
    *_rows("aws-cpp", E.CLOCK_SKEW, "REQUEST_TIME_TOO_SKEWED", seen="AWS SDK for C++"),
    *_rows("aws-cpp", E.THROTTLED, "REQUEST_LIMIT_EXCEEDED SLOW_DOWN THROTTLING", seen="AWS SDK for C++"),
    *_rows("aws-cpp", E.SERVER_ERROR, "INTERNAL_FAILURE SERVICE_UNAVAILABLE", seen="AWS SDK for C++"),
    *_rows("aws-cpp", E.TIMEOUT, "REQUEST_TIMEOUT", seen="AWS SDK for C++"),
    *_rows(
        "aws-cpp", E.NETWORK, "NETWORK_CONNECTION", weak=True, seen="AWS SDK for C++; curl's own code stands beside it"
    ),
    *_rows("aws-cpp", E.CREDENTIALS_EXPIRED, "EXPIRED_TOKEN", seen="AWS SDK for C++"),
    *_rows("aws-cpp", E.CONFLICT, "INVALID_OBJECT_STATE", seen="AWS SDK for C++"),
    *_rows(
        "aws-cpp",
        E.CREDENTIALS_INVALID,
        "INVALID_ACCESS_KEY_ID INVALID_CLIENT_TOKEN_ID INVALID_SIGNATURE MISSING_AUTHENTICATION_TOKEN "
        "SIGNATURE_DOES_NOT_MATCH UNRECOGNIZED_CLIENT",
        seen="AWS SDK for C++",
    ),
    *_rows(
        "firebase",
        E.ACCESS_DENIED,
        "storage/unauthorized storage/unauthorized-app",
        seen="Firebase Storage",
    ),
    *_rows("firebase", E.CREDENTIALS_INVALID, "storage/unauthenticated", seen="Firebase Storage"),
    *_rows("firebase", E.CREDENTIALS_EXPIRED, "auth/id-token-expired auth/user-token-expired", seen="Firebase Auth"),
    *_rows("firebase", E.CANCELLED, "storage/canceled storage/cancelled", seen="Firebase Storage"),
    *_rows("firebase", E.TIMEOUT, "storage/retry-limit-exceeded", seen="Firebase Storage"),
    *_rows("firebase", E.QUOTA_EXCEEDED, "storage/quota-exceeded", seen="Firebase Storage"),
    *_rows("firebase", E.OBJECT_NOT_FOUND, "storage/object-not-found", seen="Firebase Storage"),
    *_rows(
        "firebase",
        E.BUCKET_NOT_FOUND,
        "storage/bucket-not-found storage/no-default-bucket storage/project-not-found",
        seen="Firebase Storage",
    ),
    *_rows("firebase", E.INTEGRITY, "storage/invalid-checksum", seen="Firebase Storage"),
    *_rows("firebase", E.LOCAL_IO, "storage/cannot-slice-blob storage/server-file-wrong-size", seen="Firebase Storage"),
    *_rows(
        "firebase",
        E.INVALID_REQUEST,
        "storage/invalid-argument storage/invalid-default-bucket storage/invalid-event-name storage/invalid-format "
        "storage/invalid-url storage/unsupported-environment",
        seen="Firebase Storage",
    ),
    *_rows("firebase", E.UNKNOWN, "storage/internal-error storage/unknown", seen="Firebase Storage"),
    *_rows("grpc", E.TIMEOUT, "DEADLINE_EXCEEDED", seen="gRPC status codes"),
    *_rows("grpc", E.THROTTLED, "RESOURCE_EXHAUSTED", seen="gRPC status codes"),
    *_rows("grpc", E.ACCESS_DENIED, "PERMISSION_DENIED", seen="gRPC status codes"),
    *_rows("grpc", E.CREDENTIALS_INVALID, "UNAUTHENTICATED", seen="gRPC status codes, GraphQL servers"),
    *_rows("grpc", E.INVALID_REQUEST, "INVALID_ARGUMENT OUT_OF_RANGE UNIMPLEMENTED", seen="gRPC status codes"),
    *_rows("grpc", E.CONFLICT, "ALREADY_EXISTS", seen="gRPC status codes"),
    *_rows("grpc", E.CONFLICT, "FAILED_PRECONDITION", weak=True, seen="gRPC status codes; its sentence says more"),
    *_rows("grpc", E.SERVER_ERROR, "DATA_LOSS", seen="gRPC status codes"),
    *_rows("grpc", E.SERVER_ERROR, "UNAVAILABLE", plain=True, seen="gRPC status codes"),
    *_rows("grpc", E.SERVER_ERROR, "INTERNAL", weak=True, plain=True, seen="gRPC status codes"),
    *_rows("grpc", E.CANCELLED, "CANCELLED", plain=True, seen="gRPC status codes"),
    *_rows("grpc", E.OBJECT_NOT_FOUND, "NOT_FOUND", weak=True, seen="gRPC status codes, many a backend"),
    *_rows("docker", E.SESSION_EXPIRED, "BLOB_UPLOAD_UNKNOWN", seen="OCI distribution specification"),
    *_rows("docker", E.SESSION_EXPIRED, "UploadNotFoundException", seen="Amazon ECR"),
    *_rows("docker", E.PARTS_REJECTED, "LayerPartTooSmallException InvalidLayerPartException", seen="Amazon ECR"),
    *_rows("docker", E.OBJECT_NOT_FOUND, "BLOB_UNKNOWN MANIFEST_BLOB_UNKNOWN", seen="OCI distribution specification"),
    *_rows("docker", E.INTEGRITY, "DIGEST_INVALID SIZE_INVALID", seen="OCI distribution specification"),
    *_rows("docker", E.CONFLICT, "BLOB_UPLOAD_INVALID", seen="OCI distribution specification"),
    *_rows("docker", E.THROTTLED, "TOOMANYREQUESTS", seen="OCI distribution specification"),
    *_rows("dropbox", E.CONFLICT, "incorrect_offset", seen="Dropbox upload sessions"),
    *_rows("dropbox", E.SESSION_EXPIRED, "lookup_failed", weak=True, seen="Dropbox upload sessions"),
    *_rows("dropbox", E.TOO_LARGE, "payload_too_large", seen="Dropbox upload sessions"),
    *_rows("dropbox", E.TOO_LARGE, "too_large", plain=True, seen="Dropbox upload sessions"),
    *_rows("dropbox", E.QUOTA_EXCEEDED, "insufficient_space", seen="Dropbox"),
    *_rows("dropbox", E.QUOTA_EXCEEDED, "storage_limit_exceeded", seen="Box"),
    *_rows("dropbox", E.THROTTLED, "too_many_write_operations", seen="Dropbox"),
    *_rows("dropbox", E.CREDENTIALS_EXPIRED, "expired_access_token", seen="Dropbox"),
    *_rows("dropbox", E.CREDENTIALS_INVALID, "invalid_access_token", seen="Dropbox"),
    *_rows("dropbox", E.ACCESS_DENIED, "no_write_permission missing_scope", seen="Dropbox"),
    *_rows("dropbox", E.INTEGRITY, "content_hash_mismatch", seen="Dropbox"),
    *_rows("box", E.SESSION_EXPIRED, "upload_session_not_found", seen="Box chunked upload"),
    *_rows("box", E.PARTS_REJECTED, "upload_session_part_mismatch", seen="Box chunked upload"),
    *_rows("box", E.TOO_LARGE, "file_size_limit_exceeded", seen="Box"),
    *_rows("msgraph", E.SESSION_EXPIRED, "uploadSessionNotFound uploadSessionExpired", seen="OneDrive"),
    *_rows("msgraph", E.SESSION_EXPIRED, "uploadSessionFailed", weak=True, seen="OneDrive"),
    *_rows("msgraph", E.CREDENTIALS_EXPIRED, "InvalidAuthenticationToken", weak=True, seen="Microsoft Graph"),
    *_rows("msgraph", E.CREDENTIALS_INVALID, "unauthenticated", plain=True, seen="Microsoft Graph"),
    *_rows("msgraph", E.ACCESS_DENIED, "accessDenied ErrorAccessDenied", seen="Microsoft Graph"),
    *_rows("msgraph", E.THROTTLED, "activityLimitReached tooManyRequests", seen="Microsoft Graph"),
    *_rows("msgraph", E.QUOTA_EXCEEDED, "quotaLimitReached insufficientStorage", seen="Microsoft Graph"),
    *_rows("msgraph", E.CONFLICT, "nameAlreadyExists resourceModified", seen="Microsoft Graph"),
    *_rows("msgraph", E.INVALID_REQUEST, "fragmentRowCountCheckFailed invalidRequest", seen="Microsoft Graph"),
    *_rows("msgraph", E.CONFLICT, "fragmentOverlap", seen="OneDrive"),
    *_rows("msgraph", E.THROTTLED, "ThrottledRequest", seen="OneDrive: the header x-clienterror"),
    *_rows("msgraph", E.SERVER_ERROR, "serviceNotAvailable", seen="Microsoft Graph"),
    *_rows("msgraph", E.SERVER_ERROR, "generalException", weak=True, seen="Microsoft Graph: its message may say more"),
    *_rows("msgraph", E.OBJECT_NOT_FOUND, "itemNotFound", seen="Microsoft Graph"),
    *_rows("msgraph", E.TOO_LARGE, "maxFragmentLengthExceeded", seen="OneDrive"),
    *_rows("tus", E.SESSION_EXPIRED, "ERR_UPLOAD_NOT_FOUND ERR_UPLOAD_EXPIRED ERR_UPLOAD_TERMINATED", seen="tusd"),
    *_rows("tus", E.CONFLICT, "ERR_MISMATCHED_OFFSET ERR_FILE_LOCKED ERR_LOCK_TIMEOUT ERR_MODIFY_FINAL", seen="tusd"),
    *_rows("tus", E.CANCELLED, "ERR_UPLOAD_STOPPED ERR_UPLOAD_INTERRUPTED", seen="tusd"),
    *_rows("tus", E.TOO_LARGE, "ERR_MAX_SIZE_EXCEEDED ERR_SIZE_EXCEEDED ERR_UPLOAD_SIZE_EXCEEDED", seen="tusd"),
    *_rows("tus", E.INTEGRITY, "ERR_CHECKSUM_MISMATCH", seen="tusd"),
    *_rows(
        "tus",
        E.INVALID_REQUEST,
        "ERR_INVALID_CONTENT_TYPE ERR_INVALID_OFFSET ERR_INVALID_UPLOAD_LENGTH ERR_UNSUPPORTED_VERSION",
        seen="tusd",
    ),
    *_rows("tus", E.TIMEOUT, "ERR_READ_TIMEOUT", seen="tusd"),
    *_rows("tus", E.NETWORK, "ERR_CONNECTION_RESET_BY_PEER ERR_UNEXPECTED_EOF", seen="tusd"),
    *_rows("gcs", E.SESSION_EXPIRED, "ResumableUploadStartOverException", seen="gsutil"),
    *_rows("gcs", E.UNKNOWN, "ResumableUploadAbortException ResumableUploadException", seen="gsutil"),
    *_rows("vercel", E.TIMEOUT, "FUNCTION_INVOCATION_TIMEOUT", seen="Vercel"),
    *_rows("vercel", E.TOO_LARGE, "FUNCTION_PAYLOAD_TOO_LARGE", seen="Vercel"),
    *_rows("vercel", E.SERVER_ERROR, "FUNCTION_INVOCATION_FAILED", seen="Vercel"),
    *_rows("lambda", E.TOO_LARGE, "RequestEntityTooLargeException", seen="AWS Lambda"),
    *_rows("cognito", E.CREDENTIALS_INVALID, "NotAuthorizedException", weak=True, seen="Amazon Cognito"),
    *_rows("google-api", E.QUOTA_EXCEEDED, "quotaExceeded storageQuotaExceeded", seen="Google Drive, YouTube"),
    *_rows(
        "google-api",
        E.THROTTLED,
        "dailyLimitExceeded uploadLimitExceeded userRateLimitExceeded",
        seen="Google APIs",
    ),
    *_rows("vimeo", E.QUOTA_EXCEEDED, "UPLOAD_QUOTA_EXCEEDED", seen="Vimeo"),
)

_BACKENDS = (
    *_rows(
        "backend",
        E.SESSION_EXPIRED,
        "GET_NEW_SESSION INVALID_UPLOAD_ID INVALID_UPLOAD_SESSION MULTIPART_UPLOAD_EXPIRED MULTIPART_UPLOAD_NOT_FOUND "
        "NEW_SESSION_REQUIRED REFRESH_SESSION REFRESH_UPLOAD_SESSION RESTART_UPLOAD STORAGE_UPLOAD_EXPIRED "
        "STORAGE_UPLOAD_NOT_FOUND UPLOAD_EXPIRED UPLOAD_ID_EXPIRED UPLOAD_ID_INVALID UPLOAD_NOT_FOUND "
        "UPLOAD_SESSION_EXPIRED UPLOAD_SESSION_INVALID UPLOAD_SESSION_LOST UPLOAD_SESSION_NOT_FOUND",
        seen="actionRequired, errorType or code of applications' envelopes",
    ),
    *_rows(
        "backend",
        E.SESSION_EXPIRED,
        "InvalidUploadSession MultipartUploadExpired MultipartUploadNotFound SessionRecoveryFailed UploadExpired "
        "UploadIdExpired UploadNotFound UploadSessionExpired UploadSessionExpiredError UploadSessionInvalid "
        "UploadSessionNotFound",
        seen="errorType of applications' envelopes",
    ),
    *_rows(
        "backend",
        E.SESSION_EXPIRED,
        "multipart_upload_not_found upload_expired upload_id_invalid upload_not_found upload_session_expired "
        "upload_session_invalid",
        seen="code of applications' envelopes",
    ),
    # A login has sessions too, so these are codes only where a code is expected.
    *_rows(
        "backend",
        E.SESSION_EXPIRED,
        "SESSION_EXPIRED SESSION_INVALID SESSION_NOT_FOUND SessionExpired SessionExpiredError SessionInvalid "
        "SessionNotFound expired_session invalid_session session_expired session_gone",
        plain=True,
        seen="errorType or code of applications' envelopes",
    ),
    *_rows(
        "backend",
        E.CREDENTIALS_EXPIRED,
        "AUTH_TOKEN_EXPIRED JWT_EXPIRED PGRST301 REFRESH_CREDENTIALS REFRESH_TOKEN_EXPIRED TOKEN_EXPIRED TokenExpired "
        "expired_token token_expired",
        seen="code of applications' envelopes",
    ),
    *_rows(
        "backend",
        E.URL_EXPIRED,
        "PRESIGNED_URL_EXPIRED PRESIGN_EXPIRED SIGNED_URL_EXPIRED URL_EXPIRED presign_expired",
        seen="applications",
    ),
    *_rows("backend", E.CREDENTIALS_INVALID, "INVALID_CREDENTIALS INVALID_TOKEN invalid_token", seen="applications"),
    *_rows("backend", E.CREDENTIALS_INVALID, "UNAUTHORIZED", weak=True, seen="applications, GraphQL servers"),
    *_rows("backend", E.CREDENTIALS_EXPIRED, "invalid_grant", seen="OAuth 2.0"),
    *_rows("backend", E.ACCESS_DENIED, "FORBIDDEN", weak=True, seen="applications, GraphQL servers"),
    *_rows("backend", E.ACCESS_DENIED, "ForbiddenException NOT_AUTHORIZED", weak=True, seen="NestJS, Directus"),
    *_rows(
        "backend",
        E.THROTTLED,
        "RATE_LIMITED RATE_LIMIT_EXCEEDED RateLimitError TOO_MANY_REQUESTS rate_limit_exceeded "
        "rate_limited REQUESTS_EXCEEDED",
        seen="applications, Mux, Directus",
    ),
    *_rows(
        "backend",
        E.TOO_LARGE,
        "CONTENT_TOO_LARGE FILE_SIZE_EXCEEDED FILE_TOO_BIG FILE_TOO_LARGE FST_ERR_CTP_BODY_TOO_LARGE "
        "FST_REQ_FILE_TOO_LARGE FileTooLarge FileTooLargeError LIMIT_FIELD_VALUE LIMIT_FILE_SIZE MAX_FILE_SIZE_EXCEEDED "
        "MaxFileSizeUploadError PAYLOAD_TOO_LARGE PayloadTooLarge PayloadTooLargeError PayloadTooLargeException "
        "REQUEST_TOO_LARGE entity.too.large file_too_large",
        seen="multer, body-parser, graphql-upload, Fastify, NestJS, applications",
    ),
    *_rows(
        "multer",
        E.INVALID_REQUEST,
        "LIMIT_FIELD_COUNT LIMIT_FIELD_KEY LIMIT_FILE_COUNT LIMIT_PART_COUNT LIMIT_UNEXPECTED_FILE",
        seen="multer",
    ),
    *_rows(
        "backend",
        E.QUOTA_EXCEEDED,
        "INSUFFICIENT_STORAGE QUOTA_EXCEEDED STORAGE_FULL STORAGE_LIMIT_EXCEEDED STORAGE_QUOTA_EXCEEDED quota_exceeded",
        seen="applications",
    ),
    *_rows(
        "backend", E.INTEGRITY, "CHECKSUM_MISMATCH HASH_MISMATCH INTEGRITY_ERROR checksum_mismatch", seen="applications"
    ),
    *_rows("backend", E.BUCKET_NOT_FOUND, "BUCKET_NOT_FOUND BucketNotFound", seen="applications"),
    *_rows("backend", E.OBJECT_NOT_FOUND, "FILE_NOT_FOUND OBJECT_NOT_FOUND", weak=True, seen="applications"),
    *_rows("backend", E.NETWORK, "NETWORK_ERROR", weak=True, seen="applications"),
    *_rows(
        "backend",
        E.TIMEOUT,
        "TIMEOUT_ERROR UPLOAD_TIMEOUT GATEWAY_TIMEOUT NETWORK_TIMEOUT CONNECTION_TIMEOUT",
        seen="applications",
    ),
    *_rows("backend", E.TIMEOUT, "TIMEOUT", plain=True, weak=True, seen="applications"),
    *_rows("backend", E.SERVER_ERROR, "INTERNAL_ERROR INTERNAL_SERVER_ERROR", weak=True, seen="GraphQL servers"),
    *_rows("backend", E.SERVER_ERROR, "BAD_GATEWAY", seen="applications"),
    *_rows(
        "backend", E.CANCELLED, "UPLOAD_ABORTED UPLOAD_CANCELED UPLOAD_CANCELLED USER_CANCELLED", seen="applications"
    ),
    *_rows(
        "backend", E.INVALID_REQUEST, "BAD_REQUEST BAD_USER_INPUT VALIDATION_ERROR", weak=True, seen="GraphQL servers"
    ),
    *_rows("ruby", E.INTEGRITY, "ActiveStorage::IntegrityError", seen="Rails"),
    *_rows("ruby", E.INVALID_REQUEST, "CarrierWave::IntegrityError", seen="CarrierWave"),
    *_rows("uploadthing", E.TOO_LARGE, "FileSizeMismatch", seen="UploadThing: larger than the route allows"),
    *_rows("uploadthing", E.INVALID_REQUEST, "FileCountMismatch", seen="UploadThing"),
    *_rows("elixir", E.TOO_LARGE, "RequestTooLargeError", seen="Plug"),
    *_rows(
        "entra",
        E.CREDENTIALS_EXPIRED,
        "AADSTS50078 AADSTS50173 AADSTS500133 AADSTS70008 AADSTS700082 AADSTS700084 AADSTS70043",
        seen="Microsoft Entra ID",
    ),
    *_rows("crt", E.THROTTLED, "AWS_ERROR_S3_SLOW_DOWN", seen="AWS common runtime, as those below"),
    *_rows("crt", E.SERVER_ERROR, "AWS_ERROR_S3_INTERNAL_ERROR"),
    *_rows("crt", E.CLOCK_SKEW, "AWS_ERROR_S3_REQUEST_TIME_TOO_SKEWED"),
    *_rows(
        "crt", E.CREDENTIALS_EXPIRED, "AWS_AUTH_SSO_TOKEN_EXPIRED AWS_AUTH_CREDENTIALS_PROVIDER_LOGIN_TOKEN_EXPIRED"
    ),
    *_rows("crt", E.CREDENTIALS_INVALID, "AWS_AUTH_SIGNING_INVALID_CREDENTIALS AWS_AUTH_SIGNING_NO_CREDENTIALS"),
    *_rows(
        "crt",
        E.TIMEOUT,
        "AWS_ERROR_HTTP_CHANNEL_THROUGHPUT_FAILURE AWS_ERROR_HTTP_CONNECTION_MANAGER_ACQUISITION_TIMEOUT "
        "AWS_ERROR_HTTP_RESPONSE_FIRST_BYTE_TIMEOUT AWS_ERROR_S3_REQUEST_TIMEOUT AWS_IO_SOCKET_TIMEOUT "
        "AWS_IO_TLS_NEGOTIATION_TIMEOUT",
    ),
    *_rows(
        "crt",
        E.NETWORK,
        "AWS_ERROR_HTTP_CONNECTION_CLOSED AWS_ERROR_HTTP_GOAWAY_RECEIVED AWS_ERROR_HTTP_PROXY_CONNECT_FAILED "
        "AWS_ERROR_HTTP_RST_STREAM_RECEIVED AWS_ERROR_HTTP_SERVER_CLOSED AWS_IO_BROKEN_PIPE AWS_IO_DNS_INVALID_NAME "
        "AWS_IO_DNS_NO_ADDRESS_FOR_HOST AWS_IO_DNS_QUERY_AGAIN AWS_IO_DNS_QUERY_FAILED AWS_IO_SOCKET_CLOSED "
        "AWS_IO_SOCKET_CONNECTION_REFUSED AWS_IO_SOCKET_CONNECT_ABORTED AWS_IO_SOCKET_NETWORK_DOWN "
        "AWS_IO_SOCKET_NOT_CONNECTED AWS_IO_SOCKET_NO_ROUTE_TO_HOST",
        weak=True,
    ),
    *_rows(
        "crt",
        E.TLS_ERROR,
        "AWS_IO_TLS_BAD_PEER_CERTIFICATE AWS_IO_TLS_CERTIFICATE_EXPIRED AWS_IO_TLS_CERTIFICATE_NOT_YET_VALID "
        "AWS_IO_TLS_ERROR_NEGOTIATION_FAILURE AWS_IO_TLS_HOST_NAME_MISMATCH AWS_IO_TLS_INVALID_CERTIFICATE_CHAIN "
        "AWS_IO_TLS_NO_ROOT_CERTIFICATE_FOUND AWS_IO_TLS_PEER_CERTIFICATE_EXPIRED "
        "AWS_IO_TLS_PEER_CERTIFICATE_REVOKED AWS_IO_TLS_PEER_CERTIFICATE_UNKNOWN AWS_IO_TLS_UNKNOWN_ROOT_CERTIFICATE "
        "AWS_IO_TLS_VERSION_UNSUPPORTED",
    ),
    *_rows(
        "crt",
        E.INTEGRITY,
        "AWS_ERROR_S3_INCORRECT_CONTENT_LENGTH AWS_ERROR_S3_RESPONSE_CHECKSUM_MISMATCH "
        "AWS_ERROR_S3_RESUMED_PART_CHECKSUM_MISMATCH",
    ),
    *_rows("crt", E.LOCAL_IO, "AWS_ERROR_S3_FILE_MODIFIED AWS_IO_STREAM_READ_FAILED AWS_IO_STREAM_SEEK_FAILED"),
    *_rows("crt", E.CANCELLED, "AWS_ERROR_HTTP_STREAM_CANCELLED AWS_ERROR_S3_CANCELED AWS_ERROR_S3_PAUSED"),
    *_rows("minio", E.SERVER_ERROR, "InsufficientReadQuorum InsufficientWriteQuorum", seen="MinIO server log"),
    *_rows("openssl", E.TLS_ERROR, "SSL_ERROR_SSL SSL_ERROR_SYSCALL handshake_failure", seen="OpenSSL, JDK"),
    *_rows("haskell", E.TLS_ERROR, "HandshakeFailed", seen="Haskell tls"),
    *_rows("haskell", E.TIMEOUT, "ConnectionTimeout ResponseTimeout", seen="http-client"),
    *_rows("haskell", E.NETWORK, "NoResponseDataReceived", seen="http-client"),
    *_rows("bun", E.NETWORK, "FailedToOpenSocket", seen="Bun"),
    *_rows("bun", E.NETWORK, "ConnectionClosed ConnectionRefused", plain=True, seen="Bun"),
    *_rows("qt", E.NETWORK, "HostNotFoundError", seen="Qt"),
    *_rows("qt", E.TLS_ERROR, "SslHandshakeFailedError", seen="Qt"),
    *_rows("swift", E.CANCELLED, "explicitlyCancelled", seen="Alamofire"),
    *_rows("boto3", E.CREDENTIALS_INVALID, "NoAuthHandlerFound", seen="boto"),
    *_rows("supabase", E.ACCESS_DENIED, "42501", plain=True, seen="SQLSTATE insufficient_privilege"),
    *_rows(
        "backend",
        E.UNKNOWN,
        "CHUNK_UPLOAD_FAILED ChunkUploadError S3_ERROR UPLOAD_ERROR UPLOAD_FAILED",
        seen="applications",
    ),
)

_ROWS = (
    *_OPERATING_SYSTEMS,
    *_JAVASCRIPT,
    *_BROWSERS,
    *_PYTHON,
    *_OTHER_LANGUAGES,
    *_STORES_AND_PROTOCOLS,
    *_BACKENDS,
)

OTHER_CODES: dict[str, OtherCode] = {row.name: row for row in _ROWS}
"""Every row by its token."""
