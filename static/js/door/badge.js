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
  sheet.querySelector("[data-event]").textContent = badge.event;
  sheet.querySelector("[data-group]").textContent = badge.role || badge.group;
  if (badge.size) sheet.querySelector("[data-name]").classList.add(`badge__name--${badge.size}`);
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
