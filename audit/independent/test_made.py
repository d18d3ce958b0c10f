"""Elections made with keys of the tests' own: stations, eyes, policy, and opening, good and bent."""
import json
import os
import shutil
import tempfile
import unittest

import made
from judged import judge


class Made(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.folder)
        self.count = 0

    def new_folder(self):
        self.count += 1
        return os.path.join(self.folder, str(self.count))

    def written(self, election):
        return election.write(self.new_folder())

    def found(self, *words):
        exit_code, found, told = judge(*words)
        return exit_code, [(c, os.path.relpath(w, words[-1]) if w.startswith("/") else w) for c, w in found], told

    def expect(self, election, *finding):
        self.assertEqual(self.found(self.written(election))[:2], (1 if finding else 0, [finding] if finding else []))

    def opened(self, election, folder=None, *more):
        shares = []
        for number in (2, 1):
            path = os.path.join(self.new_folder() + ".json")
            with open(path, "wb") as file:
                file.write(election.share(number))
            shares += ["--share", path]
        return self.found("open", *shares, *more, folder or self.written(election))


class Stations(Made):
    def test_good(self):
        self.expect(made.Election({"s1": [40, 33], "s2": [32]}).prepare())
        self.expect(made.Election({"s1": [40, 3]}, sealed=("s1-a", "s1-b"), sheets=("s1",)).prepare())
        self.expect(made.Election({"s1": [0]}, sealed=("s1-a",), sheets=("s1",)).prepare())

    def test_small_devices(self):
        self.expect(made.Election({"s1": [40, 3]}).prepare(), "station.small-device", "s1-a/tally.json")
        self.expect(made.Election({"s1": [40, 33]}, sealed=("s1-a", "s1-b"), sheets=("s1",)).prepare(),
                    "station.sheet", "s1-a/station-sheet.json")
        self.expect(made.Election({"s1": [40, 33]}, sealed=("s1-a", "s1-b")).prepare())

    def test_tallies(self):
        def lying(device, tally):
            tally[0]["options"]["10"] += 1
            return tally
        election = made.Election({"s1": [40, 40]})
        election.tally_hook = lying
        folder = self.written(election.prepare())
        self.assertEqual(self.found(folder)[0], 0)
        code, found, told = self.opened(election, folder)
        self.assertEqual(found, [("tally.recount", "s1-a"), ("tally.recount", "s1-b")])
        self.assertEqual([d["equal"] for d in told["stations"][0]["devices"]], [False, False])

        def impossible(device, tally):
            tally[0]["valid"] += 1
            return tally
        election = made.Election({"s1": [40]})
        election.tally_hook = impossible
        self.expect(election.prepare(), "bundle.tally", "s1-a/tally.json")

    def test_check_in(self):
        election = made.Election({"s1": [40]}).prepare()
        election.issued["s1"] = (43, 2)
        self.expect(election, "station.issued", "station s1")

    def test_journal(self):
        for change, code, place in (
                (lambda e: e[:-2] + e[-1:], "journal.order", " entry 44"),
                (lambda e: e[:-2], "bundle.unfinished", ""),
                (lambda e: e[:1] + [{"type": "unheard.of"}] + e[1:], "journal.entry-type", " entry 1"),
                (lambda e: e[:1] + [{"type": "report.printed"}] + e[1:], "journal.entry-members", " entry 1"),
                (lambda e: e[:3] + [{"type": "polls.paused", "reason": "restart"}] + e[3:], "journal.order", " entry 4"),
                (lambda e: [dict(e[0], certificate=made.b64(bytes(32)))] + e[1:], "bundle.binding", " entry 0"),
                (lambda e: [dict(e[0], origin="else")] + e[1:], "bundle.binding", " entry 0"),
                (lambda e: e[1:], "journal.order", " entry 0"), (lambda e: [], "journal.empty", "")):
            election = made.Election({"s1": [40]})
            election.event_hook = lambda device, events: change(events)
            exit_code, found, _ = self.found(self.written(election.prepare()))
            code_found, where = found[0]
            self.assertEqual((exit_code, code_found), (1, code))
            self.assertEqual(where.split(" (")[0], "s1-a/journal.jsonl" + place)


