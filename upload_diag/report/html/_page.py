"""The page: verdict, what to tell the user, when, failures, uploads, what was read."""

from base64 import b64encode
from collections.abc import Iterator, Mapping
from hashlib import sha256
from importlib.resources import files
from re import sub

from upload_diag.analysis import Example, Group, Report
from upload_diag.codes import ErrorCode
from upload_diag.report import _words as words
from upload_diag.report.html._chart import chart, series
from upload_diag.report.html._data import embedded
from upload_diag.report.html._kept import Kept
from upload_diag.report.html._lanes import LEGEND, SHAPES, lane, steps
from upload_diag.report.html._markup import Markup, tag
from upload_diag.sessions import RootCause, UploadSession
from upload_diag.terminal import one_line

__all__ = ["page"]


def page(kept: Kept) -> str:
    """The whole document."""
    answer = words.verdict(kept.whole)
    style, script = _own("page.css"), _own("page.js")
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=_policy(style, script)),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="generator", content=f"upload-diag {kept.part.version}"),
        tag("title", f"{answer.what.split(':')[0].rstrip('.')} - upload-diag report"),
        tag("style", style),
    )
    body = tag(
        "body",
        SHAPES,
        _header(kept, answer),
        tag("main", _sections(kept), id="content"),
        tag("footer", _footer(kept)),
        embedded(kept.to_json()),
        tag("script", script),
    )
    return f"<!doctype html>\n{tag('html', head, body, lang='en')}\n"


def _own(name: str) -> Markup:
    return Markup(files("upload_diag.report.html").joinpath(name).read_text(encoding="utf-8"))


def _policy(style: str, script: str) -> str:
    """Nothing is loaded, nothing is sent, and only our own script and style count."""
    hashes = (b64encode(sha256(text.encode()).digest()).decode() for text in (style, script))
    styles, scripts = (f"'sha256-{one}'" for one in hashes)
    return f"default-src 'none'; style-src {styles}; script-src {scripts}; base-uri 'none'; form-action 'none'"


def _header(kept: Kept, answer: words.Verdict) -> Markup:
    tell = tag(
        "section",
        tag("h2", "Tell the user"),
        tag("blockquote", answer.tell_user, id="tell"),
        tag("button", "Copy", type="button", id="copy", hidden=True),
        class_="tell",
    )
    code, _, meaning = answer.what.partition(": ")
    return tag(
        "header",
        tag("p", "upload-diag report", class_="brand"),
        tag("h1", tag("span", code, class_="code"), " " if meaning else "", meaning or None),
        tag("p", answer.how_often, class_="often"),
        (
            tag("p", tag("strong", f"{pattern.text.rstrip('.')}."), f" {pattern.confirm}", class_="pattern")
            for pattern in kept.part.patterns
        ),
        tell if answer.tell_user else None,
        class_="bad" if kept.whole.groups else "good",
    )


def _sections(kept: Kept) -> Iterator[Markup]:
    part, colours = kept.part, series(kept.whole)
    drawn = chart(part.timeline, part.bucket_seconds, colours)
    if drawn:
        yield tag("section", tag("h2", "When"), drawn, id="when")
    if part.groups or part.sessions:
        yield _tools()
    if part.groups:
        kinds = words.counted(len(kept.whole.groups), "kind")
        title = f"{words.counted(kept.whole.findings, 'failure')} of {kinds}"
        shown = (_group(group, kept.whole, colours) for group in part.groups)
        hint = tag("p", tag("code", "upload-diag explain CODE"), " says more about each code.", class_="more")
        yield tag("section", tag("h2", title), hint, _more(kept, "groups", "kind"), shown, id="failures")
    if part.sessions:
        title = f"{words.counted(len(kept.whole.sessions), 'upload')}: {words.outcomes(kept.whole)}"
        shown = (_session(session) for session in part.sessions)
        yield tag("section", tag("h2", title), _more(kept, "sessions", "upload"), LEGEND, shown, id="uploads")
    yield tag("section", tag("h2", "What was read"), _inputs(kept), id="inputs")


def _tools() -> Markup:
    box = tag("input", type="search", id="filter", autocomplete="off", aria_describedby="matches")
    return tag(
        "div",
        tag("label", "Filter ", box),
        tag("button", "Open all", type="button", id="open"),
        tag("button", "Close all", type="button", id="close"),
        tag("output", id="matches", for_="filter"),
        id="tools",
        role="search",
        hidden=True,
    )


def _more(kept: Kept, name: str, noun: str) -> Markup | None:
    """What the page leaves out of a list."""
    missing = kept.left_out.get(name, 0)
    if not missing:
        return None
    text = f"{words.counted(missing, f'more {noun}')} not shown, to keep this page small; analyze -f json has all."
    return tag("p", text, class_="more")


