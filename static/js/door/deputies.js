// 代理出席: somebody has come in the place of whoever is on the screen. Two taps and a name; the seat, the table and the group
// go over. Offline it waits in the queue like a walk-in.

import { arePlain } from "./plain_names.js";
import { Declined } from "./api.js";
import { wrongKana } from "./kana.js";

/** Ties the form within the result to the desk. kept(entry): whether it is on the disk; words: {saved, stays, missing}, each
    {say, next} but the last; taken(answer, how): somebody came in. */
export function deputies(part, { desk, results, kept, words, taken }) {
  const ask = part.querySelector("[data-deputy-ask]");
  const form = part.querySelector("[data-deputy-form]");
  const problem = part.querySelector("[data-deputy-problem]");
  const field = (name) => form.elements[name];
  let about;
  let scan;

  const fold = (open) => {
    form.hidden = !open;
    ask.hidden = open;
  };

  results.follow((guest) => {
    const { outcome, undo } = results.answer;
    about = guest?.id && !undo && outcome !== "refused" && guest.state === "confirmed" ? guest : undefined;
    part.hidden = !about;
    form.reset();
    problem.textContent = "";
    fold(false);
  });

  ask.addEventListener("click", () => {
    results.stay();
    scan = crypto.randomUUID();
    fold(true);
    field("name").focus();
  });

  /** What this desk let the applicant in by, so that it is taken back together with their seat. */
  const entries = (guest) =>
    desk.roster
      .standing(guest)
      .filter((one) => one.mine || one.device === desk.roster.loaded?.device.id)
      .map((one) => desk.roster.saidOnce(one.scan_id));

  /** The applicant is not here, and has no seat any more: as the server will say. */
  const passOn = async (guest, undoes, at) => {
    for (const one of undoes) {
      desk.roster.note({ scan_id: crypto.randomUUID(), undoes: one, application: guest.id, session: null, outcome: "admitted", direction: "in", at, mine: true });
    }
    await desk.replace({ ...guest, state: "substituted" });
  };

  const letIn = ({ guest, scan_id }, at) => {
    if (!guest) return;
    desk.roster.add(guest);
    desk.see(scan_id, guest.id, at);
  };

  desk.takers.set("deputy", async ({ body }) => {
    const { answers } = await desk.ask("deputies", body);
    letIn(answers[0], body.scanned_at);
  });

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const [name, kana] = ["name", "kana"].map((one) => field(one).value.trim());
    const wrong = wrongKana(name, kana);
    if (!name || wrong === "missing") {
      problem.textContent = words.missing;
      field(name ? "kana" : "name").focus();
      return;
    }
    if (!arePlain(name, kana)) {
      problem.textContent = words.plain;
      field(arePlain(name) ? "kana" : "name").focus();
      return;
    }
    if (wrong) {
      problem.textContent = problem.dataset.strangeKana;
      field("kana").focus();
      return;
    }
    const guest = about;
    const undoes = entries(guest);
    const body = { scan_id: scan, scanned_at: desk.now(), application: guest.id, name, kana, undoes };
    // What let the applicant in goes up first: the server takes back only what it knows.
    if (desk.online) await desk.round();
    try {
      if (!desk.online || desk.unsent) throw new Error("not now");
      const { answers } = await desk.ask("deputies", body);
      await passOn(guest, undoes, body.scanned_at);
      letIn(answers[0], body.scanned_at);
      taken(answers[0]);
    } catch (error) {
      const shut = error instanceof Declined && [401, 410].includes(error.status);
      if (error instanceof Declined && !shut) {
        problem.textContent = error.body.say ?? part.dataset.bad;
        return;
      }
      if (!(await kept({ kind: "deputy", body: { ...body, offline: true } }))) return;
      await passOn(guest, undoes, body.scanned_at);
      const { office, mark, css, table } = guest;
      taken(
        { scan_id: scan, outcome: "admitted", why: "", since: "", undo: false, guest: { name, office, mark, css, table }, ...(shut ? words.stays : words.saved) },
        { amber: shut },
      );
    }
  });
}
