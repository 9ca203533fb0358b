// The desk's service worker. `VERSION` and `FILES` are written above this text by the server (checkin/shell.py): the
// shell is the same for every event and holds no secret. The API is never answered from here.

const NAME = `tsudoi-door-${VERSION}`;

addEventListener("install", (event) => {
  event.waitUntil(
    caches.open(NAME).then((shell) => shell.addAll(FILES.map((file) => new Request(file, { cache: "reload" })))),
  );
});

addEventListener("activate", (event) => {
  const old = (names) => names.filter((name) => name.startsWith("tsudoi-door-") && name !== NAME);
  event.waitUntil(
    caches
      .keys()
      .then((names) => Promise.all(old(names).map((name) => caches.delete(name))))
      .then(() => clients.claim()),
  );
});

addEventListener("message", (event) => {
  if (event.data === "take over") skipWaiting();
});

addEventListener("fetch", (event) => {
  const { pathname, origin } = new URL(event.request.url);
  if (event.request.method !== "GET" || origin !== location.origin || !FILES.includes(pathname)) return;
  event.respondWith(
    caches
      .open(NAME)
      .then((shell) => shell.match(pathname))
      .then((kept) => kept ?? fetch(event.request)),
  );
});
