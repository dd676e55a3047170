#!/usr/bin/env python3
"""The points of docs/whip_whep.md over HTTP and UDP against the real server: WHIP (RFC 9725) and WHEP (draft-ietf-wish-whep).

    tests/scenarios/whip_whep_points.py [Points.TEST …]

A test's number is its point's. What needs a whole peer is in whip_whep_peers.py.
"""

import functools
import http.client
import json
import os
import re
import signal
import socket
import sys
import tempfile
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from media_session import CANDIDATE, FRAGMENT, OPUS, SDP, Endpoint, Wire, follow, fragment, ice, sections, value  # noqa: E402
from server_faults import Server, until  # noqa: E402
from server_kills import CONFIG, Page  # noqa: E402
from silent_crowd import PATIENCE_SECONDS  # noqa: E402

TURN = ("turns:turn.example.org:443?transport=tcp", "turn:turn.example.org:3478")
RANDOM_BITS = 128
ALPHABET_BITS = 5.95  # of a letter or digit
PCMU = "a=rtpmap:111 PCMU/8000"


def of_both(test):
    @functools.wraps(test)
    def run(self):
        for endpoint in (self.whip, self.whep):
            with self.subTest(endpoint.path):
                test(self, endpoint)
    return run


class Points(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="plenary-points-")
        cls.server = Server(cls.folder.name)
        secret = Path(cls.folder.name) / "turn-secret"
        secret.write_text("t" * 40 + "\n")
        secret.chmod(0o600)
        cls.server.config.write_text(CONFIG.format(data=Path(cls.folder.name) / "data") +
                                     f"[turn]\nurls = {json.dumps(TURN)}\nsecret_file = \"{secret}\"\n")
        cls.server.start()
        cls.speaker = Page(cls.server.port, cls.server.token("participant", "Amina"))
        cls.request = cls.speaker.call("floor.request", {"key": "k", "kind": "statement", "topic": "x", "language": "floor"})["request"]
        follow(cls.speaker)
        cls.whip = Endpoint(cls.server, "/whip/bench/floor", cls.speaker.joined["media_token"], "sendonly")
        cls.whep = Endpoint(cls.server, "/whep/bench", cls.server.token("observer", "Li"), "recvonly")

    @classmethod
    def tearDownClass(cls):
        cls.speaker.close()
        cls.server.kill(signal.SIGTERM)
        cls.folder.cleanup()

    def refused(self, answer, *statuses):
        status, text, response = answer
        self.assertIn(status, statuses, text)
        self.assertEqual(response.getheader("Content-Type"), "application/problem+json")
        return json.loads(text)["code"]

    @of_both
    def test_01_an_offer_of_another_type_is_refused(self, endpoint):
        for kind in ("text/plain", "application/json", "application/sdpx", FRAGMENT, None):
            self.assertEqual(self.refused(endpoint.post(endpoint.offer(), kind), 415), "not_sdp")
        status, _, created = endpoint.post(endpoint.offer(), "Application/SDP; charset=utf-8")
        self.assertEqual(status, 201, "the type's case and parameters do not matter")
        self.assertEqual(endpoint.ask("DELETE", created.getheader("Location"))[0], 200)

    @of_both
    def test_02_a_malformed_description_is_refused(self, endpoint):
        good = endpoint.offer()
        for bad in ("", "v=0\r\n", "hello", good.replace("a=ice-ufrag", "a=x"), good.replace("m=audio 9", "m=audio x"),
                    good.replace("a=rtpmap:111 opus/48000/2", "a=rtpmap:111"), good + "a=x\x00"):
            self.refused(endpoint.post(bad), 400)

    @of_both
    def test_03_success_is_201_with_an_answer_and_a_session(self, endpoint):
        session = endpoint.open()
        self.assertEqual(session.headers["Content-Type"], SDP)
        self.assertRegex(session.url, r"^/session/\w+$")
        self.assertTrue(session.answer.startswith("v=0\r\n"))
        self.assertTrue(session.lives())
        session.delete()

    @of_both
    def test_s6_what_a_peer_names_as_its_address_is_sent_nothing(self, endpoint):
        named = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(8)]
        for one in named:
            one.bind(("127.0.0.1", 0))
            one.setblocking(False)
            self.addCleanup(one.close)
        ports = [one.getsockname()[1] for one in named]
        candidates = [f"a=candidate:{index} 1 {kind} {2130706431 - index} 127.0.0.1 {port} typ {typ}\r\n"
                      for index, (port, kind, typ) in enumerate(zip(ports, ("udp", "UDP", "tcp") * 3, ("host", "srflx raddr 0.0.0.0 rport 9") * 4))]
        offer = endpoint.offer(credentials=(ours := ice())) + "".join(candidates[:4]) + "a=end-of-candidates\r\n"
        status, answer, created = endpoint.post(offer)
        self.assertEqual(status, 201, answer)
        status, text, _ = endpoint.ask("PATCH", created.getheader("Location"), fragment(ours, "".join(candidates[4:])),
                                       Content_Type=FRAGMENT, If_Match=created.getheader("ETag"))
        self.assertEqual(status, 204, text)
        theirs, wire = (value(answer, "ice-ufrag"), value(answer, "ice-pwd")), Wire(answer)
        for _ in range(3):  # who checks is answered, from where it came, and nobody else is asked
            wire.answered(theirs, ours)
            time.sleep(0.3)
        for one, candidate in zip(named, candidates):
            with self.assertRaises(BlockingIOError, msg=candidate):
                one.recv(2048)
        endpoint.ask("DELETE", created.getheader("Location"))

    @of_both
    def test_04_the_entity_tag_is_strong_and_one_of_its_own(self, endpoint):
        tags = [endpoint.open().etag for _ in range(3)]
        for tag in tags:
            self.assertRegex(tag, r'^"[^"]+"$')
        self.assertEqual(len(set(tags)), 3)

    @of_both
    def test_05_06_directions(self, endpoint):
        for offered in (endpoint.direction, "sendrecv"):
            session = endpoint.open(direction=offered)
            for part in sections(session.answer):
                self.assertIn(f"a={endpoint.answers}\r\n", part)
            session.delete()
        for wrong in (endpoint.answers, "inactive"):
            self.assertEqual(self.refused(endpoint.post(endpoint.offer(direction=wrong)), 422), "direction")

    @of_both
    def test_07_one_bundle_with_rtcp_multiplexed_in_each_section(self, endpoint):
        session = endpoint.open()
        self.assertIn("a=group:BUNDLE m0 m1\r\n", session.answer)
        self.assertEqual(len(sections(session.answer)), 2)
        for part in sections(session.answer):
            self.assertIn("a=rtcp-mux\r\n", part)
            self.assertIn("a=rtcp-mux-only\r\n", part)
        session.delete()
        whole = endpoint.offer()
        self.assertEqual(self.refused(endpoint.post(whole.replace("BUNDLE m0 m1", "BUNDLE m0")), 422), "no_bundle")
        bad = whole.replace("a=rtcp-mux-only\r\n", "").replace("a=rtcp-mux\r\n", "")
        self.assertEqual(self.refused(endpoint.post(bad), 422), "no_rtcp_mux")

    def test_08_more_tracks_than_are_served_refuse_the_whole_offer(self):
        cases = ((self.whip, ("audio", "audio")), (self.whip, ("audio", "video", "video")),
                 (self.whep, ("audio",) * 3), (self.whep, ("video",) * 5))
        before = self.sessions()
        for endpoint, kinds in cases:
            self.assertIn(self.refused(endpoint.post(endpoint.offer(kinds=kinds)), 422), ("too_many_tracks", "too_many_slots"))
        unknown = self.whip.offer().replace("H264", "H265").replace("VP8", "THEORA")
        self.assertEqual(self.refused(self.whip.post(unknown), 406), "no_video_codec")
        self.assertLessEqual(self.sessions(), before, "nothing was opened in part")

    @of_both
    def test_09_an_offer_is_served_whole_or_not_at_all(self, endpoint):
        before = self.sessions()
        good = endpoint.offer()
        for bad in (good.replace("m=video 9", "m=video 0"), good.replace("m=video 9", "m=application 9"),
                    good.replace("a=mid:m1\r\n", "a=mid:m1\r\na=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:x\r\n")):
            self.refused(endpoint.post(bad), 400, 422)
        self.assertLessEqual(self.sessions(), before)

    def sessions(self):
        return int(re.search(r"^plenary_sessions (\d+)", self.server.request("GET", "/metrics")[1], re.M).group(1))

    @of_both
    def test_10_the_answer_has_a_dtls_role(self, endpoint):
        for offered, answered in (("actpass", "passive"), ("active", "passive"), ("passive", "active")):
            session = endpoint.open(setup=offered)
            self.assertEqual(set(re.findall(r"^a=setup:(\S+)", session.answer, re.M)), {answered})
            session.delete()
        self.refused(endpoint.post(endpoint.offer(setup="holdconn")), 400, 422)

    @of_both
    def test_11_all_candidates_are_in_the_answer(self, endpoint):
        session = endpoint.open()
        tagged = sections(session.answer)[0]
        self.assertRegex(tagged, r"a=candidate:\S+ 1 udp \d+ 127\.0\.0\.1 \d+ typ host\r\n")
        self.assertTrue(tagged.endswith("a=end-of-candidates\r\n"))
        self.assertTrue(session.wire.answered(session.theirs, session.ours))
        session.delete()

    @of_both
    def test_12_get_is_answered_with_nothing(self, endpoint):
        session = endpoint.open()
        for url in (endpoint.path, session.url):
            status, text, _ = endpoint.ask("GET", url)
            self.assertIn(status, (200, 204))
            self.assertEqual(text, "")
        session.delete()

    @of_both
    def test_13_options_need_no_token(self, endpoint):
        session = endpoint.open()
        for url in (endpoint.path, session.url):
            status, text, answer = self.server.request("OPTIONS", url, None, {
                "Origin": "https://player.example", "Access-Control-Request-Method": "POST",
                "Access-Control-Request-Headers": "authorization,content-type"})
            self.assertEqual((status, text), (200, ""))
            self.assertEqual(answer.getheader("Accept-Post"), SDP)
            self.assertEqual(answer.getheader("Access-Control-Allow-Origin"), "*")
            self.assertTrue({"POST", "PATCH", "DELETE"} <= set(re.split(", *", answer.getheader("Access-Control-Allow-Methods"))))
            self.assertTrue({"authorization", "content-type", "if-match"} <=
                            set(re.split(", *", answer.getheader("Access-Control-Allow-Headers").lower())))
            self.assertIsNone(answer.getheader("Link"), "a preflight request brings no credentials")
        for name in ("Location", "ETag", "Link", "Retry-After"):
            self.assertIn(name, session.headers["Access-Control-Expose-Headers"])
        session.delete()

    @of_both
    def test_14_delete_ends_session_and_ice_whatever_if_match_says(self, endpoint):
        session = endpoint.open()
        watcher = self.whep.open()
        self.assertTrue(session.lives())
        self.assertEqual(session.delete(If_Match='"another"'), 200)
        known = watcher.wire, watcher.theirs, watcher.ours
        until("checks to be ignored", lambda: session.wire.ignored(session.theirs, session.ours, known))
        self.assertEqual(session.delete(), 404)
        self.assertEqual(endpoint.ask("GET", session.url)[0], 404)
        watcher.delete()

    @of_both
    def test_15_16_a_patch_of_another_kind_is_refused(self, endpoint):
        session = endpoint.open()
        for kind in (SDP, "text/plain", None):
            self.refused(session.patch(fragment(session.ours), session.etag, kind), 415)
        for bad in ("", "hello", "a=mid:0\r\n", "a=ice-ufrag:abcd\r\n", "a=ice-ufrag:ab\r\na=ice-pwd:x\r\n"):
            self.refused(session.patch(bad, session.etag), 400)
        # Point 16 asks for 422 where one of both is not served: both are.
        self.assertEqual(session.patch(fragment(session.ours, CANDIDATE), session.etag)[0], 204)
        self.assertEqual(session.patch(fragment(ice(), CANDIDATE), "*")[0], 200)
        for method in ("PUT", "POST"):
            self.assertEqual(self.refused(endpoint.ask(method, session.url, "x"), 405), "method")
        session.delete()

    @of_both
    def test_17_18_preconditions(self, endpoint):
        session = endpoint.open()
        for body in (fragment(session.ours, CANDIDATE), fragment(ice())):
            self.assertEqual(self.refused(session.patch(body), 428), "if_match")
            for tag in ('"another"', f"W/{session.etag}", session.etag.strip('"')):
                self.assertEqual(self.refused(session.patch(body, tag), 412), "etag")
        self.assertEqual(session.patch(fragment(session.ours, CANDIDATE), f'"another", {session.etag}')[0], 204)
        self.assertTrue(session.lives())
        session.delete()

    @of_both
    def test_19_20_candidates_are_taken_whatever_they_are(self, endpoint):
        odd = ("a=candidate:2 1 udp 1 0a1b2c3d.local 50001 typ host\r\na=candidate:3 1 tcp 1 192.0.2.7 9 typ host tcptype active\r\n"
               "a=candidate:4 1 udp 1 does.not.exist 50001 typ relay raddr 0.0.0.0 rport 0\r\na=candidate:5 1 sctp x y z\r\n")
        session = endpoint.open()
        for more in (CANDIDATE, odd + CANDIDATE, odd + "a=end-of-candidates\r\n"):
            status, text, answer = session.patch(fragment(session.ours, more), session.etag)
            self.assertEqual((status, text), (204, ""))
            self.assertIsNone(answer.getheader("ETag"))
        self.assertTrue(session.lives())
        session.delete()

    @of_both
    def test_21_new_credentials_restart_ice(self, endpoint):
        session = endpoint.open()
        self.assertTrue(session.lives())
        for match in ("*", '"*"', None):
            fresh = ice()
            text, answer = session.restart(fresh, match or session.etag)
            self.assertEqual(answer.getheader("Content-Type"), FRAGMENT)
            tag = answer.getheader("ETag")
            self.assertRegex(tag, r'^"[^"]+"$')
            self.assertNotEqual(tag, session.etag)
            theirs = value(text, "ice-ufrag"), value(text, "ice-pwd")
            self.assertNotEqual(theirs, session.theirs)
            for line in ("a=ice-lite", "a=ice-options:trickle", "a=candidate:", "a=mid:m0"):
                self.assertIn(line, text)
            self.assertTrue(session.wire.answered(theirs, fresh))
            session.theirs, session.ours, session.etag = theirs, fresh, tag
        session.delete()

    @of_both
    def test_22_a_restart_that_fails_keeps_the_session(self, endpoint):
        session = endpoint.open()
        for body, match, status in ((fragment(("ab", "x" * 30)), "*", 400), (fragment((ice()[0], "short")), "*", 400),
                                    (fragment(ice()), '"another"', 412), (fragment(ice()), None, 428)):
            self.refused(session.patch(body, match), status)
        self.refused(session.patch(fragment(ice()), "*", Authorization="Bearer x"), 401)
        self.assertTrue(session.lives())
        self.assertEqual(session.patch(fragment(session.ours, CANDIDATE), session.etag)[0], 204, "under the same tag")
        session.delete()

    @of_both
    def test_23_patches_out_of_order_are_harmless(self, endpoint):
        session = endpoint.open()
        first, second = ice(), ice()
        session.restart(first)
        text, answer = session.restart(second)
        theirs, tag = (value(text, "ice-ufrag"), value(text, "ice-pwd")), answer.getheader("ETag")
        for late in (fragment(session.ours, CANDIDATE), fragment(first, CANDIDATE)):
            for match in ("*", session.etag):
                self.refused(session.patch(late, match), 412)
        again, repeated = session.restart(second)
        self.assertEqual((again, repeated.getheader("ETag")), (text, tag), "a restart whose answer was lost")
        self.assertTrue(session.wire.answered(theirs, second))
        session.delete()

    @of_both
    def test_24_nothing_is_redirected_with_301_or_302(self, endpoint):
        for path in (endpoint.path, endpoint.path + "/", "/" + endpoint.path, endpoint.path + "?x=1", "/whip", "/whep", "/whep/none"):
            status, _, answer = endpoint.ask("POST", path, endpoint.offer(), Content_Type=SDP)
            self.assertNotIn(status, (301, 302))
            self.assertEqual(answer.getheader("Location") is not None, status == 201, path)

    @of_both
    def test_26_tokens_are_asked_for(self, endpoint):
        session = endpoint.open()
        asks = [("POST", endpoint.path, endpoint.offer(), SDP, "Bearer x.y.z"),
                ("PATCH", session.url, fragment(ice()), FRAGMENT, "Bearer x"),
                ("PATCH", session.url, fragment(ice()), FRAGMENT, ""), ("DELETE", session.url, None, None, ""),
                ("DELETE", session.url, None, None, f"Bearer {(self.whep if endpoint is self.whip else self.whip).token}")]
        if endpoint is self.whip:
            asks.append(("POST", endpoint.path, endpoint.offer(), SDP, ""))
        for method, url, body, kind, authorization in asks:
            answer = endpoint.ask(method, url, body, Content_Type=kind, If_Match="*", Authorization=authorization)
            self.refused(answer, 401)
            self.assertTrue(answer[2].getheader("WWW-Authenticate").startswith("Bearer"), method)
        self.assertTrue(session.lives())
        session.delete()

    def test_26_a_player_without_a_token_has_a_session_that_needs_none(self):
        stranger = Endpoint(self.server, "/whep/bench", None, "recvonly").open()
        self.assertEqual(stranger.delete(), 200)

    @of_both
    def test_27_links_name_turn_servers(self, endpoint):
        form = re.compile(r'<(turns?:[^>]+)>; rel="ice-server"; username="([^"]+)"; credential="([^"]+)"; credential-type="password"')
        session = endpoint.open()
        links = [form.fullmatch(link) for link in session.headers.get_all("Link")]
        self.assertEqual([link.group(1) for link in links], list(TURN))
        session.delete()

    @of_both
    def test_28_session_addresses_are_random(self, endpoint):
        names = [endpoint.open(kinds=("audio",)).url.rpartition("/")[2] for _ in range(8)]
        self.assertGreaterEqual(min(map(len, names)) * ALPHABET_BITS, RANDOM_BITS)
        for place in range(len(names[0])):
            self.assertGreater(len({name[place] for name in names}), 1, f"letter {place} is always the same")

    @of_both
    def test_30_head_has_the_headers_of_get(self, endpoint):
        got, head = endpoint.ask("GET"), endpoint.ask("HEAD")
        self.assertEqual(head[:2], (got[0], ""))
        self.assertEqual([name for name, _ in head[2].getheaders()], [name for name, _ in got[2].getheaders()])

    def test_30_head_says_what_a_player_may_post(self):
        status, _, answer = self.server.request("HEAD", "/whep/bench")
        self.assertEqual((status, answer.getheader("Content-Type"), answer.getheader("Content-Length")), (200, SDP, "0"))

    def test_30_a_player_without_our_codecs_gets_an_offer_and_may_answer_it(self):
        whep = self.whep
        status, text, answer = whep.post(whep.offer().replace(OPUS, PCMU).replace("H264", "VP9").replace("VP8", "AV1"))
        self.assertEqual((status, answer.getheader("Content-Type")), (406, SDP))
        url, theirs, ours = answer.getheader("Location"), (value(text, "ice-ufrag"), value(text, "ice-pwd")), ice()
        self.assertEqual(set(re.findall(r"^a=setup:(\S+)", text, re.M)), {"actpass"})
        for part, codec in zip(sections(text), ("opus/48000", "H264/90000")):
            for line in ("a=sendonly\r\n", "a=rtcp-mux-only\r\n", codec):
                self.assertIn(line, part)
        taken = text.replace("setup:actpass", "setup:active").replace("a=sendonly", "a=recvonly").replace("a=ice-lite\r\n", "")
        taken = taken.replace(theirs[0], ours[0]).replace(theirs[1], ours[1])

        def patch(body, kind=SDP):
            return whep.ask("PATCH", url, body, Content_Type=kind)

        self.refused(patch("v=0\r\n"), 400)
        self.refused(patch(taken.replace("opus", "PCMU")), 406)
        self.assertEqual(self.refused(patch(taken.replace("a=mid:0", "a=mid:9").replace("BUNDLE 0", "BUNDLE 9")), 422), "not_as_offered")
        self.assertEqual(self.refused(patch(fragment(ours), FRAGMENT), 422), "not_answered")
        self.refused(whep.ask("PATCH", url, taken, Content_Type=SDP, Authorization="Bearer x"), 401)
        self.assertEqual(patch(taken)[:2], (204, ""))
        self.assertTrue(Wire(text).answered(theirs, ours))
        self.assertEqual(whep.ask("PATCH", url, fragment(ice()), Content_Type=FRAGMENT, If_Match=answer.getheader("ETag"))[0], 200)
        self.assertEqual(whep.ask("DELETE", url)[0], 200)

    def test_30_what_is_not_live_yet_is_409_with_a_time_to_come_back(self):
        staff = Endpoint(self.server, f"/whep/bench/preview/{self.request}", self.server.token("moderator", "Mona"), "recvonly")
        answer = staff.post(staff.offer())
        self.assertEqual(self.refused(answer, 409), "not_called")
        self.assertGreater(int(answer[2].getheader("Retry-After")), 0)
        staff.path = "/whep/bench/preview/r-999999"
        self.assertEqual(self.refused(staff.post(staff.offer()), 404), "not_found")

    def told_to_wait(self, statuses, ask):
        """What comes in the end, after answers of `statuses` only."""
        for _ in range(5_000):
            status, text, answer = ask()
            if status not in statuses:
                self.assertGreater(int(answer.getheader("Retry-After")), 0)
                return status, json.loads(text)["code"]
        self.fail("nobody was told to wait")

    def test_29_floods_are_told_to_wait_and_others_are_served(self):
        session, other = self.whep.open(), self.whep.open()
        with self.subTest("PATCH"):
            trickle = lambda: session.patch(fragment(session.ours, CANDIDATE), session.etag)  # noqa: E731
            self.assertEqual(self.told_to_wait((204,), trickle), (429, "too_often"))
            self.assertEqual(other.patch(fragment(other.ours, CANDIDATE), other.etag)[0], 204)
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=PATIENCE_SECONDS)
        far = {"X-Forwarded-For": "192.0.2.7", "Content-Type": SDP}
        with self.subTest("DELETE"):
            guess = lambda: self.server.request("DELETE", f"/session/{os.urandom(16).hex()}", None, far, connection)  # noqa: E731
            self.assertEqual(self.told_to_wait((404,), guess), (429, "too_often"))
        with self.subTest("POST"):
            post = lambda: self.server.request("POST", "/whep/bench", "x", far, connection)  # noqa: E731
            self.assertEqual(self.told_to_wait((400,), post), (429, "too_often"))
        connection.close()
        self.assertGreater(self.server.counter("sessions_too_often"), 2)
        self.assertTrue(session.lives())
        for one in (session, other):
            self.assertEqual(one.delete(), 200)

    def test_25_29_half_open_sessions_are_bounded_and_one_token_leaves_room_for_others(self):
        greedy = Endpoint(self.server, "/whep/bench", self.server.token("observer", "Greedy"), "recvonly")
        self.addCleanup(self.free, greedy)
        self.assertEqual(self.told_to_wait((201,), lambda: self.keep(greedy)), (429, "too_often"))
        whep = Endpoint(self.server, "/whep/bench", None, "recvonly")
        self.addCleanup(self.free, whep)
        self.assertEqual(self.told_to_wait((201,), lambda: self.keep(whep)), (503, "busy"))
        session = self.whip.open()
        self.assertTrue(session.lives(), "who has a token gets in")
        session.delete()

    def keep(self, endpoint):
        answer = endpoint.post(endpoint.offer(kinds=("audio",)))
        endpoint.kept = getattr(endpoint, "kept", []) + [answer[2].getheader("Location")]
        return answer

    def free(self, endpoint):
        for url in filter(None, endpoint.kept):
            endpoint.ask("DELETE", url)


if __name__ == "__main__":
    unittest.main()
