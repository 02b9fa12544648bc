// A corrected cell is checked at once and the table shown anew; without scripts every cell has its own button.
// It comes before the page does: sent while this is still on its way, a file would leave out what was typed last.
"use strict";
let checks = Promise.resolve(); // one after the other, so that the newest answer is the one that stays
let pressed = Promise.resolve(); // answers wait for it: a button taken away between press and release is not clicked
let broke = false;
let showing = false;
const pending = [];
const draft = () => document.getElementById("draft");
const cells = (where = "#draft") => [...document.querySelectorAll(`${where} input[name="text"]`)];
const isCell = (one) => one.matches('#draft input[name="text"]');
const cellOf = ({ form }) => `${form.elements.row.value} ${form.elements.heading.value}`;
const nameOf = (input) => `${input.closest(".sheet") ? "marked" : "corrected"} ${cellOf(input)}`;
const corrected = () => draft().querySelector("details:has(.cell)");
function show(html) {
  const typed = new Map(cells().filter((one) => one.value !== one.defaultValue || "typed" in one.dataset).map((one) => [nameOf(one), one]));
  const active = document.activeElement;
  const held = isCell(active) ? nameOf(active) : null;
  const caret = active.selectionStart;
  const left = draft().querySelector(".scroll")?.scrollLeft ?? 0;
  const open = corrected()?.open;
  showing = true; // taking a cell away that somebody types in is no change of theirs
  draft().innerHTML = html;
  showing = false;
  const scroll = draft().querySelector(".scroll");
  if (scroll) scroll.scrollLeft = left;
  if (open && corrected()) corrected().open = true;
  for (const one of cells()) {
    const before = typed.get(nameOf(one));
    if (!before) continue;
    one.value = before.value;
    if (before.dataset.sent) one.dataset.sent = before.dataset.sent;
  }
  if (held === null && document.activeElement !== document.body) return;
  const same = cells().find((one) => nameOf(one) === held);
  const next = same ?? cells(".sheet")[0] ?? draft().querySelector("button.main");
  next?.focus();
  same?.setSelectionRange(caret, caret);
}
const unsaved = (one) => (one.value !== one.defaultValue || "typed" in one.dataset) && one.dataset.sent !== one.value;
const say = (text) => (document.getElementById("told").textContent = text);
async function store(form, body) {
  const answer = await fetch(form.action, { method: "POST", headers: { "X-Form-Key": draft().dataset.key }, body });
  const text = await answer.text();
  await pressed;
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
  const [name, cell] = [nameOf(input), cellOf(input)];
  broke = false;
  say("");
  pending.push(cell);
  draft().setAttribute("aria-busy", "true");
  checks = checks
    .then(() => store(form, body))
    .catch(() => {
      broke = true;
      for (const one of cells()) if (nameOf(one) === name) delete one.dataset.sent;
      say("The connection broke. What you typed is still here: try again.");
    })
    .finally(() => {
      pending.splice(pending.indexOf(cell), 1);
      if (!pending.length) draft()?.removeAttribute("aria-busy");
    });
}
function sendAfterChecks(action) {
  const awaited = [...pending];
  checks.then(() => {
    if (broke) return;
    if (cells(".sheet").some((one) => awaited.includes(cellOf(one)))) {
      say("Nothing was sent yet: what you typed last is not right either. Correct it, or send the rest.");
      return;
    }
    [...draft().querySelectorAll("form")].find((one) => one.getAttribute("action") === action)?.requestSubmit();
  });
}
document.documentElement.classList.add("scripts");
document.addEventListener("pointerdown", () => {
  pressed = new Promise((done) => {
    for (const end of ["pointerup", "pointercancel"]) document.addEventListener(end, () => setTimeout(done), { once: true });
  });
});
document.addEventListener("submit", (event) => {
  const action = event.target.getAttribute("action");
  if (event.target.matches("#draft .cell")) {
    event.preventDefault();
    check(event.target);
  } else if (event.target.matches("#draft form") && action.endsWith("/send")) {
    cells().filter(unsaved).forEach((one) => check(one.form));
    if (!pending.length) return;
    event.preventDefault(); // what was typed last must not miss the sending
    sendAfterChecks(action);
  }
});
document.addEventListener("change", (event) => {
  if (!showing && isCell(event.target)) check(event.target.form);
});
document.addEventListener("focusout", (event) => {
  if (!showing && document.hasFocus() && isCell(event.target) && unsaved(event.target)) check(event.target.form);
});
document.addEventListener("DOMContentLoaded", () => {
  for (const one of cells()) {
    if (one.value !== one.defaultValue && one !== document.activeElement) check(one.form); // kept by the browser from before
  }
});
