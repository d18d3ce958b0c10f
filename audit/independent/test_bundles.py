"""Good bundles, and copies of them bent one way each."""
import base64
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

import made
from judged import judge, run

HERE = os.path.dirname(os.path.abspath(__file__))
GIVEN = tempfile.mkdtemp()
BUNDLES = os.path.join(GIVEN, "bundles")
POLICY = os.path.join(GIVEN, "policy")
SHARES = [w for n in (2, 1) for w in ("--share", os.path.join(GIVEN, "share-%d.json" % n))]


def setUpModule():
    election = made.Election({"gy-1": [70, 40, 33]}).prepare()
    election.write(BUNDLES)
    os.rename(os.path.join(BUNDLES, "z-gy-1"), os.path.join(BUNDLES, "check-in"))
    for number in (1, 2):
        with open(os.path.join(GIVEN, "share-%d.json" % number), "wb") as file:
            file.write(election.share(number))
    with open(POLICY, "w", encoding="ascii") as file:
        file.write("witness centre %s\nquorum centre\n" % made.vkey("centre.example", 4, election.centre))


def tearDownModule():
    shutil.rmtree(GIVEN)


class Good(unittest.TestCase):
    def test_holds(self):
        code, found, told = judge("--policy", POLICY, BUNDLES)
        self.assertEqual((code, found, told["verdict"], told["missing"]), (0, [], "holds", []))
        out = run(BUNDLES)[1].splitlines()
        self.assertEqual((out[0], out[-1]), (
            "HOLDS: 3 bundles, 1 station, 143 ballots", "tally not verified: that needs the paper or the trustees"))

    def test_opens(self):
        code, found, told = judge("open", *SHARES, BUNDLES)
        self.assertEqual((code, found), (0, []))
        self.assertEqual([d["equal"] for d in told["stations"][0]["devices"]], [True] * 3)
        self.assertEqual((told["contests"][0]["valid"], told["contests"][0]["blank"]), (125, 18))

    def test_some_of_it(self):
        code, _, told = judge(os.path.join(BUNDLES, "gy-1-b"))
        self.assertEqual((code, told["verdict"], told["missing"]), (3, "holds for what was given", [
            "device gy-1-a of station gy-1", "device gy-1-c of station gy-1", "the check-in of station gy-1"]))

    def test_bad_input(self):
        for code, words in (("input.unreadable", [BUNDLES + "/nowhere"]), ("input.no-folder", [BUNDLES + "/gy-1-a/checkpoint"]),
                            ("input.no-bundle", [BUNDLES + "/check-in"]), ("input.no-bundle", [GIVEN]),
                            ("policy.file", ["--policy", GIVEN + "/bundles/gy-1-a/leaves.bin", BUNDLES]),
                            ("usage", ["--authority", "AAAA", BUNDLES]), ("usage", []),
                            ("share.too-few", ["open", *SHARES[:2], BUNDLES]),
                            ("share.twice", ["open", *SHARES[:2] * 2, BUNDLES]),
                            ("share.form", ["open", "--share", POLICY, BUNDLES])):
            exit_code, out, err = run(*words)
            self.assertEqual((exit_code, out, err.count("\n")), (2, "", 1), words)
            self.assertIn("(%s)" % code, err)

    def test_verifying_needs_no_nacl(self):
        words = "import sys; sys.modules['nacl'] = None; from sandogh_verify.main import main; sys.exit(main(sys.argv[1:]))"
        told = subprocess.run([sys.executable, "-B", "-c", words, BUNDLES], cwd=HERE, capture_output=True, check=True)
        self.assertTrue(told.stdout.startswith(b"HOLDS: 3 bundles, "))

    def test_nothing_else_is_imported(self):
        names = set()
        for name in os.listdir(os.path.join(HERE, "sandogh_verify")):
            if name.endswith(".py"):
                with open(os.path.join(HERE, "sandogh_verify", name), encoding="utf-8") as file:
                    names |= set(re.findall(r"^ *(?:from|import) (\w+)", file.read(), re.MULTILINE))
        self.assertEqual(names - sys.stdlib_module_names, {"cryptography", "nacl"})


