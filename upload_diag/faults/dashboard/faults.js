// Faults: those that are armed, and a form for more that is made from their types in /openapi.json.

import { attempt, byId, count, element, foreign, say, setHidden } from "./dom.js";
import { get, post, remove } from "./api.js";

let refresh = () => {};
let schemas = {};
let shown = "";

export async function setUpFaults(connection) {
  refresh = () => connection.refresh();
  byId("kind").addEventListener("change", showKind);
  byId("fault-form").addEventListener("submit", attempt(arm));
  byId("disarm-all").addEventListener("click", attempt(async () => {
    const { disarmed } = await remove("/api/faults");
    say(`Removed ${count(disarmed, "fault")}.`);
    byId("faults-title").focus();
    refresh();
  }));
  schemas = (await get("/openapi.json")).components.schemas;
  const kinds = schemas.Fault.oneOf.map((each) => each.$ref.split("/").at(-1));
  byId("kind").replaceChildren(...kinds.map((kind) => element("option", {}, kind)));
  byId("when-fields").replaceChildren(...fields("when", schemas.When));
  showKind();
}

export function showFaults(faults) {
  const version = JSON.stringify(faults);
  if (version === shown) return;
  shown = version;
  setHidden(byId("no-faults"), faults.length > 0);
  byId("disarm-all").disabled = faults.length === 0;
  const focused = document.activeElement?.dataset.fault;
  byId("faults").replaceChildren(...faults.map(item));
  if (focused) (document.querySelector(`[data-fault="${CSS.escape(focused)}"]`) ?? byId("faults-title")).focus();
}

function item(fault) {
  const { id, kind, when, seen, fired, ...own } = fault;
  const button = element("button", {
    type: "button", "data-fault": id, "aria-label": `Remove ${id}, ${kind}`,
    click: attempt(async () => {
      await remove(`/api/faults/${id}`);
      say(`Removed ${id}.`);
      refresh();
    }),
  }, "Remove");
  return element("li", { "data-id": id },
    element("div", {},
      element("b", {}, kind), " ", element("span", { class: "quiet" }, id),
      line("", own), line("when ", when),
      element("span", { class: fired ? "mark" : "quiet" }, `struck ${fired} of ${count(seen, "request")}`)),
    button);
}

function line(start, values) {
  const text = Object.entries(values).map(([name, value]) => `${words(name)} ${value}`).join(", ");
  return text ? element("span", { class: "line" }, start, foreign(text)) : null;
}

function showKind() {
  const schema = schemas[byId("kind").value];
  byId("kind-text").textContent = schema.description;
  byId("fault-fields").replaceChildren(...fields("fault", schema));
}

/** A labelled input for each plain field of a schema. */
function fields(prefix, schema) {
  return Object.entries(schema.properties).filter(([, field]) => field.type || field.enum).map(([name, field]) => {
    const id = `${prefix}-${name}`;
    const required = schema.required?.includes(name) ?? false;
    return element("div", {},
      element("label", { for: id }, words(name, true), required ? element("span", { class: "quiet" }, " (needed)") : null),
      input(id, name, field, required),
      element("small", { id: `${id}-text` }, field.description ?? ""));
  });
}

function input(id, name, field, required) {
  const common = { id, name, required, "aria-describedby": `${id}-text` };
  if (field.enum) return element("select", common, ...field.enum.map((value) => element("option", { selected: value === field.default }, value)));
  if (field.type === "boolean") return element("input", { ...common, type: "checkbox" });
  const hint = { placeholder: field.default ?? "", autocomplete: "off" };
  if (field.type === "string") return element("input", { ...common, ...hint, list: name === "operation" && "operations" });
  return element("input", { ...common, ...hint, type: "number", step: field.type === "integer" ? "1" : "any" });
}

/** What was filled in; empty fields are left out. */
function values(container) {
  const found = {};
  for (const each of container.querySelectorAll("input, select")) {
    if (each.type === "checkbox") each.checked && (found[each.name] = true);
    else if (each.value !== "") found[each.name] = each.type === "number" ? each.valueAsNumber : each.value;
  }
  return found;
}

async function arm() {
  const fault = { kind: byId("kind").value, ...values(byId("fault-fields")), when: values(byId("when-fields")) };
  const armed = await post("/api/faults", fault);
  say(`Armed ${armed.id}: ${armed.kind}.`);
  refresh();
}

/** `partNumber` → "part number". */
function words(name, capital = false) {
  const text = name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return capital ? text[0].toUpperCase() + text.slice(1) : text;
}
