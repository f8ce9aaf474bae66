/// A calendar month at +08:00, as it stands on invoices: `2026-11`.
package struct BillingMonth: Sendable, Hashable, CustomStringConvertible {
  package let description: String
  /// Its first moment, and the first one after it.
  package let from: WireTime
  package let until: WireTime

  package init(parsing text: String) throws(TextFault) {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    guard text.utf8.count == 7, parts.count == 2, parts[0].utf8.count == 4,
      let year = plainNumber(parts[0].utf8, atMost: 2_198), let month = Int64(parts[1]),
      parts[1].utf8.allSatisfy({ (0x30...0x39).contains($0) }), year >= 1_971,
      let first = CivilDate(year: year, month: month, day: 1),
      let next = CivilDate(
        year: month == 12 ? year + 1 : year, month: month == 12 ? 1 : month + 1, day: 1)
    else {
      throw TextFault("\(quoted(text)) is not a month: write year and month, as in \"2026-11\"")
    }
    description = text
    from = WireTime(clamping: first.dayNumber * 86_400_000 - 28_800_000)
    until = WireTime(clamping: next.dayNumber * 86_400_000 - 28_800_000)
  }

  /// The month that a moment lies in.
  package init?(of time: WireTime) {
    guard let month = try? BillingMonth(parsing: String(time.text.prefix(7))) else { return nil }
    self = month
  }
}
