#!/usr/bin/env python3
"""Checks the log of a Sampan ledger without any of its programs: Python 3.8 or newer and nothing but its
standard library, on any system. No network.

    verify.py bundle FOLDER [--policy FILE] [--checkpoint FILE ...]   (sampan audit bundle)
    verify.py snapshot LEDGER.sqlite [--bundle FOLDER] [--policy FILE]
    verify.py receipt LEASE.receipt --policy FILE [--proof FILE]      (sampan receipt get)
    verify.py evidence LEASE.evidence --policy FILE                   (sampan lease evidence)
    verify.py package [FOLDER]                                        (make regulator)

bundle: every entry is hashed and every hash compared; signatures of the log and of the witnesses of your
policy; two entries in a hundred are proved to be in the tree, and older trees to be its beginning.
snapshot: its SHA-256, that its entries are those of the bundle, that its books balance and its balances
follow from its movements. It does not apply commands again: replay_ledger.py does.

Have the policy from those whom you trust, not from where the folder came from. Exit 0: all holds. 1: usage.
6: something does not hold.
"""

import argparse
import base64
import binascii
import hashlib
import json
import os
import sqlite3
import stat
import sys

CAPACITY, MOST_NOTE, MOST_ENTRIES = 256, 1 << 20, 256 * (2 + 65535)
WORDS = {True: "ok", False: "WRONG", None: "not done"}


class Wrong(Exception):
    """Something that does not hold, in words."""


# Ed25519 (RFC 8032), verification only.

