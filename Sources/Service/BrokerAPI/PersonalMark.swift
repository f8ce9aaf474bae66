/// What in an id says whose it is. Ids stand in the log for ever and go to every jurisdiction: they name
/// organisations, sites and things, never a person. Whatever else people want to say of themselves
/// stands in words, which can be erased.
package enum PersonalMark: String, Sendable, CaseIterable {
  case identityCard = "a Hong Kong identity card number"
  case residentNumber = "a resident identity number of the mainland"
  case phone = "a phone number"

  /// What is in it, or nil. An e-mail address is no id in the first place.
  package init?(in id: String) {
    guard !Self.isOfLedger(id) else { return nil }
    // As it is written, and as it is written with marks between its parts.
    let runs = id.utf8.split { !Self.isLetter($0) && !Self.isDigit($0) }.map(Array.init)
    for run in runs + [runs.flatMap { $0 }] {
      if let mark = Self(run: run) {
        self = mark
        return
      }
    }
    return nil
  }

  private init?(run: [UInt8]) {
    if Self.isResidentNumber(run) {
      self = .residentNumber
    } else if Self.isIdentityCard(run) {
      self = .identityCard
    } else if Self.isPhone(run) {
      self = .phone
    } else {
      return nil
    }
  }

  /// The ledger's own names are positions: `bid-1042`, `trade-2210-3`.
  private static func isOfLedger(_ id: String) -> Bool {
    guard let dash = id.utf8.firstIndex(of: UInt8(ascii: "-")) else { return false }
    let kind = String(id[..<dash])
    let rest = id[dash...].utf8
    return ownKinds.contains(kind) && rest.allSatisfy { isDigit($0) || $0 == UInt8(ascii: "-") }
  }

  private static let ownKinds = [
    "p", "bid", "trade", "lease", "transfer", "call", "application", "award", "dispute", "proposal",
  ]

  private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
  private static func isLetter(_ byte: UInt8) -> Bool { (0x61...0x7A).contains(byte) }
  private static func value(_ digit: UInt8) -> Int { Int(digit) - 0x30 }

  /// One or two letters, six digits, and the check digit modulo 11, which is `a` for ten.
  private static func isIdentityCard(_ run: [UInt8]) -> Bool {
    guard run.count == 8 || run.count == 9, let last = run.last else { return false }
    let letters = run.count - 7
    guard run[..<letters].allSatisfy(isLetter), run[letters..<(run.count - 1)].allSatisfy(isDigit),
      isDigit(last) || last == UInt8(ascii: "a")
    else { return false }
    // A blank before a single letter counts 36, letters from 10.
    var values = run.dropLast().map { isLetter($0) ? Int($0) - 0x61 + 10 : value($0) }
    if letters == 1 { values.insert(36, at: 0) }
    values.append(last == UInt8(ascii: "a") ? 10 : value(last))
    let sum = zip(values, (1...9).reversed()).reduce(0) { $0 + $1.0 * $1.1 }
    return sum.isMultiple(of: 11)
  }

  /// Seventeen digits and the check digit of ISO 7064 mod 11-2, which is `x` for ten.
  private static func isResidentNumber(_ run: [UInt8]) -> Bool {
    guard run.count == 18, run[..<17].allSatisfy(isDigit), let last = run.last,
      isDigit(last) || last == UInt8(ascii: "x")
    else { return false }
    var rest = 0
    for digit in run[..<17] { rest = (rest + value(digit)) * 2 % 11 }
    return (rest + (last == UInt8(ascii: "x") ? 10 : value(last))) % 11 == 1
  }

  /// A mobile number of the mainland or Hong Kong, with its country's number or without.
  private static func isPhone(_ run: [UInt8]) -> Bool {
    guard run.allSatisfy(isDigit) else { return false }
    let digits = String(decoding: run, as: UTF8.self)
    switch digits.count {
    case 8: return "569".contains(digits.prefix(1))
    case 11:
      if digits.hasPrefix("852") { return "235679".contains(digits.dropFirst(3).prefix(1)) }
      return digits.hasPrefix("1") && "3456789".contains(digits.dropFirst().prefix(1))
    case 13: return digits.hasPrefix("861")
    default: return false
    }
  }
}
