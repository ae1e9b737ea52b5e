// The table of upload sessions: a row each, kept as long as its session is shown, so that focus and selection stay.

import { age, attempt, byId, bytes, count, element, foreign, moment, say, setHidden, setText } from "./dom.js";
import { get, post } from "./api.js";

const SVG = "http://www.w3.org/2000/svg";
const SHOWN = 50; // sessions, until more are asked for
const MOST = 1000; // that an overview tells of
const SHOWN_PARTS = 200; // of a session's parts, in its details
const FLASH = 800; // milliseconds for which a changed row stands out, at least

const rows = new Map();
let refresh = () => {};
let limit = SHOWN;
let ahead = 0; // milliseconds by which the server's clock is ahead of this browser's

export function setUpSessions(connection) {
  refresh = () => connection.refresh();
  const seek = () => {
    limit = SHOWN;
    connection.soon();
  };
  byId("match").addEventListener("input", seek);
  byId("state").addEventListener("change", seek);
  byId("more").addEventListener("click", () => {
    limit = Math.min(MOST, limit * 4);
    refresh();
  });
  byId("clear-match").addEventListener("click", () => {
    byId("match").value = byId("state").value = "";
    byId("match").focus();
    refresh();
  });
  byId("select-all").addEventListener("change", (event) => {
    for (const row of rows.values()) row.check.checked = event.target.checked && row.live;
    showSelection();
  });
  byId("expire-selected").addEventListener("click", attempt(expireSelected));
  byId("expire-all").addEventListener("click", attempt(async () => {
    const { expired } = await post("/api/expire", { all: true });
    say(`Expired ${count(expired.length, "session")}.`);
    byId("sessions-title").focus();
    refresh();
  }));
  setInterval(tick, 1000);
}

/** What the table asks of the overview. */
export function sessionQuery() {
  return { limit, match: byId("match").value, state: byId("state").value };
}

export function showSessions(data) {
  ahead = Date.parse(data.now) - Date.now();
  const all = Object.values(data.counts).reduce((sum, each) => sum + each, 0);
  byId("counts").replaceChildren(...Object.entries(data.counts).map(([state, number]) =>
    element("li", { class: state }, element("b", {}, number.toLocaleString("en")), ` ${state}`)));
  setHidden(byId("empty"), all > 0);
  setHidden(byId("none-match"), all === 0 || data.matching > 0);
  setHidden(byId("list"), data.matching === 0);
  const shown = data.uploads.length;
  setText(byId("caption"), shown < data.matching
    ? `The ${shown.toLocaleString("en")} newest of ${count(data.matching, "session")}; find others by bucket, key or id`
    : `${count(shown, "session")}, the newest first`);
  setHidden(byId("more"), shown === data.matching || shown === MOST);
  byId("expire-all").disabled = data.counts.live === 0;
  showRows(data.uploads);
  tick();
}

function showRows(uploads) {
  const ids = new Set(uploads.map((upload) => upload.uploadId));
  for (const [id, row] of rows) {
    if (ids.has(id)) continue;
    row.row.remove();
    row.detail.remove();
    rows.delete(id);
  }
  let at = byId("rows").firstChild;
  for (const upload of uploads) {
    let row = rows.get(upload.uploadId);
    if (!row) rows.set(upload.uploadId, (row = new Row(upload.uploadId)));
    if (at === row.row) at = row.detail.nextSibling;
    else at ? at.before(row.row, row.detail) : byId("rows").append(row.row, row.detail);
    row.show(upload);
  }
  showSelection();
}

function tick() {
  const now = Date.now() + ahead;
  let due = false;
  for (const row of rows.values()) due = row.tick(now) || due;
  if (due) refresh();
}

function selected() {
  return [...rows].filter(([, row]) => row.check.checked).map(([id]) => id);
}

function showSelection() {
  const chosen = selected().length;
  const button = byId("expire-selected");
  button.disabled = chosen === 0;
  setText(button, chosen ? `Expire selected (${chosen})` : "Expire selected");
  const live = [...rows.values()].filter((row) => row.live).length;
  const all = byId("select-all");
  all.disabled = live === 0;
  all.checked = chosen > 0 && chosen === live;
  all.indeterminate = chosen > 0 && chosen < live;
}