class Eyes(Made):
    def election(self):
        return made.Election({"s1": [40, 40, 40]}).prepare()

    def test_fork(self):
        election = self.election()
        a, b, c = election.devices
        c.notes.append(election.head(b, 30, c, root=made.sha(b"other")))
        number = sorted(c.notes, key=lambda n: (n.split("\n")[0], int(n.split("\n")[1]))).index(c.notes[-1])
        self.expect(election, "witness.fork", "s1-c/cosigned.json note %d" % number)

    def test_two_histories_of_nobody_given(self):
        election = self.election()
        a, b, c = election.devices
        a.notes.append(election.head(b, 30, a, root=made.sha(b"one")))
        c.notes.append(election.head(b, 30, c, root=made.sha(b"other")))
        election.devices = [a, c]
        election.issued = {}
        code, where = self.found(self.written(election))[1][0]
        self.assertEqual((code, where.split(" note")[0]), ("witness.fork", "s1-c/cosigned.json"))

    def test_rolled_back(self):
        election = self.election()
        a, b, c = election.devices
        a.notes.append(election.head(b, 9000, a, root=made.sha(b"other")))
        self.expect(election, "witness.rolled-back", "s1-b")

    def test_another_journal_of_a_device(self):
        election = self.election()
        a, b, c = election.devices
        c.notes.append(election.head(b, 5, c, origin=b.origin[:-32] + "0" * 32))
        code, where = self.found(self.written(election))[1][0]
        self.assertEqual((code, where.split(" note")[0]), ("witness.id-twice", "s1-c/cosigned.json"))

    def test_another_certificate_of_a_device(self):
        election = self.election()
        a, b, c = election.devices
        other = made.b64(made.certificate(b.name, b.keys, election.authority, b"\x06"))
        c.others = [other if x == made.b64(b.certificate) else x for x in c.others]
        self.expect(election, "witness.id-twice", "s1-c")

    def test_lines_that_do_not_verify(self):
        election = self.election()
        a, b, c = election.devices
        b.head += made.line(made.PREFIX + "witness/s1-c", 4, c.keys["witness"], "another text\n")
        self.expect(election, "witness.cosignature", "s1-b/checkpoint")
        election = self.election()
        a, b, c = election.devices
        b.head += made.line("centre.example", 4, election.centre, "another text\n")
        self.expect(election, "note.bad-signature", "s1-b/checkpoint")
        election = self.election()
        a, b, c = election.devices
        b.head += made.line(b.origin, 1, b.keys["log"], "another text\n")
        self.expect(election, "note.bad-signature", "s1-b/checkpoint")

    def test_a_head_that_it_did_not_cosign(self):
        election = self.election()
        a, b, c = election.devices
        a.notes.append(election.head(b, 20, c))
        code, where = self.found(self.written(election))[1][0]
        self.assertEqual((code, where.split(" note")[0]), ("witness.cosignature", "s1-a/cosigned.json"))


class Policies(Made):
    def policy(self, text):
        path = self.new_folder() + ".policy"
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def test_policies(self):
        election = made.Election({"s1": [40, 40, 40]}).prepare()
        folder = self.written(election)
        names = "\n".join("witness %s %s" % (d.name, made.vkey(made.PREFIX + "witness/" + d.name, 4, d.keys["witness"]))
                          for d in election.devices)
        centre = "witness centre " + made.vkey("centre.example", 4, election.centre)
        stranger = "witness x " + made.vkey("x", 4, made.key("x"))
        log = lambda device: "log " + made.vkey(device.origin, 1, device.keys["log"])
        logs = "\n".join(map(log, election.devices))
        for lines, exit_code, code in (
                ([names, centre, "group n 2 s1-a s1-b s1-c", "group e all n centre", "quorum e"], 0, None),
                ([logs, "", " \t", "# words", "quorum none"], 0, None),
                ([log(election.devices[0]), "quorum none"], 1, "policy.unknown-log"),
                ([names, "group n 3 s1-a s1-b s1-c", "quorum n"], 1, "policy.unmet"),
                ([stranger, "quorum x"], 1, "policy.unmet"),
                ([stranger], 2, "policy.file"), ([stranger, "quorum x", "quorum x"], 2, "policy.line"),
                ([stranger, stranger, "quorum x"], 2, "policy.line"), (["quorum y"], 2, "policy.line"),
                ([stranger, "group g 2 x", "quorum g"], 2, "policy.line"),
                ([stranger, "group g any x x", "quorum g"], 2, "policy.line"),
                ([stranger, "group g 01 x", "quorum g"], 2, "policy.line"),
                ([stranger, "group none any x", "quorum none"], 2, "policy.line"),
                (["# \u0001", "quorum none"], 2, "policy.line"), (["quorum none\r"], 2, "policy.line")):
            path = self.policy("\n".join(lines) + "\n")
            found = judge("--policy", path, folder)
            self.assertEqual((found[0], found[1][0][0] if found[1] else None), (exit_code, code), lines)
        self.assertEqual(judge("--policy", self.policy("quorum none"), folder)[1][0][0], "policy.file")

    def test_lines_that_do_not_verify(self):
        election = made.Election({"s1": [40, 40]}).prepare()
        a, b = election.devices
        x, y = made.key("x"), made.key("y")
        bent = lambda name, key: made.line(name, 4, key, "another text\n")
        a.head += bent("x", x)
        b.notes[0] += bent("y", y)  # of the journal of a, in the bundle of b
        b.notes[0] += bent("own", a.keys["log"])
        folder = self.written(election)
        line = lambda name, key: "witness %s %s\n" % (name, made.vkey(name, 4, key))
        for text, place in ((line("x", x), "s1-a/checkpoint"), (line("y", y), "s1-b/cosigned.json note 0"),
                            (line("y", y) + line("x", x), "s1-a/checkpoint"),
                            (line("own", a.keys["log"]), "s1-b/cosigned.json note 0")):
            found = self.found("--policy", self.policy(text + "quorum none\n"), folder)
            self.assertEqual(found[:2], (1, [("witness.cosignature", place)]))


