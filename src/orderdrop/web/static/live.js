// Follows a batch at work; the page is loaded anew when it came to rest.
"use strict";
const live = document.getElementById("live");
if (live) {
  const events = new EventSource(`/batches/${live.dataset.batch}/events`);
  events.addEventListener("progress", (event) => {
    live.textContent = JSON.parse(event.data).told;
  });
  events.addEventListener("done", () => {
    events.close();
    location.reload();
  });
}
