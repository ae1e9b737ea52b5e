"use strict";
const $ = id => document.getElementById(id);
const items = [...document.querySelectorAll(".item")].map(item => ({item, text: item.textContent.toLowerCase()}));

function filter() {
  const words = $("filter").value.toLowerCase().split(/\s+/).filter(Boolean);
  let shown = 0;
  for (const {item, text} of items) {
    item.hidden = !words.every(word => text.includes(word));
    shown += !item.hidden;
  }
  $("matches").textContent = words.length ? `${shown} of ${items.length} match` : "";
}

function openAll(open) {
  for (const {item} of items) item.open = open;
}

function follow() {
  const target = location.hash && $(decodeURIComponent(location.hash.slice(1)));
  if (!target || !target.matches("details")) return;
  if (target.hidden) { $("filter").value = ""; filter(); }
  target.open = true;
  target.scrollIntoView();
}

if ($("tools")) {
  $("tools").hidden = false;
  $("filter").addEventListener("input", filter);
  $("open").addEventListener("click", () => openAll(true));
  $("close").addEventListener("click", () => openAll(false));
  addEventListener("keydown", event => {
    if (event.key === "/" && event.target !== $("filter")) { event.preventDefault(); $("filter").focus(); }
    if (event.key === "Escape" && event.target === $("filter")) { $("filter").value = ""; filter(); }
  });
}

if ($("copy")) {
  $("copy").hidden = false;
  $("copy").addEventListener("click", async () => {
    getSelection().selectAllChildren($("tell"));
    try { await navigator.clipboard.writeText($("tell").textContent); } catch { document.execCommand("copy"); }
    $("copy").textContent = "Copied";
  });
}

// What is folded away would be missing on paper.
let folded = [];
addEventListener("beforeprint", () => {
  folded = [...document.querySelectorAll("details:not([open])")];
  for (const one of folded) one.open = true;
});
addEventListener("afterprint", () => { for (const one of folded) one.open = false; });

addEventListener("hashchange", follow);
follow();
