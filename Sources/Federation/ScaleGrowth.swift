import Foundation
import Ledger

extension ScaleRun {
  /// How one figure grows with the rounds that ran.
  package struct Growth: Sendable {
    package var what: String
    /// A figure grows as the rounds to this power: 1 when twice the rounds make twice of it.
    package var power: Double
    /// Of each round, in the last half of what ran.
    package var perRound: Double

    /// The power by least squares over the logarithms; nil where there is too little.
    package init?(_ what: String, _ points: [(rounds: Int, value: Double)]) {
      let used = points.filter { $0.rounds > 0 && $0.value > 0 }
      guard used.count > 2, let last = used.last else { return nil }
      let middle = used[(used.count - 1) / 2]
      let logs = used.map { (x: log(Double($0.rounds)), y: log($0.value)) }
      let x = logs.reduce(0) { $0 + $1.x } / Double(logs.count)
      let y = logs.reduce(0) { $0 + $1.y } / Double(logs.count)
      let spread = logs.reduce(0) { $0 + ($1.x - x) * ($1.x - x) }
      self.what = what
      power = logs.reduce(0) { $0 + ($1.x - x) * ($1.y - y) } / spread
      perRound = (last.value - middle.value) / Double(last.rounds - middle.rounds)
    }
  }

  /// Of all figures of the marks.
  package static func growth(of marks: [Mark]) -> [Growth] {
    func one(_ what: String, _ value: (Mark) -> Double) -> Growth? {
      Growth(what, marks.map { ($0.rounds, value($0)) })
    }
    return [
      one("seconds") { $0.seconds }, one("log bytes") { Double($0.logBytes) },
      one("state bytes") { Double($0.stateBytes) }, one("leases") { Double($0.leases) },
      one("bids") { Double($0.bids) },
    ].compactMap(\.self)
  }

  /// The members of the object that these bytes are, with what each takes of them; the largest first.
  static func parts(of bytes: [UInt8]) -> [Part] {
    var parts: [Part] = []
    var depth = 0
    var inText = false
    var escaped = false
    var start = 1
    var name: [UInt8] = []
    for (at, byte) in bytes.enumerated() {
      if inText {
        if depth == 1, name.isEmpty, byte == UInt8(ascii: "\"") {
          name = Array(bytes[start + 1..<at])
        }
        inText = escaped || byte != UInt8(ascii: "\"")
        escaped = !escaped && byte == UInt8(ascii: "\\")
        continue
      }
      switch byte {
      case UInt8(ascii: "\""): inText = true
      case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
      default: break
      }
      guard depth == 0 || depth == 1 && byte == UInt8(ascii: ",") else { continue }
      parts.append(Part(name: String(decoding: name, as: UTF8.self), bytes: at - start))
      start = at + 1
      name = []
    }
    return parts.sorted { ($1.bytes, $0.name) < ($0.bytes, $1.name) }
  }
}
