"""Everything a verifier checks, in the page's order; what does not hold is told of every folder, station and device."""
from collections import Counter
from hashlib import sha256

from . import bundle, definition, documents, folders, policy, stations, takeover
from .faults import BadInput, Fault, Refused, at
from .text import to_base64

MAX_BUNDLES_OF_A_DEVICE = 8


class Audit:
    """What was found: stations of which something was given and that hold, with their bundles that hold; and what does not."""

    def __init__(self, reference, given_stations, findings):
        self.definition = reference.definition
        self.authority_key = reference.authority_key
        self.stations = given_stations
        self.findings = findings


class Reference:
    """What all bundles are held against: a package and the authority that signed it."""

    def __init__(self, raw, authority_key):
        self.authority_key = authority_key or documents.parse(raw, "package").signatures[0][0]
        self.raw = raw
        self.definition = definition.open_package(raw, self.authority_key)


class Findings(list):
    """Faults in the order in which they are told."""

    def of(self, check, *arguments):
        """What the check gives; None if it does not hold."""
        try:
            return check(*arguments)
        except Fault as fault:
            self.append(fault)
            return None


def read_programs(paths):
    """SHA-256 of each list of files, as journals write it."""
    return {to_base64(sha256(folders.read_given(path)).digest()) for path in paths}


def run(paths, authority_key=None, rules=None, programs=None):
    """Raises what is bad input, or a finding behind which nothing can be looked at."""
    given = folders.gather(paths)
    findings = Findings()
    whole = [f for f in given if findings.of(folders.check_files, f)]
    bundles = [f for f in given if folders.ISSUED not in f.names]
    if not bundles:
        raise findings[0] if findings else BadInput("input.no-bundle", paths[0], "no bundle of a device")
    reference = _reference(bundles, set(whole), authority_key, findings)
    held, spoiled = _verified(bundles, set(whole), reference, programs, findings)
    check_ins = stations.read_check_ins(
        [f for f in whole if folders.ISSUED in f.names], reference.definition, findings)
    hold = [station for station in stations.gather(reference.definition, held, spoiled, check_ins)
            if findings.of(stations.verify, station)]
    if rules:
        for station in hold:
            for device in station.bundles:
                findings.of(policy.verify, rules, device, station.bundles)
    if findings and isinstance(findings[0], BadInput):
        raise findings[0]
    return Audit(reference, hold, findings)


def _verified(bundles, whole, reference, programs, findings):
    """The bundles that hold, and the stations of which the others say to be. Of a device of which there are too many none is looked at."""
    definition = reference.definition
    says = {folder: bundle.says_device(folder, definition) for folder in bundles}
    copies = Counter(device for folder, device in says.items() if folder in whole and device)
    held, spoiled, before = [], set(), Counter()
    for folder, device in says.items():
        verified = None
        if folder in whole and copies[device] > MAX_BUNDLES_OF_A_DEVICE:
            before[device] += 1
            if before[device] == MAX_BUNDLES_OF_A_DEVICE + 1:
                what = "%d bundles say to be of %s, and none of them is looked at" % (copies[device], device)
                findings.append(Refused("bundle.crowded", folder.path, what))
        elif folder in whole:
            verified = findings.of(bundle.verify, folder, reference, programs)
        if verified:
            held.append(verified)
        else:
            spoiled.add(takeover.says_station(folder, device, definition))
    return held, spoiled


def _reference(bundles, whole, authority_key, findings):
    """That of the first bundle whose package opens."""
    first = None
    for folder in bundles:
        try:
            with at(folder.place("package.json")):
                return Reference(folder.read("package.json"), authority_key)
        except Refused as fault:
            first = first or (fault if folder in whole else None)
    raise findings[0] if findings else first
