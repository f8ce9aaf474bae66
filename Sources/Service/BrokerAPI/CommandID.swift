/// The one id that a client chooses: 128 random bits, sent as `Idempotency-Key`. Sending the same
/// command again under the same id can never do it twice.
package struct CommandID: Sendable, Hashable, CustomStringConvertible {
  /// 32 lower-case hexadecimal digits.
  package let text: String

  package static let header = "Idempotency-Key"

  package var description: String { text }

  /// Nil when the text is not 32 lower-case hexadecimal digits.
  package init?(_ text: String) {
    guard TextForm.isHexadecimal(text, 32) else { return nil }
    self.text = text
  }

  /// A new one, from the system's generator.
  package static func random() -> CommandID {
    var generator = SystemRandomNumberGenerator()
    let halves = [generator.next() as UInt64, generator.next() as UInt64].map { half in
      let digits = String(half, radix: 16)
      return String(repeating: "0", count: 16 - digits.count) + digits
    }
    return CommandID(unchecked: halves.joined())
  }

  private init(unchecked text: String) { self.text = text }

  /// Reads the header as it came, one element for each time that it was sent. The digits may stand
  /// in the double quotes of a structured field.
  package init(headerValues: [String]) throws(Problem) {
    let next =
      "Send \(Self.header): 32 lower-case hexadecimal digits, new for each command, "
      + "the same when you repeat one."
    guard let value = headerValues.first else {
      throw Problem(
        .idempotencyKeyMissing, "The request changes something and has no key.", next: next)
    }
    guard headerValues.count == 1 else {
      throw Problem(
        .idempotencyKeyMalformed, "The key was sent \(headerValues.count) times.", next: next)
    }
    let isQuoted = value.utf8.count == 34 && value.hasPrefix("\"") && value.hasSuffix("\"")
    guard let id = CommandID(isQuoted ? String(value.dropFirst().dropLast()) : value) else {
      throw Problem(.idempotencyKeyMalformed, "\(quoted(value)) is not a key.", next: next)
    }
    self = id
  }
}
