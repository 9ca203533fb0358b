// One badge, asked for with the desk's own token and printed by the browser, on the label sheets of the badges.

import { Declined, call } from "./api.js";
import { fill } from "./results.js";
import { fact } from "./store.js";

const page = document.querySelector("[data-badge-of]");
const sheet = page.querySelector("[data-badge]");
const say = (name) => {
  page.querySelector(`[data-badge-said=${name}]`).hidden = false;
};

function show(badge) {
  fill(sheet, badge);
  for (const [place, { size, lines }] of Object.entries(badge.printed)) {
    const text = sheet.querySelector(`[data-${place}]`);
    text.classList.add(`fit--${size}`);
    text.replaceChildren(...lines.flatMap((line) => [document.createElement("br"), line]).slice(1));
  }
  const picture = sheet.querySelector("svg");
  picture.setAttribute("viewBox", `0 0 ${badge.qr.size} ${badge.qr.size}`);
  picture.setAttribute("aria-label", page.dataset.ticket.replace("{name}", badge.name));
  picture.querySelector("rect").setAttribute("width", badge.qr.size);
  picture.querySelector("rect").setAttribute("height", badge.qr.size);
  picture.querySelector("path").setAttribute("d", badge.qr.path);
  sheet.hidden = false;
  page.querySelector("[data-badge-acts]").hidden = false;
}

page.querySelector("#place").addEventListener("change", ({ target }) => {
  const at = Number(target.value) - 1;
  sheet.querySelector("article").className = `badge badge--${at % 2 ? "right" : "left"} badge--${Math.floor(at / 2) + 1}`;
});
page.querySelector("[data-badge-print]").addEventListener("click", () => print());

const token = await fact("token").catch(() => undefined);
if (!token) say("unknown");
else {
  await call(token, "badges", { application: page.dataset.badgeOf })
    .then(({ badge }) => show(badge))
    .catch((error) => say(error instanceof Declined ? "refused" : "offline"));
}
