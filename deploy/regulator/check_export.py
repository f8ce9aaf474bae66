#!/usr/bin/env python3
"""Checks a folder that `sampan export` wrote, without Sampan: Python's standard library alone.

    check_export.py FOLDER [--ledger LEDGER.sqlite] [--public-key KEY.pem]

Every file has its digest, its size and as many rows as the manifest says; positions follow each other
without a gap; the sums by currency are the sums of the rows. With --ledger, rows and sums are counted once
more in the ledger file, and the entries of a `ledger` export are hashed and compared. With --public-key, the
manifest's signature holds (by `openssl`). Exit 0: all holds; 1: something does not; 2: usage.
"""

import argparse
import collections
import csv
import decimal
import hashlib
import json
import pathlib
import sqlite3
import subprocess
import sys

csv.field_size_limit(1 << 24)


class Wrong(Exception):
    """What does not hold."""


def rows(path, columns):
    """The rows of a file as dictionaries of texts; what is absent is left out."""
    if path.suffix == ".ndjson":
        with open(path, encoding="utf-8", newline="\n") as file:
            for line in file:
                yield {name: str(value) for name, value in json.loads(line).items()}
        return
    texts = {column["name"] for column in columns if column["kind"] == "text"}
    with open(path, encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        if reader.fieldnames != [column["name"] for column in columns]:
            raise Wrong(f"{path.name} has other columns than the manifest")
        for row in reader:
            yield {name: value[1:] if name in texts and value[:1] == "'" and value[1:2] in "=+-@\t\r" else value
                   for name, value in row.items() if value != ""}


def counted(folder, manifest):
    """Checks the files; returns rows, sums by currency and the leaves of entries."""
    total, sums, leaves = 0, collections.defaultdict(decimal.Decimal), []
    expected = manifest["first"]
    for file in manifest["files"]:
        name, path = file["name"], folder / file["name"]
        if pathlib.PurePath(name).name != name or not path.is_file():
            raise Wrong(f"{name} is missing")
        data = path.read_bytes()
        if len(data) != file["bytes"] or hashlib.sha256(data).hexdigest() != file["sha256"]:
            raise Wrong(f"{name} is not the file of the manifest")
        if file["first"] != expected:
            raise Wrong(f"{name} begins at {file['first']} and not at {expected}")
        expected, count = file["end"], 0
        for row in rows(path, manifest["columns"]):
            count += 1
            notional, currency = (row.get("notional", row.get("Notional")),
                                  row.get("currency", row.get("Currency")))
            if notional is not None and currency is not None:
                sums[currency] += decimal.Decimal(notional)
            if manifest["kind"] == "ledger":
                leaf = hashlib.sha256(b"\0" + row["bytes"].encode()).hexdigest()
                if leaf != row["leaf"]:
                    raise Wrong(f"entry {row['position']} is not what its leaf was made of")
                leaves.append(bytes.fromhex(leaf))
        if count != file["rows"]:
            raise Wrong(f"{name} has {count} rows and not {file['rows']}")
        total += count
    if expected != manifest["end"]:
        raise Wrong(f"the files end at {expected} and not at {manifest['end']}")
    claimed = {currency: decimal.Decimal(text) for currency, text in manifest["sums"].items()}
    if {c: s for c, s in sums.items() if s} != {c: s for c, s in claimed.items() if s}:
        raise Wrong(f"the sums are {dict(sums)} and not {claimed}")
    return total, sums, leaves


def root(leaves):
    """The root of RFC 6962 over these leaves."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    level = leaves
    while len(level) > 1:
        pairs = [hashlib.sha256(b"\1" + level[i] + level[i + 1]).digest() for i in range(0, len(level) - 1, 2)]
        level = pairs + level[len(pairs) * 2:]
    return level[0]


QUERIES = {
    "orders": """
        SELECT count(*) FROM events v JOIN entries e USING (position) WHERE position >= ? AND position < ? AND (
          v.name IN ('bid-placed', 'bid-changed', 'traded')
          OR v.name = 'bid-ended' AND json_extract(v.bytes, '$.what.cause') <> 'filled'
          OR v.name = 'refused' AND e.kind IN ('place-bid', 'cancel-bid'))""",
    "trades": """
        SELECT count(*) FROM events v JOIN entries e USING (position) WHERE position >= ? AND position < ? AND (
          v.name IN ('lease-ordered', 'extras-sold', 'extras-cut')
          OR v.name = 'lease-changed' AND json_extract(v.bytes, '$.what.endedAt') IS NOT NULL
            AND (e.kind = 'end-lease' OR json_extract(v.bytes, '$.what.cause') IS NOT NULL))""",
    "ledger": "SELECT count(*) FROM entries WHERE position >= ? AND position < ?",
}
# What tenants owe for their contracts, in hundredths, straight out of the events.
MONEY = """
    SELECT currency, sum(amount) FROM (
      SELECT json_extract(bytes, '$.what.currency') AS currency, json_extract(bytes, '$.what.money.tenantHeld') AS amount
        FROM events WHERE name = 'lease-ordered' AND position >= ?1 AND position < ?2
      UNION ALL
      SELECT l.currency, (CASE v.name WHEN 'extras-cut' THEN -1 ELSE 1 END) * json_extract(v.bytes, '$.what.tenant')
        FROM events v JOIN leases l ON l.id = json_extract(v.bytes, '$.what.lease')
        WHERE v.name IN ('extras-sold', 'extras-cut') AND v.position >= ?1 AND v.position < ?2)
    GROUP BY currency"""


def compare(path, manifest, total, sums, leaves):
    """Counts again in the ledger file."""
    if not path.is_file():
        raise Wrong(f"{path} is not there")
    # A published copy may lie where nothing can be made beside it.
    beside = "" if path.with_name(path.name + "-wal").exists() else "&immutable=1"
    db = sqlite3.connect(f"file:{path}?mode=ro{beside}", uri=True)
    span = (manifest["first"], manifest["end"])
    found = db.execute(QUERIES[manifest["kind"]], span).fetchone()[0]
    if found != total:
        raise Wrong(f"the ledger has {found} of what the export has {total} rows of")
    if manifest["kind"] == "trades":
        money = {currency: decimal.Decimal(amount) / 100 for currency, amount in db.execute(MONEY, span) if amount}
        if money != {currency: amount for currency, amount in sums.items() if amount}:
            raise Wrong(f"the ledger's contracts come to {money}, the export's to {dict(sums)}")
    genesis = db.execute("SELECT lower(hex(leaf)) FROM entries WHERE position = 0").fetchone()
    if genesis and genesis[0] != manifest["ledger"]["genesis"]:
        raise Wrong("the export is of another ledger")
    if manifest["kind"] == "ledger" and span == (0, manifest["ledger"]["size"]):
        if root(leaves).hex() != manifest["ledger"]["root"]:
            raise Wrong("the entries do not make the root of the manifest")
    db.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--ledger", type=pathlib.Path)
    parser.add_argument("--public-key", type=pathlib.Path)
    words = parser.parse_args()
    path = words.folder / "manifest.json"
    try:
        if not path.is_file():
            raise Wrong(f"{path} is not there: the export was not finished; run it again")
        manifest = json.loads(path.read_bytes())
        total, sums, leaves = counted(words.folder, manifest)
        said = [f"{len(manifest['files'])} files, {total} rows, sums "
                + (", ".join(f"{c} {s}" for c, s in sorted(sums.items())) or "none")]
        if words.ledger:
            compare(words.ledger, manifest, total, sums, leaves)
            said.append(f"rows and money as in {words.ledger.name}")
        if words.public_key:
            signature = words.folder / "manifest.json.sig"
            result = subprocess.run(
                ["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", words.public_key, "-rawin", "-in", path,
                 "-sigfile", signature], capture_output=True, check=False)
            if result.returncode != 0:
                raise Wrong("the manifest's signature does not hold")
            said.append("signature holds")
    except (Wrong, KeyError, ValueError, OSError, sqlite3.Error, decimal.InvalidOperation) as wrong:
        sys.exit(f"check_export: {wrong}")
    print("; ".join(said))


main()
