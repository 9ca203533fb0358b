// The page without a network: a service worker keeps its files. A new version waits until nothing is left to send.

const LOOK_MS = 5000;
const UPDATE_MS = 600_000;

/** busy(): somebody is in the midst of something that a reload would throw away. */
export async function install(desk, busy) {
  if (!("serviceWorker" in navigator)) return;
  const registration = await navigator.serviceWorker.register("/door/sw.js", { scope: "/door" }).catch(() => undefined);
  if (!registration) return;
  const hadOne = navigator.serviceWorker.controller !== null;
  navigator.serviceWorker.addEventListener("controllerchange", () => hadOne && location.reload());
  // A desk may stay open for days; browsers ask for a new version only when a page is opened.
  setInterval(() => registration.update().catch(() => {}), UPDATE_MS);
  setInterval(() => {
    if (registration.waiting && desk.unsent === 0 && !busy()) registration.waiting.postMessage("take over");
  }, LOOK_MS);
}
