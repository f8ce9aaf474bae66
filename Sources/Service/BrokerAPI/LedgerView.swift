extension Wire {
  /// How far the ledger is.
  package struct LedgerHead: WireValue {
    package var position: Position
    package var root: String
    package var size: Position
    package var round: Int64

    package init(position: Position, root: String, size: Position, round: Int64) {
      self.position = position
      self.root = root
      self.size = size
      self.round = round
    }

    package static let schema = Schema.object(
      "LedgerHead", "How far the ledger is.",
      [
        .required("position", .text(.position), "Of the last entry."),
        .required("root", .text(.hexadecimal(64)), "RFC 6962 root over all entries."),
        .required("size", .text(.position), "Number of entries."),
        .required("round", .integer(0...1_000_000_000_000)),
      ])
  }

  /// One entry as it stands in the log, with what it caused.
  package struct LedgerEntry: WireValue {
    package var position: Position
    package var entry: String
    package var events: [String]

    package init(position: Position, entry: String, events: [String]) {
      self.position = position
      self.entry = entry
      self.events = events
    }

    package static let schema = Schema.object(
      "LedgerEntry", "One entry as it stands in the log, with what it caused.",
      [
        .required("position", .text(.position)),
        .required("entry", .text(.anything), "Canonical JSON, byte for byte."),
        .required("events", .array(.text(.anything), 0...10_000)),
      ])
  }

  /// What came of applying the whole log again beside the running ledger.
  package struct LedgerReport: WireValue {
    /// Whether every check holds.
    package var ok: Bool
    package var entries: Position
    package var root: String
    package var checks: [LedgerCheck]

    package init(ok: Bool, entries: Position, root: String, checks: [LedgerCheck]) {
      self.ok = ok
      self.entries = entries
      self.root = root
      self.checks = checks
    }

    package static let schema = Schema.object(
      "LedgerReport", "What came of applying the whole log again beside the running ledger.",
      [
        .required("ok", .boolean, "Whether every check holds."),
        .required("entries", .text(.position), "Number of entries that were applied."),
        .required("root", .text(.hexadecimal(64)), "RFC 6962 root over these entries."),
        .required("checks", .array(LedgerCheck.schema, 0...64)),
      ])
  }

  /// One thing that was checked.
  package struct LedgerCheck: WireValue {
    package var name: String
    package var ok: Bool
    package var detail: String

    package init(name: String, ok: Bool, detail: String) {
      self.name = name
      self.ok = ok
      self.detail = detail
    }

    package static let schema = Schema.object(
      "LedgerCheck", "One thing that was checked.",
      [
        .required("name", .text(.id)),
        .required("ok", .boolean),
        .required("detail", .text(.anything), "What was compared, and where it differs."),
      ])
  }
}
