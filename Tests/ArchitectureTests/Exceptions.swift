/// Where a rule does not hold, and why. An exception that nothing needs any more is a failure too.
struct Exception {
  var rule: String
  var path: String
  var subject: String
  var reason: String

  static let all: [Exception] = [
    Exception(
      rule: "length", path: "Sources/Core/Ledger/Command+Record.swift", subject: "what",
      reason: "the table of commands: the same four lines for every kind, nothing else"),
    Exception(
      rule: "length", path: "Sources/Core/Ledger/LedgerState.swift", subject: "fields",
      reason: "the whole live state in one list, in the order of its bytes"),
    Exception(
      rule: "length", path: "Sources/Service/BrokerServer/Broker.swift", subject: "answer",
      reason: "the table of operations: one line each, so that none is forgotten"),
    Exception(
      rule: "length", path: "Tests/Service/LedgerStoreTests/Script+Scheme.swift", subject: "award",
      reason: "one story of a fund from its call to an award, in order"),
  ]
}
