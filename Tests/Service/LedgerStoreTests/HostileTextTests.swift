import CommandLog
import Foundation
import Ledger
import LedgerFixture
import LedgerStore
import Market
import Replica
import Seeded
import Testing
import Units

/// Every text of every kind of entry has an alphabet in which no two texts look or compare alike: whatever
/// else comes is no entry, so it never gets into the log.
struct HostileTextTests {
  /// Texts that some program takes for another, cuts, folds, turns round or runs.
  private static let hostile: [(name: String, text: String)] = [
    ("empty", ""), ("composed", "caf\u{E9}"), ("decomposed", "cafe\u{301}"),
    ("Kelvin sign", "\u{212A}elvin"), ("dotless i", "s\u{131}te"), ("long s", "\u{17F}ite"),
    ("zero-width joiner", "al\u{200D}pha"), ("zero-width space", "\u{200B}alpha"),
    ("right to left", "\u{202E}ahpla"), ("byte order mark", "\u{FEFF}alpha"),
    ("Cyrillic a", "\u{430}lpha"), ("full width", "\u{FF41}lpha"), ("full-width digit", "\u{FF15}"),
    ("NUL", "alpha\u{0}beta"), ("line break", "alpha\r\nbeta"), ("tab", "alpha\tbeta"),
    ("space", "alpha beta"), ("space after", "alpha "), ("slash", "a/b"), ("parent", ".."),
    ("percent", "a%2Fb"), ("quote", "a\"b"), ("apostrophe", "'; DROP TABLE entries; --"),
    ("template", "{{7*7}}"), ("formula", "=cmd|' /C calc'!A0"), ("dollar", "$where"),
    ("upper case with a mark", "ALPHA:"), ("dot first", ".alpha"), ("dash first", "-alpha"),
    ("65 letters", String(repeating: "a", count: 65)),
    ("66 hexadecimal digits", String(repeating: "ab", count: 33)),
    ("beyond the planes", "\u{1F30A}"), ("Han", "\u{820A}\u{8239}"),
    ("1 MiB", String(repeating: "a", count: 1 << 20)),
  ]

  /// The same, in every form that JSON has for each.
  private static let forms = hostile.flatMap { one in written(one.text).map { (one.name, $0) } }

  /// The text as JSON has it: the letters themselves, and all of them escaped.
  private static func written(_ text: String) -> [[UInt8]] {
    if text.utf8.count > 100 { return [Array(text.utf8)] }
    let escaped = text.utf16.map { unit -> String in
      let digits = String(unit, radix: 16)
      return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
    }
    var plain: [UInt8] = []
    for byte in text.utf8 {
      if byte == UInt8(ascii: "\"") { plain.append(UInt8(ascii: "\\")) }
      plain.append(byte)
    }
    return [plain, Array(escaped.joined().utf8)]
  }

  /// Where texts stand that are values, without their quotes, and the member that each belongs to.
  private static func texts(_ bytes: [UInt8]) -> [(member: String, range: Range<Int>)] {
    var found: [(String, Range<Int>)] = []
    var (index, member) = (0, "")
    while let start = bytes[index...].firstIndex(of: UInt8(ascii: "\"")) {
      guard let end = bytes[(start + 1)...].firstIndex(of: UInt8(ascii: "\"")) else { break }
      let isName = end + 1 < bytes.count && bytes[end + 1] == UInt8(ascii: ":")
      if isName {
        member = String(decoding: bytes[(start + 1)..<end], as: UTF8.self)
      } else {
        found.append((member, (start + 1)..<end))
      }
      index = end + 1
    }
    return found
  }

  @Test("No text outside its alphabet is an entry, in any member of any kind of command")
  func everyMember() throws {
    var met: Set<String> = []
    var tried = 0
    for entry in Script.whole.entries {
      let bytes = FieldCodec.encode(entry)
      for (member, range) in Self.texts(bytes)
      where met.insert("\(entry.command.kind.rawValue).\(member)").inserted {
        for (name, form) in Self.forms {
          var changed = Array(bytes[..<range.lowerBound])
          changed += form
          changed += bytes[range.upperBound...]
          tried += 1
          guard (try? Entry.decode(changed)) != nil else { continue }
          Issue.record("\(entry.command.kind.rawValue).\(member): \(name)")
        }
      }
    }
    #expect(met.count > 120, "\(met.count)")
    figure("T17", "hostile texts in \(met.count) members, none of them an entry", tried)
  }

  @Test(
    "A command with a hostile text is refused before the log: no position, and its id stays free")
  func beforeTheLog() throws {
    let file = try LedgerFile.written()
    let entry = try #require(Script.whole.entries.first { $0.command.kind == .placeBid })
    guard case .placeBid(let good) = entry.command else { return }
    try file.open { core in
      let (position, digest) = (core.state.position, core.digest)
      let id = String(repeating: "7", count: 32)
      for (name, text) in Self.hostile {
        var terms = good
        terms.alternatives[0].chip = text
        for (by, command) in [(entry.by, Command.placeBid(terms)), (text, entry.command)] {
          let result = try core.commit(
            [Submission(id: id, by: by, role: entry.role, command: command)], clock: core.state.time
          )
          #expect(throws: SubmissionError.self, "\(name)") { try result[0].get() }
        }
        let named = try core.commit(
          [Submission(id: text, by: entry.by, role: entry.role, command: entry.command)],
          clock: core.state.time)
        #expect(throws: SubmissionError.self, "\(name) as the id") { try named[0].get() }
      }
      #expect(core.state.position == position && core.digest == digest)
    }
    #expect(try LedgerVerifier.verify(path: file.path).ok)
  }
}
