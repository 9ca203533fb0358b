// Somebody without an application: three fields, and a reason when the event is full. Offline it is kept like a scan.

import { Declined, call } from "./api.js";

/** desk, words: {saved: {say, next}, missing}; taken(answer): after somebody was let in. */
export function walkIns(form, desk, words, taken) {
  const field = (name) => form.elements[name];
  const problem = form.querySelector("[data-walkin-problem]");
  const reason = form.querySelector("[data-reason]");

  const fresh = () => {
    form.reset();
    problem.textContent = "";
    reason.hidden = true;
    form.dataset.scan = crypto.randomUUID();
  };
  fresh();

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const [name, kana, group] = ["name", "kana", "group"].map((one) => field(one).value.trim());
    const first = ["name", "kana", "group"].find((one) => !field(one).value.trim());
    if (first) {
      problem.textContent = words.missing;
      field(first).focus();
      return;
    }
    // The same id at every try: a lost answer never makes two people of one.
    const body = { scan_id: form.dataset.scan, scanned_at: desk.now(), name, kana, group, reason: field("reason").value };
    try {
      const { answers } = await call(desk.token, "walk-ins", body);
      const [answer] = answers;
      desk.roster.add(answer.guest);
      desk.see(answer.scan_id, answer.guest.id, body.scanned_at);
      fresh();
      taken(answer);
    } catch (error) {
      if (error instanceof Declined) {
        problem.textContent = error.body.say ?? error.body.error;
        if (error.body.error === "over_capacity") {
          reason.hidden = false;
          field("reason").focus();
        }
        return;
      }
      await desk.record({ kind: "walk_in", body: { ...body, offline: true } });
      fresh();
      const of = desk.groups?.find((one) => one.id === group);
      const guest = { name, office: of?.name ?? "", mark: of?.mark ?? "", css: of?.css ?? "", table: null };
      taken({ outcome: "admitted", why: "", since: "", undo: false, guest, ...words.saved });
    }
  });
}
