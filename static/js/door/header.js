// The top of the page: whether the server answers and the store holds, what waits to be sent, how much of the roster is here,
// and what is to be done where something is wrong.

import { clockTime } from "./results.js";

/** show(desk): write what is so now. */
export function header(page) {
  const slot = (name) => page.querySelector(`[data-${name}]`);
  let read;
  const notices = page.querySelectorAll("[data-notice]");

  const link = (desk) => {
    const state = desk.trouble ? "unkept" : desk.online ? "online" : "offline";
    for (const name of ["unkept", "online", "offline"]) slot(name).hidden = name !== state;
  };

  const queue = ({ unsent, sending }) => {
    slot("unsent").textContent = unsent;
    slot("waiting").hidden = Boolean(sending);
    slot("sending").hidden = !sending;
    if (!sending) return;
    slot("sent").textContent = sending.done;
    slot("to-send").textContent = sending.all;
  };

  const roster = ({ roster: { loaded, guests }, loading: { progress } }) => {
    slot("roster").hidden = !loaded || Boolean(progress);
    slot("loading").hidden = !progress;
    if (progress) {
      slot("have").textContent = progress.have;
      slot("people").textContent = progress.all;
    }
    if (!loaded) return;
    slot("roster-count").textContent = guests.length;
    slot("roster-time").textContent = clockTime(loaded.now);
    slot("event").textContent = loaded.event.title;
    slot("news").textContent = loaded.event.news || "";
    slot("news").hidden = !loaded.event.news;
    slot("device").textContent = `　${loaded.device.name}`;
  };

  const notice = (desk) => {
    if (desk.trouble) return desk.trouble;
    if (!desk.awake) return "";
    if (!desk.token) return desk.vanished || "unknown_device";
    return desk.ended || desk.vanished || (desk.roster.loaded ? "" : "no_roster");
  };

  slot("clash-read").addEventListener("click", () => {
    read.keepClashes(read.clashes.slice(1));
    show(read);
  });

  const show = (desk) => {
    read = desk;
    slot("clash").hidden = !desk.clashes.length;
    slot("clash-say").textContent = desk.clashes[0] ?? "";
    link(desk);
    queue(desk);
    roster(desk);
    const wanted = notice(desk);
    for (const line of notices) line.hidden = line.dataset.notice !== wanted;
  };
  return { show };
}
