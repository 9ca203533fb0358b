// Checks the record of a draw and repeats the draw, in a browser or in Node. No dependency, no network.
//
// It follows docs/lottery-specification.md and shares no code with the program that made the record, nor with the verifier
// in Python. Checks, in order: format, earlier, seed, people, reserves, levels, odds, draw, waiting.

import { hex, joined, sha256, unhex, utf8, word } from "./sha256.js";

const FORMAT = "tsudoi-draw-1";
const UNIT = 2 ** 30;
const WORD = 2 ** 48;
const LOG_UNIT = 2 ** 40;
// log2(1 + 2^-k) in units of 2^-40, k = 1 … 40
const LOG_TABLE = [
  643173071356, 353963683636, 186834514936, 96166410953, 48811850439, 24593670513, 12344497886,
  6184257240, 3095142392, 1548326109, 774351967, 387223235, 193623433, 96814671, 48408074, 24204222,
  12102157, 6051090, 3025548, 1512775, 756388, 378194, 189097, 94548, 47274, 23637, 11819, 5909, 2955,
  1477, 739, 369, 185, 92, 46, 23, 12, 6, 3, 1,
];
const RESERVES = ["group", "sector", "district"]; // in the order in which reserves are honoured

class Wrong extends Error {}

function expect(holds, what) {
  if (!holds) throw new Wrong(what);
}

// -- the file -----------------------------------------------------------------------------------------------

// By code points, as the specification sorts; JavaScript itself would compare UTF-16 units.
function byCodePoint(one, other) {
  const a = Array.from(one);
  const b = Array.from(other);
  for (let n = 0; n < a.length && n < b.length; n += 1) {
    if (a[n] !== b[n]) return a[n].codePointAt(0) - b[n].codePointAt(0);
  }
  return a.length - b.length;
}

