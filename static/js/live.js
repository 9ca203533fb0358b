// Parts of a page that keep themselves up to date: every [data-live] is fetched again with its page, as long as somebody
// looks at it. Without a script the page shows how things stood when it was loaded. [data-live-lost] says when it cannot be
// fetched, since old figures look like new ones.

const EVERY_MS = 5000;

async function refresh() {
  if (document.hidden) return;
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } }).catch(() => undefined);
  // The page itself is over: what the server says about it is the page now.
  if (answer?.status === 404 || answer?.status === 410) return location.reload();
  const lost = !answer?.ok || answer.redirected;
  for (const word of document.querySelectorAll("[data-live-lost]")) word.hidden = !lost;
  if (lost) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const part of document.querySelectorAll("[data-live]")) {
    const next = fresh.getElementById(part.id);
    // What somebody has unfolded stays open.
    const folds = next?.querySelectorAll("details") ?? [];
    part.querySelectorAll("details[open]").forEach((fold) => folds[[...part.querySelectorAll("details")].indexOf(fold)]?.setAttribute("open", ""));
    // What somebody is about to press stays where it is.
    if (next && next.innerHTML !== part.innerHTML && !part.contains(document.activeElement)) {
      part.replaceChildren(...next.childNodes);
    }
  }
}

setInterval(refresh, EVERY_MS);
