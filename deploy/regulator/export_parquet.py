#!/usr/bin/env python3
"""Makes Parquet of a folder that `sampan export` wrote: a .parquet file for each of its files.

    export_parquet.py FOLDER [TO]      (python3 -m pip install pyarrow)

Columns keep their kinds: integers, decimals (28 digits, 2 places), times with their offset, flags, texts. Rows
and sums are counted in what was written and compared with the manifest, whose digest the new
`manifest.parquet.json` has beside those of the files. Exit 0: done; 1: something does not fit.
"""

import csv
import datetime
import decimal
import hashlib
import json
import pathlib
import sys

try:
    import pyarrow
    import pyarrow.parquet
except ImportError:
    sys.exit("export_parquet: pyarrow is not there; python3 -m pip install pyarrow")

csv.field_size_limit(1 << 24)
# Rows of one group: what is in memory at once.
GROUP = 20_000
KINDS = {
    "text": (pyarrow.string(), str),
    "integer": (pyarrow.int64(), int),
    "decimal": (pyarrow.decimal128(28, 2), decimal.Decimal),
    "time": (pyarrow.timestamp("ms", tz="+08:00"), datetime.datetime.fromisoformat),
    "flag": (pyarrow.bool_(), lambda text: str(text).lower() == "true"),
}


def rows(path, texts):
    """The rows of a file, without what is absent."""
    if path.suffix == ".ndjson":
        with open(path, encoding="utf-8", newline="\n") as file:
            yield from map(json.loads, file)
        return
    with open(path, encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            yield {name: value[1:] if name in texts and value[:1] == "'" and value[1:2] in "=+-@\t\r" else value
                   for name, value in row.items() if value != ""}


def groups(path, columns):
    """The rows of a file in groups, as columns."""
    texts = {column["name"] for column in columns if column["kind"] == "text"}
    waiting = []
    for row in rows(path, texts):
        waiting.append(row)
        if len(waiting) == GROUP:
            yield waiting
            waiting = []
    yield waiting


def convert(source, target, columns):
    """Writes one file; returns its rows and sums by currency, counted in what was written."""
    schema = pyarrow.schema([pyarrow.field(c["name"], KINDS[c["kind"]][0], metadata={"meaning": c["meaning"]})
                             for c in columns])
    with pyarrow.parquet.ParquetWriter(target, schema, compression="zstd") as writer:
        for group in groups(source, columns):
            arrays = [[None if (value := row.get(c["name"])) is None else KINDS[c["kind"]][1](value) for row in group]
                      for c in columns]
            writer.write_table(pyarrow.Table.from_arrays(
                [pyarrow.array(values, type=field.type) for values, field in zip(arrays, schema)], schema=schema))
    table = pyarrow.parquet.read_table(target)
    sums = {}
    names = [name for pair in (("notional", "currency"), ("Notional", "Currency")) for name in pair
             if name in table.column_names]
    if len(names) == 2:
        for amount, currency in zip(*(table.column(name).to_pylist() for name in names)):
            if amount is not None and currency is not None:
                sums[currency] = sums.get(currency, decimal.Decimal(0)) + amount
    return table.num_rows, sums


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    folder = pathlib.Path(sys.argv[1])
    target = pathlib.Path(sys.argv[-1])
    try:
        said = (folder / "manifest.json").read_bytes()
    except OSError as error:
        sys.exit(f"export_parquet: {error}; was the export finished?")
    manifest = json.loads(said)
    target.mkdir(parents=True, exist_ok=True)
    files, total = [], {}
    for number, file in enumerate(manifest["files"], 1):
        name = pathlib.PurePath(file["name"]).name
        source, made = folder / name, target / (pathlib.PurePath(name).stem + ".parquet")
        if hashlib.sha256(source.read_bytes()).hexdigest() != file["sha256"]:
            sys.exit(f"export_parquet: {name} is not the file of the manifest")
        count, sums = convert(source, made, manifest["columns"])
        if count != file["rows"]:
            sys.exit(f"export_parquet: {made.name} has {count} rows and not {file['rows']}")
        for currency, amount in sums.items():
            total[currency] = total.get(currency, decimal.Decimal(0)) + amount
        files.append({"name": made.name, "rows": count, "sha256": hashlib.sha256(made.read_bytes()).hexdigest()})
        print(f"{number} of {len(manifest['files'])}: {made.name}, {count} rows", file=sys.stderr)
    claimed = {currency: decimal.Decimal(text) for currency, text in manifest["sums"].items()}
    if {c: s for c, s in total.items() if s} != {c: s for c, s in claimed.items() if s}:
        sys.exit(f"export_parquet: the sums are {total} and not {claimed}")
    made = {"of": hashlib.sha256(said).hexdigest(), "files": files,
            "sums": {currency: str(amount) for currency, amount in sorted(total.items())}}
    (target / "manifest.parquet.json").write_text(json.dumps(made, indent=2) + "\n", encoding="utf-8")
    print(f"{len(files)} files, {sum(file['rows'] for file in files)} rows")


main()
