// The page without a network: a service worker keeps its files. A new version waits until nothing is left to send.

const LOOK_MS = 5000;

export async function install(desk, results) {
  if (!("serviceWorker" in navigator)) return;
  const registration = await navigator.serviceWorker.register("/door/sw.js", { scope: "/door" }).catch(() => undefined);
  if (!registration) return;
  const hadOne = navigator.serviceWorker.controller !== null;
  navigator.serviceWorker.addEventListener("controllerchange", () => hadOne && location.reload());
  setInterval(() => {
    if (registration.waiting && desk.unsent === 0 && !results.answer) registration.waiting.postMessage("take over");
  }, LOOK_MS);
}