class Opened(Made):
    def test_good(self):
        election = made.Election({"s1": [40, 33], "s2": [32]}).prepare()
        code, found, told = self.opened(election)
        self.assertEqual((code, found), (0, []))
        self.assertEqual(sum(told["contests"][0][k] for k in ("valid", "blank")), 105)
        votes = sum(d.tally[0]["options"][c] for d in election.devices for c in ("10", "90"))
        self.assertEqual(told["contests"][0]["candidates"][0], {"code": "10", "votes": votes})

    def test_sheet(self):
        election = made.Election({"s1": [40, 3, 50]}, sealed=("s1-a", "s1-b", "s1-c"), sheets=("s1",)).prepare()
        folder = self.written(election)
        code, found, told = self.opened(election, folder)
        self.assertEqual((code, found, told["stations"][0]["sheet"]), (0, [], "equal"))
        shutil.rmtree(folder + "/z-s1")
        shutil.rmtree(folder + "/s1-b")
        code, found, told = self.opened(election, folder)
        station = told["stations"][0]
        self.assertEqual((code, station["sheet"], station["contests"], told["contests"]), (3, "unchecked", None, None))
        self.assertEqual(station["sheetContests"][0]["valid"] + station["sheetContests"][0]["blank"], 93)

    def test_lost(self):
        election = made.Election({"s1": [40, 3]}, sealed=("s1-a", "s1-b")).prepare()
        election.issued = {}
        whole = self.written(election)
        for gone, lost, told in (("s1-b", [], False), ("s1-b", ["--lost", "s1-b"], True),
                                 ("s1-a", ["--lost", "s1-a"], False)):
            folder = self.new_folder()
            shutil.copytree(whole, folder)
            shutil.rmtree(os.path.join(folder, gone))
            station = self.opened(election, folder, *lost)[2]["stations"][0]
            self.assertEqual(station["contests"] is not None, told, (gone, lost))

    def test_faulty_and_twice(self):
        election = made.Election({"s1": [40, 40]})
        plains = []

        def bent(device, number, plain):
            if number == 1:
                return plains[-1]  # sealed anew: another ciphertext of the same ballot
            if number == 2:
                return plain[:1] + bytes(32) + plain[33:]
            if number == 3:
                return plain[:-4] + b"\xff\xff\x00\x01"
            if number == 4:
                return b"\x02" + plain[1:]
            plains.append(plain)
            return plain
        election.ballot_hook = bent
        code, found, told = self.opened(election.prepare())
        codes = sorted(c for c, w in found)
        self.assertEqual(codes, ["ballot.context"] * 2 + ["ballot.id-twice"] * 2 + ["ballot.rules"] * 2
                         + ["ballot.version"] * 2 + ["tally.recount"] * 2)
        self.assertTrue(all(w == d + "/batches.jsonl batch 1" for (c, w), d in
                            zip(found[:4], ["s1-a"] * 4)))
        self.assertEqual(told["stations"][0]["devices"][0], {"device": "s1-a", "ballots": 37, "faulty": 3, "equal": False})

    def test_opening_does_not_pass_over_faults(self):
        election = made.Election({"s1": [40]}).prepare()
        election.issued["s1"] = (1, 0)
        self.assertEqual(self.opened(election)[1], [("station.issued", "station s1")])


if __name__ == "__main__":
    unittest.main()
