// Somebody without an application: three fields, and a reason when the event is full. Offline it is kept like a scan.

import { Declined } from "./api.js";
import { arePlain } from "./plain_names.js";
import { wrongKana } from "./kana.js";
import { fold } from "./search.js";

/** words: {saved: {say, next}, stays: {say, next}, missing, plain}; show(list, guests): rows that let in; taken(answer, how): somebody
    came in. kept(entry): whether it is on the disk. */
export function walkIns(form, { desk, kept, words, show, taken }) {
  const field = (name) => form.elements[name];
  const problem = form.querySelector("[data-walkin-problem]");
  const reason = form.querySelector("[data-reason]");

  const seats = form.querySelector("[data-seats]");
  const alike = form.querySelector("[data-alike]");
  let asked = "";

  const fresh = () => {
    form.reset();
    problem.textContent = "";
    alike.hidden = true;
    asked = "";
    form.dataset.scan = crypto.randomUUID();
    refresh();
  };

  /** Groups to choose from, with the seats that are left to those that have fewer than the event. */
  const listGroups = () => {
    const choice = field("group");
    const chosen = choice.value;
    const all = desk.roster.loaded?.free;
    const options = (desk.groups ?? []).map(({ id, name, free: own = all }) => {
      const left = own === all ? "" : own ? choice.dataset.left.replace("{n}", own) : choice.dataset.full;
      return new Option(name + left, id);
    });
    const shown = [...choice.options].slice(1);
    if (options.length === shown.length && options.every((one, at) => one.text === shown[at].text)) return;
    choice.replaceChildren(choice.options[0], ...options);
    choice.value = chosen;
  };

  /** Seats as they stand now. */
  const refresh = () => {
    listGroups();
    const free = desk.roster.loaded?.free;
    const left = free === undefined ? "" : free === null ? seats.dataset.open : free ? seats.dataset.left : seats.dataset.full;
    seats.textContent = left.replace("{n}", free);
    reason.hidden = free !== 0;
  };

  /** Whether people with this name or kana have applied: shown once, before one person is entered twice. */
  const asksFirst = (name, kana) => {
    const variants = desk.roster.loaded?.texts.variants;
    const wanted = [fold(name, variants), fold(kana, variants)];
    const found = desk.roster.guests.filter(
      (guest) => fold(guest.name, variants) === wanted[0] || (wanted[1] && fold(guest.kana, variants) === wanted[1]),
    );
    if (!found.length || asked === wanted.join("|")) return false;
    asked = wanted.join("|");
    show(form.querySelector("[data-alike-list]"), found);
    alike.hidden = false;
    alike.focus();
    return true;
  };
  fresh();

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const [name, kana, group] = ["name", "kana", "group"].map((one) => field(one).value.trim());
    const wrong = wrongKana(name, kana);
    const first = !name ? "name" : wrong === "missing" ? "kana" : group ? "" : "group";
    if (first) {
      problem.textContent = words.missing;
      field(first).focus();
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
    if (asksFirst(name, kana)) return;
    // The same id at every try: a lost answer never makes two people of one.
    const body = { scan_id: form.dataset.scan, scanned_at: desk.now(), name, kana, group, reason: field("reason").value };
    try {
      const { answers } = await desk.ask("walk-ins", body);
      const [answer] = answers;
      desk.roster.add(answer.guest);
      desk.see(answer.scan_id, answer.guest.id, body.scanned_at);
      fresh();
      taken(answer);
    } catch (error) {
      // A device that may not send any more still must not lose what was typed: it goes with the queue, by file.
      const shut = error instanceof Declined && [401, 410].includes(error.status);
      if (error instanceof Declined && !shut) {
        problem.textContent = error.body.say ?? problem.getAttribute(`data-bad-${error.body.field}`) ?? problem.dataset.bad;
        field(error.body.field)?.focus();
        if (error.body.error === "over_capacity") {
          reason.hidden = false;
          field("reason").focus();
        }
        return;
      }
      if (!(await kept({ kind: "walk_in", body: { ...body, offline: true } }))) return;
      fresh();
      const of = desk.groups?.find((one) => one.id === group);
      desk.takeSeat(of);
      const guest = { name, office: of?.name ?? "", mark: of?.mark ?? "", css: of?.css ?? "", table: null };
      taken({ scan_id: body.scan_id, outcome: "admitted", why: "", since: "", undo: false, guest, ...(shut ? words.stays : words.saved) }, { amber: shut });
    }
  });
  const begun = () => ["name", "kana", "group", "reason"].some((one) => field(one).value.trim());
  return { refresh, begun, clear: fresh };
}
