"""From paths to folders of records: which is what, what is missing, and reading files within bounds."""
import os
import stat

from .faults import BadInput, Refused
from .text import is_plain, utf16_key, written

MAX_BYTES = 64 * 1024 * 1024
MAX_FOLDERS = 100_000
MAX_FOLDERS = 100_000
ALWAYS = ("manifest.json", "package.json", "device-certificate.der", "journal.jsonl", "leaves.bin", "checkpoint",
          "batches.jsonl", "spent-tags.json", "cosigned.json")
TALLIES = ("tally.json", "sealed-tally.json")
SHEET = "station-sheet.json"
ISSUED = "issued.json"
TAKEN_OVER = ("taken-over-certificate.der", "taken-over-checkpoint", "taken-over-journal.jsonl")
NAMES = ALWAYS + TALLIES + (SHEET,) + TAKEN_OVER


class Folder:
    def __init__(self, path, names):
        self.path = path
        self.names = names

    def place(self, name):
        return os.path.join(self.path, name)

    def read(self, name):
        try:
            return read_file(self.place(name))
        except BadInput as fault:
            raise Refused("bundle.files", fault.where, fault.what) from None


def read_file(path):
    """What an ordinary file of up to 64 MiB holds; never waits for a pipe."""
    try:
        with open(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb") as file:
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode) or status.st_size > MAX_BYTES:
                raise OSError("no ordinary file, or larger than 64 MiB")
            data = file.read(MAX_BYTES + 1)
            if len(data) > MAX_BYTES:
                raise OSError("larger than 64 MiB")
            return data
    except (OSError, ValueError) as error:
        raise BadInput("input.unreadable", path, str(error)) from None


def check_name(path):
    """A path or file that was given: a plain name, in which nothing put U+FFFD in the place of what was none."""
    raw = os.fsencode(path)
    if not is_plain(raw) or "\ufffd" in path:
        raise BadInput("input.name", written(raw), "not UTF-8, or with a control character or U+FFFD in it")
    return path


def read_given(path):
    """A file that was named beside the folders."""
    return read_file(check_name(path))


def gather(paths):
    """All folders of records by their names, each once, in whatever order they were given."""
    found, count = {}, 0
    for path in dict.fromkeys(given.rstrip("/") or given for given in paths):
        places = _places_in(check_name(path))
        count += len(places)
        if count > MAX_FOLDERS:
            raise BadInput("input.crowded", path, "more than %d folders are given" % MAX_FOLDERS)
        found.update((place, _records(place)) for place in places)
    return sorted(found.values(), key=lambda folder: utf16_key(folder.path))


def _listed(path):
    """(the name as it is told, its bytes) of all that is in a folder; what is told is a file's name only if it is plain."""
    try:
        names = [(written(raw), raw) for raw in os.listdir(os.fsencode(path))]
    except NotADirectoryError:
        raise BadInput("input.no-folder", path, "no folder") from None
    except (OSError, ValueError) as error:
        raise BadInput("input.unreadable", path, str(error)) from None
    return sorted(names, key=lambda name: utf16_key(name[0]))


def _places_in(path):
    names = _listed(path)
    if not names:
        raise BadInput("input.empty", path, "an empty folder")
    children = [os.path.join(os.fsencode(path), raw) for _, raw in names]
    if any(os.path.islink(child) or not os.path.isdir(child) for child in children):
        return [path]
    places = [os.path.join(path, name) for name, _ in names]
    for place, (_, raw) in zip(places, names):
        if not is_plain(raw):
            raise BadInput("input.name", place, "not UTF-8, or with a control character in it")
    for place in places:
        if place.endswith((".part", ".old")):
            raise BadInput("input.leftover", place, "a device was interrupted here")
    return places


def _records(path):
    names = [name for name, _ in _listed(path)]
    if ISSUED not in names and not any(n in NAMES and n != "package.json" for n in names):
        raise BadInput("input.no-bundle", path, "neither a bundle nor a check-in's folder")
    return Folder(path, names)


def check_files(folder):
    """bundle.files at the first name that does not belong, then at the first file missing or of no use."""
    if ISSUED in folder.names:
        known, needed = (ISSUED,), (ISSUED,)
    else:
        tally = TALLIES[1] if TALLIES[0] not in folder.names and TALLIES[1] in folder.names else TALLIES[0]
        spare = TAKEN_OVER if any(n in folder.names for n in TAKEN_OVER) else ()
        known = ALWAYS + (tally, SHEET) + spare
        needed = ALWAYS + ((tally, SHEET) if SHEET in folder.names else (tally,)) + spare
    for name in folder.names:
        if name not in known:
            raise Refused("bundle.files", folder.place(name), "does not belong here")
    for name in needed:
        _check_file(folder, name)
    return True


def _check_file(folder, name):
    place = folder.place(name)
    if name not in folder.names:
        raise Refused("bundle.files", place, "missing")
    try:
        status = os.lstat(place)
    except OSError as error:
        raise Refused("bundle.files", place, str(error)) from None
    if not stat.S_ISREG(status.st_mode):
        raise Refused("bundle.files", place, "no ordinary file")
    if status.st_size > MAX_BYTES:
        raise Refused("bundle.files", place, "larger than 64 MiB")
