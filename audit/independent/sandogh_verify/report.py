"""What a verifier prints: one line that says it, a short table, or one line of JSON."""
import json
from hashlib import sha256

from .text import time_of_seconds

NOT_TALLIED = "tally not verified: that needs the paper or the trustees"


HOLDS, HOLDS_IN_PART, DOES_NOT_HOLD = "holds", "holds for what was given", "does not hold"
MISSING_SHOWN = 12


def verdict_on(findings, missing_lines):
    if findings:
        return DOES_NOT_HOLD
    return HOLDS_IN_PART if missing_lines else HOLDS


def as_json(findings, told):
    items = [{"code": f.code, "where": f.where or "", "what": f.what or ""} for f in findings]
    verdict = verdict_on(items, told.get("missing"))
    return json.dumps({"verdict": verdict, "findings": items, **told}, separators=(",", ":"))


def finding_lines(findings):
    """The first one is the first line of all."""
    for finding in findings:
        start = "DOES NOT HOLD" if finding is findings[0] else "  and"
        yield "%s: %s: %s (%s)" % (start, finding.where, finding.what or "it does not hold", finding.code)


def holds_line(told):
    """What holds, and what of the package was not given."""
    devices = [device for station in told["stations"] for device in station["devices"]]
    ballots = _plural(sum(device["ballots"] for device in devices), "ballot")
    if "contests" in told:
        given = "%s opened and recounted, equal to the committed tally of %s" % (ballots, _plural(len(devices), "device"))
    else:
        given = "%s, %s, %s" % (_plural(len(devices), "bundle"), _plural(len(told["stations"]), "station"), ballots)
    lines = told["missing"]
    if not lines:
        return "HOLDS: " + given
    more = ["and %d more" % (len(lines) - MISSING_SHOWN)] if len(lines) > MISSING_SHOWN else []
    return "HOLDS for what was given: %s; missing: %s" % (given, ", ".join(lines[:MISSING_SHOWN] + more))


def _plural(number, noun):
    return "%d %s%s" % (number, noun, "" if number == 1 else "s")


def bad_input_line(fault):
    return "%s: %s (%s)" % (fault.where or "", fault.what or "", fault.code)


def missing(audit):
    given = {s.id: s for s in audit.stations}
    lines = []
    for form in audit.definition.stations:
        station = given.get(form["id"])
        devices = station.missing if station else form["devices"]
        lines += ["device %s of station %s%s" % (d, form["id"], _declared(station, d)) for d in devices]
        if not station or not station.check_in:
            lines.append("the check-in of station " + form["id"])
    return lines


def _declared(station, device):
    if not station or device not in station.declared:
        return ""
    at, event = station.declared[device]
    return " (declared dead at %s %s by %s)" % (at, event["at"], " and ".join(o["role"] for o in event["by"]))


def _device(station, bundle):
    seen = station.seen[bundle.device]
    back = {"entry": bundle.clock_went_back, "times": bundle.clock_times} if bundle.clock_times else None
    old = bundle.taken_over
    took = old and {"device": old.device, "entries": len(old.leaves), "ballots": old.casts, "media": old.media}
    return {
        "device": bundle.device, "tookOver": took, "entries": bundle.entries, "ballots": bundle.casts, "voidSlips": bundle.voids,
        "batches": bundle.batches, "receipt": None if bundle.receipt is None else time_of_seconds(bundle.receipt),
        "random": bundle.random, "totals": "released" if bundle.tally is not None else "sealed", "clockWentBack": back,
        "seenBy": {"centre": None in seen, "neighbours": [d for d in station.listed if d in seen and d != bundle.device],
                   "of": len(station.devices) - 1}}


def verified(audit):
    return {"missing": missing(audit),
            "stations": [{"station": s.id, "devices": [_device(s, b) for b in s.bundles]} for s in audit.stations]}


def verified_lines(audit):
    yield "authority's key, SHA-256: " + sha256(audit.authority_key).hexdigest()
    yield "%-20s %-20s %8s %8s %6s %8s  %-20s %s" % (
        "station", "device", "entries", "ballots", "voids", "batches", "receipt", "seen to its end by")
    for station in audit.stations:
        for device in (_device(station, b) for b in station.bundles):
            seen = device["seenBy"]
            eyes = "%s%d of %d neighbours" % ("centre, " if seen["centre"] else "", len(seen["neighbours"]), seen["of"])
            yield "%-20s %-20s %8d %8d %6d %8d  %-20s %s" % (
                station.id, device["device"], device["entries"], device["ballots"], device["voidSlips"],
                device["batches"], device["receipt"] or "none", eyes)
            if device["tookOver"]:
                yield "%-20s %-20s in the place of %s%s" % (station.id, device["device"], device["tookOver"]["device"], (
                    "" if device["tookOver"]["media"] == "both" else ", of which one storage medium was said to be lost"))
    yield from ("not given: " + line for line in missing(audit))


def contests(definition, tally):
    if tally is None:
        return None
    told = []
    for contest, item in zip(definition.contests, tally):
        votes = item["options"]
        candidates = [{"code": c["code"], "votes": votes[c["code"]] + votes.get(c.get("list"), 0)}
                      for c in contest["candidates"]]
        lists = [{"code": x["code"], "votes": votes[x["code"]]} for x in contest["lists"]]
        told.append({"contest": contest["id"], "valid": item["valid"], "blank": item["blank"],
                     "candidates": candidates, "lists": lists})
    return told


def opened(audit, opening):
    definition, told = audit.definition, []
    for count in opening.stations:
        devices = [{"device": d.bundle.device, "ballots": d.ballots, "faulty": d.faulty, "equal": d.equal}
                   for d in count.devices]
        told.append({"station": count.station.id, "devices": devices, "contests": contests(definition, count.recount),
                     "sheet": count.sheet, "sheetContests": contests(definition, count.sheet_tally)})
    return {"missing": missing(audit), "stations": told, "contests": contests(definition, opening.total)}


def opened_lines(audit, opening):
    told = opened(audit, opening)
    for station in told["stations"]:
        for device in station["devices"]:
            yield "station %s, device %s: %d ballots, %d faulty, %s" % (
                station["station"], device["device"], device["ballots"], device["faulty"],
                "equal" if device["equal"] else "unequal")
        if station["sheet"]:
            yield "station %s, sheet: %s" % (station["station"], station["sheet"])
        yield from _totals("station " + station["station"], station["contests"])
        if station["sheetContests"]:
            yield from _totals("station %s, as its sheet says" % station["station"], station["sheetContests"])
    yield from _totals("all stations told", told["contests"])
    yield from ("not given: " + line for line in told["missing"])


def _totals(of, told):
    if told is None:
        yield of + ": totals not told"
        return
    for contest in told:
        yield "%s, %s: %d valid, %d blank" % (of, contest["contest"], contest["valid"], contest["blank"])
        for kind in ("candidates", "lists"):
            for option in contest[kind]:
                yield "  %s%s %d" % ("list " if kind == "lists" else "", option["code"], option["votes"])
