package import CommandLog
import Foundation
package import Ledger
package import Replica
package import Units

/// A command on its way from one replica to another: canonical JSON `{by,cmd,id,role}`.
package struct PeerSubmission: Record, Sendable, Equatable {
  package var by = ""
  package var command = Command()
  package var id = ""
  package var role: Role = .trader

  package init() {}

  package init(_ submission: Submission) {
    by = submission.by
    command = submission.command
    id = submission.id
    role = submission.role
  }

  package var submission: Submission {
    Submission(id: id, by: by, role: role, command: command)
  }

  package mutating func fields(_ codec: inout FieldCodec) throws(CodecError) {
    try codec.text("by", &by, .id)
    try codec.record("cmd", &command)
    try codec.text("id", &id, .hex32)
    try codec.choice("role", &role)
  }
}

/// What became of it, as the leader recorded it.
package struct PeerReceipt: Record, Sendable, Equatable {
  private var kind: Command.Kind = .genesis
  private var legs: [Int64] = []
  private var position: Int64 = 0
  private var refusal: Int64?
  private var replayed = false
  private var time: Int64 = 0
  private static let refusals: ClosedRange<Int64> = 0...1_000_000

  package init() {}

  package init(_ receipt: Receipt) {
    kind = receipt.kind
    legs = receipt.legs.map(\.rawValue)
    position = receipt.position
    refusal = receipt.refusal?.rawValue
    replayed = receipt.replayed
    time = receipt.time
  }

  /// - Throws: when it names a reason that this release does not know.
  package func receipt() throws(PeerError) -> Receipt {
    var known: [Refusal] = []
    for number in legs + [refusal].compactMap(\.self) {
      guard let reason = Refusal(rawValue: number) else {
        throw .badAnswer("the leader refused for reason \(number), which this release lacks")
      }
      known.append(reason)
    }
    let reason = refusal == nil ? nil : known.removeLast()
    return Receipt(
      position: position, time: time, kind: kind, refusal: reason, legs: known, replayed: replayed)
  }

  package mutating func fields(_ codec: inout FieldCodec) throws(CodecError) {
    try codec.choice("kind", &kind)
    try codec.list("legs", &legs, 0...1_000, Self.refusals)
    try codec.int("position", &position, Bound.position)
    try codec.int("refusal", optional: &refusal, Self.refusals)
    try codec.flag("replayed", &replayed)
    try codec.int("time", &time, Bound.time)
  }
}

/// Why another replica did not take a command.
package enum PeerError: Error, Sendable, Equatable, CustomStringConvertible {
  case notLeader
  case overloaded
  case stopping
  case unfit(String)
  case differentContent(position: Int64)
  /// No answer, and the command did not get there.
  case unreachable(String)
  /// No answer, and the command may be in the log: the same one again is safe.
  case outcomeUnknown(String)
  case badAnswer(String)

  package var description: String {
    switch self {
    case .notLeader: "it does not lead"
    case .overloaded: "more is waiting there than it takes"
    case .stopping: "it is starting or stopping"
    case .unfit(let why): "it does not read the command: \(why)"
    case .differentContent(let position): "the id was used for another command, at \(position)"
    case .unreachable(let why): why
    case .outcomeUnknown(let why): "it is not known what became of it: \(why)"
    case .badAnswer(let why): why
    }
  }
}

/// Where a replica is reached by others.
package struct PeerAddress: Sendable, Equatable, Codable {
  package var name: String
  package var url: String
  /// Under whose law it stands; nil when nobody said.
  package var jurisdiction: String?

  package init(name: String, url: String, jurisdiction: String? = nil) {
    self.name = name
    self.url = url
    self.jurisdiction = jurisdiction
  }
}

/// Commands that travel together, one a line, and what became of each, in the same order, likewise: a
/// receipt or a problem.
enum PeerBatch {
  static let most = 256
  /// Commands go on their way once they have so many bytes together.
  static let enough = 1 << 20
  /// That, a command more, and a line break after each.
  static let maximumBytes = enough + Entry.maximumBytes + most

