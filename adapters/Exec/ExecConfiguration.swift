/// Which program is the adapter, and what it is held to.
package struct ExecConfiguration: Sendable {
  /// An absolute path; it is started as `PROGRAM VERB`, without a shell.
  package var program: String
  /// Added to the program's environment, which otherwise holds PATH, HOME, USER, LANG, TZ and what
  /// PROTOCOL.md lists.
  package var environment: [String: String]
  /// After so many seconds the program and all that it started are ended.
  package var timeLimitSeconds: Int64
  /// A longer answer, in bytes, ends the program.
  package var outputLimit: Int

  package init(
    program: String, environment: [String: String] = [:], timeLimitSeconds: Int64 = 60,
    outputLimit: Int = 4 << 20
  ) {
    self.program = program
    self.environment = environment
    self.timeLimitSeconds = timeLimitSeconds
    self.outputLimit = outputLimit
  }
}
