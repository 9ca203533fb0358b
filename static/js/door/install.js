// The page without a network: a service worker keeps its files. A new version waits until nothing is left to send.

const LOOK_MS = 5000;
const UPDATE_MS = 600_000;

/** busy(): somebody is in the midst of something that a reload would throw away. */
export async function install(desk, busy) {
  if (!("serviceWorker" in navigator)) return;
  const hadOne = navigator.serviceWorker.controller !== null;
  navigator.serviceWorker.addEventListener("controllerchange", () => hadOne && location.reload());
  let registration;
  // On a slow line the files may not all come at the first time of asking. Once they have, the same asks for a new version,
  // which browsers do only when a page is opened; a desk may stay open for days.
  const installed = () => registration?.active ?? registration?.waiting ?? registration?.installing;
  const look = async () => {
    if (installed()) await registration.update();
    else registration = await navigator.serviceWorker.register("/door/sw.js", { scope: "/door" });
  };
  const again = async () => {
    if (navigator.onLine) await look().catch(() => {});
  };
  setInterval(() => installed() || again(), LOOK_MS);
  setInterval(again, UPDATE_MS);
  setInterval(() => {
    if (registration?.waiting && desk.unsent === 0 && !desk.trouble && !busy()) registration.waiting.postMessage("take over");
  }, LOOK_MS);
  await again();
}
