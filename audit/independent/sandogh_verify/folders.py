"""From paths to folders of records: which is what, what is missing, and reading files within bounds."""
import os
import stat

from .faults import BadInput, Refused
from .text import utf16_key

MAX_BYTES = 64 * 1024 * 1024
ALWAYS = ("manifest.json", "package.json", "device-certificate.der", "journal.jsonl", "leaves.bin", "checkpoint",
          "batches.jsonl", "spent-tags.json", "cosigned.json")
TALLIES = ("tally.json", "sealed-tally.json")
SHEET = "station-sheet.json"
ISSUED = "issued.json"
NAMES = ALWAYS + TALLIES + (SHEET,)


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


def gather(paths):
    """All folders of records by their names, each once, in whatever order they were given."""
    found = {folder.path: folder for path in paths for folder in _folders_of(path)}
    return sorted(found.values(), key=lambda folder: utf16_key(folder.path))


def _listed(path):
    try:
        return sorted(os.listdir(path), key=utf16_key)
    except NotADirectoryError:
        raise BadInput("input.no-folder", path, "no folder") from None
    except (OSError, ValueError) as error:
        raise BadInput("input.unreadable", path, str(error)) from None


def _is_records(names):
    return ISSUED in names or any(n in NAMES and n != "package.json" for n in names)


def _folders_of(given):
    path = given.rstrip("/") or given
    names = _listed(path)
    if not names:
        raise BadInput("input.empty", path, "an empty folder")
    children = [os.path.join(path, name) for name in names]
    if any(os.path.islink(child) or not os.path.isdir(child) for child in children):
        return [_records(path, names)]
    for child in children:
        if child.endswith((".part", ".old")):
            raise BadInput("input.leftover", child, "a device was interrupted here")
    return [_records(child, _listed(child)) for child in children]


def _records(path, names):
    if not _is_records(names):
        raise BadInput("input.no-bundle", path, "neither a bundle nor a check-in's folder")
    return Folder(path, names)


def check_files(folder):
    """bundle.files at the first name that does not belong, then at the first file missing or of no use."""
    if ISSUED in folder.names:
        known, needed = (ISSUED,), (ISSUED,)
    else:
        tally = TALLIES[1] if TALLIES[0] not in folder.names and TALLIES[1] in folder.names else TALLIES[0]
        known = ALWAYS + (tally, SHEET)
        needed = ALWAYS + ((tally, SHEET) if SHEET in folder.names else (tally,))
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
