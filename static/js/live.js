// Parts of a page that keep themselves up to date: every [data-live] is fetched again with its page, as long as somebody
// looks at it. Without a script the page shows how things stood when it was loaded.

const EVERY_MS = 5000;

async function refresh() {
  if (document.hidden) return;
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } }).catch(() => undefined);
  if (!answer?.ok || answer.redirected) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const part of document.querySelectorAll("[data-live]")) {
    const next = fresh.getElementById(part.id);
    // What somebody is about to press stays where it is.
    if (next && next.innerHTML !== part.innerHTML && !part.contains(document.activeElement)) {
      part.replaceChildren(...next.childNodes);
    }
  }
}

setInterval(refresh, EVERY_MS);
