package import Foundation
import LedgerStore

/// What somebody who watches over a market looks into: a title, and what came to it.
package struct Case: Sendable, Equatable {
  package var id: String
  package var title: String
  package var isClosed = false
  package var steps: [CaseStep]

  /// The alerts that it is about, in the order in which they came to it.
  package var alerts: [String] {
    var seen: Set<String> = []
    return steps.compactMap(\.alert).filter { seen.insert($0).inserted }
  }
}

/// One line of the book.
package struct CaseStep: Sendable, Equatable, Codable {
  package enum Kind: String, Sendable, Codable { case open, alert, note, file, close }

  package var alert: String?
  /// When, ISO 8601 with offset.
  package var at: String
  package var by: String
  package var `case`: String
  /// SHA-256 of a file that lies elsewhere, hexadecimal.
  package var digest: String?
  package var kind: Kind
  /// The title, the note, the file's name, or what was found.
  package var text: String?
}

/// Why a case was not changed.
package enum CaseFault: Error, Equatable, CustomStringConvertible {
  case unknown(String)
  case closed(String)
  case text(String, Int)
  case alert(String)
  case full(String)
  case line(Int)

  package var description: String {
    switch self {
    case .unknown(let id): "there is no \(id) in the book"
    case .closed(let id): "\(id) is closed; open another that names it"
    case .text(let what, let most): "\(what) has 1 to \(most) characters, and no control characters"
    case .alert(let text): "\"\(text)\" is no alert (alert-POSITION-NUMBER)"
    case .full(let what): what
    case .line(let number): "line \(number) is of a newer release"
    }
  }
}

/// The cases of a regulator: a chained file on its own machine, which no broker ever sees.
package struct CaseBook {
  package static let mostCases = 10_000
  package static let mostSteps = 1_000
  package static let titleLimit = 200
  package static let textLimit = 10_000

  package private(set) var cases: [Case] = []
  private var places: [String: Int] = [:]
  private let file: ChainedFile
  private let by: String
  private let now: () -> Date

  /// Reads the book, or begins one.
  /// - Parameter isReading: nothing is begun or written.
  package init(
    _ path: String, by: String, isReading: Bool = false, now: @escaping () -> Date = { Date() }
  ) throws {
    file = try ChainedFile(path, isReading: isReading)
    self.by = String(by.prefix(64))
    self.now = now
    for (number, line) in file.lines.enumerated() {
      guard let step = try? JSONDecoder().decode(CaseStep.self, from: Data(line)), take(step) else {
        throw CaseFault.line(number + 1)
      }
    }
  }

  /// Over the whole book: whoever notes it sees later that nothing before was changed.
  package var chain: String { file.chain }

  package func find(_ id: String) throws(CaseFault) -> Case {
    guard let place = places[id] else { throw .unknown(id) }
    return cases[place]
  }

  /// Opens a case; its id.
  package mutating func open(_ title: String) throws -> String {
    try Self.check(title, "a title", Self.titleLimit)
    guard cases.count < Self.mostCases else {
      throw CaseFault.full("the book has \(Self.mostCases) cases; begin another book")
    }
    let id = "case-\(cases.count + 1)"
    try add(step(id, .open, text: title))
    return id
  }

  package mutating func add(alert: String, to id: String) throws {
    let parts = alert.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count == 3, parts[0] == "alert", let position = Int64(parts[1]),
      let number = Int(parts[2]), "alert-\(position)-\(number)" == alert, position >= 0, number >= 0
    else { throw CaseFault.alert(String(alert.prefix(80))) }
    var step = step(id, .alert)
    step.alert = alert
    try add(step)
  }

  package mutating func add(note: String, to id: String) throws {
    try Self.check(note, "a note", Self.textLimit)
    try add(step(id, .note, text: note))
  }

  /// Notes that a file belongs to the case: its name and digest; the file stays where it is.
  package mutating func add(file name: String, digest: String, to id: String) throws {
    try Self.check(name, "the name of a file", Self.titleLimit)
    var step = step(id, .file, text: name)
    step.digest = digest
    try add(step)
  }

  /// SHA-256 of a file; nil when it cannot be read.
  package static func digest(ofFile path: String) -> String? { try? SHA256Hasher.hex(file: path) }

  package mutating func close(_ id: String, finding: String) throws {
    try Self.check(finding, "what was found", Self.textLimit)
    try add(step(id, .close, text: finding))
  }

  private func step(_ id: String, _ kind: CaseStep.Kind, text: String? = nil) -> CaseStep {
    let at = now().formatted(
      Date.ISO8601FormatStyle(timeZone: TimeZone(secondsFromGMT: 8 * 3_600) ?? .gmt)
        .year().month().day().time(includingFractionalSeconds: false).timeZone(separator: .colon))
    return CaseStep(at: at, by: by, case: id, kind: kind, text: text)
  }

  private mutating func add(_ step: CaseStep) throws {
    if step.kind != .open {
      let one = try find(step.case)
      guard !one.isClosed else { throw CaseFault.closed(step.case) }
      guard one.steps.count < Self.mostSteps || step.kind == .close else {
        throw CaseFault.full(
          "\(step.case) has \(Self.mostSteps) steps; close it, and open another that names it")
      }
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    try file.append(Array(encoder.encode(step)))
    _ = take(step)
  }

  private mutating func take(_ step: CaseStep) -> Bool {
    if step.kind == .open {
      guard places[step.case] == nil, let title = step.text else { return false }
      places[step.case] = cases.count
      cases.append(Case(id: step.case, title: title, steps: [step]))
      return true
    }
    guard let place = places[step.case], !cases[place].isClosed else { return false }
    cases[place].steps.append(step)
    if step.kind == .close { cases[place].isClosed = true }
    return true
  }

  private static func check(_ text: String, _ what: String, _ most: Int) throws {
    let isPlain = text.unicodeScalars.allSatisfy {
      $0.value >= 0x20 && $0.value != 0x7F || $0 == "\n"
    }
    guard (1...most).contains(text.count), isPlain else { throw CaseFault.text(what, most) }
  }
}
