#!/usr/bin/env python3
"""Rows of the fault table (docs/faults.md) where some load the server and others are to notice nothing.

    tests/scenarios/server_load.py [TEST …]

Shares and ratios of one run, no times: a slow machine only takes longer. The times are figures of tests/bench.
"""

import statistics
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from server_faults import ServerTest  # noqa: E402
import stuck_page  # noqa: E402
from join_storm import Storm  # noqa: E402

OUT_QUEUE_BYTES = 1 << 20  # kMaxOutQueue of server/http
STORM_SECONDS = 5
MOST_TIMES_SLOWER = 3  # medians of many: beyond what other work on the machine does to one of them


class Load(ServerTest):
    def test_w4_a_page_that_does_not_read_holds_up_nobody_and_is_cut_off_before_much_waits(self):
        server = self.serve()
        room = stuck_page.Room(server.port, server.token, server.counter)
        without, with_it = map(statistics.median, stuck_page.delays(room))
        self.assertLess(with_it, MOST_TIMES_SLOWER * without)
        most = stuck_page.largest_queue(room)
        self.assertLessEqual(most, OUT_QUEUE_BYTES)
        self.assertGreater(most, OUT_QUEUE_BYTES // 4, "hardly anything waited")
        room.move()

    def test_x1_who_joins_comes_in_whatever_else_is_asked_for_meanwhile(self):
        server = self.serve()
        storm = Storm(server.port, [server.token("participant", f"Person {number}") for number in range(50)], STORM_SECONDS)
        self.assertGreaterEqual(len(storm.joined), 0.99 * (len(storm.joined) + len(storm.refused)), storm.refused[:3])
        self.assertEqual(len(storm.joined) + len(storm.refused), STORM_SECONDS * 200)
        self.assertEqual(len(storm.statuses), STORM_SECONDS * 5_000)
        self.assertEqual({status // 100 for status in storm.statuses}, {4})


if __name__ == "__main__":
    unittest.main()
