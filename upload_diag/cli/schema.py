"""`upload-diag schema [NAME] [--write DIR]`."""

import json
from pathlib import Path

import click

from upload_diag.cli._console import notice, open_output
from upload_diag.cli._options import examples, output_option


@click.command(epilog=examples("schema", "schema error-info -o error-info.schema.json", "schema --write schemas"))
@click.argument("name", required=False)
@click.option(
    "--write",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    help="write NAME, or all schemas, as files into this folder",
)
@output_option
def command(name: str | None, folder: Path | None, output: str | None) -> None:
    """Print or write the JSON Schemas; without NAME, list them.

    NAME is one of the list, or NAME@VERSION for an old version. The schemas are JSON Schema 2020-12 and keep to what
    means the same in draft-07. No schema refers to anything online.
    """
    from upload_diag.contract.schemas import names, schema_text, version

    wanted = [name] if name else names()
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        for each in wanted:
            target = folder / f"{each.replace('@', '-')}.schema.json"
            with open_output(str(target)) as out:
                out.write(schema_text(each))
            notice(f"wrote {target}")
        return
    with open_output(output) as out:
        if name:
            out.write(schema_text(name))
            return
        for each in wanted:
            body = json.loads(schema_text(each))
            out.write(f"{each:<16} {version(body):<6} {body['title']}\n")