async function expireSelected() {
  const ids = selected();
  await Promise.all(ids.map((id) => post(`/api/uploads/${encodeURIComponent(id)}/expire`)));
  say(`Expired ${count(ids.length, "session")}.`);
  byId("sessions-title").focus();
  refresh();
}

class Row {
  constructor(id) {
    this.id = id;
    this.version = "";
    this.live = true;
    this.changedAt = -Infinity;
    this.check = element("input", { type: "checkbox", change: showSelection });
    this.place = element("span", { class: "place" });
    this.name = element("span", { class: "name" });
    this.state = element("span", { class: "state" });
    this.why = element("span", { class: "why" });
    this.bar = svg("path", {});
    this.strip = svg("svg", { class: "strip", "aria-hidden": "true", preserveAspectRatio: "none" }, this.bar);
    this.partText = element("span");
    this.size = cell("number", "Bytes");
    this.age = element("span");
    this.left = element("span", { class: "why" });
    this.expire = element("button", { type: "button", click: attempt(() => this.expireNow()) }, "Expire now");
    this.more = element("button", { type: "button", class: "plain", "aria-expanded": "false", click: () => this.toggle() }, "Details");
    this.row = element("tr", { role: "row", "data-id": id },
      cell("pick", "", this.check),
      element("th", { scope: "row", role: "rowheader", class: "session" }, this.place, this.name, foreign(id, { class: "id", title: id })),
      cell("", "State", this.state, this.why),
      cell("parts", "Parts", this.strip, this.partText),
      this.size,
      cell("number age", "Age", this.age, this.left),
      cell("actions", "", this.expire, this.more));
    this.panel = element("td", { colspan: "7", role: "cell" });
    this.detail = element("tr", { role: "row", class: "detail", hidden: true }, this.panel);
  }

  show(upload) {
    const version = JSON.stringify(upload);
    if (version === this.version) return;
    const changed = this.version !== "";
    this.version = version;
    this.upload = upload;
    this.live = upload.state === "live";
    const name = `${upload.bucket}/${upload.key}`;
    if (!changed) {
      const file = upload.key.lastIndexOf("/") + 1;
      this.place.append(foreign(`${upload.bucket}/${upload.key.slice(0, file)}`));
      this.name.append(foreign(upload.key.slice(file)));
      this.check.setAttribute("aria-label", `Select ${name}`);
      this.expire.setAttribute("aria-label", `Expire now: ${name}, upload ${this.id}`);
      this.more.setAttribute("aria-label", `Details: ${name}, upload ${this.id}`);
    }
    setText(this.state, upload.state);
    this.state.className = `state ${upload.state}`;
    setText(this.why, upload.why);
    setText(this.partText, parts(upload));
    this.draw(upload.partRanges);
    setText(this.size, bytes(upload.bytes));
    if (!this.live) this.over();
    if (changed) this.flash();
    if (!this.detail.hidden) this.fill();
  }

  /** Stand out until the next tick but one: an animation would have the page painted sixty times a second. */
  flash() {
    this.changedAt = performance.now();
    this.row.classList.add("changed");
  }

  /** A square for each part up to forty; beyond that a bar, with gaps where parts are missing. */
  draw(ranges) {
    const last = Math.max(10, ranges.at(-1)?.[1] ?? 0);
    const blocks = last > 40 ? ranges.slice(0, 500)
      : ranges.flatMap(([from, to]) => Array.from({ length: to - from + 1 }, (_, index) => [from + index, from + index]));
    const gap = last > 40 ? 0 : 0.18;
    this.strip.setAttribute("viewBox", `0 0 ${last} 1`);
    this.bar.setAttribute("d", blocks.map(([from, to]) => `M${from - 1} 0H${to - gap}V1H${from - 1}Z`).join(""));
  }

  /** A session that is over can be neither selected nor expired; the focus stays in its row. */
  over() {
    if (document.activeElement === this.expire || document.activeElement === this.check) this.more.focus();
    this.expire.hidden = true;
    this.check.checked = false;
    this.check.disabled = true;
  }

