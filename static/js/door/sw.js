// The desk's service worker. `VERSION`, `STATIC` and `FILES` are written above this text by the server (checkin/desk/shell.py): the
// shell is the same for every event and holds no secret. The API is never answered from here.

const NAME = `tsudoi-door-${VERSION}`;

/** One after the other: what has come on a slow line is kept, and the next attempt goes on after it. */
async function fetchAll() {
  const shell = await caches.open(NAME);
  for (const file of FILES) {
    if (!(await shell.match(file))) await shell.put(file, await ofThisVersion(file));
  }
}

/** In the midst of an upgrade the server may be another version by now: it sends on to its own files, and its page asks for
    those. The worker of that version will fetch them; page and files of two versions are never kept together. */
async function ofThisVersion(file) {
  const answer = await fetch(file, { cache: "reload" });
  if (!answer.ok || answer.redirected) throw new Error(`${file}: ${answer.status}`);
  const isPage = answer.headers.get("Content-Type")?.startsWith("text/html");
  if (isPage && !(await answer.clone().text()).includes(STATIC)) throw new Error(`${file}: another version`);
  return answer;
}

addEventListener("install", (event) => event.waitUntil(fetchAll()));

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
  // Where the browser cannot open what it has kept, the network may still have it.
  const kept = caches
    .open(NAME)
    .then((shell) => shell.match(pathname))
    .catch(() => undefined);
  event.respondWith(kept.then((file) => file ?? fetch(event.request)));
});