class Bent(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.folder)

    def bent(self, name, change, device="gy-1-b"):
        """The finding when this file of a copy is what `change` makes of it (None: it is gone)."""
        copy = os.path.join(self.folder, "copy")
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(BUNDLES, copy)
        path = os.path.join(copy, device, name)
        data = b""
        if os.path.exists(path):
            with open(path, "rb") as file:
                data = file.read()
            os.remove(path)
        changed = change(data)
        if changed is not None:
            with open(path, "wb") as file:
                file.write(changed)
        exit_code, found, _ = judge(copy)
        self.assertEqual(exit_code, 1, found)
        # Of which station a bundle is whose manifest cannot be read nobody knows.
        self.assertLessEqual({code for code, _ in found[1:]}, {"station.device-missing"}, found)
        return found[0][0], os.path.relpath(found[0][1], os.path.join(copy, device))

    def expect(self, name, change, code, where=None, **more):
        self.assertEqual(self.bent(name, change, **more), (code, where or name))

    def test_files(self):
        self.expect("leaves.bin", lambda d: None, "bundle.files")
        self.expect(".hidden", lambda d: b"", "bundle.files")
        self.expect("sealed-tally.json", lambda d: b"", "bundle.files")
        self.expect("station-sheet.json", lambda d: b"", "bundle.files")

    def test_journal(self):
        lines = lambda d: d.split(b"\n")
        place = "journal.jsonl entry "
        self.expect("journal.jsonl", lambda d: d.replace(b"08:00:05", b"08:00:04"), "bundle.entry", place + "5")
        self.expect("journal.jsonl", lambda d: d[:-1], "journal.line", place + "45")
        self.expect("journal.jsonl", lambda d: b"\n".join(lines(d)[:-2]) + b"\n", "bundle.entry", place + "45")
        self.expect("journal.jsonl", lambda d: b"x" * 4097 + b"\n" + d, "journal.line", place + "0")
        self.expect("journal.jsonl", lambda d: b"\n".join(lines(d)[:9] + lines(d)[10:]), "bundle.entry", place + "9")

    def test_what_is_signed(self):
        flip = lambda at: lambda d: d[:at] + bytes([d[at] ^ 1]) + d[at + 1:]
        self.expect("leaves.bin", flip(40), "bundle.changed")
        self.expect("leaves.bin", lambda d: d + b"x", "bundle.changed")
        self.expect("checkpoint", lambda d: d.replace(b"\n46\n", b"\n45\n", 1), "bundle.changed")
        self.expect("device-certificate.der", flip(300), "certificate.wrong-authority")
        self.expect("device-certificate.der", lambda d: d + b"x", "certificate.malformed")
        self.expect("package.json", lambda d: d.replace(b'"seats":1', b'"seats":2'), "document.bad-signature")
        self.expect("package.json", lambda d: d + b"\n", "document.not-canonical")
        self.expect("manifest.json", lambda d: d.replace(b'"size":', b'"size":1', 1), "document.bad-signature")
        self.expect("manifest.json", lambda d: d.replace(b'"manifest"}', b'"tally"}'), "document.type")
        self.expect("manifest.json", lambda d: b"[]", "document.shape")

    def test_another_device(self):
        def other(name):
            with open(os.path.join(BUNDLES, "gy-1-a", name), "rb") as file:
                data = file.read()
            return lambda d: data
        self.expect("device-certificate.der", other("device-certificate.der"), "bundle.certificate")
        self.expect("manifest.json", other("manifest.json"), "document.wrong-key")
        self.expect("checkpoint", other("checkpoint"), "bundle.changed")
        self.expect("tally.json", other("tally.json"), "document.wrong-key")
        self.expect("spent-tags.json", other("spent-tags.json"), "bundle.spent")
        self.expect("batches.jsonl", other("batches.jsonl"), "batch.differs", "batches.jsonl batch 1")

    def test_contents(self):
        def swapped(data):
            first = json.loads(data.split(b"\n")[0])
            first["sealed"][:2] = first["sealed"][1::-1]
            return json.dumps(first, separators=(",", ":")).encode() + data[data.index(b"\n"):]
        self.expect("batches.jsonl", swapped, "batch.differs", "batches.jsonl batch 1")
        self.expect("batches.jsonl", lambda d: d[:-1], "batches.line")
        self.expect("batches.jsonl", lambda d: b"", "batch.differs", "batches.jsonl batch 1")
        self.expect("batches.jsonl", lambda d: d + d[:d.index(b"\n") + 1], "batches.shape", "batches.jsonl line 2")
        self.expect("batches.jsonl", lambda d: d.replace(b'"batch":1', b'"batch":7'), "batch.differs",
                    "batches.jsonl batch 1")
        self.expect("batches.jsonl", lambda d: d + b" " + d, "json.not-canonical", "batches.jsonl line 2")
        self.expect("spent-tags.json", lambda d: d[:1] + d[48:], "bundle.spent")
        self.expect("spent-tags.json", lambda d: d[:48] + d[1:], "spent-tags.shape")
        self.expect("tally.json", lambda d: re.sub(b'"10":', b'"10":1', d), "document.bad-signature", device="gy-1-a")

    def test_cosigned(self):
        def of(change):
            def changed(data):
                value = json.loads(data)
                change(value)
                return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
            return changed
        name = "cosigned.json"
        self.expect(name, of(lambda v: v["notes"].reverse()), "cosigned.order", name + " note 1")
        self.expect(name, of(lambda v: v["certificates"].reverse()), "cosigned.order", name + " certificate 1")
        self.expect(name, of(lambda v: v["certificates"].clear()), "witness.journal", name + " note 0")
        self.expect(name, of(lambda v: v["certificates"].append("!")), "cosigned.shape", name + " certificate 2")
        self.expect(name, of(lambda v: v.update(version=2)), "cosigned.shape")
        self.expect(name, of(lambda v: v["notes"].pop()), "bundle.changed")

        def only_line(value):
            value["notes"][1] = "".join(value["notes"][1].splitlines(True)[:5])
        self.expect(name, of(only_line), "cosigned.no-cosignature", name + " note 1")

        def another_size(value):
            value["notes"][0] = value["notes"][0].replace("\n", "\n1", 1)
        self.assertEqual(self.bent(name, of(another_size))[0], "witness.signature")

        def bent_cosignature(value):
            head, _, last = value["notes"][0].rstrip("\n").rpartition(" ")
            raw = bytearray(base64.b64decode(last))
            raw[20] ^= 1
            value["notes"][0] = head + " " + base64.b64encode(raw).decode() + "\n"
        self.expect(name, of(bent_cosignature), "witness.cosignature", name + " note 0")

    def test_station(self):
        self.expect("issued.json", lambda d: d.replace(b'"issued":145', b'"issued":144'), "document.bad-signature",
                    device="check-in")
        self.expect("issued.json", lambda d: d.replace(b'"station":"gy-1"', b'"station":"gy-9"'), "station.issued",
                    device="check-in")
        copy = os.path.join(self.folder, "twice")
        shutil.copytree(os.path.join(BUNDLES, "gy-1-a"), copy)
        later = max(copy, os.path.join(BUNDLES, "gy-1-a"))
        self.assertEqual(judge(BUNDLES, copy)[:2], (1, [("station.twice", later)]))
        given = [os.path.join(BUNDLES, n) for n in ("check-in", "gy-1-c", "gy-1-a")]
        self.assertEqual(judge(*given)[:2], (1, [("station.device-missing", "station gy-1")]))

    def test_order_does_not_matter(self):
        names = [os.path.join(BUNDLES, n) for n in ("gy-1-c", "check-in", "gy-1-a", "gy-1-b")]
        told = judge(*names, BUNDLES, BUNDLES + "/")
        self.assertEqual((told[0], told), (0, judge(BUNDLES)))

    def test_programs(self):
        lists = [os.path.join(self.folder, n) for n in "ab"]
        for path in lists:
            with open(path, "w", encoding="ascii") as file:
                file.write(path)
        unknown = [("program.unknown", os.path.join(BUNDLES, "gy-1-%s" % d, "journal.jsonl")) for d in "abc"]
        self.assertEqual(judge("--program", lists[0], "--program", lists[1], BUNDLES)[:2], (1, unknown))
        self.assertEqual(judge("--program", self.folder, BUNDLES)[:2], (2, [("input.unreadable", self.folder)]))
        made_by = hashlib.sha256(b"made").digest()
        with open(lists[0], "w", encoding="ascii") as file:
            file.write("made")
        election = made.Election({"s": [33]})
        election.event_hook = lambda device, events: [{**e, "program": made.b64(made_by)} if "program" in e else e for e in events]
        folder = election.prepare().write(os.path.join(self.folder, "made"))
        self.assertEqual(judge("--program", lists[0], "--program", lists[1], folder)[:2], (0, []))

    def test_goes_on(self):
        copy = os.path.join(self.folder, "many")
        made.Election({"s1": [40, 33], "s2": [33], "s3": [33]}).prepare().write(copy)
        place = lambda *names: os.path.join(copy, *names)
        os.remove(place("s2-a", "checkpoint"))
        with open(place("s1-b", "journal.jsonl"), "ab") as file:
            file.write(b"x")
        with open(place("s1-a", "package.json"), "ab") as file:
            file.write(b"\n")
        shutil.rmtree(place("s3-a"))
        code, found, told = judge(copy)
        self.assertEqual((code, found), (1, [
            ("bundle.files", place("s2-a", "checkpoint")), ("document.not-canonical", place("s1-a", "package.json")),
            ("journal.line", place("s1-b", "journal.jsonl entry 39")), ("station.device-missing", "station s3")]))
        self.assertEqual([(s["station"], s["devices"]) for s in told["stations"]], [("s1", []), ("s2", [])])
        self.assertEqual(told["missing"][0], "device s1-a of station s1")

    def test_another_authority(self):
        key = base64.b64encode(b"k" * 32).decode()
        found = judge("--authority", key, BUNDLES)[1]
        self.assertEqual(found, [("document.wrong-key", os.path.join(BUNDLES, "gy-1-a", "package.json"))])

    def test_leftover_and_odd_folders(self):
        copy = os.path.join(self.folder, "odd")
        shutil.copytree(BUNDLES, copy)
        os.mkdir(os.path.join(copy, "gy-1-a.part"))
        self.assertEqual(judge(copy)[:2], (2, [("input.leftover", os.path.join(copy, "gy-1-a.part"))]))
        os.rmdir(os.path.join(copy, "gy-1-a.part"))
        os.remove(os.path.join(copy, "gy-1-a", "checkpoint"))
        os.mkfifo(os.path.join(copy, "gy-1-a", "checkpoint"))
        self.assertEqual(judge(copy)[:2], (1, [("bundle.files", os.path.join(copy, "gy-1-a", "checkpoint"))]))


if __name__ == "__main__":
    unittest.main()
