#!/usr/bin/env python3
"""Writes the data dictionary of a ledger file as three pages: English, zh-Hant, zh-Hans.

    make_dictionary.py LEDGER.sqlite [--to FOLDER]

Tables and columns are those of the file itself; their meanings stand in dictionary/*.txt, the worked
queries in dictionary/queries. Exit 1 when the file has a table or column without a meaning, or a meaning
has no column in it: then nothing is written. Without --to it only compares. Python 3.8 or newer, nothing
but its standard library.
"""

import argparse
import html
import pathlib
import sqlite3
import sys

HERE = pathlib.Path(__file__).resolve().parent / "dictionary"
LANGUAGES = ["en", "zh-Hant", "zh-Hans"]
WORDS = {
    "title": ["Data dictionary of the ledger", "帳本數據字典", "账本数据字典"],
    "intro": [
        "One SQLite file holds everything. Tables are written once for each entry of the log and can be made "
        "again from it; views whose names end in _readable are for reading. Open it with sqlite3, or with: "
        "sampan ledger query --file ledger.sqlite",
        "所有資料存於一個 SQLite 檔案。各表按日誌逐筆寫入，可由日誌重新生成；名稱以 _readable 結尾的視圖供閱讀。可用 sqlite3 開啟，或執行："
        "sampan ledger query --file ledger.sqlite",
        "所有数据存于一个 SQLite 文件。各表按日志逐条写入，可由日志重新生成；名称以 _readable 结尾的视图供阅读。可用 sqlite3 打开，或执行："
        "sampan ledger query --file ledger.sqlite",
    ],
    "queries": ["Worked queries", "查詢範例", "查询示例"],
    "tables": ["Tables", "資料表", "数据表"],
    "views": ["Views for reading", "供閱讀的視圖", "供阅读的视图"],
    "column": ["Column", "欄位", "字段"],
    "type": ["Type", "類型", "类型"],
    "meaning": ["Meaning", "含義", "含义"],
}
STYLE = """body{font:15px/1.5 system-ui,"Noto Sans CJK TC",sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}
table{border-collapse:collapse;width:100%}td,th{border-bottom:1px solid #ccc;text-align:left;padding:.2rem .6rem}
pre{background:#f4f4f4;padding:.6rem;overflow:auto}code{font-size:.95em}h3{margin:1.6rem 0 .2rem}"""


class Wrong(Exception):
    pass


def meanings(name):
    """The lines of one file: a name, and its meaning in each language."""
    found = {}
    for number, line in enumerate((HERE / name).read_text(encoding="utf-8").splitlines(), 1):
        if not line or line.startswith("#"):
            continue
        parts = [part.strip() for part in line.split(" | ")]
        if len(parts) != 4 or not all(parts):
            raise Wrong(f"{name}:{number}: there are four parts, with \" | \" between")
        if parts[0] in found:
            raise Wrong(f"{name}:{number}: {parts[0]} is there twice")
        found[parts[0]] = parts[1:]
    return found


def schema(path):
    """Tables, then views: name, kind, columns with their types."""
    if not path.is_file():
        raise Wrong(f"{path} is not there")
    beside = "" if path.with_name(path.name + "-wal").exists() else "&immutable=1"
    db = sqlite3.connect(f"file:{path}?mode=ro{beside}", uri=True)
    names = db.execute(
        "SELECT name, type FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite%' "
        "ORDER BY type, name").fetchall()
    return [(name, kind, [(row[1], row[2]) for row in db.execute(f"PRAGMA table_info({name})")])
            for name, kind in names]


def compare(shape, tables, columns):
    """What is missing, and what is too much."""
    faults, used = [], set()
    for name, _, fields in shape:
        if name not in tables:
            faults.append(f"the table {name} has no meaning in tables.txt")
        for field, _ in fields:
            key = f"{name}.{field}" if f"{name}.{field}" in columns else f"*.{field}"
            if key not in columns:
                faults.append(f"the column {name}.{field} has no meaning in columns.txt")
            used.add(key)
    faults += [f"tables.txt has {name}, the ledger does not" for name in tables
               if name not in {table for table, _, _ in shape}]
    faults += [f"columns.txt has {key}, the ledger does not" for key in columns if key not in used]
    return faults


def queries():
    """Worked queries: what each is for, in each language, and its SQL."""
    found = []
    for path in sorted((HERE / "queries").glob("*.sql")):
        text = path.read_text(encoding="utf-8")
        titles = []
        for language in LANGUAGES:
            lines = [line for line in text.splitlines() if line.startswith(f"-- {language}: ")]
            if len(lines) != 1:
                raise Wrong(f"{path.name} has no line \"-- {language}: ...\"")
            titles.append(lines[0].split(": ", 1)[1])
        sql = "\n".join(line for line in text.splitlines() if not line.startswith("--"))
        found.append((path.stem, titles, sql))
    return found


def page(index, shape, tables, columns, worked):
    """One page in one language."""
    def word(key):
        return html.escape(WORDS[key][index])

    out = [f"<!doctype html><html lang=\"{LANGUAGES[index]}\"><meta charset=\"utf-8\">",
           f"<title>{word('title')}</title><style>{STYLE}</style>",
           f"<h1>{word('title')}</h1><p>{word('intro')}</p><h2>{word('queries')}</h2>"]
    for name, titles, sql in worked:
        out.append(f"<h3 id=\"{name}\">{html.escape(titles[index])}</h3><pre>{html.escape(sql)}</pre>")
    for kind in ("table", "view"):
        out.append(f"<h2>{word(kind + 's')}</h2>")
        for name, its, fields in shape:
            if its != kind:
                continue
            out.append(f"<h3 id=\"{name}\"><code>{name}</code></h3><p>{html.escape(tables[name][index])}</p>")
            out.append(f"<table><tr><th>{word('column')}<th>{word('type')}<th>{word('meaning')}")
            for field, kind_of in fields:
                meaning = columns.get(f"{name}.{field}") or columns[f"*.{field}"]
                out.append(f"<tr><td><code>{field}</code><td>{kind_of.lower()}<td>{html.escape(meaning[index])}")
            out.append("</table>")
    return "\n".join(out) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("ledger", type=pathlib.Path)
    parser.add_argument("--to", type=pathlib.Path)
    asked = parser.parse_args()
    try:
        tables, columns, worked = meanings("tables.txt"), meanings("columns.txt"), queries()
        shape = schema(asked.ledger)
        faults = compare(shape, tables, columns)
    except (Wrong, sqlite3.Error) as error:
        sys.exit(f"make_dictionary: {error}")
    if faults:
        sys.exit("\n".join(f"make_dictionary: {fault}" for fault in faults))
    count = sum(len(fields) for _, _, fields in shape)
    if asked.to:
        asked.to.mkdir(parents=True, exist_ok=True)
        for index, language in enumerate(LANGUAGES):
            text = page(index, shape, tables, columns, worked)
            (asked.to / f"dictionary.{language}.html").write_text(text, encoding="utf-8")
    print(f"{len(shape)} tables and views, {count} columns, {len(worked)} queries, in {len(LANGUAGES)} languages")


if __name__ == "__main__":
    main()
