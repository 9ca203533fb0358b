// The page without a network: a service worker keeps its files. A new version waits until nothing is left to send.

const LOOK_MS = 5000;

/** busy(): somebody is in the midst of something that a reload would throw away. */
export async function install(desk, busy) {
  if (!("serviceWorker" in navigator)) return;
  const registration = await navigator.serviceWorker.register("/door/sw.js", { scope: "/door" }).catch(() => undefined);
  if (!registration) return;
  const hadOne = navigator.serviceWorker.controller !== null;
  navigator.serviceWorker.addEventListener("controllerchange", () => hadOne && location.reload());
  setInterval(() => {
    if (registration.waiting && desk.unsent === 0 && !busy()) registration.waiting.postMessage("take over");
  }, LOOK_MS);
}