function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (value !== null && typeof value === "object") {
    const keys = Object.keys(value).sort(byCodePoint);
    return `{${keys.map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`).join(",")}}`;
  }
  return JSON.stringify(value);
}

const digestOf = (value) => hex(sha256(utf8(canonical(value))));

function read(bytes) {
  const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  const record = JSON.parse(text);
  expect(canonical(record) === text, "not canonical JSON");
  expect(record.format === FORMAT && record.frozen.format === FORMAT, "unknown format");
  const { digest, ...rest } = record;
  expect(digest === digestOf(rest), "digest");
  return record;
}

function checkSeed(record) {
  expect(record.commitment === hex(sha256(utf8(record.secret))), "secret and commitment");
  const seed = sha256(utf8(`${digestOf(record.frozen)}${record.secret}${record.public_number}`));
  expect(record.seed === hex(seed), "seed");
}

// -- people, rules and the network of seats -----------------------------------------------------------------

const named = (...parts) => JSON.stringify(parts); // a label as a key
const [TOP, BOTTOM, TOTAL] = [named("top"), named("bottom"), named("total")];
const whole = (value, least) => Number.isSafeInteger(value) && value >= least;
const unique = (values) => new Set(values).size === values.length;
const same = (one, other) => one.length === other.length && one.every((value, n) => value === other[n]);
const sum = (values) => values.reduce((total, value) => total + value, 0);

// The network of section 3 of the specification: `arcs` are counted sets, `kinds` are people whom no rule tells apart.
class Seats {
  constructor(frozen) {
    const { candidates, placed } = frozen;
    this.rules = frozen.rules;
    this.sectorOf = new Map(this.rules.groups.map((group) => [group.key, group.sector]));
    this.districtOf = new Map(
      this.rules.districts.flatMap((rule) => rule.organisations.map((office) => [office, rule.key])),
    );
    this.checkInput(candidates, placed);
    const count = (people) => {
      const counts = new Map();
      for (const label of people.flatMap((person) => this.sets(person))) counts.set(label, (counts.get(label) ?? 0) + 1);
      return counts;
    };
    this.arcs = this.countedArcs(count(placed), count(candidates), candidates.length + 1);
    this.nodes = new Set(this.arcs.flatMap((arc) => [arc.tail, arc.head]));
    this.numbers = candidates.map((person) => person.number);
    const counted = new Set(this.arcs.map((arc) => arc.label));
    const kinds = new Map();
    for (const person of candidates) {
      const office = named("organisation", person.organisation);
      const cell = named("cell", person.group, person.organisation);
      const bound = counted.has(office);
      const name = named(person.group, bound ? person.organisation : null, person.weight);
      if (!kinds.has(name)) {
        kinds.set(name, {
          name,
          weight: person.weight,
          tail: counted.has(cell) ? cell : named("group", person.group),
          head: bound ? office : BOTTOM,
          through: this.sets(person).filter((label) => counted.has(label)),
          numbers: [],
        });
      }
      kinds.get(name).numbers.push(person.number);
    }
    this.kinds = [...kinds.values()];
  }

  checkInput(candidates, placed) {
    const { rules } = this;
    const everyone = [...candidates, ...placed];
    for (const rule of [...rules.groups, ...rules.sectors, ...rules.districts]) {
      expect(whole(rule.reserved, 0), "a reserve");
      expect(rule.cap === null || whole(rule.cap, rule.reserved), "a cap");
    }
    for (const cap of [rules.organisation_cap, rules.cell_cap]) expect(cap === null || whole(cap, 1), "a cap");
    expect(whole(rules.capacity, 0), "capacity");
    for (const kind of ["groups", "sectors", "districts"]) {
      expect(unique(rules[kind].map((rule) => rule.key)), `${kind} listed twice`);
    }
    expect(unique(rules.districts.flatMap((rule) => rule.organisations)), "an organisation in two districts");
    const sectors = new Set([null, ...rules.sectors.map((rule) => rule.key)]);
    expect([...this.sectorOf.values()].every((sector) => sectors.has(sector)), "an unknown sector");
    expect(unique(everyone.map((person) => person.number)), "somebody is listed twice");
    for (const people of [candidates, placed]) {
      const numbers = people.map((person) => person.number);
      expect(same(numbers, [...numbers].sort(byCodePoint)), "people are not in order");
    }
    expect(everyone.every((person) => this.sectorOf.has(person.group)), "an unknown group");
    expect(candidates.every((person) => whole(person.weight, 1)), "a weight");
    const first = new Map();
    for (const person of everyone.sort((one, other) => byCodePoint(one.number, other.number))) {
      if (!first.has(person.organisation)) first.set(person.organisation, person.number);
      const known = first.get(person.organisation);
      expect(person.organisation === null || person.organisation === known, "the number of an organisation");
    }
  }

  // Every set that rules can count a person by.
  sets({ group, organisation }) {
    const labels = [TOTAL, named("group", group)];
    if (this.sectorOf.get(group) !== null) labels.push(named("sector", this.sectorOf.get(group)));
    if (organisation !== null) labels.push(named("organisation", organisation), named("cell", group, organisation));
    if (this.districtOf.has(organisation)) labels.push(named("district", this.districtOf.get(organisation)));
    return labels;
  }

  countedArcs(byHand, asking, noCap) {
    const { rules } = this;
    const arcs = [];
    const add = (label, tail, head, cap, reserved = 0) => {
      const placed = byHand.get(label) ?? 0;
      arcs.push({ label, tail, head, reserved, placed, upper: cap === null ? noCap : Math.max(0, cap - placed) });
    };
    const caps = { organisation: rules.organisation_cap, cell: rules.cell_cap };
    const parsed = [...asking].map(([label, n]) => ({ label, n, parts: JSON.parse(label) }));
    const binding = new Set();
    for (const { label, n, parts } of parsed) {
      const cap = caps[parts[0]] ?? null;
      const office = parts.at(-1);
      if (cap !== null && n > cap - (byHand.get(label) ?? 0)) binding.add(office);
      if (parts[0] === "organisation" && this.districtOf.has(office)) binding.add(office);
    }
    add(TOTAL, BOTTOM, TOP, rules.capacity, rules.capacity);
    for (const rule of rules.sectors) {
      add(named("sector", rule.key), TOP, named("sector", rule.key), rule.cap, rule.reserved);
    }
    for (const rule of rules.groups) {
      const above = rule.sector === null ? TOP : named("sector", rule.sector);
      add(named("group", rule.key), above, named("group", rule.key), rule.cap, rule.reserved);
    }
    for (const rule of rules.districts) {
      add(named("district", rule.key), named("district", rule.key), BOTTOM, rule.cap, rule.reserved);
    }
    for (const office of [...binding].sort(byCodePoint)) {
      const under = this.districtOf.has(office) ? named("district", this.districtOf.get(office)) : BOTTOM;
      add(named("organisation", office), named("organisation", office), under, rules.organisation_cap);
    }
    if (rules.cell_cap !== null) {
      const order = [...this.sectorOf.keys()];
      const cells = parsed.map(({ parts }) => parts).filter(([kind, , office]) => kind === "cell" && binding.has(office));
      cells.sort((one, other) => order.indexOf(one[1]) - order.indexOf(other[1]) || byCodePoint(one[2], other[2]));
      for (const cell of cells) add(named(...cell), named("group", cell[1]), named(...cell), rules.cell_cap);
    }
    return arcs;
  }

  cut(names) {
    const cut = new Set(names.map((name) => named(...name)));
    expect(cut.size === names.length && [...cut].every((node) => this.nodes.has(node)), "a cut names an unknown node");
    return cut;
  }
}

const leaves = (arc, cut) => cut.has(arc.tail) && !cut.has(arc.head);
const enters = (arc, cut) => !cut.has(arc.tail) && cut.has(arc.head);

// -- what can be kept ---------------------------------------------------------------------------------------

// Label → [lower, upper] for those still to be drawn. Each shortfall must be proven by its cut.
function checkReserves(frozen, seats) {
  const honoured = new Map(
    RESERVES.flatMap((kind) => Object.entries(frozen.honoured[`${kind}s`]).map(([key, n]) => [named(kind, key), n])),
  );
  honoured.set(TOTAL, frozen.honoured.seats);
  const kindOf = (arc) => JSON.parse(arc.label)[0];
  const arcs = [...RESERVES, "total"].flatMap((kind) => seats.arcs.filter((arc) => kindOf(arc) === kind));
  expect(honoured.size === arcs.length && arcs.every((arc) => honoured.has(arc.label)), "the list of what is honoured");
  const shortfalls = new Map(frozen.shortfalls.map((entry) => [named(...entry.set), entry]));
  expect(shortfalls.size === frozen.shortfalls.length, "a shortfall is listed twice");
  const lower = new Map(seats.arcs.map((arc) => [arc.label, 0]));
  for (const arc of arcs) {
    const met = honoured.get(arc.label);
    expect(whole(met, 0), "what is honoured");
    if (met >= arc.reserved) {
      const most = arc.label === TOTAL ? Math.max(arc.reserved, arc.placed) : arc.reserved;
      expect(met === most, `${arc.label} is above its wish`);
    } else {
      const entry = shortfalls.get(arc.label);
      expect(shortfalls.delete(arc.label), `${arc.label} is short without a proof`);
      expect(entry.wished === arc.reserved && entry.met === met, `shortfall of ${arc.label}`);
      const cut = seats.cut(entry.cut);
      expect(enters(arc, cut), `cut of ${arc.label}`);
      const people = seats.kinds.filter((kind) => leaves(kind, cut)).map((kind) => kind.numbers.length);
      const out = seats.arcs.filter((other) => leaves(other, cut)).map((other) => other.upper);
      const into = seats.arcs.filter((other) => other !== arc && enters(other, cut));
      const room = sum(people) + sum(out) - sum(into.map((other) => lower.get(other.label)));
      expect(met - arc.placed === room, `${arc.label} could have been met`);
    }
    lower.set(arc.label, Math.max(0, met - arc.placed));
  }
  expect(shortfalls.size === 0, "a shortfall that is none");
  const bounds = new Map(seats.arcs.map((arc) => [arc.label, [lower.get(arc.label), arc.upper]]));
  return bounds.set(TOTAL, [lower.get(TOTAL), lower.get(TOTAL)]);
}

// -- odds ---------------------------------------------------------------------------------------------------

function commonDivisor(a, b) {
  while (b) [a, b] = [b, a % b];
  return a;
}

// The exact odds of every kind as {common, amounts}: odds per weight are amounts[n] / common.
function checkLevels(frozen, seats, bounds) {
  const fractions = frozen.levels.map((level) => {
    expect(/^(0|[1-9][0-9]*)\/[1-9][0-9]*$/.test(level.odds_per_weight), "a fraction");
    const [over, under] = level.odds_per_weight.split("/").map(BigInt);
    expect(commonDivisor(over, under) === 1n, "a fraction in lowest terms");
    return [over, under];
  });
  const common = fractions.reduce((all, [, under]) => (all / commonDivisor(all, under)) * under, 1n);
  const values = fractions.map(([over, under]) => over * (common / under));
  const levelOf = new Array(seats.kinds.length).fill(-1);
  frozen.levels.forEach((level, k) => {
    const t = values[k];
    expect(k === 0 || t >= values[k - 1], "levels do not ascend");
    const active = [...levelOf.keys()].filter((n) => levelOf[n] < 0);
    expect(active.every((n) => t * BigInt(seats.kinds[n].weight) <= common), "odds above 1");
    let sharing;
    if (level.cut.length) {
      const cut = seats.cut(level.cut);
      sharing = active.filter((n) => enters(seats.kinds[n], cut));
      let free = 0;
      for (const arc of seats.arcs) {
        if (leaves(arc, cut)) free += bounds.get(arc.label)[1];
        else if (enters(arc, cut)) free -= bounds.get(arc.label)[0];
      }
      const settled = new Array(k).fill(0); // weights of settled people who leave less those who enter, by level
      seats.kinds.forEach((kind, n) => {
        const sign = leaves(kind, cut) ? 1 : enters(kind, cut) ? -1 : 0;
        if (levelOf[n] >= 0) settled[levelOf[n]] += sign * kind.weight * kind.numbers.length;
        else if (sign > 0) free += kind.numbers.length;
      });
      const room = settled.reduce((all, n, level_) => all + BigInt(n) * values[level_], BigInt(free) * common);
      const weight = sum(sharing.map((n) => seats.kinds[n].weight * seats.kinds[n].numbers.length));
      expect(room === t * BigInt(weight), "a level is not what its cut leaves");
    } else {
      sharing = active.filter((n) => BigInt(seats.kinds[n].weight) * t === common);
    }
    const types = level.types.map((type) => named(...type));
    expect(types.length > 0 && unique(types) && types.length === sharing.length, "the people of a level");
    expect(sharing.every((n) => types.includes(seats.kinds[n].name)), "the people of a level");
    for (const n of sharing) levelOf[n] = k;
  });
  expect(levelOf.every((k) => k >= 0), "people without a level");
  const amounts = levelOf.map((k) => values[k]);
  const together = seats.kinds.map((kind, n) => amounts[n] * BigInt(kind.weight * kind.numbers.length));
  checkBounds(seats, together, bounds, common, "exact odds");
  return { common, amounts };
}

// Whether what the kinds have together keeps every bound times the unit (all BigInt).
function checkBounds(seats, amounts, bounds, unit, what) {
  const load = new Map([...bounds.keys()].map((label) => [label, 0n]));
  seats.kinds.forEach((kind, n) => {
    for (const label of kind.through) load.set(label, load.get(label) + amounts[n]);
  });
  for (const [label, [low, high]] of bounds) {
    const fits = BigInt(low) * unit <= load.get(label) && load.get(label) <= BigInt(high) * unit;
    expect(fits, `${what} break ${label}`);
  }
}

function checkOdds(frozen, seats, bounds, { common, amounts }) {
  const z = frozen.odds;
  expect(frozen.unit === UNIT, "unit");
  expect(same(Object.keys(z).sort(byCodePoint), seats.numbers), "the list of odds");
  seats.kinds.forEach((kind, n) => {
    const wanted = amounts[n] * BigInt(kind.weight) * BigInt(UNIT);
    const low = Number(wanted / common);
    const high = wanted % common ? low + 1 : low;
    expect(kind.numbers.every((number) => z[number] === low || z[number] === high), `odds of ${kind.name}`);
  });
  const together = seats.kinds.map((kind) => BigInt(sum(kind.numbers.map((number) => z[number]))));
  checkBounds(seats, together, bounds, BigInt(UNIT), "odds");
}

// -- the draw -----------------------------------------------------------------------------------------------

// A uniform whole number from 0 to n - 1; `counter` is {n}, the next word's number.
function below(n, seed, counter) {
  for (;;) {
    const at = new DataView(new ArrayBuffer(8));
    at.setBigUint64(0, BigInt(counter.n));
    counter.n += 1;
    const v = word(seed, joined(utf8("push"), new Uint8Array(at.buffer)));
    if (v < WORD - (WORD % n)) return v % n;
  }
}

// The first arc in order (they are listed backwards) that is fractional and not `walked`; -1 if there is none.
function firstFractional(arcs, flow, walked) {
  for (let last = arcs.length - 1; last >= 0; last -= 1) {
    if (flow[arcs[last]] % UNIT === 0) arcs.splice(last, 1);
    else if (arcs[last] !== walked) return arcs[last];
  }
  return -1;
}

function checkDraw(record, seats, bounds) {
  const seed = unhex(record.seed);
  const z = record.frozen.odds;
  const people = seats.kinds.flatMap((kind) =>
    kind.numbers.map((number) => ({ number, kind, rank: hex(sha256(joined(seed, utf8(number)))) })),
  );
  people.sort((one, other) => (one.rank < other.rank ? -1 : 1));
  const load = new Map([...bounds.keys()].map((label) => [label, 0]));
  for (const { number, kind } of people) {
    for (const label of kind.through) load.set(label, load.get(label) + z[number]);
  }
  const arcs = [...people.map(({ kind }) => kind), ...seats.arcs];
  const flow = [...people.map(({ number }) => z[number]), ...seats.arcs.map((arc) => load.get(arc.label))];
  const everything = [...flow.keys()].reverse();
  const at = new Map([...seats.nodes].map((node) => [node, []]));
  for (const n of everything) {
    at.get(arcs[n].tail).push(n);
    at.get(arcs[n].head).push(n);
  }
  const counter = { n: 0 };
  const pushes = [];
  for (let start; (start = firstFractional(everything, flow, -1)) >= 0; ) {
    const path = [[start, 1]];
    const place = new Map([[arcs[start].tail, 0]]);
    let node = arcs[start].head;
    while (!place.has(node)) {
      place.set(node, path.length);
      const n = firstFractional(at.get(node), flow, path.at(-1)[0]);
      expect(n >= 0, "the walk is stuck");
      const forward = arcs[n].tail === node;
      path.push([n, forward ? 1 : -1]);
      node = forward ? arcs[n].head : arcs[n].tail;
    }
    const cycle = path.slice(place.get(node));
    const parts = cycle.map(([n, sign]) => (sign > 0 ? flow[n] % UNIT : UNIT - (flow[n] % UNIT)));
    const up = UNIT - Math.max(...parts);
    const down = Math.min(...parts);
    const amount = below(up + down, seed, counter) < down ? up : -down;
    for (const [n, sign] of cycle) flow[n] += sign * amount;
    pushes.push(amount);
  }
  expect(same(pushes, record.pushes), "pushes");
  const selected = new Set(people.filter((_, n) => flow[n] === UNIT).map(({ number }) => number));
  expect(same([...selected].sort(byCodePoint), record.selected), "selected");
  const seated = seats.kinds.map((kind) => BigInt(kind.numbers.filter((number) => selected.has(number)).length));
  checkBounds(seats, seated, bounds, 1n, "the selected");
}

// -- the waiting list ---------------------------------------------------------------------------------------

function minusLog2(v) {
  if (v === WORD - 1) return 0;
  let shift = 0;
  let m = v + 1;
  while (m < WORD / 2) {
    m *= 2;
    shift += 1;
  }
  let reached = WORD / 2;
  let log = 0;
  LOG_TABLE.forEach((step, n) => {
    const more = Math.floor(reached / 2 ** (n + 1));
    if (reached + more <= m) {
      reached += more;
      log += step;
    }
  });
  return (shift + 1) * LOG_UNIT - log;
}

function checkWaiting(record, seats) {
  const seed = unhex(record.seed);
  const selected = new Set(record.selected);
  const waiting = seats.kinds.flatMap(({ numbers, weight }) =>
    numbers
      .filter((number) => !selected.has(number))
      .map((number) => ({
        number,
        weight: BigInt(weight),
        log: BigInt(minusLog2(word(seed, joined(utf8("wait"), utf8(number))))),
      })),
  );
  waiting.sort((one, other) => {
    const difference = one.log * other.weight - other.log * one.weight;
    return difference ? (difference < 0n ? -1 : 1) : byCodePoint(one.number, other.number);
  });
  expect(same(waiting.map(({ number }) => number), record.waiting), "waiting list");
}

// -- all together -------------------------------------------------------------------------------------------

// bytes: the record's file (Uint8Array); earlier: that of the event's earlier draw, if any.
// Returns [{check, wrong}] in order: wrong is "" where a check holds; the first that does not ends the list.
export function verify(bytes, earlier = null) {
  const done = [];
  const begin = (check) => done.push({ check, wrong: "" });
  try {
    begin("format");
    const record = read(bytes);
    if (earlier !== null) {
      begin("earlier");
      expect(read(earlier).digest === record.previous, "the earlier record is another one");
    }
    begin("seed");
    checkSeed(record);
    begin("people");
    const seats = new Seats(record.frozen);
    begin("reserves");
    const bounds = checkReserves(record.frozen, seats);
    begin("levels");
    const exact = checkLevels(record.frozen, seats, bounds);
    begin("odds");
    checkOdds(record.frozen, seats, bounds, exact);
    begin("draw");
    checkDraw(record, seats, bounds);
    begin("waiting");
    checkWaiting(record, seats);
  } catch (error) {
    done.at(-1).wrong = error instanceof Wrong ? error.message : `malformed: ${error.message}`;
  }
  return done;
}
