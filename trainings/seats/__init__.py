"""Seats: who gets one. PURE: plain values in, plain values out; imports nothing of ours.

    rules       GroupRule, SectorRule, DistrictRule, Rules, Candidate   what goes in, checked (`SeatsRefused`, `Fault`)
                Honoured, Tally, tally                                  what can be kept; counting people by set
    degrade     degrade(rules, candidates, placed)                      → Honoured, shortfalls with their reasons
                legal_roster_exists(rules, honoured, must_be_in, may_be_in, placed)
                broken_caps(rules, people, excused), within_caps(…)
    admission   admit_first_come(rules, confirmed, candidate, released_groups)  → Admission(admitted, why)
                readmit(rules, confirmed, waiting, released_groups)     → keys confirmed at a release date
                seats_open_to(rules, confirmed, released_groups)        → group → seats it could still get
    lottery     draw(rules, candidates, placed, seed)                   → DrawResult(selected, waiting, honoured, …)
    waiting     waiting_order(seed, people)                             → keys by rank
                next_offer(rules, honoured, confirmed, waiting_in_rank, leaver)  → Offer(key, reason, short, passed)
    meaning     meaning(rules, candidates, placed)                      → what the rules mean now

Beneath them: `network` (seats as a circulation), `flow` (the one door to the maximum-flow library), `seed` (integers
from a seed). Sets of people are named by labels: ("total",), ("sector", key), ("group", key), ("district", key),
("organisation", key), ("cell", group, organisation); texts for them belong to the caller.

Words: *placed* people have a seat by hand; *honoured* is what can be kept of the reserves; *F* is the number of seats that
can be filled while keeping it. People without an organisation are each their own for every cap.
"""
