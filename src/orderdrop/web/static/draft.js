// A corrected cell is checked at once and the table shown anew; without it every cell has its own button.
"use strict";
const draft = document.getElementById("draft");
async function check(form) {
  const answer = await fetch(form.action, {
    method: "POST",
    headers: { "X-Form-Key": draft.dataset.key },
    body: new URLSearchParams(new FormData(form)),
  });
  const text = await answer.text();
  if (answer.ok && !answer.redirected) {
    draft.innerHTML = text;
    const next = draft.querySelector('[aria-invalid="true"]');
    if (next) next.focus();
  } else {
    location.reload();
  }
}
if (draft) {
  draft.addEventListener("submit", (event) => {
    if (event.target.classList.contains("cell")) {
      event.preventDefault();
      check(event.target);
    }
  });
  draft.addEventListener("change", (event) => {
    if (event.target.name === "text") check(event.target.form);
  });
}
