// The control API, and the connection that keeps the page up to date.

const KEPT = 2000; // entries of the journal that a page asks for at most
// Milliseconds between two fetches of the overview.
const REST = 400; // at least
const POLL = 500; // without a stream
const CALM = 5000; // with one

export class RefusedError extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

const token = () => sessionStorage.getItem("control-token");
export const useToken = (value) => sessionStorage.setItem("control-token", value);

async function ask(method, path, data, headers = {}) {
  if (token()) headers.authorization = `Bearer ${token()}`;
  if (method === "POST") headers["content-type"] = "application/json";
  const body = method === "POST" ? JSON.stringify(data ?? {}) : undefined;
  let response;
  try {
    response = await fetch(path, { method, headers, body, cache: "no-store" });
  } catch {
    throw new Error("The server does not answer.");
  }
  if (response.ok || response.status === 304) return response;
  const problem = await response.json().catch(() => ({}));
  throw new RefusedError(response.status, problem.error ?? `The server answered ${response.status}.`);
}

export const get = async (path) => (await ask("GET", path)).json();
export const getText = async (path) => (await ask("GET", path)).text();
export const post = async (path, data) => (await ask("POST", path, data)).json();
export const remove = async (path) => (await ask("DELETE", path)).json();

/**
 * Follows the server. The overview is the truth; a stream, a tab that has one, or asking again and again where there is none
 * tells when to fetch it. A tab that nobody sees gives up its stream and asks for nothing until it is looked at.
 * `on` has: query() → path of the overview, overview(data), entries(list), restart(), state(name), denied().
 */
export class Connection {
  #on;
  #epoch = null;
  #seq = 0; // of the newest entry of the journal that was shown
  #fresh = []; // entries that a stream told and that are shown with the next overview, so that the page is drawn once
  #stream = null;
  #streaming = false;
  #streamAgainAt = 0;
  #timer = 0;
  #plannedAt = Infinity;
  #busy = false;
  #again = false;
  #telling = 0;
  #restsUntil = 0;
  #query = "";
  #tag = null; // of the last answer to #query
  #otherTabs = new BroadcastChannel("upload-diag");

  constructor(on) {
    this.#on = on;
    this.#otherTabs.onmessage = () => {
      if (!this.#streaming) this.soon();
    };
    document.addEventListener("visibilitychange", () => {
      if (document.hidden) this.#sleep();
      else this.refresh();
    });
  }

  /** Fetch the overview now; if that goes on already, once more after it. */
  async refresh() {
    if (this.#busy) {
      this.#again = true;
      return;
    }
    this.#busy = true;
    this.#cancel();
    const start = performance.now();
    try {
      await this.#cycle();
    } catch (error) {
      this.#tag = null;
      this.#on.state("reconnecting");
      if (error.status === 401) this.#on.denied();
    }
    this.#busy = false;
    // At most half of the time is spent on asking, so that many tabs on a slow machine leave room for the uploads.
    const end = performance.now();
    this.#restsUntil = end + Math.max(REST, end - start);
    this.#plan(this.#again ? 0 : this.#streaming ? CALM : POLL);
    this.#again = false;
  }

  /** Fetch the overview as soon as there was some rest; many calls in a burst cost one. */
  soon() {
    if (this.#busy) this.#again = true;
    else this.#plan(0);
  }

  /** A timer that is due sooner stays. */
  #plan(delay) {
    const wait = Math.max(delay, this.#restsUntil - performance.now());
    const at = performance.now() + wait;
    if (document.hidden || at >= this.#plannedAt) return;
    this.#cancel();
    this.#plannedAt = at;
    this.#timer = setTimeout(() => this.refresh(), wait);
  }

  #cancel() {
    clearTimeout(this.#timer);
    this.#plannedAt = Infinity;
  }

  #sleep() {
    this.#cancel();
    this.#close();
    this.#streamAgainAt = 0;
  }

  async #cycle() {
    const data = await this.#overview();
    if (data) await this.#show(data);
    this.#take(this.#fresh.splice(0));
    this.#on.state(this.#streaming ? "live" : "polling");
    if (this.#stream === null && performance.now() >= this.#streamAgainAt && !document.hidden && !token()) this.#open();
  }

  /** The overview; null when it is still what it was. */
  async #overview() {
    const query = this.#on.query();
    if (query !== this.#query) this.#tag = null;
    const response = await ask("GET", query, undefined, this.#tag ? { "if-none-match": this.#tag } : {});
    if (response.status === 304) return null;
    const data = await response.json();
    this.#query = query;
    this.#tag = response.headers.get("etag");
    return data;
  }

  async #show(data) {
    if (data.epoch !== this.#epoch) {
      this.#close();
      this.#epoch = data.epoch;
      this.#seq = 0;
      this.#on.restart();
    }
    this.#on.overview(data);
    if (!this.#streaming && this.#seq < data.last) {
      this.#seq = Math.max(this.#seq, data.last - KEPT);
      const lines = await getText(`/api/journal?times=true&since=${this.#seq}`);
      this.#take(lines.split("\n").filter(Boolean).map((line) => JSON.parse(line)));
    }
  }

  #take(entries) {
    const fresh = entries.filter((entry) => entry.seq > this.#seq);
    if (!fresh.length) return;
    this.#seq = fresh.at(-1).seq;
    this.#on.entries(fresh);
  }

  #open() {
    const stream = new EventSource(`/api/events?since=${this.#seq}`);
    this.#stream = stream;
    stream.onopen = () => {
      this.#streaming = true;
      this.#on.state("live");
    };
    stream.onmessage = (event) => {
      this.#fresh.push(JSON.parse(event.data));
      this.soon();
      this.#tellOtherTabs();
    };
    stream.onerror = () => {
      // Refused, as the fourth stream of a server is: ask now and then, and try for one again later.
      if (!this.#streaming) this.#streamAgainAt = performance.now() + 10_000;
      this.#close();
      this.refresh();
    };
  }

  /** At most twenty times a second; the last change is told, too. */
  #tellOtherTabs() {
    this.#telling ||= setTimeout(() => {
      this.#telling = 0;
      this.#otherTabs.postMessage("changed");
    }, 50);
  }

  #close() {
    this.#stream?.close();
    this.#stream = null;
    this.#streaming = false;
    this.#fresh = [];
  }
}
