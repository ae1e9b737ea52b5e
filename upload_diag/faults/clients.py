"""How clients are pointed at a fault server: text to paste, for the banner of `serve` and for the dashboard."""

from dataclasses import dataclass

__all__ = ["Snippet", "snippets"]


@dataclass(frozen=True, slots=True)
class Snippet:
    """Text for one client.

    Attributes:
        client: its name.
        imports: what the two others need; empty for a program of the shell.
        connect: one line that points it at the server.
        upload: what to run after it, for an upload in parts.
    """

    client: str
    imports: str
    connect: str
    upload: str


def snippets(url: str, access: str, secret: str) -> tuple[Snippet, ...]:
    """For each client that people test with; `url` is of S3, `access` and `secret` are credentials that are let in."""
    return (
        Snippet(
            "boto3",
            "import boto3",
            f"s3 = boto3.client('s3', endpoint_url='{url}', region_name='us-east-1', "
            f"aws_access_key_id='{access}', aws_secret_access_key='{secret}')",
            "s3.create_bucket(Bucket='demo')\ns3.upload_file('video.mp4', 'demo', 'video.mp4')",
        ),
        Snippet(
            "aws-cli",
            "",
            f"export AWS_ACCESS_KEY_ID={access} AWS_SECRET_ACCESS_KEY={secret} AWS_DEFAULT_REGION=us-east-1 "
            f"AWS_ENDPOINT_URL={url}",
            "aws s3 mb s3://demo\naws s3 cp video.mp4 s3://demo/",
        ),
        Snippet(
            "JS",
            'import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";\n'
            'import { Upload } from "@aws-sdk/lib-storage";',
            f'const client = new S3Client({{ endpoint: "{url}", region: "us-east-1", forcePathStyle: true, '
            f'credentials: {{ accessKeyId: "{access}", secretAccessKey: "{secret}" }} }});',
            'await client.send(new CreateBucketCommand({ Bucket: "demo" }));\n'
            'await new Upload({ client, params: { Bucket: "demo", Key: "video.mp4", Body: file } }).done();',
        ),
        Snippet(
            "rclone",
            "",
            f"export RCLONE_CONFIG_FAULTS_TYPE=s3 RCLONE_CONFIG_FAULTS_PROVIDER=Other "
            f"RCLONE_CONFIG_FAULTS_ENDPOINT={url} RCLONE_CONFIG_FAULTS_ACCESS_KEY_ID={access} "
            f"RCLONE_CONFIG_FAULTS_SECRET_ACCESS_KEY={secret}",
            "rclone mkdir faults:demo\nrclone copy --s3-upload-cutoff 5M --s3-chunk-size 5M video.mp4 faults:demo",
        ),
    )
