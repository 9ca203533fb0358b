"""Seats: who gets one. PURE: plain values in, plain values out; imports nothing of ours.

What goes in

    rules       GroupRule, SectorRule, DistrictRule, Rules, Candidate   checked; refused with `SeatsRefused` and a `Fault`
    families    two_families(sets)                     which quotas a lottery can keep together, and the way out if not

First come

    admission   admit_first_come(rules, confirmed, candidate, released_groups)    → Admission(admitted, why)
                readmit(rules, confirmed, waiting, released_groups)               → keys confirmed at a release date
                seats_open_to(rules, confirmed, released_groups)                  → group → seats it could still get

A draw

    meaning     meaning(rules, candidates, placed)     seats, reserves, odds by group and organisation, whom rules hit
    odds        fair_odds(rules, candidates, placed)   → Odds: z, exact, levels, reason(level), honoured, shortfalls
    lottery     draw_with(odds, seed)                  → DrawResult(selected, waiting, odds, pushes)
                draw(rules, candidates, placed, seed)  both at once
    record      frozen_part(odds, about); seed_of(frozen, secret, public_number); draw_record(frozen, result, …);
                canonical, digest, commitment_to, honoured_of, singled_out, summary
    reading     odds_of(record) and what it was made from, read back without solving
    verifier/   verify_draw.py: checks a record and repeats the draw; stands alone

After it

    waiting     waiting_order(seed, people)            → keys by rank
                next_offer(rules, honoured, confirmed, waiting_in_rank, leaver)   → Offer(key, reason, short, passed)
    degrade     degrade(rules, candidates, placed)     → Honoured, shortfalls with their reasons
                legal_roster_exists(rules, honoured, must_be_in, may_be_in, placed), broken_caps(rules, people, excused)

Beneath: `network` (seats as a circulation), `flow` (the one door to the maximum-flow library), `leximin` (levels and
tight cuts), `rounding` (whole odds), `pushing` (from odds to a roster), `seed` (integers from a seed).

Sets of people are named by labels: ("total",), ("sector", key), ("group", key), ("district", key), ("organisation", key),
("cell", group, organisation); in shortfalls also ("applicants", group), in refusals of first come ("held",). Texts for them
belong to the caller. Words: *placed* people have a seat by hand; *honoured* is what can be kept of the reserves; *F* is the
number of seats that can be filled while keeping it. People without an organisation are each their own for every cap.
docs/lottery-specification.md has the draw step by step.
"""