  static func lines(_ bytes: [UInt8]) -> [ArraySlice<UInt8>] {
    bytes.split(separator: UInt8(ascii: "\n"))
  }

  static func joined(_ lines: [[UInt8]]) -> [UInt8] {
    Array(lines.joined(separator: CollectionOfOne(UInt8(ascii: "\n"))))
  }

  /// The command of a line.
  /// - Throws: the problem that answers it.
  static func submission(_ line: ArraySlice<UInt8>) throws(PeerProblem) -> Submission {
    guard line.count <= Entry.maximumBytes else {
      throw PeerProblem(.unfit, "it has more than \(Entry.maximumBytes) bytes")
    }
    do {
      return try FieldCodec.decode(PeerSubmission.self, from: Array(line)).submission
    } catch {
      throw PeerProblem(.unfit, error.description)
    }
  }

  /// The answer of a line.
  static func answer(_ line: ArraySlice<UInt8>) -> Result<Receipt, PeerError> {
    do throws(CodecError) {
      let receipt = try FieldCodec.decode(PeerReceipt.self, from: Array(line))
      return Result { () throws(PeerError) in try receipt.receipt() }
    } catch {
      guard let problem = PeerProblem(json: line) else {
        return .failure(.badAnswer("the receipt does not read: \(error)"))
      }
      return .failure(problem.error)
    }
  }
}

/// What travels in Foundation's JSON, its keys in order.
protocol PeerMessage: Codable, Sendable {}

extension PeerMessage {
  init?(json: some DataProtocol) {
    guard let message = try? JSONDecoder().decode(Self.self, from: Data(json)) else { return nil }
    self = message
  }

  func json() -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    return (try? encoder.encode(self)).map { [UInt8]($0) } ?? []
  }
}

/// How the problem of a peer travels.
struct PeerProblem: PeerMessage, Error {
  enum Code: String, Codable {
    case notLeader, overloaded, stopping, unfit, differentContent, notFound, busy, unknown, failed
  }

  var code: Code
  var detail: String
  var position: Int64?

  var status: Int {
    switch code {
    case .notLeader: 421
    case .overloaded, .stopping, .busy, .unknown: 503
    case .unfit: 400
    case .differentContent: 422
    case .notFound: 404
    case .failed: 500
    }
  }

  init(_ code: Code, _ detail: String) {
    self.code = code
    self.detail = detail
  }

  /// What an error of a submission is to a peer.
  init(_ error: any Error) {
    switch error {
    case SubmissionError.differentContent(let position):
      self.init(.differentContent, "")
      self.position = position
    case SubmissionError.unfit(let why): self.init(.unfit, why)
    case SubmissionError.stopping: self.init(.stopping, "")
    case SubmissionError.overloaded: self.init(.overloaded, "")
    // In all of these it took nothing.
    case SubmissionError.moved, SubmissionError.halted, SubmissionError.paused:
      self.init(.notLeader, "")
    case SubmissionError.unknown: self.init(.unknown, "its log has not answered")
    default: self.init(.failed, "the replica failed; its log says why")
    }
  }

  var error: PeerError {
    switch code {
    case .notLeader: .notLeader
    case .overloaded: .overloaded
    case .stopping: .stopping
    case .unfit: .unfit(detail)
    case .differentContent: .differentContent(position: position ?? 0)
    case .notFound, .busy: .badAnswer(detail)
    case .unknown, .failed: .outcomeUnknown(detail)
    }
  }
}

/// How a seal travels that a replica has computed.
struct PeerSeal: PeerMessage {
  var position: Int64
  var events: String
  var state: String?

  init(_ view: SealView) {
    position = view.position
    events = view.events
    state = view.state
  }

  var view: SealView { SealView(position: position, events: events, state: state) }
}
