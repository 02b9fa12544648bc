// Drag and drop, and a progress bar; without it the form does the same.
"use strict";
const form = document.getElementById("upload");
if (form) {
  const input = form.elements.file;
  const told = document.getElementById("told");
  const bar = document.getElementById("progress");
  for (const name of ["dragover", "drop"]) {
    document.addEventListener(name, (event) => {
      event.preventDefault();
      form.classList.toggle("over", name === "dragover");
      if (name === "drop" && event.dataTransfer.files.length) {
        input.files = event.dataTransfer.files;
        told.textContent = event.dataTransfer.files[0].name;
      }
    });
  }
  form.addEventListener("submit", (event) => {
    const file = input.files[0];
    if (!file) return;
    event.preventDefault();
    if (file.size > Number(form.dataset.max)) {
      told.textContent = "This file is too large.";
      return;
    }
    const feed = encodeURIComponent(form.elements.feed.value);
    const call = new XMLHttpRequest();
    call.open("POST", `/upload?feed=${feed}&name=${encodeURIComponent(file.name)}`);
    call.setRequestHeader("X-Form-Key", form.dataset.key);
    call.setRequestHeader("Content-Type", "application/octet-stream");
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
    call.send(file);
  });
}
