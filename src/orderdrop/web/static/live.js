// Follows a batch at work; the page is loaded anew when it came to rest.
"use strict";
const live = document.getElementById("live");
function follow() {
  const events = new EventSource(`/batches/${live.dataset.batch}/events`);
  events.addEventListener("progress", (event) => {
    const { status, sentence, told } = JSON.parse(event.data);
    const pill = document.querySelector("h1 .status");
    pill.className = `status ${status}`;
    pill.textContent = status;
    document.querySelector(".lead").textContent = sentence;
    live.textContent = told;
  });
  events.addEventListener("done", () => {
    events.close();
    location.reload();
  });
  events.addEventListener("error", () => {
    if (events.readyState !== EventSource.CLOSED) return; // the connection broke: the browser asks again by itself
    live.textContent = "At work. It is no longer followed here: reload the page to see how it stands, or to log in again.";
  });
  const leave = () => {
    events.close(); // loaded anew, a page that somebody is leaving would call them back
    setTimeout(follow, 5000); // still here: it was a download
  };
  window.addEventListener("beforeunload", leave, { once: true });
}
if (live) follow();
