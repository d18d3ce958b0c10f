"""Everything a verifier checks, in the page's order; the first thing that does not hold ends it."""
from . import bundle, documents, folders, policy, stations
from .faults import BadInput, at


class Audit:
    def __init__(self, definition, authority_key, given_stations):
        self.definition = definition
        self.authority_key = authority_key
        self.stations = given_stations


def run(paths, authority_key=None, policy_path=None):
    rules = policy.read(policy_path) if policy_path is not None else None
    given = folders.gather(paths)
    for folder in given:
        folders.check_files(folder)
    check_ins = [f for f in given if folders.ISSUED in f.names]
    bundles = [f for f in given if folders.ISSUED not in f.names]
    if not bundles:
        raise BadInput("input.no-bundle", paths[0], "no bundle of a device")
    if authority_key is None:
        authority_key = _authority(bundles[0])
    packages = {}
    verified = [bundle.verify(folder, authority_key, packages) for folder in bundles]
    definition = verified[0].definition
    given = stations.gather(definition, verified, check_ins)
    for station in given:
        stations.verify(station)
    if rules:
        policy.verify(rules, given)
    return Audit(definition, authority_key, given)


def _authority(first):
    with at(first.place("package.json")):
        return documents.parse(first.read("package.json"), "package").signatures[0][0]
