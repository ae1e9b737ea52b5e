// The journal as a timeline, the newest first. Bounded: what a page forgot is still in the export.

import { byId, count, duration, element, foreign, setText } from "./dom.js";
import { facts } from "./sessions.js";

const KEPT = 2000;
const SHOWN = 100;

let entries = [];
let waiting = [];

export function setUpTimeline() {
  summarize();
  byId("filter").addEventListener("input", rebuild);
  byId("injected").addEventListener("change", rebuild);
  byId("pause").addEventListener("click", () => {
    const paused = !isPaused();
    byId("pause").setAttribute("aria-pressed", String(paused));
    paused ? summarize() : draw();
  });
}

export function addEntries(fresh) {
  waiting.push(...fresh);
  waiting = waiting.slice(-KEPT);
  isPaused() ? summarize() : draw();
}

export function clearTimeline() {
  entries = [];
  waiting = [];
  rebuild();
}

const isPaused = () => byId("pause").getAttribute("aria-pressed") === "true";

function draw() {
  const fresh = waiting;
  waiting = [];
  entries = [...entries, ...fresh].slice(-KEPT);
  const list = byId("entries");
  list.prepend(...fresh.filter(matcher()).slice(-SHOWN).reverse().map(item));
  while (list.childElementCount > SHOWN) list.lastElementChild.remove();
  summarize();
}

function rebuild() {
  byId("entries").replaceChildren(...entries.filter(matcher()).slice(-SHOWN).reverse().map(item));
  summarize();
}

/** A test of entries against the words and the box of the filter. */
function matcher() {
  const words = byId("filter").value.toLowerCase().split(/\s+/).filter(Boolean);
  const injected = byId("injected").checked;
  return (entry) => {
    if (injected && !isInjected(entry)) return false;
    const text = words.length ? JSON.stringify(entry).toLowerCase() : "";
    return words.every((word) => text.includes(word));
  };
}

const isInjected = (entry) => entry.event === "expire" || (entry.event === "request" && Boolean(entry.faults));

function summarize() {
  const shown = byId("entries").childElementCount;
  const came = entries.at(-1)?.seq ?? 0; // entries are numbered without a gap
  const kept = came > entries.length ? `, the newest ${entries.length.toLocaleString("en")} kept here` : "";
  const injected = entries.filter(isInjected).length;
  setText(byId("journal-summary"), came
    ? `${count(came, "event")}${kept}: ${injected} injected, ${shown} shown`
    : "Nothing came yet. Each request to S3 will be a line here.");
  setText(byId("pause"), isPaused() && waiting.length ? `Paused, ${waiting.length} new` : isPaused() ? "Paused" : "Pause");
}

function item(entry) {
  const kind = isInjected(entry) ? "injected" : entry.event === "request" ? "" : "event";
  const details = element("details", {},
    element("summary", {},
      element("time", { datetime: entry.time }, entry.time?.slice(11, 19) ?? ""),
      element("span", { class: "what" }, ...what(entry)),
      element("span", { class: "outcome" }, ...outcome(entry))));
  details.addEventListener("toggle", () => {
    if (details.open && details.childElementCount === 1) details.append(element("dl", {}, ...facts(entry)));
  });
  return element("li", { class: kind, "data-seq": entry.seq }, details);
}

function what(entry) {
  const place = entry.key ? `${entry.bucket}/${entry.key}` : (entry.bucket ?? "");
  const part = entry.partNumber ? ` part ${entry.partNumber}` : "";
  switch (entry.event) {
    case "request": return [element("b", {}, `${entry.operation}${part}`), " ", foreign(place, { class: "quiet" })];
    case "expire": return [element("b", {}, "Session expired"), " ", foreign(`${place}: ${entry.why ?? ""}`, { class: "quiet" })];
    case "clock": return [element("b", {}, "Clock moved"), ` ${ahead(entry.advanced ?? 0)}`];
    case "arm": return [element("b", {}, "Fault armed"), ` ${entry.faults?.join(", ") ?? ""} ${entry.why ?? ""}`];
    case "disarm": return [element("b", {}, "Fault removed"), ` ${entry.faults?.join(", ") ?? entry.why ?? ""}`];
    case "scenario": return [element("b", {}, "Scenario started"), " ", foreign(entry.why ?? "")];
    default: return [element("b", {}, entry.event), " ", foreign(entry.why ?? "")];
  }
}

export function ahead(seconds) {
  if (Math.abs(seconds) < 1) return "in step with real time";
  return `${duration(seconds)} ${seconds < 0 ? "behind" : "ahead of"} real time`;
}

function outcome(entry) {
  const found = [];
  if (entry.event === "request") {
    const level = !entry.status || entry.status >= 500 ? "bad" : entry.status >= 400 || entry.code ? "warn" : "good";
    const answer = [entry.status ?? "no answer", entry.code].filter(Boolean).join(" ");
    found.push(element("span", { class: `answer ${level}` }, answer));
    if (entry.delivery && entry.delivery !== "whole") found.push(element("span", { class: "answer bad" }, entry.delivery));
    if (entry.faults) found.push(element("span", { class: "mark" }, `injected ${entry.faults.join(", ")}`));
  } else if (entry.event === "expire") {
    found.push(element("span", { class: "mark" }, "injected"));
  }
  return found;
}
