// The control API, and the connection that keeps the page up to date.

const KEPT = 2000; // entries of the journal that a page asks for when it starts

export class RefusedError extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

const token = () => sessionStorage.getItem("control-token");
export const useToken = (value) => sessionStorage.setItem("control-token", value);

async function ask(method, path, data) {
  const headers = {};
  if (token()) headers.authorization = `Bearer ${token()}`;
  if (method === "POST") headers["content-type"] = "application/json";
  const body = method === "POST" ? JSON.stringify(data ?? {}) : undefined;
  let response;
  try {
    response = await fetch(path, { method, headers, body, cache: "no-store" });
  } catch {
    throw new Error("The server does not answer.");
  }
  if (response.ok) return response;
  const problem = await response.json().catch(() => ({}));
  throw new RefusedError(response.status, problem.error ?? `The server answered ${response.status}.`);
}

export const get = async (path) => (await ask("GET", path)).json();
export const getText = async (path) => (await ask("GET", path)).text();
export const post = async (path, data) => (await ask("POST", path, data)).json();
export const remove = async (path) => (await ask("DELETE", path)).json();

/**
 * Follows the server. The overview is the truth; a stream, a tab that has one, or asking each second where there is none
 * tells when to fetch it again. `on` has: query() → path of the overview, overview(data), entries(list), restart(), state(name), denied().
 */
export class Connection {
  #on;
  #epoch = null;
  #seq = 0;
  #stream = null;
  #streaming = false;
  #streamAgainAt = 0;
  #timer = 0;
  #plannedAt = Infinity;
  #busy = false;
  #again = false;
  #telling = 0;
  #took = 0; // milliseconds of the last cycle
  #otherTabs = new BroadcastChannel("upload-diag");

  constructor(on) {
    this.#on = on;
    this.#otherTabs.onmessage = () => {
      if (!this.#streaming) this.soon();
    };
    document.addEventListener("visibilitychange", () => {
      if (!document.hidden) this.refresh();
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
    let wait = 1000;
    const start = performance.now();
    try {
      await this.#cycle();
      this.#took = performance.now() - start;
      if (this.#streaming) wait = 5000;
    } catch (error) {
      this.#on.state("reconnecting");
      if (error.status === 401) this.#on.denied();
    }
    this.#busy = false;
    this.#plan(this.#again ? this.#pause() : wait);
    this.#again = false;
  }

  /** Fetch the overview soon; many calls in a burst cost one. A tab that nobody sees waits until it is looked at. */
  soon() {
    if (document.hidden) return;
    if (this.#busy) this.#again = true;
    else this.#plan(this.#pause());
  }

  /** At most half of the time is spent on asking, so that many tabs on a slow machine leave room for the uploads. */
  #pause() {
    return Math.max(150, this.#took);
  }

  /** A timer that is due sooner stays. */
  #plan(wait) {
    const at = Date.now() + wait;
    if (at >= this.#plannedAt) return;
    this.#cancel();
    this.#plannedAt = at;
    this.#timer = setTimeout(() => this.refresh(), wait);
  }

  #cancel() {
    clearTimeout(this.#timer);
    this.#plannedAt = Infinity;
  }

  async #cycle() {
    const data = await get(this.#on.query());
    if (data.epoch !== this.#epoch) {
      this.#close();
      this.#epoch = data.epoch;
      this.#seq = Math.max(0, data.last - KEPT);
      this.#on.restart();
    }
    this.#on.overview(data);
    if (!this.#streaming && this.#seq < data.last) {
      const lines = await getText(`/api/journal?times=true&since=${this.#seq}`);
      this.#take(lines.split("\n").filter(Boolean).map((line) => JSON.parse(line)));
    }
    this.#on.state(this.#streaming ? "live" : "polling");
    if (this.#stream === null && Date.now() >= this.#streamAgainAt && !token()) this.#open();
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
      this.#take([JSON.parse(event.data)]);
      this.soon();
      this.#tellOtherTabs();
    };
    stream.onerror = () => {
      // Refused, as the fourth stream of a browser is: ask each second, and try again later.
      if (!this.#streaming) this.#streamAgainAt = Date.now() + 20_000;
      this.#close();
      this.refresh();
    };
  }

  /** At most ten times a second; the last change is told, too. */
  #tellOtherTabs() {
    this.#telling ||= setTimeout(() => {
      this.#telling = 0;
      this.#otherTabs.postMessage("changed");
    }, 100);
  }

  #close() {
    this.#stream?.close();
    this.#stream = null;
    this.#streaming = false;
  }
}
