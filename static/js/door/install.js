// The page without a network: a service worker keeps its files. A new version waits until nothing is left to send.

const LOOK_MS = 5000;

export async function install(desk) {
  const registration = await navigator.serviceWorker.register("/door/sw.js", { scope: "/door" }).catch(() => undefined);
  if (!registration) return;
  const had = navigator.serviceWorker.controller !== null;
  navigator.serviceWorker.addEventListener("controllerchange", () => had && location.reload());
  setInterval(() => {
    const resting = document.getElementById("result").hidden;
    if (registration.waiting && desk.unsent === 0 && resting) registration.waiting.postMessage("take over");
  }, LOOK_MS);
}
