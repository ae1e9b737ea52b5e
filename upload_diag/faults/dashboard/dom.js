// Building blocks. Text from the server only ever becomes text: nothing here parses HTML.

export const byId = (id) => document.getElementById(id);

/** An element with attributes and children; a function as an attribute listens to the event of that name. */
export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (typeof value === "function") made.addEventListener(key, value);
    else if (value === true) made.setAttribute(key, "");
    else if (value !== false && value != null) made.setAttribute(key, value);
  }
  made.append(...children.filter((child) => child != null));
  return made;
}

/** Foreign text, isolated so that its writing direction stays its own. */
export const foreign = (text, attributes = {}) => element("bdi", attributes, text);

/** Write only what changed, so that selections and screen readers are left alone. */
export function setText(target, text) {
  if (target.textContent !== text) target.textContent = text;
}

export function setHidden(target, hidden) {
  if (target.hidden !== hidden) target.hidden = hidden;
}

/** Tell the user what became of an action. */
export function say(text, kind = "") {
  const line = byId("message");
  line.className = kind;
  setText(line, text);
}

/** An action of the user: it is told when it fails. */
export function attempt(action) {
  return async (event) => {
    event?.preventDefault();
    try {
      await action(event);
    } catch (error) {
      say(error.message, "error");
    }
  };
}

/** `["1 session", "2 sessions"]` in one place. */
export const count = (number, noun) => `${number.toLocaleString("en")} ${noun}${number === 1 ? "" : "s"}`;

export function bytes(size) {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  const power = size < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(size) / 10));
  const value = size / 1024 ** power;
  return `${value.toFixed(power && value < 10 ? 1 : 0)} ${units[power]}`;
}

/** As `duration`, but seconds only within the first minute: what is shown of hundreds of rows shall not change each second. */
export const age = (seconds) => duration(seconds < 60 ? seconds : seconds - (seconds % 60));

/** "2031-05-04T11:22:33.123456+00:00" → "2031-05-04 11:22:33 UTC". */
export const moment = (time) => `${time.slice(0, 19).replace("T", " ")} UTC`;

/** Seconds as the two largest units: 93784 → "1 d 2 h". */
export function duration(seconds) {
  const sizes = [["d", 86400], ["h", 3600], ["min", 60], ["s", 1]];
  let left = Math.max(0, Math.round(Math.abs(seconds)));
  const found = [];
  for (const [unit, size] of sizes) {
    if (left >= size) found.push(`${Math.floor(left / size)}\u00a0${unit}`);
    left %= size;
  }
  return found.slice(0, 2).join(" ") || "0\u00a0s";
}
