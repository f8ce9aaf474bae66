import Foundation
import Ledger
import LedgerFixture
import Seeded
import Units

/// The file of a round that ended with an outcome, and the independent checker beside it.
struct RoundFile {
  let round: Int64
  var bytes: [UInt8]

  var text: String { String(decoding: bytes, as: UTF8.self) }

  /// All that a log holds, ascending.
  static func all(of log: [Entry]) throws -> [RoundFile] {
    var state = LedgerState()
    var export = RoundExport(round: state.round.number)
    var files: [RoundFile] = []
    for entry in log {
      let events = try state.apply(entry)
      export.take(entry, events, state)
      if export.progress == .ended {
        files.append(RoundFile(round: export.round, bytes: export.bytes))
      }
      if export.progress != .open, export.progress != .closed {
        export = RoundExport(round: state.round.number)
      }
    }
    return files
  }

  // MARK: The checker

  struct Verdict {
    var accepted: Bool
    /// What it said last.
    var text: String
  }

  private static let program = RegulatorProgram(name: "check_round", suffix: "json")
  /// The other checker: of the choice and the prices.
  private static let second = RegulatorProgram(name: "check_prices", suffix: "json")

  /// False where there is no Python.
  static func checkerRuns() throws -> Bool {
    guard FileManager.default.fileExists(atPath: program.path) else {
      throw Exchange.Failure("\(program.path) is not there")
    }
    return try python(["{}"]) != nil
  }

  /// What the checker says of each file.
  static func check(_ files: [RoundFile], prices: Bool = false) throws -> [Verdict] {
    try (prices ? second : program).run(files.map { Data($0.bytes) })
      .map { Verdict(accepted: $0.hasPrefix("0 "), text: $0) }
  }

  // MARK: Changes

  struct Change {
    /// Which number: the keys on the way to it.
    var sort: String
    var what: String
    var file: RoundFile
  }

  /// Sorts of numbers that every busy market has.
  static let sorts: Set<String> = [
    "commit.bound", "commit.of", "commit.round", "commit.welfare", "movements.amount",
    "parts.index", "parts.of", "parts.round", "parts.part.congestion.runs.value",
    "parts.part.duals.runs.count", "parts.part.duals.runs.from", "parts.part.duals.runs.value",
    "parts.part.fills.bid", "parts.part.fills.extras.gpus", "parts.part.fills.extras.start",
    "parts.part.fills.parts.alternative", "parts.part.fills.parts.gpus", "parts.part.fills.start",
  ]

  /// How far a number is moved, where one step may change nothing: a congestion below one minor unit
  /// is no money, a dual counts 1/64, and what is kept for later extras may be less than it could be.
  private static let strides: [String: Int64] = [
    "parts.part.congestion.runs.value": 1_000, "parts.part.duals.runs.value": 1_000_000,
    "movements.amount.extra": 1_000_000_000,
  ]

  /// What may be another number and all still holds: that fewer cells have a price, that more was held
  /// than was needed, how long the search went on.
  private static let harmless: Set<String> = [
    "parts.part.congestion.runs.count", "parts.part.congestion.runs.from", "movements.held",
    "commit.iterations",
  ]

  /// For each sort of number in the file, up to so many of them changed by one step, one at a time.
  func changes(seed: UInt64, each: Int) -> [Change] {
    var source = Source(seed)
    var places: [String: [Range<Int>]] = [:]
    var order: [String] = []
    for (sort, place) in numbers() {
      if places[sort] == nil { order.append(sort) }
      places[sort, default: []].append(place)
    }
    var changes: [Change] = []
    for sort in order {
      let all = places[sort] ?? []
      for _ in 0..<min(each, all.count) {
        let place = source.pick(all)
        guard let number = Int64(String(decoding: bytes[place], as: UTF8.self)) else { continue }
        var file = self
        let step = Self.strides[sort] ?? 1
        let rises = sort.contains("congestion") || sort.hasSuffix(".extra")
        let new = number + (rises ? step : source.pick([-step, step]))
        file.bytes.replaceSubrange(place, with: Array("\(new)".utf8))
        changes.append(Change(sort: sort, what: "\(number) became \(new)", file: file))
      }
    }
    return changes
  }

  /// Whether the movement whose amount ends here is about what is kept for later extras.
  private func isExtra(after place: Int) -> Bool {
    let end = bytes[place...].firstIndex(of: 0x7D) ?? bytes.count
    return String(decoding: bytes[place..<end], as: UTF8.self).contains("\"pending\":\"extra.")
  }

  /// Numbers of the outcome with the keys on the way to them; the book is believed.
  private func numbers() -> [(sort: String, place: Range<Int>)] {
    var found: [(String, Range<Int>)] = []
    var path: [String] = []
    var key = ""
    var index = 0
    while index < bytes.count {
      switch bytes[index] {
      case 0x22:
        let end = bytes[(index + 1)...].firstIndex(of: 0x22) ?? bytes.count - 1
        if end + 1 < bytes.count, bytes[end + 1] == 0x3A {
          key = String(decoding: bytes[(index + 1)..<end], as: UTF8.self)
        }
        index = end
      case 0x7B, 0x5B: path.append(key)
      case 0x7D, 0x5D: key = path.popLast() ?? ""
      case 0x2D, 0x30...0x39:
        var end = index + 1
        while end < bytes.count, (0x30...0x39).contains(bytes[end]) { end += 1 }
        let keys = path.filter { !$0.isEmpty } + [key]
        var words: [String] = []
        for word in keys where words.last != word { words.append(word) }
        var sort = words.joined(separator: ".")
        if sort == "movements.amount", isExtra(after: end) { sort += ".extra" }
        if !keys.contains("frozen"), !Self.harmless.contains(sort) {
          found.append((sort, index..<end))
        }
        index = end - 1
      default: break
      }
      index += 1
    }
    return found
  }
}
