import CommandLog

extension CommandLog {
  /// What the log says of itself, asked again for a minute at most until that holds: each member gets two seconds
  /// to answer, which a busy machine may need for something else.
  func condition(
    once holds: @Sendable (LogCondition) -> Bool
  ) async -> LogCondition {
    let end = ContinuousClock.now + .seconds(60)
    var last = await condition()
    while !holds(last), ContinuousClock.now < end {
      try? await Task.sleep(for: .milliseconds(200))
      last = await condition()
    }
    return last
  }
}
