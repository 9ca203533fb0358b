// The way from the answer to a guest to the page that prints their badge. It needs the network: no desk knows tickets.

/** part: holds the link; it is there for guests with a seat whom the server knows. */
export function badgeLink(part, { desk, results }) {
  const link = part.querySelector("[data-badge-link]");
  results.follow((guest) => {
    part.hidden = !(guest?.id && guest.state === "confirmed" && desk.online && results.answer.outcome !== "refused");
    if (!part.hidden) link.href = `/door/badge/${guest.id}`;
  });
}
