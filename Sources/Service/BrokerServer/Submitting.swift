import Access
import BrokerAPI
import CommandLog
import HTTPTypes
import Ledger
import LedgerStore
import Replica

// How a request becomes an entry.
extension Broker {
  /// Appends a command in the name of the caller, in the role that the route and the command allow.
  /// - Parameter more: what to add to a refusal, asked only when there is one.
  /// - Returns: what the ledger took; a refusal is thrown.
  func submit(
    _ command: Command, _ call: Call, more: (Refusal) async throws -> String? = { _ in nil }
  ) async throws -> Receipt {
    let viewer = try call.viewer
    guard let key = call.key else {
      throw Problem(.internalFault, "The route takes no key and sends a command.")
    }
    guard let role = viewer.roles.first(where: command.kind.roles.contains) else {
      throw Problem(
        .notAllowed, "\(viewer.principal) holds no role that may send \(command.kind.rawValue).")
    }
    let receipt = try await replica.submit(
      Submission(id: key.text, by: viewer.principal, role: role, command: command))
    guard let refusal = receipt.refusal else { return receipt }
    let said = refusal == .marketFrozen ? freezeWords : try await more(refusal)
    var problem = refusal.problem(at: receipt.position, more: said)
    if let leg = receipt.legs.firstIndex(of: refusal) {
      problem.pointer = "/legs/\(leg)"
      problem.legs = receipt.legs.map(\.code)
    }
    throw Turned(problem: problem, headers: Self.headers(receipt))
  }

  /// The answer to a command that the ledger took.
  /// - Parameter id: of the object that it made or will make.
  func accepted(_ receipt: Receipt, id: String? = nil) -> Answer {
    let body = Wire.Accepted(
      position: Position(clamping: receipt.position), id: id,
      state: receipt.kind.needsTwoPersons ? .proposed : .accepted,
      at: WireTime(clamping: receipt.time))
    var answer = Answer.json(body.json(), status: 201)
    for (name, value) in Self.headers(receipt) { answer.set(name, value) }
    return answer
  }

  private static func headers(_ receipt: Receipt) -> [(name: HTTPField.Name, value: String)] {
    var headers: [(name: HTTPField.Name, value: String)] = [
      (.position, String(receipt.position))
    ]
    if receipt.replayed { headers.append((.replayed, "true")) }
    return headers
  }

  /// An answer with a secret, made once a key.
  func secret(
    _ call: Call, _ request: String, _ make: @escaping @Sendable () throws -> [UInt8]
  ) async throws -> Answer {
    guard let key = call.key else {
      throw Problem(.internalFault, "The route takes no key and makes a secret.")
    }
    let who = call.caller?.principal ?? ""
    let whole = "\(call.route.id.rawValue)\n\(who)\n\(request)"
    let made = try await store.aside { [secrets] in try secrets.once(key, whole, make) }
    var answer = Answer.json(made.answer, status: 201)
    if made.replayed { answer.set(.replayed, "true") }
    return answer
  }
}