  /** Show the age; true when the session is due to die and should be asked about. */
  tick(now) {
    const end = this.upload.ended ? Date.parse(this.upload.ended) : now;
    setText(this.age, age((end - Date.parse(this.upload.initiated)) / 1000));
    if (performance.now() - this.changedAt > FLASH) this.row.classList.remove("changed");
    const expires = this.live && this.upload.expires ? Date.parse(this.upload.expires) : null;
    setText(this.left, expires ? `dies in ${age((expires - now) / 1000)}` : this.live ? "" : "when it ended");
    return expires !== null && expires <= now;
  }

  async expireNow() {
    await post(`/api/uploads/${encodeURIComponent(this.id)}/expire`);
    say(`Expired ${this.upload.bucket}/${this.upload.key}.`);
    refresh();
  }

  async toggle() {
    this.detail.hidden = !this.detail.hidden;
    this.more.setAttribute("aria-expanded", String(!this.detail.hidden));
    if (this.detail.hidden) return;
    await this.fill();
    this.detail.scrollIntoView({ block: "nearest" });
  }

  async fill() {
    const full = await get(`/api/uploads/${encodeURIComponent(this.id)}`).catch(() => null);
    if (full === null) return;
    if (!this.facts) this.build();
    const { upload } = this;
    this.facts.replaceChildren(...facts({
      Bucket: full.bucket,
      Key: full.key,
      "Upload id": full.uploadId,
      Initiated: moment(full.initiated),
      Expires: upload.expires && `${moment(upload.expires)}, ${upload.expiresWhy}`,
      Ended: full.ended && `${moment(full.ended)}, ${full.why}`,
    }));
    this.partNumber.placeholder = String((full.parts.at(-1)?.partNumber ?? 0) + 1);
    setHidden(this.form, !this.live);
    const shown = full.parts.slice(-SHOWN_PARTS);
    setText(this.partCaption, shown.length < full.parts.length ? `The last ${SHOWN_PARTS} of ${full.parts.length} parts` : count(full.parts.length, "part"));
    this.partRows.replaceChildren(...shown.map((part) => element("tr", {},
      element("th", { scope: "row" }, String(part.partNumber)),
      element("td", { class: "number" }, `${part.size.toLocaleString("en")} B`),
      element("td", { class: "id" }, foreign(part.etag)))));
    setHidden(this.partTable, full.parts.length === 0);
  }

  build() {
    const field = `part-${this.id}`;
    this.facts = element("dl");
    this.partNumber = element("input", { type: "number", id: field, min: "1", max: "10000" });
    this.form = element("form", { class: "inline", submit: attempt(() => this.expireAt()) },
      element("label", { for: field }, "Expire when part"), this.partNumber, "arrives", element("button", {}, "Arm"));
    this.partCaption = element("caption");
    this.partRows = element("tbody");
    const heads = ["Part", "Size", "ETag"].map((name) => element("th", { scope: "col", class: name === "Size" && "number" }, name));
    this.partTable = element("table", { class: "small" }, this.partCaption, element("thead", {}, element("tr", {}, ...heads)), this.partRows);
    this.panel.append(this.facts, this.form, element("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Parts" }, this.partTable));
  }

  async expireAt() {
    const partNumber = Number(this.partNumber.value || this.partNumber.placeholder);
    const when = { operation: "UploadPart", uploadId: this.id, partNumber, times: 1 };
    const armed = await post("/api/faults", { kind: "expire-session", why: `expired at part ${partNumber}`, when });
    say(`Armed ${armed.id}: the session dies when part ${partNumber} arrives.`);
    this.partNumber.value = "";
    refresh();
  }
}

/** A cell; `label` heads it where the table is shown as cards. */
function cell(className, label, ...children) {
  return element("td", { role: "cell", class: className, "data-label": label }, ...children);
}

export function facts(pairs) {
  return Object.entries(pairs).filter(([, value]) => value !== null && value !== undefined && value !== "")
    .flatMap(([name, value]) => [element("dt", {}, name), element("dd", {}, foreign(String(value)))]);
}

function parts(upload) {
  if (!upload.partCount) return "no part yet";
  const ranges = upload.partRanges.slice(0, 4).map(([first, last]) => (first === last ? `${first}` : `${first}–${last}`));
  return `${count(upload.partCount, "part")}: ${ranges.join(", ")}${upload.partRanges.length > 4 ? ", …" : ""}`;
}

function svg(name, attributes, ...children) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}
