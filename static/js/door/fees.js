// 参加費: taken with one tap on the answer to a guest, on the disk before it is believed, sent like a scan. Every desk knows
// who has paid at another.

import { clockTime } from "./results.js";
import * as store from "./store.js";

const yen = new Intl.NumberFormat("ja-JP");
const MOST = 1_000_000;

/** What was taken and given back, by its id. */
class Fees {
  constructor(known = []) {
    this.byId = new Map();
    this.undone = new Set();
    for (const fee of known) this.note(fee);
  }

  /** fee: {fee_id, application, scan?, amount, at, device, undoes}; the server's word takes the place of ours. */
  note(fee) {
    this.byId.set(fee.fee_id, fee);
    if (fee.undoes) this.undone.add(fee.undoes);
  }

  get standing() {
    return [...this.byId.values()].filter((fee) => !fee.undoes && !this.undone.has(fee.fee_id));
  }

  /** What stands of one guest, oldest first. */
  of({ application, scan }) {
    return this.standing.filter((fee) => (application && fee.application === application) || (scan && fee.scan === scan));
  }
}

/** Ties the part within the result, and the sums of the page, to the desk. kept(entry): whether it is on the disk. changed():
    called when something was taken or given back. */
export function fees(part, sums, { desk, results, kept, changed }) {
  const slot = (name) => part.querySelector(`[data-fee-${name}]`);
  let known = new Fees();
  let at;
  let payer;
  let entering = false;

  const due = () => desk.roster.loaded?.event.fee ?? null;
  const me = () => desk.roster.loaded?.device.id ?? null;
  const save = () => store.keep("fees", { at, rows: [...known.byId.values()] });

  desk.takers.set("fee", async ({ body }) => {
    const { fee } = await desk.ask("fees", body);
    known.note({ ...fee, scan: body.scan });
    await save();
  });

  desk.hears.push(async () => {
    if (due() === null) return;
    const news = await desk.ask(at ? `fees?since=${encodeURIComponent(at)}` : "fees");
    const fresh = news.fees.some((fee) => !known.byId.get(fee.fee_id)?.received);
    for (const fee of news.fees) known.note({ ...fee, scan: known.byId.get(fee.fee_id)?.scan, received: true });
    at = news.at;
    if (fresh) await save();
  });

  const begin = async () => {
    const saved = await store.fact("fees");
    at = saved?.at;
    known = new Fees(saved?.rows);
    for (const { kind, told } of await store.queued()) if (kind === "fee") known.note(told);
  };

  const tell = (name, words, values) => {
    slot(name).textContent = Object.entries(values).reduce((text, [key, value]) => text.replace(`{${key}}`, value), words);
  };

  /** The part as it stands for whoever is on the screen. */
  const show = () => {
    const [paid] = payer ? known.of(payer) : [];
    part.hidden = !payer || (due() === null && !paid);
    slot("paid").hidden = !paid;
    slot("undo").hidden = !paid;
    slot("take").hidden = Boolean(paid);
    slot("other").hidden = Boolean(paid);
    slot("form").hidden = true;
    if (part.hidden) return;
    const desks = desk.roster.loaded?.desks ?? {};
    if (paid) tell("paid", part.dataset.paid, { amount: yen.format(paid.amount), desk: desks[paid.device] ?? "", time: clockTime(paid.at) });
    else tell("take", part.dataset.take, { amount: yen.format(due()) });
  };

  results.follow((guest) => {
    payer = guest && (guest.id ? { application: guest.id } : results.answer.scan_id && { scan: results.answer.scan_id });
    show();
    // Money is counted before the next guest comes: the answer waits for it.
    if (!part.hidden && !known.of(payer).length) setTimeout(() => results.stay());
  });

  /** Two taps are one entry. */
  const enter = async (body, told) => {
    if (entering) return;
    entering = true;
    await write(body, told).finally(() => (entering = false));
  };

  const write = async (body, told) => {
    const fee_id = crypto.randomUUID();
    const taken_at = desk.now();
    const row = { undoes: null, ...payer, ...told, fee_id, at: taken_at, device: me() };
    if (!(await kept({ kind: "fee", body: { fee_id, taken_at, ...body }, told: row, about: results.answer?.guest?.name }))) return;
    known.note(row);
    show();
    changed();
    results.spoken.textContent = slot(row.undoes ? "take" : "paid").textContent;
    slot(row.undoes ? "take" : "undo").focus({ preventScroll: true });
    desk.round();
  };

  const take = async (amount) => {
    await enter({ ...payer, amount }, { amount });
    results.end("ok");
  };

  slot("take").addEventListener("click", () => take(due()));
  slot("undo").addEventListener("click", () => {
    const [paid] = known.of(payer);
    results.stay();
    enter({ undoes: paid.fee_id }, { amount: paid.amount, undoes: paid.fee_id });
  });
  slot("other").addEventListener("click", () => {
    results.stay();
    slot("form").hidden = false;
    slot("other").hidden = true;
    slot("amount").value = "";
    slot("amount").focus();
  });
  slot("form").addEventListener("submit", (event) => {
    event.preventDefault();
    const typed = slot("amount").value.normalize("NFKC").replace(/[,\s円]/g, "");
    const good = /^\d{1,7}$/.test(typed) && Number(typed) <= MOST;
    slot("problem").textContent = good ? "" : part.dataset.bad;
    if (good) take(Number(typed));
    else slot("amount").focus();
  });

  /** The sums of this desk and of all. */
  const paint = () => {
    const rows = known.standing;
    sums.hidden = due() === null && !rows.length;
    const total = (of) => of.reduce((sum, { amount }) => sum + amount, 0);
    const mine = rows.filter(({ device }) => device === me());
    for (const [name, of] of [["mine", mine], ["all", rows]]) {
      sums.querySelector(`[data-fee-${name}]`).textContent = sums.dataset.sum.replace("{amount}", yen.format(total(of))).replace("{n}", of.length);
    }
  };
  return { begin, paint };
}
