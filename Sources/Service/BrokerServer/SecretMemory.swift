import BrokerAPI
import LedgerStore
import Replica
import Synchronization

/// Answers that hold a secret, for a day: the same request under the same key hears the same secret.
/// In memory only: after a restart the key is unknown, and a repeat makes another secret.
final class SecretMemory: Sendable {
  private static let life: Int64 = 86_400_000
  private static let most = 10_000

  private struct Made {
    var request: String
    var answer: [UInt8]
    var at: Int64
  }

  private let made = Mutex<[CommandID: Made]>([:])

  /// The answer of `make`, or the one that the key had before.
  /// - Parameter request: what makes two requests the same one: who, what, on which object.
  func once(
    _ key: CommandID, _ request: String, _ make: () throws -> [UInt8]
  ) throws -> (answer: [UInt8], replayed: Bool) {
    let digest = SHA256Hasher.hex(Array(request.utf8))
    let now = MarketClock.monotonic()
    return try made.withLock { known in
      if let before = known[key], now - before.at < Self.life {
        guard before.request == digest else {
          throw Problem(
            .existsWithDifferentContent, "This key was used for another request in the last day.")
        }
        return (before.answer, true)
      }
      if known.count >= Self.most {
        known = known.filter { now - $0.value.at < Self.life }
        guard known.count < Self.most else {
          throw Problem(.notServing, "Too many secrets were made in the last day.")
        }
      }
      let answer = try make()
      known[key] = Made(request: digest, answer: answer, at: now)
      return (answer, false)
    }
  }
}
