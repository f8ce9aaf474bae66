/// Slurm's way to write many host names: `h[001-188,190],login1`, also with several brackets in
/// one name. Names keep their order and their leading zeros.
package struct Hostlist: Sendable, Hashable {
  /// No list may name more.
  package static let most = 65_536

  /// What cannot be read, for a person.
  package struct Fault: Error, Sendable, Hashable {
    package var text: String
  }

  package var names: [String]

  package init(_ names: [String]) { self.names = names }

  /// Reads a list; an empty one and Slurm's `(null)` are no names.
  package static func read(_ text: String) -> Result<Hostlist, Fault> {
    if text.isEmpty || text == "(null)" { return .success(Hostlist([])) }
    do throws(Fault) {
      var names: [String] = []
      for part in try parts(of: text) {
        names += try expand(part)
        if names.count > most { throw Fault(text: "more than \(most) names") }
      }
      return .success(Hostlist(names))
    } catch {
      return .failure(Fault(text: "\"\(text.prefix(80))\": \(error.text)"))
    }
  }

  /// The names of a list that Slurm itself wrote; one that cannot be read has none.
  static func names(_ text: String) -> [String] {
    if case .success(let list) = read(text) { list.names } else { [] }
  }

  /// Cut at the commas outside brackets.
  private static func parts(of text: String) throws(Fault) -> [Substring] {
    var parts: [Substring] = []
    var depth = 0
    var start = text.startIndex
    for index in text.indices {
      switch text[index] {
      case "[":
        depth += 1
      case "]":
        depth -= 1
      case "," where depth == 0:
        parts.append(text[start..<index])
        start = text.index(after: index)
      default:
        continue
      }
      if depth < 0 || depth > 1 { throw Fault(text: "brackets do not match") }
    }
    if depth != 0 { throw Fault(text: "brackets do not match") }
    return parts + [text[start...]]
  }

  private static func expand(_ part: Substring) throws(Fault) -> [String] {
    guard let open = part.firstIndex(of: "["), let close = part[open...].firstIndex(of: "]") else {
      guard !part.isEmpty, part.utf8.allSatisfy({ isName($0) }) else {
        throw Fault(text: "\"\(part)\" is not a host name")
      }
      return [String(part)]
    }
    let head = part[..<open]
    let tail = part[part.index(after: close)...]
    let tails = tail.isEmpty ? [""] : try expand(tail)
    guard head.utf8.allSatisfy({ isName($0) }) else {
      throw Fault(text: "\"\(head)\" is not the beginning of a host name")
    }
    var names: [String] = []
    for range in part[part.index(after: open)..<close].split(
      separator: ",", omittingEmptySubsequences: false)
    {
      let numbers = try numbers(in: range)
      if numbers.count * tails.count + names.count > most {
        throw Fault(text: "more than \(most) names")
      }
      for number in numbers { names += tails.map { "\(head)\(number)\($0)" } }
    }
    return names
  }

  /// `7` or `001-188`.
  private static func numbers(in range: Substring) throws(Fault) -> [String] {
    let ends = range.split(separator: "-", omittingEmptySubsequences: false)
    guard (1...2).contains(ends.count), let first = ends.first, let last = ends.last,
      [first, last].allSatisfy({ (1...9).contains($0.utf8.count) && $0.utf8.allSatisfy(isDigit) }),
      let from = Int(first), let to = Int(last), from <= to
    else { throw Fault(text: "\"\(range)\" is not a range of numbers") }
    if to - from >= most { throw Fault(text: "more than \(most) names") }
    return (from...to).map { number in
      let digits = "\(number)"
      return String(repeating: "0", count: max(0, first.utf8.count - digits.utf8.count)) + digits
    }
  }

  private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

  private static func isName(_ byte: UInt8) -> Bool {
    isDigit(byte) || (0x61...0x7A).contains(byte) || (0x41...0x5A).contains(byte)
      || ".-_".utf8.contains(byte)
  }
}
