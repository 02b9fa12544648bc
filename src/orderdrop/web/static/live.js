// Follows a batch at work; the page is loaded anew when it came to rest.
"use strict";
const live = document.getElementById("live");
function follow() {
  const events = new EventSource(`/batches/${live.dataset.batch}/events`);
  events.addEventListener("progress", (event) => {
    live.textContent = JSON.parse(event.data).told;
  });
  events.addEventListener("done", () => {
    events.close();
    location.reload();
  });
  const leave = () => {
    events.close(); // loaded anew, a page that somebody is leaving would call them back
    setTimeout(follow, 5000); // still here: it was a download
  };
  window.addEventListener("beforeunload", leave, { once: true });
}
if (live) follow();
