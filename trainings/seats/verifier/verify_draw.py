#!/usr/bin/env python3
"""Checks the record of a Tsudoi draw and repeats the draw. Needs nothing but Python 3.11 or newer.

    python3 verify_draw.py record.json [earlier-record.json]

It follows docs/lottery-specification.md and shares no code with the program that made the record. It checks that

    format      the file is canonical JSON of a known format, and its digest is right
    earlier     the record continues the earlier one (when that is given)
    seed        the secret is the one committed to, and the seed follows from the frozen part
    people      the people and rules are well formed
    reserves    reserves and seats that were not met could not be met (each with a cut that proves it)
    levels      no lottery that keeps the rules gives more even odds (each level with a cut that proves it)
    odds        the whole-number odds are next to the exact ones and keep every rule
    draw        the seed leads to exactly these pushes and these people
    waiting     the seed leads to exactly this waiting list

and prints one line for each. Exit code 0: everything holds; 1: something does not; 2: no file to read.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import sys
from collections import Counter
from collections.abc import Iterator
from fractions import Fraction
from itertools import count
from math import ceil, floor
from pathlib import Path
from typing import Any, NamedTuple

FORMAT = "tsudoi-draw-1"
UNIT = 1 << 30
WORD = 1 << 48
LOG_UNIT = 1 << 40
# log2(1 + 2^-k) in units of 2^-40, k = 1 ... 40
# fmt: off
LOG_TABLE = (
    643173071356, 353963683636, 186834514936, 96166410953, 48811850439, 24593670513, 12344497886,
    6184257240, 3095142392, 1548326109, 774351967, 387223235, 193623433, 96814671, 48408074, 24204222,
    12102157, 6051090, 3025548, 1512775, 756388, 378194, 189097, 94548, 47274, 23637, 11819, 5909, 2955,
    1477, 739, 369, 185, 92, 46, 23, 12, 6, 3, 1,
)
# fmt: on
TOP, BOTTOM, TOTAL = ("top",), ("bottom",), ("total",)
RESERVES = ("group", "sector", "district")  # in the order in which reserves are honoured

Label = tuple[Any, ...]
Bounds = dict[Label, tuple[int, int]]


class Wrong(Exception):
    """The record does not hold; the text says what is wrong."""


def expect(holds: bool, what: str) -> None:
    if not holds:
        raise Wrong(what)


def canonical(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def read(data: bytes) -> Any:
    record = json.loads(data)
    expect(canonical(record) == data, "not canonical JSON")
    expect(record["format"] == record["frozen"]["format"] == FORMAT, "unknown format")
    rest = {key: value for key, value in record.items() if key != "digest"}
    expect(record["digest"] == sha256(canonical(rest)).hex(), "digest")
    return record


def check_seed(record: Any) -> None:
    expect(record["commitment"] == sha256(record["secret"].encode()).hex(), "secret and commitment")
    frozen = sha256(canonical(record["frozen"])).hex()
    seed = sha256(f"{frozen}{record['secret']}{record['public_number']}".encode())
    expect(record["seed"] == seed.hex(), "seed")


class Arc(NamedTuple):
    """A counted set of people as an arc. upper: most of those still to be drawn. placed: those who have a seat by hand."""

    label: Label
    tail: Label
    head: Label
    reserved: int
    upper: int
    placed: int


class Kind(NamedTuple):
    """Candidates whom no rule tells apart, as parallel arcs. through: the counted sets they belong to."""

    name: tuple[str, str | None, int]
    weight: int
    tail: Label
    head: Label
    through: list[Label]
    numbers: list[str]


class Seats:
    """The network of section 3 of the specification."""

    def __init__(self, frozen: Any) -> None:
        self.rules, candidates, placed = frozen["rules"], frozen["candidates"], frozen["placed"]
        self.sector_of = {group["key"]: group["sector"] for group in self.rules["groups"]}
        self.district_of = {o: rule["key"] for rule in self.rules["districts"] for o in rule["organisations"]}
        self.check_input(candidates, placed)
        by_hand = Counter(label for person in placed for label in self.sets(person))
        asking = Counter(label for person in candidates for label in self.sets(person))
        self.arcs = self.counted_arcs(by_hand, asking)
        self.nodes = {node for arc in self.arcs for node in (arc.tail, arc.head)}
        self.numbers = [person["number"] for person in candidates]
        counted = {arc.label for arc in self.arcs}
        kinds: dict[tuple[str, str | None, int], Kind] = {}
        for person in candidates:
            group, office = ("group", person["group"]), ("organisation", person["organisation"])
            bound = office in counted
            name = (person["group"], person["organisation"] if bound else None, person["weight"])
            if name not in kinds:
                cell = ("cell", person["group"], person["organisation"])
                through = [label for label in self.sets(person) if label in counted]
                ends = (cell if cell in counted else group, office if bound else BOTTOM)
                kinds[name] = Kind(name, person["weight"], *ends, through, [])
            kinds[name].numbers.append(person["number"])
        self.kinds = list(kinds.values())

    def check_input(self, candidates: Any, placed: Any) -> None:
        """Numbers are whole and in range, everything named exists, nothing is listed twice."""
        rules, everyone = self.rules, [*candidates, *placed]
        for rule in [*rules["groups"], *rules["sectors"], *rules["districts"]]:
            expect(whole(rule["reserved"], 0), "a reserve")
            expect(rule["cap"] is None or whole(rule["cap"], rule["reserved"]), "a cap")
        for cap in (rules["organisation_cap"], rules["cell_cap"]):
            expect(cap is None or whole(cap, 1), "a cap")
        expect(whole(rules["capacity"], 0), "capacity")
        for kind in ("groups", "sectors", "districts"):
            expect(len({rule["key"] for rule in rules[kind]}) == len(rules[kind]), f"{kind} listed twice")
        members = [name for rule in rules["districts"] for name in rule["organisations"]]
        expect(len(set(members)) == len(members), "an organisation in two districts")
        sectors = {rule["key"] for rule in rules["sectors"]}
        expect(sectors | {None} >= set(self.sector_of.values()), "an unknown sector")
        expect(len({person["number"] for person in everyone}) == len(everyone), "somebody is listed twice")
        for people in (candidates, placed):
            numbers = [person["number"] for person in people]
            expect(numbers == sorted(numbers), "people are not in order")
        expect(all(person["group"] in self.sector_of for person in everyone), "an unknown group")
        expect(all(whole(person["weight"], 1) for person in candidates), "a weight")
        first: dict[str, str] = {}
        for person in sorted(everyone, key=lambda entry: str(entry["number"])):
            known = first.setdefault(person["organisation"], person["number"])
            expect(person["organisation"] in (None, known), "the number of an organisation")

    def sets(self, person: Any) -> list[Label]:
        """Every set that rules can count a person by."""
        group, office = person["group"], person["organisation"]
        labels: list[Label] = [TOTAL, ("group", group)]
        if self.sector_of[group] is not None:
            labels.append(("sector", self.sector_of[group]))
        if office is not None:
            labels += [("organisation", office), ("cell", group, office)]
        if office in self.district_of:
            labels.append(("district", self.district_of[office]))
        return labels

    def counted_arcs(self, by_hand: Counter[Label], asking: Counter[Label]) -> list[Arc]:
        rules, arcs, no_cap = self.rules, [], asking[TOTAL] + 1

        def add(label: Label, tail: Label, head: Label, cap: int | None, reserved: int = 0) -> None:
            upper = no_cap if cap is None else max(0, cap - by_hand[label])
            arcs.append(Arc(label, tail, head, reserved, upper, by_hand[label]))

        office_cap, cell_cap = rules["organisation_cap"], rules["cell_cap"]
        binding = {label[-1] for label in asking if label[0] == "cell" and label[-1] in self.district_of}
        for label, n in asking.items():
            cap = {"organisation": office_cap, "cell": cell_cap}.get(label[0])
            if cap is not None and n > cap - by_hand[label]:
                binding.add(label[-1])
        add(TOTAL, BOTTOM, TOP, rules["capacity"], rules["capacity"])
        for rule in rules["sectors"]:
            add(("sector", rule["key"]), TOP, ("sector", rule["key"]), rule["cap"], rule["reserved"])
        for rule in rules["groups"]:
            above = TOP if rule["sector"] is None else ("sector", rule["sector"])
            add(("group", rule["key"]), above, ("group", rule["key"]), rule["cap"], rule["reserved"])
        for rule in rules["districts"]:
            add(("district", rule["key"]), ("district", rule["key"]), BOTTOM, rule["cap"], rule["reserved"])
        for name in sorted(binding):
            below = ("district", self.district_of[name]) if name in self.district_of else BOTTOM
            add(("organisation", name), ("organisation", name), below, office_cap)
        if cell_cap is not None:
            cells = [label for label in asking if label[0] == "cell" and label[2] in binding]
            order = list(self.sector_of)
            for label in sorted(cells, key=lambda cell: (order.index(cell[1]), cell[2])):
                add(label, ("group", label[1]), label, cell_cap)
        return arcs

    def cut(self, names: list[list[str]]) -> set[Label]:
        cut = {tuple(name) for name in names}
        expect(len(cut) == len(names) and cut <= self.nodes, "a cut names an unknown node")
        return cut


def whole(value: Any, least: int) -> bool:
    return type(value) is int and value >= least


def leaves(arc: Arc | Kind, cut: set[Label]) -> bool:
    return arc.tail in cut and arc.head not in cut


def enters(arc: Arc | Kind, cut: set[Label]) -> bool:
    return arc.tail not in cut and arc.head in cut


def check_reserves(frozen: Any, seats: Seats) -> Bounds:
    """Lower and upper bound of every set for those still to be drawn. Each shortfall must be proven by its cut."""
    kept = frozen["honoured"]
    honoured: dict[Label, int] = {(kind, key): n for kind in RESERVES for key, n in kept[f"{kind}s"].items()}
    honoured[TOTAL] = kept["seats"]
    arcs = [arc for kind in (*RESERVES, "total") for arc in seats.arcs if arc.label[0] == kind]
    expect(set(honoured) == {arc.label for arc in arcs}, "the list of what is honoured")
    shortfalls = {tuple(entry["set"]): entry for entry in frozen["shortfalls"]}
    expect(len(shortfalls) == len(frozen["shortfalls"]), "a shortfall is listed twice")
    lower = {arc.label: 0 for arc in seats.arcs}
    for arc in arcs:
        met = honoured[arc.label]
        expect(whole(met, 0), "what is honoured")
        if met >= arc.reserved:
            most = max(arc.reserved, arc.placed) if arc.label == TOTAL else arc.reserved
            expect(met == most, f"{arc.label} is above its wish")
        else:
            entry = shortfalls.pop(arc.label)
            expect((entry["wished"], entry["met"]) == (arc.reserved, met), f"shortfall of {arc.label}")
            cut = seats.cut(entry["cut"])
            expect(enters(arc, cut), f"cut of {arc.label}")
            room = sum(len(kind.numbers) for kind in seats.kinds if leaves(kind, cut))
            room += sum(other.upper for other in seats.arcs if leaves(other, cut))
            room -= sum(lower[other.label] for other in seats.arcs if other is not arc and enters(other, cut))
            expect(met - arc.placed == room, f"{arc.label} could have been met")
        lower[arc.label] = max(0, met - arc.placed)
    expect(not shortfalls, "a shortfall that is none")
    bounds: Bounds = {arc.label: (lower[arc.label], arc.upper) for arc in seats.arcs}
    return bounds | {TOTAL: (lower[TOTAL], lower[TOTAL])}


def check_levels(frozen: Any, seats: Seats, bounds: Bounds) -> dict[int, Fraction]:
    """The exact odds of every kind. Level by level: the cut leaves its people exactly this much, so nobody can raise
    the lowest of them without lowering someone on this level or a lower one."""
    exact: dict[int, Fraction] = {}
    last = Fraction(0)
    for level in frozen["levels"]:
        t = Fraction(level["odds_per_weight"])
        expect(level["odds_per_weight"] == f"{t.numerator}/{t.denominator}", "a fraction in lowest terms")
        expect(t >= last, "levels do not ascend")
        last = t
        active = [n for n in range(len(seats.kinds)) if n not in exact]
        if level["cut"]:
            cut = seats.cut(level["cut"])
            sharing = [n for n in active if enters(seats.kinds[n], cut)]
            room = Fraction(sum(bounds[arc.label][1] for arc in seats.arcs if leaves(arc, cut)))
            room -= sum(bounds[arc.label][0] for arc in seats.arcs if enters(arc, cut))
            for n, kind in enumerate(seats.kinds):
                if leaves(kind, cut):
                    room += exact.get(n, Fraction(1)) * len(kind.numbers)
                elif enters(kind, cut):
                    room -= exact.get(n, Fraction(0)) * len(kind.numbers)
            weight = sum(seats.kinds[n].weight * len(seats.kinds[n].numbers) for n in sharing)
            expect(room == t * weight, "a level is not what its cut leaves")
        else:
            sharing = [n for n in active if seats.kinds[n].weight * t == 1]
        named = {(group, office, weight) for group, office, weight in level["types"]}
        expect(len(named) == len(level["types"]) > 0, "a type is listed twice")
        expect(named == {seats.kinds[n].name for n in sharing}, "the people of a level")
        exact |= {n: t * seats.kinds[n].weight for n in sharing}
        expect(all(t * seats.kinds[n].weight <= 1 for n in active), "odds above 1")
    expect(len(exact) == len(seats.kinds), "people without a level")
    amounts = [exact[n] * len(kind.numbers) for n, kind in enumerate(seats.kinds)]
    check_bounds(seats, amounts, bounds, 1, "exact odds")
    return exact


def check_bounds(seats: Seats, amounts: list[Any], bounds: Bounds, unit: int, what: str) -> None:
    """Whether what the kinds have together keeps every bound times the unit."""
    load: dict[Label, Any] = dict.fromkeys(bounds, 0)
    for kind, amount in zip(seats.kinds, amounts, strict=True):
        for label in kind.through:
            load[label] += amount
    for label, (low, high) in bounds.items():
        expect(low * unit <= load[label] <= high * unit, f"{what} break {label}")


def check_odds(frozen: Any, seats: Seats, bounds: Bounds, exact: dict[int, Fraction]) -> None:
    z = frozen["odds"]
    expect(frozen["unit"] == UNIT, "unit")
    expect(sorted(z) == seats.numbers, "the list of odds")
    for n, kind in enumerate(seats.kinds):
        near = (floor(exact[n] * UNIT), ceil(exact[n] * UNIT))
        expect(
            all(whole(z[number], 0) and z[number] in near for number in kind.numbers), f"odds of {kind.name}"
        )
    check_bounds(seats, [sum(z[n] for n in kind.numbers) for kind in seats.kinds], bounds, UNIT, "odds")


def word(seed: bytes, message: bytes) -> int:
    return int.from_bytes(hmac.new(seed, message, "sha256").digest()[:6], "big")


def below(n: int, words: Iterator[int]) -> int:
    """A uniform number from 0 to n - 1."""
    return next(v % n for v in words if v < WORD - WORD % n)


def check_draw(record: Any, seats: Seats, bounds: Bounds) -> None:
    seed, z = bytes.fromhex(record["seed"]), record["frozen"]["odds"]
    kind_of = {number: kind for kind in seats.kinds for number in kind.numbers}
    order = sorted(kind_of, key=lambda number: sha256(seed + number.encode()))
    load: dict[Label, int] = dict.fromkeys(bounds, 0)
    for number in order:
        for label in kind_of[number].through:
            load[label] += z[number]
    ends = [(kind_of[n].tail, kind_of[n].head) for n in order] + [(arc.tail, arc.head) for arc in seats.arcs]
    flow = [z[number] for number in order] + [load[arc.label] for arc in seats.arcs]
    everything = list(reversed(range(len(flow))))
    at: dict[Label, list[int]] = {node: [] for node in seats.nodes}
    for n in everything:
        at[ends[n][0]].append(n)
        at[ends[n][1]].append(n)
    words, pushes = (word(seed, b"push" + n.to_bytes(8, "big")) for n in count()), []
    while (start := first_fractional(everything, flow, -1)) >= 0:
        path = [(start, 1)]
        place = {ends[start][0]: 0}
        node = ends[start][1]
        while node not in place:
            place[node] = len(path)
            n = first_fractional(at[node], flow, path[-1][0])
            expect(n >= 0, "the walk is stuck")
            forward = ends[n][0] == node
            path.append((n, 1 if forward else -1))
            node = ends[n][1 if forward else 0]
        cycle = path[place[node] :]
        up = min(UNIT - flow[n] % UNIT if sign > 0 else flow[n] % UNIT for n, sign in cycle)
        down = min(flow[n] % UNIT if sign > 0 else UNIT - flow[n] % UNIT for n, sign in cycle)
        amount = up if below(up + down, words) < down else -down
        for n, sign in cycle:
            flow[n] += sign * amount
        pushes.append(amount)
    expect(pushes == record["pushes"], "pushes")
    selected = {number for number, units in zip(order, flow[: len(order)], strict=True) if units == UNIT}
    expect(sorted(selected) == record["selected"], "selected")
    seated = [len(selected.intersection(kind.numbers)) for kind in seats.kinds]
    check_bounds(seats, seated, bounds, 1, "the selected")


def first_fractional(arcs: list[int], flow: list[int], walked: int) -> int:
    """The first arc in order (they are listed backwards) that is fractional and not `walked`; -1 if there is none."""
    last = len(arcs) - 1
    while last >= 0:
        if flow[arcs[last]] % UNIT == 0:
            del arcs[last]
        elif arcs[last] != walked:
            return arcs[last]
        last -= 1
    return -1


def minus_log2(v: int) -> int:
    if v == WORD - 1:
        return 0
    shift = 48 - (v + 1).bit_length()
    m, reached, log = (v + 1) << shift, WORD // 2, 0
    for k, step in enumerate(LOG_TABLE, start=1):
        if reached + (reached >> k) <= m:
            reached += reached >> k
            log += step
    return (shift + 1) * LOG_UNIT - log


def check_waiting(record: Any, seats: Seats) -> None:
    seed, selected = bytes.fromhex(record["seed"]), set(record["selected"])
    ranks = [
        (Fraction(minus_log2(word(seed, b"wait" + number.encode())), kind.weight), number)
        for kind in seats.kinds
        for number in set(kind.numbers) - selected
    ]
    expect([number for _, number in sorted(ranks)] == record["waiting"], "waiting list")


def checks(data: bytes, earlier: bytes | None) -> Iterator[str]:
    """Names each check, then makes it. Raises `Wrong`, or whatever a malformed record leads to."""
    yield "format"
    record = read(data)
    frozen = record["frozen"]
    if earlier is not None:
        yield "earlier"
        expect(read(earlier)["digest"] == record["previous"], "the earlier record is another one")
    yield "seed"
    check_seed(record)
    yield "people"
    seats = Seats(frozen)
    yield "reserves"
    bounds = check_reserves(frozen, seats)
    yield "levels"
    exact = check_levels(frozen, seats, bounds)
    yield "odds"
    check_odds(frozen, seats, bounds, exact)
    yield "draw"
    check_draw(record, seats, bounds)
    yield "waiting"
    check_waiting(record, seats)


def verify(data: bytes, earlier: bytes | None = None) -> list[tuple[str, str]]:
    """(check, "") for each check that holds, in order; the first that does not ends the list with what is wrong."""
    done: list[tuple[str, str]] = []
    try:
        for name in checks(data, earlier):
            done.append((name, ""))
    except Wrong as wrong:
        done[-1] = (done[-1][0], str(wrong))
    except (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError) as broken:
        done[-1] = (done[-1][0], f"malformed: {type(broken).__name__}: {broken}")
    return done


def main(arguments: list[str]) -> int:
    if not 1 <= len(arguments) <= 2:
        sys.stdout.write(f"{__doc__}\n")
        return 2
    try:
        contents = [Path(path).read_bytes().strip() for path in arguments]
    except OSError as unreadable:
        sys.stdout.write(f"{unreadable}\n")
        return 2
    results = verify(*contents)
    for name, wrong in results:
        sys.stdout.write(f"{name:<10} {wrong or 'holds'}\n")
    return 1 if any(wrong for _, wrong in results) else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
