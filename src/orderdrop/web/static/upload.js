// Drag and drop, and a progress bar; without it the form does the same.
"use strict";
const form = document.getElementById("upload");
if (form) {
  const input = form.elements.file;
  const told = document.getElementById("told");
  const bar = document.getElementById("progress");
  const called = (files) => [...files].map((file) => file.name).join(", ");
  for (const name of ["dragover", "dragleave", "drop"]) {
    document.addEventListener(name, (event) => {
      event.preventDefault();
      form.classList.toggle("over", name === "dragover");
      if (name !== "drop" || !event.dataTransfer.files.length) return;
      if (event.dataTransfer.files.length > 1 && !input.multiple) {
        told.textContent = "One file at a time, please.";
      } else {
        input.files = event.dataTransfer.files;
        told.textContent = called(input.files);
      }
    });
  }
  form.addEventListener("submit", (event) => {
    const files = [...input.files];
    if (!files.length) return;
    event.preventDefault();
    if (files.reduce((sum, file) => sum + file.size, 0) > Number(form.dataset.max)) {
      const most = `${Math.floor(Number(form.dataset.max) / 1_000_000)} MB`;
      const what = files.length > 1 ? "These files are" : "This file is";
      told.textContent = `${what} too large: more than ${most}. Nothing was sent. Send the rows in smaller files, or ask your ops for another way.`;
      return;
    }
    const feed = encodeURIComponent(form.elements.feed.value);
    const call = new XMLHttpRequest();
    call.open("POST", `/upload?feed=${feed}&name=${encodeURIComponent(files[0].name)}`);
    call.setRequestHeader("X-Form-Key", form.dataset.key);
    if (files.length === 1) call.setRequestHeader("Content-Type", "application/octet-stream");
    bar.hidden = false;
    call.upload.onprogress = (step) => {
      bar.value = step.total ? (100 * step.loaded) / step.total : 0;
      told.textContent = step.loaded < step.total ? "Uploading ..." : "Reading and checking ...";
    };
    call.onload = () => {
      if (new URL(call.responseURL).pathname === "/login") {
        location.assign(call.responseURL); // the session ended; nothing was kept
      } else if (call.status === 200) {
        location.assign(JSON.parse(call.responseText).to);
      } else {
        document.open();
        document.write(call.responseText);
        document.close();
      }
    };
    call.onerror = () => {
      told.textContent = "The connection broke. Try it again; nothing was sent.";
      bar.hidden = true;
    };
    call.send(files.length === 1 ? files[0] : new FormData(form));
  });
}
