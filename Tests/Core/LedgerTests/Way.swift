import Ledger
import Testing

/// A way to each refusal: what leads to it and the command that must meet it.
struct Way: Sendable, CustomTestStringConvertible {
  var code: Refusal
  var go: @Sendable (inout Hall) throws -> [Event]
  var hall: @Sendable () throws -> Hall = { try Hall() }

  var testDescription: String { code.code }
}

extension Way {
  static var all: [Way] {
    senders + names + book + rounds + lives + subsidies + transfers + disputes + budgets
      + evidence
  }
}
