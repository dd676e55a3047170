#!/usr/bin/env python3
"""That server_kills.py finds what a server must not do: journals and answers of one that loses, doubles, sorts anew or does
acts by half are put before it."""

import unittest
from types import SimpleNamespace

import server_kills
from server_kills import Account, Act

server_kills.SAME_SECONDS = 0  # nobody saves meanwhile

PERSON = {"participant": "p-1", "where": "room"}
GRANT = {"type": "moved", "request": "r-1", "to": "granted", "reason": "", "by": "Mona"}
PASS = {"type": "passed_over", "request": "r-2", "reason": "7-0-1", "by": "Mona"}


def requested(request, topic):
    return {"type": "requested", "request": request, "born": "queued", "topic": topic, "person": PERSON}


def account(journal, shown=None):
    """One that reads this journal, and a moderator's page that shows what is in it, or `shown`."""
    found = Account(server=None)
    for event in journal:
        getattr(found.floor, event["type"])(event)
    found.read = lambda: []
    queue = [{"request": id, "state": found.floor.open[id]["state"]} for id in shown or found.floor.waiting()]
    state = {"queue": queue, "floor": [], "meeting": {"list": "open", "order": "asked"}}
    return found, SimpleNamespace(call=lambda method, params: state)


def acts():
    grant, passed = Act("floor.grant", {"request": "r-1"}), Act("floor.pass", {"request": "r-2", "reason": "7-0-1"})
    grant.outcome = passed.outcome = "acknowledged"
    return [grant, passed]


class WhatIsKept(unittest.TestCase):
    JOURNAL = [requested("r-1", "a"), requested("r-2", "b")]

    def counts(self, found):
        return {name: getattr(found, name) for name in ("lost", "duplicated", "order_errors", "half") if getattr(found, name)}

    def test_what_was_promised_and_kept_is_no_fault(self):
        found, page = account(self.JOURNAL)
        found.answered("a", {"request": "r-1"})
        found.answered("a", {"request": "r-1"})
        found.answered("b", {"request": "r-2"})
        found.look(page)
        found.compare(acts(), [GRANT, PASS])
        self.assertEqual(self.counts(found), {})

    def test_who_was_passed_behind_two_stays_behind_the_one_who_still_waits(self):
        passed = [{"type": "passed_over", "request": "r-1", "behind": behind, "seq": seq} for seq, behind in ((4, "r-2"), (5, "r-3"))]
        ended = {"type": "moved", "request": "r-3", "to": "denied"}
        found, page = account([*self.JOURNAL, requested("r-3", "c"), *passed, ended], ["r-2", "r-1"])
        found.look(page)
        self.assertEqual(self.counts(found), {})

    def test_an_acknowledged_request_that_is_gone_is_lost(self):
        found, page = account(self.JOURNAL[:1])
        found.answered("b", {"request": "r-2"})
        found.look(page)
        self.assertEqual(self.counts(found), {"lost": 1})

    def test_a_withdrawal_that_was_forgotten_is_lost(self):
        found, page = account(self.JOURNAL)
        found.withdrawn.add("r-1")
        found.look(page)
        self.assertEqual(self.counts(found), {"lost": 1})

    def test_an_act_that_was_not_saved_is_lost(self):
        found, _ = account(self.JOURNAL)
        found.compare(acts(), [GRANT])
        self.assertEqual(self.counts(found), {"lost": 1})

    def test_a_key_with_two_answers_is_doubled(self):
        found, _ = account(self.JOURNAL)
        found.answered("a", {"request": "r-1"})
        found.answered("a", {"request": "r-3"})
        self.assertEqual(self.counts(found), {"duplicated": 1})

    def test_a_key_with_two_requests_is_doubled(self):
        found, page = account([*self.JOURNAL, requested("r-3", "a")])
        found.look(page)
        self.assertEqual(self.counts(found), {"duplicated": 1})

    def test_an_act_saved_twice_is_doubled(self):
        found, _ = account(self.JOURNAL)
        found.compare(acts(), [GRANT, PASS, PASS])
        self.assertEqual(self.counts(found), {"duplicated": 1})

    def test_an_act_of_nobody_is_doubled(self):
        found, _ = account(self.JOURNAL)
        found.compare([], [GRANT])
        self.assertEqual(self.counts(found), {"duplicated": 1})

    def test_acts_saved_the_other_way_round_are_out_of_order(self):
        found, _ = account(self.JOURNAL)
        found.compare(acts(), [PASS, GRANT])
        self.assertEqual(found.order_errors, 1)

    def test_a_list_shown_the_other_way_round_is_out_of_order(self):
        found, page = account(self.JOURNAL, ["r-2", "r-1"])
        found.look(page)
        self.assertEqual(self.counts(found), {"order_errors": 1})

    def test_who_was_ended_for_nobody_is_an_act_by_half(self):
        found, _ = account(self.JOURNAL)
        found.whole([{"type": "moved", "request": "r-1", "to": "released", "reason": "next_speaker", "by": "Mona"}])
        self.assertEqual(self.counts(found), {"half": 1})


if __name__ == "__main__":
    unittest.main()
