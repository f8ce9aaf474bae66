import ArgumentParser

/// A command of the tree. What it throws is printed in three lines, whatever it is.
protocol Errand: AsyncParsableCommand {
  /// What did not happen when it fails: "The bid was not placed."
  static var failing: String { get }
  /// How it prints, for its errors.
  var format: OutputFormat { get }
  func perform() async throws
}

/// Thrown to the top: a failure with the format that it is printed in.
struct PrintedFailure: Error {
  let failure: Failure
  let format: OutputFormat
}

extension Errand {
  mutating func run() async throws {
    do {
      try await perform()
    } catch {
      guard let failure = Failure(error, what: Self.failing) else { throw error }
      throw PrintedFailure(failure: failure, format: format)
    }
  }
}

/// An errand that asks a broker.
protocol BrokerErrand: Errand {
  var options: GlobalOptions { get }
}

extension BrokerErrand {
  var format: OutputFormat { options.output.format }

  func session() throws -> Session { try Session.open(options) }
}
