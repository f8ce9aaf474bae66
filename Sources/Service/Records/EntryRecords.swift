import LedgerStore

/// Every entry of the log, whole: its bytes are what the tree is made of.
enum EntryRecords {
  static let columns: [RecordColumn] = [
    RecordColumn("position", .integer, "in the log, from 0"),
    RecordColumn("time", .time, "its stamp"),
    RecordColumn("epoch", .integer, "how many leaders there were"),
    RecordColumn("command_id", .text, "of its command"),
    RecordColumn("by", .text, "who sent it"),
    RecordColumn("role", .text, "in which role"),
    RecordColumn("kind", .text, "what it asks for"),
    RecordColumn("refusal_code", .integer, "number of the reason why it caused nothing"),
    RecordColumn("leaf", .text, "SHA-256 of its leaf in the tree, hexadecimal"),
    RecordColumn("bytes", .text, "canonical JSON"),
  ]

  static func row(_ entry: ArchivedEntry) -> RecordRow {
    var row = RecordRow()
    row["position"] = .whole(entry.position)
    row["time"] = .time(entry.time)
    row["epoch"] = .whole(entry.epoch)
    row["command_id"] = .text(entry.id)
    row["by"] = .text(entry.by)
    row["role"] = .text(entry.role)
    row["kind"] = .text(entry.kind)
    row["refusal_code"] = .optional(entry.refusal)
    row["leaf"] = .text(entry.leaf)
    row["bytes"] = .text(String(decoding: entry.bytes, as: UTF8.self))
    return row
  }
}