P = 2 ** 255 - 19
L = 2 ** 252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT = pow(2, (P - 1) // 4, P)


def add(p, q):
    a, b = (p[1] - p[0]) * (q[1] - q[0]) % P, (p[1] + p[0]) * (q[1] + q[0]) % P
    c, d = 2 * p[3] * q[3] * D % P, 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def times(number, point):
    result = (0, 1, 1, 0)
    while number:
        if number & 1:
            result = add(result, point)
        point = add(point, point)
        number >>= 1
    return result


def point(data):
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & ((1 << 255) - 1)
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT % P
    if (x * x - square) % P or (x == 0 and sign):
        return None
    x = P - x if x & 1 != sign else x
    return x, y, 1, x * y % P


BASE = point((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))


def signed(key, message, signature):
    """Whether this is the key's signature over the message."""
    a, r = point(key), point(signature[:32]) if len(signature) == 64 else None
    s = int.from_bytes(signature[32:], "little")
    if a is None or r is None or s >= L:
        return False
    k = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % L
    left, right = times(s, BASE), add(r, times(k, a))
    return (left[0] * right[2] - right[0] * left[2]) % P == 0 and (left[1] * right[2] - right[1] * left[2]) % P == 0


# SM3 (GB/T 32905) and SM2 (GB/T 32918.2 and .5), verification only.

ONES = 0xffffffff
SM2_P = 2 ** 256 - 2 ** 224 - 2 ** 96 + 2 ** 64 - 1
SM2_B = 0x28e9fa9e9d9f5e344d5a9e4bcf6509a7f39789f515ab8f92ddbcbd414d940e93
SM2_N = 0xfffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d54123
SM2_BASE = (0x32c4ae2c1f1981195f9904466a39c9948fe30bbff2660be1715a4589334c74c7,
            0xbc3736a2f4f6779c59bdcee36b692153d0a9877cc62a474002df32e52139f0a0)
SIGNER = b"1234567812345678"
MARK = b"\xffsm2-sm3-cosignature-v1"


def turn(word, bits):
    bits %= 32
    return (word << bits | word >> (32 - bits)) & ONES


def sm3(data):
    state = [0x7380166f, 0x4914b2b9, 0x172442d7, 0xda8a0600, 0xa96f30bc, 0x163138aa, 0xe38dee4d, 0xb0fb0e4e]
    data = data + b"\x80" + bytes((55 - len(data)) % 64) + (8 * len(data)).to_bytes(8, "big")
    for start in range(0, len(data), 64):
        words = [int.from_bytes(data[start + 4 * n:start + 4 * n + 4], "big") for n in range(16)]
        for n in range(16, 68):
            x = words[n - 16] ^ words[n - 9] ^ turn(words[n - 3], 15)
            words.append(x ^ turn(x, 15) ^ turn(x, 23) ^ turn(words[n - 13], 7) ^ words[n - 6])
        a, b, c, d, e, f, g, h = state
        for n in range(64):
            early = n < 16
            first = turn((turn(a, 12) + e + turn(0x79cc4519 if early else 0x7a879d8a, n)) & ONES, 7)
            one = (a ^ b ^ c if early else a & b | a & c | b & c) + d + (first ^ turn(a, 12)) + (words[n] ^ words[n + 4])
            two = (e ^ f ^ g if early else e & f | ~e & g) + h + first + words[n]
            a, b, c, d = one & ONES, a, turn(b, 9), c
            two &= ONES
            e, f, g, h = two ^ turn(two, 9) ^ turn(two, 17), e, turn(f, 19), g
        state = [old ^ new for old, new in zip(state, (a, b, c, d, e, f, g, h))]
    return b"".join(word.to_bytes(4, "big") for word in state)


def sm2_add(p, q):
    """Two points of the curve y^2 = x^3 - 3x + b; None is the point at infinity."""
    if p is None or q is None:
        return p or q
    if p[0] == q[0]:
        if (p[1] + q[1]) % SM2_P == 0:
            return None
        slope = 3 * (p[0] * p[0] - 1) * pow(2 * p[1], SM2_P - 2, SM2_P)
    else:
        slope = (q[1] - p[1]) * pow(q[0] - p[0], SM2_P - 2, SM2_P)
    x = (slope * slope - p[0] - q[0]) % SM2_P
    return x, (slope * (p[0] - x) - p[1]) % SM2_P


def sm2_times(number, point):
    result = None
    while number:
        if number & 1:
            result = sm2_add(result, point)
        point = sm2_add(point, point)
        number >>= 1
    return result


def sm2_signed(key, message, signature):
    """Whether this is the SM2 key's signature (r and s, 32 bytes each) over the message."""
    x, y = int.from_bytes(key[1:33], "big"), int.from_bytes(key[33:], "big")
    if len(key) != 65 or key[0] != 4 or max(x, y) >= SM2_P or (y * y - x * x * x + 3 * x - SM2_B) % SM2_P:
        return False
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    if len(signature) != 64 or not 0 < r < SM2_N or not 0 < s < SM2_N or (r + s) % SM2_N == 0:
        return False
    curve = b"".join(number.to_bytes(32, "big") for number in (SM2_P - 3, SM2_B) + SM2_BASE)
    owner = sm3((8 * len(SIGNER)).to_bytes(2, "big") + SIGNER + curve + key[1:])
    found = sm2_add(sm2_times(s, SM2_BASE), sm2_times((r + s) % SM2_N, (x, y)))
    return found is not None and (int.from_bytes(sm3(owner + message), "big") + found[0] - r) % SM2_N == 0


# The tree (RFC 6962).

def sha(data):
    return hashlib.sha256(data).digest()


def leaf(entry):
    return sha(b"\0" + entry)


def node(left, right):
    return sha(b"\1" + left + right)


class Tree:
    """Grows leaf by leaf; keeps every complete hash by level, for proofs."""

    def __init__(self):
        self.levels = [[]]

    def append(self, value):
        self.levels[0].append(value)
        level = 0
        while len(self.levels[level]) % 2 == 0:
            if level + 1 == len(self.levels):
                self.levels.append([])
            self.levels[level + 1].append(node(*self.levels[level][-2:]))
            level += 1

    @property
    def size(self):
        return len(self.levels[0])

    def root(self, start, end):
        """The root over leaves start to end; start is a multiple of a power of two that is large enough."""
        if end - start == 0:
            return sha(b"")
        if end - start == 1:
            return self.levels[0][start]
        width = end - start
        level = width.bit_length() - 1
        if width == 1 << level and start % width == 0 and start >> level < len(self.levels[level]):
            return self.levels[level][start >> level]
        half = 1 << ((width - 1).bit_length() - 1)
        return node(self.root(start, start + half), self.root(start + half, end))

    def inclusion(self, index, size):
        path, start, end = [], 0, size
        while end - start > 1:
            half = 1 << ((end - start - 1).bit_length() - 1)
            if index < start + half:
                path.append(self.root(start + half, end))
                end = start + half
            else:
                path.append(self.root(start, start + half))
                start += half
        return path[::-1]

    def consistency(self, old, size):
        path, start, end = [], 0, size
        while end != old:
            half = 1 << ((end - start - 1).bit_length() - 1)
            if old <= start + half:
                path.append(self.root(start + half, end))
                end = start + half
            else:
                path.append(self.root(start, start + half))
                start += half
        return ([self.root(start, end)] if start else []) + path[::-1]


def included(value, index, size, path, root):
    """RFC 9162, 2.1.3.2."""
    number, last = index, size - 1
    if not 0 <= index < size:
        return False
    for sibling in path:
        if last == 0:
            return False
        if number & 1 or number == last:
            value = node(sibling, value)
            while number & 1 == 0 and number:
                number, last = number >> 1, last >> 1
        else:
            value = node(value, sibling)
        number, last = number >> 1, last >> 1
    return last == 0 and value == root


def consistent(old, old_root, size, root, path):
    """RFC 9162, 2.1.4.2."""
    if old == size:
        return not path and old_root == root
    if not 0 < old < size or not path:
        return False
    path = ([old_root] if old & (old - 1) == 0 else []) + path
    number, last = old - 1, size - 1
    while number & 1:
        number, last = number >> 1, last >> 1
    first = second = path[0]
    for sibling in path[1:]:
        if last == 0:
            return False
        if number & 1 or number == last:
            first, second = node(sibling, first), node(sibling, second)
            while number & 1 == 0 and number:
                number, last = number >> 1, last >> 1
        else:
            second = node(second, sibling)
        number, last = number >> 1, last >> 1
    return last == 0 and first == old_root and second == root


# Notes, checkpoints, policies (C2SP).

def decode(text):
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise Wrong("there is text that is no base64")
    if base64.b64encode(data).decode() != text:
        raise Wrong("there is base64 in another spelling than the standard one")
    return data


class Key:
    """The public key of a log (kind 1), or of a witness: 4, Ed25519; 255, SM2."""

    def __init__(self, text, kinds):
        parts = text.split("+", 2)
        if len(parts) != 3:
            raise Wrong("a key is written name+id+base64")
        data = decode(parts[2])
        self.by_sm2 = data.startswith(MARK)
        self.name, self.public = parts[0], data[len(MARK) if self.by_sm2 else 1:]
        self.id = sha(self.name.encode() + b"\n" + data)[:4]
        if data[0] not in kinds or len(self.public) != (65 if self.by_sm2 else 32) or self.id.hex() != parts[1]:
            raise Wrong("%s is no key of that kind, or was copied wrong" % text[:80])

    def check(self, blob, text):
        """Whether a line's bytes are this key's signature over a text."""
        if len(blob) == 64:
            return signed(self.public, text, blob)
        if len(blob) != 72:
            return False
        time = int.from_bytes(blob[:8], "big")
        check = sm2_signed if self.by_sm2 else signed
        return time < 1 << 63 and check(self.public, b"cosignature/v1\ntime %d\n" % time + text, blob[8:])


class Policy:
    """Whom somebody trusts (C2SP tlog-policy)."""

    def __init__(self, text):
        self.logs, self.witnesses, self.groups, self.quorum = [], {}, {}, None
        for number, line in enumerate(text.splitlines(), 1):
            words = line.split()
            if not words or words[0].startswith("#"):
                continue
            try:
                self.take(words)
            except (Wrong, IndexError, ValueError, KeyError) as error:
                raise Wrong("the policy, line %d: %s" % (number, error))
        if not self.logs or self.quorum is None:
            raise Wrong("the policy needs a line \"log\" and a line \"quorum\"")

    def take(self, words):
        if words[0] == "log":
            self.logs.append(Key(words[1], (1,)))
        elif words[0] == "witness":
            self.witnesses[words[1]] = Key(words[2], (4, 255))
        elif words[0] == "group":
            members = words[3:]
            for member in members:
                if member not in self.witnesses and member not in self.groups:
                    raise Wrong("nothing above is called %s" % member)
            needed = {"any": 1, "all": len(members)}.get(words[2]) or int(words[2])
            if not 1 <= needed <= len(members):
                raise Wrong("the number must be from 1 to the number of members")
            self.groups[words[1]] = (needed, members)
        elif words[0] == "quorum" and self.quorum is None:
            if words[1] != "none" and words[1] not in self.witnesses and words[1] not in self.groups:
                raise Wrong("nothing above is called %s" % words[1])
            self.quorum = words[1]
        else:
            raise Wrong("this is none of log, witness, group, and one quorum")

    def met(self, names):
        held = dict((name, name in names) for name in self.witnesses)
        for name, (needed, members) in self.groups.items():
            held[name] = sum(held[member] for member in members) >= needed
        return self.quorum == "none" or held[self.quorum]


class Checkpoint:
    """A signed tree: origin, size, root, who signed it."""

    def __init__(self, note):
        text, separator, lines = note.rpartition(b"\n\n")
        if not separator or not lines.endswith(b"\n"):
            raise Wrong("a checkpoint ends with a blank line and signatures")
        self.text = text + b"\n"
        rows = self.text.decode("utf-8").split("\n")
        if len(rows) < 4 or "" in rows[:-1] or not rows[1].isdigit() or str(int(rows[1])) != rows[1]:
            raise Wrong("a checkpoint has a name, a size and a root, each on a line")
        self.origin, self.size, self.root = rows[0], int(rows[1]), decode(rows[2])
        if len(self.root) != 32 or self.size >= 1 << 63:
            raise Wrong("a checkpoint with a root that is none")
        self.lines = []
        for line in lines.decode("utf-8").split("\n")[:-1]:
            parts = line.split(" ")
            if len(parts) != 3 or parts[0] != "\u2014" or len(self.lines) == 100:
                raise Wrong("a signature line is a dash, a name and base64")
            blob = decode(parts[2])
            self.lines.append((parts[1], blob[:4], blob[4:]))

    def signers(self, policy):
        """Names of the witnesses that signed; every signature by a known key must be good."""
        own = [key for key in policy.logs if key.name == self.origin]
        if not own:
            raise Wrong("the checkpoint is of %s, which the policy does not name" % self.origin)
        seen = set()
        for name, key in [("", key) for key in own] + list(policy.witnesses.items()):
            for owner, identity, blob in self.lines:
                if owner == key.name and identity == key.id:
                    kind = 64 if not name else 72
                    if len(blob) != kind or not key.check(blob, self.text):
                        raise Wrong("the signature by %s is wrong" % owner)
                    seen.add(name)
        if "" not in seen:
            raise Wrong("the log itself has not signed the checkpoint")
        names = [name for name in policy.witnesses if name in seen]
        if not policy.met(names):
            raise Wrong("signed by the log; cosigned by %d of %d witnesses, and the policy asks for more"
                        % (len(names), len(policy.witnesses)))
        return names


# Files.

def read(path, most):
    try:
        status = os.stat(path)
        if not stat.S_ISREG(status.st_mode):
            raise Wrong("%s is no regular file" % path)
        with open(path, "rb") as file:
            data = file.read(most + 1)
    except OSError as error:
        raise Wrong("%s cannot be read: %s" % (path, error.strerror))
    if len(data) > most:
        raise Wrong("%s has more bytes than it may have" % path)
    return data


def tile(folder, kind, index, width):
    groups = ["%03d" % (index % 1000)]
    while index >= 1000:
        index //= 1000
        groups.insert(0, "x%03d" % (index % 1000))
    if width < CAPACITY:
        groups[-1] += ".p"
        groups.append(str(width))
    name = "/".join(["tile", kind] + groups)
    most = MOST_ENTRIES if kind == "entries" else 32 * width
    return name, read(os.path.join(folder, *name.split("/")), most)


def entries_of(folder, size):
    """Every entry, in order."""
    for index in range((size + CAPACITY - 1) // CAPACITY):
        width = min(CAPACITY, size - index * CAPACITY)
        name, data = tile(folder, "entries", index, width)
        place, count = 0, 0
        while place < len(data):
            length = int.from_bytes(data[place:place + 2], "big")
            if place + 2 + length > len(data) or count == width:
                break
            yield data[place + 2:place + 2 + length]
            place, count = place + 2 + length, count + 1
        if place != len(data) or count != width:
            raise Wrong("%s is not a bundle of %d entries" % (name, width))


class Report:
    """What was checked, in plain words."""

    def __init__(self):
        self.rows, self.open = [], []

    def check(self, name, body):
        try:
            state, words = True, body()
            if words is None:
                state, words = None, "nothing was there to check it by"
        except Wrong as wrong:
            state, words = False, str(wrong)
        except (ValueError, KeyError, TypeError, IndexError, RecursionError, sqlite3.Error, OSError) as error:
            state, words = False, "it cannot be read: %s" % error
        self.rows.append((name, state, words))
        return state is not False

    def show(self):
        for name, state, words in self.rows:
            print("%-12s%-10s%s" % (name, WORDS[state], words.encode("ascii", "replace").decode()))
        for index, words in enumerate(self.open):
            print("%-18s%s." % ("Not checked here:" if index == 0 else "", words))
        wrong = [name for name, state, _ in self.rows if state is False]
        if wrong:
            print("Not all checks hold: %s. Keep everything as it is." % ", ".join(wrong))
            return 6
        done = sum(state is True for _, state, _ in self.rows)
        print("%d of %d checks hold." % (done, len(self.rows)))
        return 0


class Bundle:
    def __init__(self, folder, report):
        self.folder, self.report, self.tree, self.origin = folder, report, Tree(), ""
        self.manifest, self.checkpoint = {}, None

    def grow(self):
        data = read(os.path.join(self.folder, "audit.json"), 4096)
        self.manifest = json.loads(data.decode("utf-8"))
        size = self.manifest.get("entries") if isinstance(self.manifest, dict) else None
        if not isinstance(size, int) or not 0 < size < 1 << 53 or self.manifest.get("version") != 1:
            raise Wrong("audit.json is not what this program knows")
        for entry in entries_of(self.folder, size):
            if self.tree.size == 0:
                self.first(entry)
            self.tree.append(leaf(entry))
        for level in range(0, len(self.tree.levels), 8):
            self.compare(level)
        root = self.tree.root(0, size)
        if root.hex() != self.manifest.get("root"):
            raise Wrong("the entries make another root than audit.json says")
        return "%d entries, root %s" % (size, root.hex()[:12])

    def first(self, entry):
        if sha(entry).hex() != self.manifest.get("genesis"):
            raise Wrong("entry 0 is another than audit.json says")
        self.origin = json.loads(entry.decode("utf-8"))["cmd"]["what"]["origin"]

    def compare(self, level):
        hashes = self.tree.levels[level]
        for start in range(0, len(hashes), CAPACITY):
            part = hashes[start:start + CAPACITY]
            name, data = tile(self.folder, str(level // 8), start // CAPACITY, len(part))
            for place, value in enumerate(part):
                if data[32 * place:32 * place + 32] != value:
                    raise Wrong("hash %d of %s is not what the bundle's entries make (entries from %d on)"
                                % (place, name, (start + place) << level))

    def signatures(self, policy):
        path = os.path.join(self.folder, "checkpoint")
        if os.path.exists(path):
            self.checkpoint = Checkpoint(read(path, MOST_NOTE))
        elif policy:
            raise Wrong("there is no checkpoint in the folder: nobody has signed this tree")
        if self.checkpoint:
            self.stand(self.checkpoint, "the checkpoint")
        if not policy:
            self.report.open.append("who signed: no policy was named")
            return None
        names = self.checkpoint.signers(policy)
        if self.checkpoint.size < self.tree.size:
            self.report.open.append("who vouches for entries from %d on: they came after the checkpoint"
                                    % self.checkpoint.size)
        return "log key of %s for %d entries; witnesses %s (%d of %d)" % (
            self.checkpoint.origin, self.checkpoint.size, ", ".join(names) or "none", len(names),
            len(policy.witnesses))

    def stand(self, checkpoint, name):
        if checkpoint.size > self.tree.size:
            raise Wrong("%s is of %d entries, and %d are here: entries were removed"
                        % (name, checkpoint.size, self.tree.size))
        if self.tree.root(0, checkpoint.size) != checkpoint.root:
            raise Wrong("%s has another root for %d entries than they make: an entry was changed, or the log "
                        "has signed two histories" % (name, checkpoint.size))

    def others(self, paths, policy):
        for path in paths:
            checkpoint = Checkpoint(read(path, MOST_NOTE))
            checkpoint.signers(policy)
            self.stand(checkpoint, path)
        return "%d more checkpoints are of the same history" % len(paths) if paths else None

    def proofs(self):
        """Makes proofs and checks them as whoever has one entry and one root would."""
        size = self.tree.size
        root, step = self.tree.root(0, size), max(1, size // 50)
        count = 0
        for index in list(range(0, size, step)) + [size - 1]:
            if not included(self.tree.levels[0][index], index, size, self.tree.inclusion(index, size), root):
                raise Wrong("entry %d is not proved to be in the tree" % index)
            old = index + 1
            if not consistent(old, self.tree.root(0, old), size, root,
                              [] if old == size else self.tree.consistency(old, size)):
                raise Wrong("the tree of %d entries is not proved to be the beginning of this one" % old)
            count += 1
        return "%d inclusion and %d consistency proofs hold" % (count, count)

    def run(self, policy, others=()):
        if self.report.check("Tree", self.grow):
            self.report.check("Signatures", lambda: self.signatures(policy))
            if others:
                self.report.check("Others", lambda: self.others(others, policy))
            self.report.check("Proofs", self.proofs)
        self.report.open.append("that commands were applied by the rules (replay_ledger.py, sampan audit verify), "
                                "that readings are true, that names belong to ids")


# A published copy of the ledger file.

def snapshot(path, report, tree):
    def digest():
        claimed = read(path + ".sha256", 4096).decode("ascii").split(" ")[0]
        function = hashlib.sha256()
        with open(path, "rb") as file:
            for piece in iter(lambda: file.read(1 << 20), b""):
                function.update(piece)
        if function.hexdigest() != claimed:
            raise Wrong("%s has another SHA-256 than the file beside it says" % path)
        return "SHA-256 %s" % claimed[:12]

    if not report.check("Snapshot", digest):
        return
    if sqlite3.sqlite_version_info < (3, 37, 0):
        report.rows.append(("Rows", None, "SQLite %s is too old for this file (3.37 or newer)"
                            % sqlite3.sqlite_version))
        return
    place = os.path.abspath(path).replace("\\", "/").replace("%", "%25").replace("?", "%3f").replace("#", "%23")
    uri = "file:%s%s?mode=ro&immutable=1" % ("" if place.startswith("/") else "/", place)
    db = sqlite3.connect(uri, uri=True)

    def rows():
        own = Tree()
        for position, data, kept in db.execute("SELECT position, CAST(bytes AS BLOB), leaf FROM entries ORDER BY 1"):
            value = leaf(data)
            if position != own.size or value != kept:
                raise Wrong("entry %d of the snapshot is not the one that was hashed" % position)
            if tree and own.size < tree.size and tree.levels[0][own.size] != value:
                raise Wrong("entry %d of the snapshot is another than in the bundle" % position)
            own.append(value)
        if db.execute("SELECT position FROM progress").fetchone()[0] != own.size:
            raise Wrong("the snapshot says that it has another number of entries")
        return "%d entries%s" % (own.size, "" if not tree else ", the bundle's %d among them"
                                 % min(own.size, tree.size))

    report.check("Entries", rows)
    report.check("Books", lambda: books(db))
    db.close()


def books(db):
    totals = {}
    for currency, balance in db.execute("SELECT currency, balance FROM accounts"):
        totals[currency] = totals.get(currency, 0) + balance
    for currency, total in sorted(totals.items()):
        if total:
            raise Wrong("%s does not sum to zero: %d are left" % (currency, total))
    moved = {}
    for debit, credit, amount in db.execute(
            "SELECT debit, credit, amount FROM movements WHERE step IN ('posted', 'settled')"):
        moved[debit] = moved.get(debit, 0) - amount
        moved[credit] = moved.get(credit, 0) + amount
    for account, balance in db.execute("SELECT id, balance FROM accounts ORDER BY id"):
        if moved.get(account, 0) != balance:
            raise Wrong("the balance of %s does not follow from its movements" % account)
    return "%s sum to zero; %d balances follow from their movements" % (
        " and ".join(sorted(totals)), sum(1 for _ in db.execute("SELECT id FROM accounts")))


# A tenant's receipt.

def path_of(lines, place):
    hashes = []
    while place < len(lines) and lines[place]:
        hashes.append(decode(lines[place]))
        if len(hashes) > 63 or len(hashes[-1]) != 32:
            raise Wrong("a path has a line that is no hash, or too many")
        place += 1
    if place == len(lines):
        raise Wrong("a path does not end with an empty line")
    return hashes, place + 1


def number_after(line, words):
    if not line.startswith(words) or not line[len(words):].isdigit():
        raise Wrong("there is no line \"%s<n>\"" % words)
    return int(line[len(words):])


def sealed_event(data):
    """An event as JSON, and the position and the bytes of the seal that it is under."""
    lines = data.decode("utf-8").split("\n")
    words = lines[1].split(" ") if len(lines) > 1 else []
    if lines[0] != "sampan receipt v1" or len(words) != 4 or (words[0], words[2]) != ("index", "of") \
            or not words[1].isdigit() or not words[3].isdigit():
        raise Wrong("this is no receipt")
    hashes, place = path_of(lines, 2)
    if len(lines) != place + 3 or lines[-1]:
        raise Wrong("a receipt ends with an event and a seal, each on a line")
    event, seal = lines[place].encode(), lines[place + 1].encode()
    entry = json.loads(seal.decode("utf-8"))
    if entry["cmd"]["kind"] != "seal":
        raise Wrong("the last line is no seal")
    terms = entry["cmd"]["what"]
    if not included(leaf(event), int(words[1]), int(words[3]), hashes, bytes.fromhex(terms["events"])):
        raise Wrong("the event is not under the root that the seal carries")
    if not terms["from"] <= json.loads(event.decode("utf-8"))["n"] <= terms["to"]:
        raise Wrong("the event stands at a place that the seal does not cover")
    return event.decode("utf-8"), entry["n"], seal


def sealed_way(data, position, seal, policy):
    """How a seal is in the log, in words."""
    lines = data.decode("utf-8").split("\n")
    if lines[0] != "c2sp.org/tlog-proof@v1":
        raise Wrong("this is no tlog-proof")
    first = 2 if lines[1].startswith("extra ") else 1
    index = number_after(lines[first], "index ")
    hashes, place = path_of(lines, first + 1)
    checkpoint = Checkpoint("\n".join(lines[place:]).encode("utf-8"))
    names = checkpoint.signers(policy)
    if index != position:
        raise Wrong("the proof is of entry %d, and the receipt's seal is entry %d" % (index, position))
    if not included(leaf(seal), index, checkpoint.size, hashes, checkpoint.root):
        raise Wrong("the seal is not at that place of the log")
    return "entry %d of %d in %s; witnesses %s" % (index, checkpoint.size, checkpoint.origin,
                                                   ", ".join(names) or "none")


def receipt(path, proof, policy, report):
    def trade():
        event, position, seal = sealed_event(read(path, 256 * 1024))
        found.append((position, seal))
        return event

    def way():
        if not found:
            raise Wrong("without a receipt that holds there is nothing to prove")
        return sealed_way(read(proof, 128 * 1024), found[0][0], found[0][1], policy)

    found = []
    report.check("Trade", trade)
    report.check("Log", way)
    report.open.append("what was delivered: a receipt says that this was traded")


def evidence(path, policy, report):
    """What sampan lease evidence wrote: each record, that they are of one lease, and their order."""
    def records():
        data = read(path, 64 << 20)
        title, _, rest = data.partition(b"\n")
        lease, _, rest = rest.partition(b"\n")
        lease, last, kinds = lease.decode("ascii"), None, {}
        if title != b"sampan evidence v1":
            raise Wrong("this is no evidence of a lease")
        while rest:
            head, _, rest = rest.partition(b"\n")
            words = head.split(b" ")
            if len(words) != 2 or not words[0].isdigit() or not words[1].isdigit():
                raise Wrong("record %d has no lengths" % (sum(kinds.values()) + 1))
            first, second = int(words[0]), int(words[1])
            event, position, seal = sealed_event(rest[:first])
            ways.append(sealed_way(rest[first:first + second], position, seal, policy))
            rest = rest[first + second:]
            event = json.loads(event)
            place, kind, what = (event["n"], event["i"]), event["event"], event["what"]
            if last is not None and place <= last:
                raise Wrong("entry %d stands before the record before it, or twice" % place[0])
            last, kinds[kind] = place, kinds.get(kind, 0) + 1
            own = {"lease-ordered": what.get("id"), "traded": lease if lease in what.get("leases", []) else None}
            if kind not in ("site-added", "bid-placed", "certified") and own.get(kind, what.get("lease")) != lease:
                raise Wrong("entry %d is of something else" % place[0])
            if kind == "bid-placed":
                bids.append(what["seq"])
            if kind in ("traded", "lease-ordered") and what["bid"] not in bids:
                raise Wrong("entry %d is of another bid" % place[0])
        for kind in ("site-added", "bid-placed", "traded", "lease-ordered"):
            if kinds.get(kind) != 1:
                raise Wrong("it has %d records of %s, and needs one" % (kinds.get(kind, 0), kind))
        return "%s: %s" % (lease, ", ".join("%d %s" % (count, kind) for kind, count in kinds.items()))

    ways, bids = [], []
    if report.check("Records", records):
        report.check("Log", lambda: ways[-1])
    report.open.append("that no record is left out: the whole log shows that")


def package(folder, report):
    """A folder as make regulator writes it."""
    def whole():
        names = read(os.path.join(folder, "SHA256SUMS"), 1 << 20).decode("utf-8").splitlines()
        for line in names:
            digest, _, name = line.partition("  ")
            parts = name.split("/")
            if ".." in parts or name.startswith("/"):
                raise Wrong("SHA256SUMS names a file outside the folder")
            function = hashlib.sha256()
            try:
                with open(os.path.join(folder, *parts), "rb") as file:
                    for piece in iter(lambda: file.read(1 << 20), b""):
                        function.update(piece)
            except OSError as error:
                raise Wrong("%s cannot be read: %s" % (name, error.strerror))
            if function.hexdigest() != digest:
                raise Wrong("%s is not as it was packed" % name)
        return "%d files as they were packed" % len(names)

    report.check("Files", whole)
    path = os.path.join(folder, "keys", "policy.txt")
    policy = Policy(read(path, 65536).decode("utf-8")) if os.path.exists(path) else None
    bundle = Bundle(os.path.join(folder, "log"), report)
    bundle.run(policy)
    snapshot(os.path.join(folder, "ledger.sqlite"), report, bundle.tree)
    if policy:
        report.open.append("that keys/policy.txt has the right keys: compare it with what their owners say")


def main(arguments):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["bundle", "snapshot", "receipt", "evidence", "package"])
    parser.add_argument("path", nargs="?")
    parser.add_argument("--policy")
    parser.add_argument("--proof")
    parser.add_argument("--bundle")
    parser.add_argument("--checkpoint", action="append", default=[])
    asked = parser.parse_args(arguments)
    if asked.path is None and asked.what != "package":
        parser.error("name the file or folder")
    if not asked.policy and (asked.what in ("receipt", "evidence") or asked.checkpoint):
        parser.error("--policy is needed: whose signatures are good")
    report = Report()
    try:
        policy = Policy(read(asked.policy, 65536).decode("utf-8")) if asked.policy else None
        if asked.what == "bundle":
            Bundle(asked.path, report).run(policy, asked.checkpoint)
        elif asked.what == "receipt":
            stem = asked.path[:-8] if asked.path.endswith(".receipt") else asked.path
            receipt(asked.path, asked.proof or stem + ".tlog-proof", policy, report)
        elif asked.what == "evidence":
            evidence(asked.path, policy, report)
        elif asked.what == "package":
            package(asked.path or os.path.dirname(os.path.abspath(__file__)), report)
        else:
            bundle = Bundle(asked.bundle, report) if asked.bundle else None
            if bundle:
                bundle.run(policy)
            snapshot(asked.path, report, bundle.tree if bundle else None)
    except Wrong as wrong:
        print("verify: %s" % wrong)
        return 1
    except UnicodeDecodeError:
        print("verify: the policy is not UTF-8")
        return 1
    return report.show()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