def _group(group: Group, whole: Report, colours: Mapping[ErrorCode, int]) -> Markup:
    anchor = "g-" + sub(r"[^0-9A-Za-z]+", "-", group.fingerprint)
    where = f"at {group.operation}" if group.operation else ""
    uploads = words.counted(group.sessions, "upload") if group.sessions else ""
    told = " · ".join(filter(None, (where, uploads, words.period(group.first, group.last))))
    summary = tag(
        "summary",
        tag("span", group.count, class_="count"),
        tag("span", tag("i", class_=f"dot c{colours.get(group.code, 0)}"), words.title(group), class_="name"),
        tag("span", told, class_="told"),
        _share(group.count, whole.findings, colours.get(group.code, 0)),
    )
    return tag(
        "details",
        summary,
        tag("p", group.cause),
        tag("p", "Tell the user: ", tag("q", f"{group.user_message} {group.advice}".strip())),
        _why(group, anchor),
        (_example(example) for example in group.examples),
        class_="item",
        id=anchor,
    )


def _why(group: Group, anchor: str) -> Markup:
    link = tag("a", "Link", href=f"#{anchor}")
    return tag("p", "Next step ", tag("code", group.action), ", by rule ", tag("code", group.rule), ". ", link)


def _share(count: int, total: int, colour: int) -> Markup:
    bar = tag("rect", class_=f"c{colour}", width=f"{100 * count / max(1, total):.3g}%", height="3")
    return tag("svg", bar, class_="share", aria_hidden="true")


def _row(name: str, *value: str) -> Markup:
    return tag("div", tag("dt", name), tag("dd", value))


def _example(example: Example) -> Markup:
    time = f" · {words.moment(example.time)} UTC" if example.time else ""
    caption = f"{words.place(example.path, example.line)}{time} · byte {example.offset:,}"
    return tag("figure", tag("figcaption", caption), tag("pre", example.text), class_="example")


def _session(session: UploadSession) -> Markup:
    cause = session.root_cause
    took = words.lasted(session.first, session.last)
    began = tag("span", words.moment(session.first)), tag("span", f"+ {took}" if took else None)
    summary = tag(
        "summary",
        tag("span", session.outcome, class_=f"badge {session.outcome}"),
        tag("span", words.name_of(session), class_="name"),
        tag("span", words.facts(session), class_="told"),
        tag("span", f"because {words.CAUSES[cause.cause]}", class_="told") if cause else None,
        lane(session),
        tag("span", began, class_="axis") if session.first else None,
    )
    ids = (tag("code", one) for one in session.upload_ids)
    object_ = "/".join(filter(None, (session.bucket, session.key)))
    return tag(
        "details",
        summary,
        _cause(cause) if cause else None,
        tag(
            "dl",
            _row("Upload ids", *_spaced(ids)) if session.upload_ids else None,
            _row("Object", tag("code", object_)) if object_ else None,
            _row("Errors", words.listed(session.errors)) if session.errors else None,
        ),
        steps(session) if session.timeline else None,
        class_="item",
    )


def _spaced(items: Iterator[Markup]) -> Iterator[str]:
    for item in items:
        yield item
        yield " "


def _cause(cause: RootCause) -> Markup:
    return tag(
        "div",
        tag("p", tag("strong", f"The session died because {words.CAUSES[cause.cause]}.")),
        tag(
            "ul",
            (tag("li", f"Seen: {line}") for line in cause.evidence),
            (tag("li", f"Not seen: {line}") for line in cause.unseen),
            tag("li", f"To be sure: {cause.confirm}") if cause.confirm else None,
        ),
        class_="cause",
    )


def _inputs(kept: Kept) -> Iterator[Markup | None]:
    missed = words.unread(kept.whole)
    if missed:
        yield tag("h3", "Not read")
        yield tag("ul", (tag("li", line) for line in words.unread(kept.part)), class_="missed")
    if kept.part.notes:
        yield tag("h3", "To know")
        yield tag("ul", (tag("li", note) for note in kept.part.notes))
    names = ("input", "format", "encoding", "lines", "size", "failures")
    rows = (
        tag(
            "tr",
            tag("th", one_line(one.path), scope="row"),
            tag("td", one.format or "not a log"),
            tag("td", one.encoding),
            tag("td", one.lines),
            tag("td", words.size(one.bytes)),
            tag("td", sum(one.by_code.values())),
        )
        for one in kept.part.inputs
    )
    table = tag("table", tag("thead", tag("tr", (tag("th", name, scope="col") for name in names))), tag("tbody", rows))
    yield _more(kept, "inputs", "input")
    yield tag("div", table, class_="scroll", role="region", aria_label="Inputs", tabindex="0")


def _footer(kept: Kept) -> Iterator[Markup]:
    yield tag(
        "p",
        f"upload-diag {kept.part.version}, rules {kept.part.ruleset_version}. Keys, signatures, tokens, passwords and "
        "e-mail addresses are taken out. This file loads nothing and sends nothing.",
    )
    yield tag("p", "Print it, search it, or read it back: ", tag("code", "upload-diag analyze FILE.html"), ".")
