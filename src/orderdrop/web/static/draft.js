// A corrected cell is checked at once and the table shown anew; without scripts every cell has its own button.
"use strict";
const draft = document.getElementById("draft");
let checks = Promise.resolve(); // one after the other, so that the newest answer is the one that stays
let waiting = 0;
const nameOf = (input) => input.getAttribute("aria-label");
const cells = () => [...draft.querySelectorAll('input[name="text"]')];
function show(html) {
  const typed = new Map(cells().filter((one) => one.value !== one.defaultValue).map((one) => [nameOf(one), one]));
  const held = draft.contains(document.activeElement) ? nameOf(document.activeElement) : null;
  const left = draft.querySelector(".scroll")?.scrollLeft ?? 0;
  draft.innerHTML = html;
  const scroll = draft.querySelector(".scroll");
  if (scroll) scroll.scrollLeft = left;
  for (const one of cells()) {
    const before = typed.get(nameOf(one));
    if (!before) continue;
    one.value = before.value;
    if (before.dataset.sent) one.dataset.sent = before.dataset.sent;
  }
  if (held === null && document.activeElement !== document.body) return;
  const next = cells().find((one) => nameOf(one) === held) ?? cells()[0] ?? draft.querySelector("button.main");
  if (next) next.focus();
}
async function send(form, body) {
  const answer = await fetch(form.action, { method: "POST", headers: { "X-Form-Key": draft.dataset.key }, body });
  const text = await answer.text();
  if (answer.redirected) {
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
  waiting += 1;
  draft.setAttribute("aria-busy", "true");
  checks = checks
    .then(() => send(form, body))
    .catch(() => {
      delete input.dataset.sent;
      document.getElementById("told").textContent = "The connection broke. What you typed is still here: try again.";
    })
    .finally(() => {
      waiting -= 1;
      if (!waiting) draft.removeAttribute("aria-busy");
    });
}
if (draft) {
  document.documentElement.classList.add("scripts");
  draft.addEventListener("submit", (event) => {
    if (event.target.classList.contains("cell")) {
      event.preventDefault();
      check(event.target);
    } else if (waiting) {
      event.preventDefault(); // what was typed last must not miss the sending
      const action = event.target.getAttribute("action");
      checks.then(() => [...draft.querySelectorAll("form")].find((one) => one.getAttribute("action") === action)?.requestSubmit());
    }
  });
  draft.addEventListener("change", (event) => {
    if (event.target.name === "text") check(event.target.form);
  });
}
