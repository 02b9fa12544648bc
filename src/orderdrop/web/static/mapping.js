// Mappings: lists to choose from on the page of columns; on the desk a check as one types, line numbers, help where the caret is.
"use strict";
const later = (work, milliseconds) => {
  let waiting;
  return () => {
    clearTimeout(waiting);
    waiting = setTimeout(work, milliseconds);
  };
};

// A list that shows all there is to choose, where the page has one with only what fits what is typed.
function choosable(input) {
  if (input === document.activeElement) return; // somebody began to type before this script came
  const list = document.getElementById(input.getAttribute("list"));
  const select = document.createElement("select");
  select.name = input.name;
  if (input.ariaLabel) select.ariaLabel = input.ariaLabel;
  if (input.list.id === "places") select.append(new Option(input.placeholder, ""));
  const groups = new Map();
  for (const one of list.options) {
    const [top, ...below] = one.value.split(".");
    const says = one.textContent && one.textContent !== one.value ? ` – ${one.textContent}` : "";
    const option = new Option(one.value + says, one.value);
    if (!below.length) {
      select.append(option);
      continue;
    }
    if (!groups.has(top)) {
      const group = document.createElement("optgroup");
      group.label = top;
      groups.set(top, group);
    }
    groups.get(top).append(option);
  }
  select.append(...groups.values());
  if (![...select.options].some((one) => one.value === input.value)) select.append(new Option(input.value, input.value));
  select.value = input.value;
  input.replaceWith(select);
}
if (document.getElementById("columns")) {
  document.querySelectorAll('input[list="places"], input[list="types"]').forEach(choosable);
}

