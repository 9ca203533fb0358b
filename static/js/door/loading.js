// The roster on its way: it comes in parts, and each part that has come is kept. What changes meanwhile is heard afterwards,
// since the changes are asked for from before the first part on; they come in parts as well.

import { Pace } from "./pace.js";
import { Roster } from "./roster.js";
import * as store from "./store.js";

const PART = 200;
const query = (said) => new URLSearchParams(Object.entries(said).filter(([, value]) => value !== undefined));
const byKana = (one, other) => (one.kana < other.kana ? -1 : Number(one.kana > other.kana));

export class Loading {
  /** desk: whose roster it is. coming: a roster that is under way; stale: the desk's own is of an older edition. */
  constructor(desk) {
    this.desk = desk;
    this.pace = new Pace(PART);
    this.coming = undefined;
    this.stale = false;
  }

  /** Whether the desk has a whole roster; until then it works with what has come. */
  get whole() {
    const { loaded } = this.desk.roster;
    return loaded !== undefined && !loaded.partial;
  }

  /** {have, all} people, while there is no whole roster. */
  get progress() {
    if (!this.coming || this.whole) return undefined;
    const { people } = this.coming.loaded;
    return { have: Math.min(this.coming.guests.length, people), all: people };
  }

  /** Go on with what an earlier page has left. */
  resume(loaded) {
    this.coming = new Roster(loaded);
    if (!this.whole) this.desk.take(this.coming);
  }

  /** Names leave the device. */
  async forget() {
    this.coming = undefined;
    for (const name of ["roster", "loading"]) await this.desk.tend(() => store.forget(name));
  }

  /** Whatever is missing, and then what is new. The roster in use stays true while a newer edition comes. */
  async refresh() {
    if (this.whole) await this.hearAll();
    if (this.whole && !this.stale) return;
    await this.load();
    if (this.whole) await this.hearAll();
  }

  async hearAll() {
    while (await this.hear());
  }

  /** An answer of the API, as long as the line bears it. */
  ask(path, said) {
    const { desk, pace } = this;
    return desk.bear(pace, () => desk.ask(`${path}?${query({ ...said, most: pace.now })}`, undefined, pace.patience));
  }

  /** Everything, once; afterwards only what is new. */
  async load() {
    const { desk, pace } = this;
    if (!this.coming) {
      const told = await desk.bear(pace, () => desk.ask("event", undefined, pace.patience));
      await desk.setClock(told);
      this.coming = new Roster({ ...told, roster: [], scans: [], cursor: 0, partial: true });
      if (!this.whole) desk.take(this.coming);
    }
    const { coming } = this;
    const { loaded } = coming;
    do {
      desk.progressed();
      const part = await this.ask("guests", { after: loaded.next });
      if (part.edition !== loaded.edition) {
        // The event itself was changed meanwhile: the next round begins anew.
        this.coming = undefined;
        return;
      }
      for (const guest of part.roster) coming.renew(guest);
      Object.assign(loaded, { next: part.next ?? undefined, people: part.people });
      if (loaded.next) await this.keep(coming);
    } while (loaded.next);
    await this.finish(coming);
  }

  async finish(coming) {
    const { desk } = this;
    const { loaded } = coming;
    // Scans are the same in every edition.
    const { scans, cursor } = this.whole ? desk.roster.loaded : loaded;
    this.coming = undefined;
    this.stale = false;
    delete loaded.partial;
    if (desk.roster !== coming) desk.take(new Roster(Object.assign(loaded, { scans, cursor, roster: coming.guests })));
    desk.progressed();
    await this.keep(desk.roster);
    await desk.tend(() => store.keep("device", loaded.device));
    await desk.tend(() => store.forget("loading"));
  }

  /** Put a roster on the disk, whole or as far as it has come. */
  async keep({ loaded, guests }) {
    if (!loaded) return;
    loaded.roster = guests.sort(byKana);
    await this.desk.tend(() => store.keep(loaded.partial ? "loading" : "roster", loaded));
  }

  /** What is new since the last answer; whether there is more. */
  async hear() {
    const { desk } = this;
    const { loaded } = desk.roster;
    const { after, begun, since = loaded.roster_at } = loaded.sweep ?? {};
    const news = await this.ask("changes", { cursor: loaded.cursor, roster_at: since, after });
    await desk.setClock(news);
    this.stale = news.edition !== loaded.edition;
    if (this.stale && this.coming?.loaded.edition !== news.edition) this.coming = undefined;
    const renewed = news.roster.filter((guest) => desk.roster.renew(guest));
    for (const scan of news.scans) desk.roster.note(scan);
    const { now, cursor, groups, free, desks } = news;
    Object.assign(desk, { groups });
    Object.assign(loaded, { now, cursor, groups, free, desks });
    // Whoever changes while the parts come is among the changes since the first of them.
    const first = begun ?? news.roster_at;
    if (news.next) loaded.sweep = { after: news.next, begun: first, since };
    else {
      delete loaded.sweep;
      loaded.roster_at = first;
    }
    loaded.scans.push(...news.scans);
    if (renewed.length || news.scans.length) await this.keep(desk.roster);
    return news.more;
  }
}
