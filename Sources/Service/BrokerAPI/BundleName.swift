/// How the files of a ledger's bundles are called: entries, one a line, from the position in the name
/// on. The same bytes as `/v1/log` gives.
package enum BundleName {
  /// Bytes that a reader takes of one.
  package static let mostBytes = 64 << 20
  private static let start = "entries-"
  private static let end = ".jsonl"
  private static let digits = 13

  /// `entries-0000000001042.jsonl`.
  package static func of(_ first: Int64) -> String {
    let text = String(first)
    return start + String(repeating: "0", count: max(0, digits - text.count)) + text + end
  }

  /// The first position of a bundle; nil for other files.
  package static func first(_ name: String) -> Int64? {
    guard name.hasPrefix(start), name.hasSuffix(end),
      name.utf8.count == start.utf8.count + digits + end.utf8.count
    else { return nil }
    return digitsValue(name.utf8.dropFirst(start.utf8.count).prefix(digits))
  }
}