const desk = document.getElementById("desk");
if (desk) {
  document.documentElement.classList.add("scripts");
  const text = desk.elements.text;
  const gutter = desk.querySelector(".gutter");
  const notes = document.getElementById("notes");
  const told = document.getElementById("told");
  const here = document.getElementById("here");
  const sections = [...desk.querySelectorAll("[data-section]")];
  let checked = text.defaultValue; // what is there may have been typed before this script came
  let ended = false;

  const lineOfCaret = () => text.value.slice(0, text.selectionStart).split("\n").length;
  const goTo = (line) => {
    const start = text.value.split("\n").slice(0, line - 1).join("\n").length + (line > 1 ? 1 : 0);
    const end = text.value.indexOf("\n", start);
    text.focus();
    text.setSelectionRange(start, end < 0 ? text.value.length : end);
    return start;
  };
  // A fault that knows the right name puts it there with a click.
  function proposal(fault) {
    const said = fault.lastElementChild;
    const names = [...said.querySelectorAll("code")].map((one) => one.textContent);
    if (!said.textContent.includes("did you mean") || names.length < 2) return;
    const [wrong, right] = [names[0], names.at(-1)];
    const button = document.createElement("button");
    button.type = "button";
    button.className = "plain";
    button.textContent = `Use ${right}`;
    button.addEventListener("click", () => {
      const start = goTo(Number(fault.querySelector("[data-line]").dataset.line));
      const at = text.value.indexOf(wrong, start);
      if (at < 0 || at > text.selectionEnd) return;
      text.setSelectionRange(at, at + wrong.length);
      document.execCommand("insertText", false, right);
    });
    said.append(" ", button);
  }
  // The keys above a line, by their indentation: columns, then a heading.
  const pathAt = (number) => {
    const lines = text.value.split("\n").slice(0, number);
    const path = [];
    let depth = Infinity;
    for (const line of lines.reverse()) {
      const found = /^(\s*)("[^"]*"|'[^']*'|[^\s#][^:]*):/.exec(line);
      if (!found || found[1].length >= depth) continue;
      depth = found[1].length;
      path.unshift(found[2]);
    }
    return path;
  };
  const sectionAt = (number) => {
    const [top, , third] = pathAt(number);
    if (top === "join") return third === "columns" || third === "file" ? third : "join";
    return sections.some((one) => one.dataset.section === top) ? top : "";
  };
  let shown = null;
  function follow() {
    const line = lineOfCaret();
    for (const one of desk.querySelectorAll(".remarks li")) {
      const here = Number(one.querySelector("[data-line]")?.dataset.line) === line;
      one.classList.toggle("here", here);
    }
    const section = sectionAt(line);
    if (section === shown || document.activeElement !== text) return;
    shown = section;
    const help = sections.find((one) => one.dataset.section === section);
    here.replaceChildren(`${help.querySelector("summary").textContent}: `);
    for (const key of help.querySelectorAll("dt")) {
      const code = document.createElement("code");
      code.textContent = key.querySelector("code").textContent;
      code.title = key.nextElementSibling.textContent.trim();
      here.append(code, " ");
    }
    here.append(opening("what they do", help));
    const places = sections.find((one) => one.dataset.section === "places");
    if (places && section === "columns") here.append(" · ", opening("places", places));
    here.hidden = false;
  }
  function opening(label, details) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "plain";
    button.textContent = label;
    button.addEventListener("click", () => {
      details.open = true;
      details.scrollIntoView({ block: "nearest" });
      details.querySelector("summary").focus();
    });
    return button;
  }
  function number() {
    const count = text.value.split("\n").length;
    while (gutter.children.length > count) gutter.lastChild.remove();
    while (gutter.children.length < count) {
      const line = document.createElement("span");
      line.textContent = gutter.children.length + 1;
      gutter.append(line);
    }
    text.rows = Math.max(count + 1, 18);
  }
  function mark() {
    for (const one of gutter.children) one.className = "";
    for (const kind of ["warning", "fault"]) {
      for (const one of notes.querySelectorAll(`.${kind} [data-line]`)) {
        const line = gutter.children[Number(one.dataset.line) - 1];
        if (line) line.className = kind;
      }
    }
    for (const one of desk.parentElement.querySelectorAll("span[data-line]")) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "line";
      button.dataset.line = one.dataset.line;
      button.textContent = one.dataset.line;
      button.setAttribute("aria-label", `Go to line ${one.dataset.line}`);
      one.replaceWith(button);
    }
    for (const one of notes.querySelectorAll(".fault:has([data-line])")) proposal(one);
    follow();
  }
  async function check() {
    const sent = text.value;
    if (sent === checked) return;
    const body = new FormData();
    body.append("text", sent);
    try {
      const answer = await fetch(desk.action, { method: "POST", headers: { "X-Form-Key": desk.dataset.key }, body });
      ended = answer.redirected || answer.status === 409;
      if (ended) {
        told.textContent = "You are not logged in any more. Log in in another tab and come back: your text stays here.";
        return;
      }
      if (answer.status === 404) {
        told.textContent = "This was saved or thrown away in another tab. Your text stays here; copy what you need of it.";
        return;
      }
      if (!answer.ok) throw new Error(answer.status);
      const html = await answer.text();
      if (sent !== text.value) return; // an answer to what is not there any more
      checked = sent;
      told.textContent = "";
      notes.innerHTML = html;
      mark();
    } catch {
      told.textContent = "It could not be checked: the connection broke. Your text stays here.";
    }
  }
  // After a login in another tab the forms of this page need the key of the new session.
  async function comeBack() {
    if (!ended) return;
    const answer = await fetch(location.pathname);
    if (answer.redirected || !answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const [before, now] = [desk.dataset.key, page.getElementById("desk").dataset.key];
    desk.dataset.key = now;
    desk.action = desk.action.replace(before, now);
    for (const one of desk.querySelectorAll("[formaction]")) one.formAction = one.formAction.replace(before, now);
    for (const one of document.querySelectorAll('input[name="form_key"]')) one.value = now;
    await check();
  }
  const soon = later(check, 400);
  text.addEventListener("input", () => {
    number();
    soon();
  });
  for (const name of ["keyup", "click", "focus"]) text.addEventListener(name, follow);
  text.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing || event.ctrlKey || event.metaKey) return;
    const before = text.value.slice(0, text.selectionStart).split("\n").pop();
    const indent = /^ */.exec(before)[0] + (/:\s*$/.test(before) ? "  " : "");
    if (!indent) return;
    event.preventDefault();
    document.execCommand("insertText", false, `\n${indent}`); // the one way that can be undone
  });
  window.addEventListener("focus", comeBack);
  document.addEventListener("visibilitychange", comeBack);
  desk.addEventListener("submit", async (event) => {
    if (text.value === checked) return;
    event.preventDefault(); // no page is left before its text is kept
    await check();
    if (text.value === checked) desk.requestSubmit(event.submitter);
  });
  document.addEventListener("click", (event) => {
    if (event.target.matches?.("button[data-line]")) goTo(Number(event.target.dataset.line));
  });
  number();
  mark();
  check();
}
