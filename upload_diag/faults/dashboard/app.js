// The dashboard: wires the parts of the page to the server.

import { attempt, byId, count, element, moment, say, setText } from "./dom.js";
import { Connection, get, getText, post, useToken } from "./api.js";
import { sessionQuery, setUpSessions, showSessions } from "./sessions.js";
import { setUpFaults, showFaults } from "./faults.js";
import { addEntries, ahead, clearTimeline, setUpTimeline } from "./timeline.js";

const STATES = { live: "live", polling: "live, asking twice a second", reconnecting: "reconnecting…" };
const steps = [...document.querySelectorAll("[data-advance]")];

const connection = new Connection({
  query: () => `/api/overview?${new URLSearchParams({ ...sessionQuery(), ahead: steps.map((each) => each.dataset.advance) })}`,
  overview(data) {
    showSessions(data);
    showFaults(data.faults);
    showClock(data);
  },
  entries: addEntries,
  restart: clearTimeline,
  state(name) {
    byId("status").dataset.state = name;
    setText(byId("status"), STATES[name]);
  },
  denied() {
    byId("token-form").hidden = false;
  },
});

function showClock(data) {
  byId("now").dateTime = data.now;
  setText(byId("now"), moment(data.now));
  setText(byId("advanced"), ahead(data.advancedSeconds));
  data.due.forEach(({ sessions }, index) => {
    const kills = sessions ? `kills ${count(sessions, "session")}` : "kills none";
    let line = steps[index].querySelector("span");
    if (!line) steps[index].append(" ", (line = element("span")));
    setText(line, kills);
    line.className = sessions ? "kills" : "";
  });
}

async function advance(seconds) {
  const { expired } = await post("/api/clock", { advanceSeconds: seconds });
  say(`The clock moved. ${expired.length ? count(expired.length, "session") : "No session"} died of it.`);
  connection.refresh();
}

function setUpClock() {
  for (const each of steps) each.addEventListener("click", attempt(() => advance(Number(each.dataset.advance))));
  byId("advance-form").addEventListener("submit", attempt(() =>
    advance(byId("advance-by").valueAsNumber * Number(byId("advance-unit").value))));
}

async function setUpScenarios() {
  const { scenarios } = await get("/api/scenarios");
  const texts = new Map(scenarios.map((each) => [each.name, each.description]));
  const select = byId("scenario");
  select.replaceChildren(...[...texts.keys()].map((name) => element("option", {}, name)));
  const describe = () => setText(byId("scenario-text"), texts.get(select.value) ?? "");
  select.onchange = describe;
  byId("scenario-form").onsubmit = attempt(async () => {
    const { name, armed } = await post("/api/scenario", { name: select.value });
    say(`Started ${name}: ${count(armed.length, "fault")} armed.`);
    connection.refresh();
  });
  describe();
}

async function setUpClients() {
  const { clients, page } = await get("/api/clients");
  for (const link of document.querySelectorAll("[data-page]")) link.href = page;
  const legend = byId("clients").querySelector("legend");
  const show = ({ imports, connect, upload }) => setText(byId("snippet"), [imports, connect, upload].filter(Boolean).join("\n"));
  byId("clients").replaceChildren(legend, ...clients.map((each, index) => {
    const radio = element("input", { type: "radio", name: "client", checked: index === 0, change: () => show(each) });
    return element("label", {}, radio, element("span", {}, each.client));
  }));
  show(clients[0]);
  byId("copy").onclick = attempt(async () => {
    try {
      await navigator.clipboard.writeText(byId("snippet").textContent);
      say("Copied the snippet.");
    } catch {
      getSelection().selectAllChildren(byId("snippet"));
      say("Selected the snippet; this browser lets no page copy here, so press Ctrl-C.");
    }
  });
}

function setUpExport() {
  for (const button of document.querySelectorAll("[data-export]")) {
    const format = button.dataset.export;
    button.addEventListener("click", attempt(async () => {
      const text = await getText(`/api/journal?times=true&format=${format}`);
      const url = URL.createObjectURL(new Blob([text], { type: "application/octet-stream" }));
      element("a", { href: url, download: `journal.${format}` }).click();
      setTimeout(() => URL.revokeObjectURL(url), 60_000);
      say(`Exported journal.${format}.`);
    }));
  }
}

/** What is asked of the server once; again after a token was given. */
async function load() {
  await Promise.all([setUpFaults(connection), setUpScenarios(), setUpClients()]);
}

byId("token-form").addEventListener("submit", attempt(async () => {
  useToken(byId("token").value);
  byId("token-form").hidden = true;
  await load();
  connection.refresh();
}));
byId("reset").addEventListener("click", attempt(async () => {
  await post("/api/reset");
  say("Everything is back to the start.");
  connection.refresh();
}));
byId("dismiss").addEventListener("click", () => say(""));
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") say("");
});
setUpSessions(connection);
setUpTimeline();
setUpClock();
setUpExport();
connection.refresh();
load().catch(() => {}); // the connection tells what is wrong
