// A corrected cell is checked at once and the table shown anew; without scripts every cell has its own button.
"use strict";
const draft = document.getElementById("draft");
let checks = Promise.resolve(); // one after the other, so that the newest answer is the one that stays
let broke = false;
let showing = false;
const pending = new Set();
const nameOf = (input) => input.getAttribute("aria-label");
const cells = () => [...draft.querySelectorAll('input[name="text"]')];
function show(html) {
  const typed = new Map(cells().filter((one) => one.value !== one.defaultValue || "typed" in one.dataset).map((one) => [nameOf(one), one]));
  const held = draft.contains(document.activeElement) ? nameOf(document.activeElement) : null;
  const left = draft.querySelector(".scroll")?.scrollLeft ?? 0;
  const caret = held === null ? null : document.activeElement.selectionStart;
  showing = true; // taking a cell away that somebody types in is no change of theirs
  draft.innerHTML = html;
  showing = false;
  const scroll = draft.querySelector(".scroll");
  if (scroll) scroll.scrollLeft = left;
  for (const one of cells()) {
    const before = typed.get(nameOf(one));
    if (!before) continue;
    one.value = before.value;
    if (before.dataset.sent) one.dataset.sent = before.dataset.sent;
  }
  if (held === null && document.activeElement !== document.body) return;
  const next = cells().find((one) => nameOf(one) === held) ?? draft.querySelector('.sheet input[name="text"]') ?? draft.querySelector("button.main");
  if (!next) return;
  next.focus();
  if (nameOf(next) === held && caret !== null) next.setSelectionRange(caret, caret);
}
const unsaved = (one) => (one.value !== one.defaultValue || "typed" in one.dataset) && one.dataset.sent !== one.value;
const say = (text) => (document.getElementById("told").textContent = text);
async function store(form, body) {
  const answer = await fetch(form.action, { method: "POST", headers: { "X-Form-Key": draft.dataset.key }, body });
  const text = await answer.text();
  if (answer.redirected) {
    broke = true;
    location.assign(answer.url); // the session ended: the login leads back, with what was typed
  } else if (answer.ok) {
    show(text);
  } else {
    document.open();
    document.write(text);
    document.close();
  }
}
function check(form) {
  const input = form.elements.text;
  if (input.dataset.sent === input.value) return; // Enter tells of a change and of a form
  input.dataset.sent = input.value;
  const body = new URLSearchParams(new FormData(form));
  const name = nameOf(input);
  broke = false;
  say("");
  pending.add(name);
  draft.setAttribute("aria-busy", "true");
  checks = checks
    .then(() => store(form, body))
    .catch(() => {
      broke = true;
      for (const one of cells()) if (nameOf(one) === name) delete one.dataset.sent;
      say("The connection broke. What you typed is still here: try again.");
    })
    .finally(() => {
      pending.delete(name);
      if (!pending.size) draft.removeAttribute("aria-busy");
    });
}
function sendAfterChecks(action) {
  const awaited = [...pending];
  checks.then(() => {
    if (broke) return;
    if (cells().some((one) => awaited.includes(nameOf(one)))) {
      say("Nothing was sent yet: what you typed last is not right either. Correct it, or send the rest.");
      return;
    }
    [...draft.querySelectorAll("form")].find((one) => one.getAttribute("action") === action)?.requestSubmit();
  });
}
if (draft) {
  document.documentElement.classList.add("scripts");
  draft.addEventListener("submit", (event) => {
    const action = event.target.getAttribute("action");
    if (event.target.classList.contains("cell")) {
      event.preventDefault();
      check(event.target);
    } else if (action.endsWith("/send")) {
      cells().filter(unsaved).forEach((one) => check(one.form));
      if (!pending.size) return;
      event.preventDefault(); // what was typed last must not miss the sending
      sendAfterChecks(action);
    }
  });
  draft.addEventListener("change", (event) => {
    if (!showing && event.target.name === "text") check(event.target.form);
  });
  draft.addEventListener("focusout", (event) => {
    if (!showing && document.hasFocus() && event.target.name === "text" && unsaved(event.target)) check(event.target.form);
  });
  for (const one of cells()) {
    if (one.value !== one.defaultValue && one !== document.activeElement) check(one.form); // typed before this script came
  }
}
