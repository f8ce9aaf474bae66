/// The forms that strings of the API have. Each knows its pattern for the document, and what to say
/// when a text does not fit.
package enum TextForm: Sendable {
  case id
  case money(MoneyRange)
  case time
  case gpuTime
  case position
  case reclaim
  case choice([String])
  /// Text of people, by the number of Unicode scalars; no control characters.
  case words(ClosedRange<Int>)
  case hexadecimal(Int)
  /// A token or invitation.
  case secret
  case cursor
  /// In answers only.
  case anything

  /// Nil when the text fits.
  package func fault(of text: String) -> TextFault? {
    do throws(TextFault) {
      try check(text)
      return nil
    } catch {
      return error
    }
  }

  private func check(_ text: String) throws(TextFault) {
    switch self {
    case .id:
      guard Self.isID(text) else {
        throw TextFault(
          "\(quoted(text)) is not an id: use a-z and 0-9, inside also . _ : - , 1 to 64")
      }
      if let mark = PersonalMark(in: text) {
        throw TextFault(
          "the id holds what looks like \(mark.rawValue), and ids are kept for ever: name a thing or "
            + "an organisation, never a person")
      }
    case .money(let range):
      if let fault = range.fault(of: try WireMoney(parsing: text)) { throw fault }
    case .time: _ = try WireTime(parsing: text)
    case .gpuTime: _ = try GPUSeconds(parsing: text)
    case .position: _ = try Position(parsing: text)
    case .reclaim: _ = try ReclaimTerm(parsing: text)
    case .choice(let words):
      guard words.contains(where: { $0.utf8.elementsEqual(text.utf8) }) else {
        throw TextFault("\(quoted(text)) is not known here: write \(words.joined(separator: ", "))")
      }
    case .words(let count):
      let length = text.unicodeScalars.count
      guard count.contains(length) else {
        throw TextFault(
          .range,
          "write \(count.lowerBound) to \(count.upperBound) characters, not \(length)"
        )
      }
      guard text.unicodeScalars.allSatisfy(Self.isPlain) else {
        throw TextFault("\(quoted(text)) has characters that cannot be seen; leave them out")
      }
    case .hexadecimal(let count):
      guard Self.isHexadecimal(text, count) else {
        throw TextFault("\(quoted(text)) is not \(count) lower-case hexadecimal digits")
      }
    case .secret:
      guard (16...512).contains(text.utf8.count), text.utf8.allSatisfy(Self.isSecret) else {
        throw TextFault("this is not a secret of ours; give it as it was shown, on one line")
      }
    case .cursor:
      guard (1...512).contains(text.utf8.count), text.utf8.allSatisfy(Self.isSecret) else {
        throw TextFault("this is not a cursor of ours; begin again without one")
      }
    case .anything: break
    }
  }

  // MARK: Alphabets

  static func isID(_ text: String) -> Bool {
    let bytes = text.utf8
    guard let first = bytes.first, bytes.count <= 64, isLower(first) else { return false }
    return bytes.allSatisfy { isLower($0) || [0x2E, 0x5F, 0x3A, 0x2D].contains($0) }
  }

  static func isHexadecimal(_ text: String, _ count: Int) -> Bool {
    text.utf8.count == count
      && text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
  }

  private static func isLower(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte)
  }

  /// Letters, digits and . _ ~ + / = : -
  private static func isSecret(_ byte: UInt8) -> Bool {
    isLower(byte) || (0x41...0x5A).contains(byte)
      || [0x2E, 0x5F, 0x7E, 0x2B, 0x2F, 0x3D, 0x3A, 0x2D].contains(byte)
  }

  /// No controls, no line separators, nothing that turns the direction of the text around it.
  private static func isPlain(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0..<0x20, 0x7F...0x9F, 0x200E, 0x200F, 0x2028...0x202E, 0x2066...0x2069, 0xFEFF: false
    default: true
    }
  }

  // MARK: JSON Schema

  /// The members of its JSON Schema.
  var document: [JSONTree.Member] {
    var members = [JSONTree.Member("type", .string("string"))]
    func add(_ name: String, _ value: JSONTree) { members.append(JSONTree.Member(name, value)) }
    if let pattern { add("pattern", .string(pattern)) }
    switch self {
    case .id: add("examples", .array([.string("bid-1042")]))
    case .money(let range):
      add("description", .string(range.about))
      add("examples", .array([.string("HKD 18.40")]))
    case .time:
      add("format", .string("date-time"))
      add("examples", .array([.string("2026-12-01T00:00:00+08:00")]))
    case .gpuTime:
      add("description", .string("GPU-seconds."))
      add("examples", .array([.string("7200.000")]))
    case .position: add("examples", .array([.string("1042")]))
    case .reclaim: add("examples", .array([.string("never"), .string("30m")]))
    case .choice(let words): add("enum", .array(words.map(JSONTree.string)))
    case .words(let count):
      add("minLength", .integer(Int64(count.lowerBound)))
      add("maxLength", .integer(Int64(count.upperBound)))
    case .hexadecimal, .secret, .cursor, .anything: break
    }
    return members
  }

  private var pattern: String? {
    switch self {
    case .id: "^[a-z0-9][a-z0-9._:-]{0,63}$"
    case .money(let range):
      range.minor.lowerBound < 0
        ? "^(CNY|HKD|MOP) -?(0|[1-9][0-9]*)\\.[0-9]{2}$"
        : "^(CNY|HKD|MOP) (0|[1-9][0-9]*)\\.[0-9]{2}$"
    case .time:
      "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}"
        + "(\\.[0-9]{1,3})?(Z|[+-][0-9]{2}:[0-9]{2})$"
    case .gpuTime: "^(0|[1-9][0-9]*)\\.[0-9]{3}$"
    case .position: "^(0|[1-9][0-9]{0,12})$"
    case .reclaim: "^(never|[1-9][0-9]*[mh])$"
    case .hexadecimal(let count): "^[0-9a-f]{\(count)}$"
    case .secret: "^[A-Za-z0-9._~+/=:-]{16,512}$"
    case .cursor: "^[A-Za-z0-9._~+/=:-]{1,512}$"
    case .choice, .words, .anything: nil
    }
  }
}
