import ArgumentParser

/// Chooses a context.
struct ContextUseCommand: Errand {
  static let configuration = CommandConfiguration(
    commandName: "use",
    abstract: "Use a context from now on.",
    discussion: """
      Example:
        sampan context use hk
      """)
  static let failing = "The context is not in use."

  @Argument(help: "Its name.")
  var name: String

  var format: OutputFormat { .table }

  func perform() async throws {
    let around = Surroundings.current
    var file = try ContextFile.load(around.configFile)
    guard let context = file.contexts[name] else { throw Self.unknown(name, file) }
    file.current = name
    try file.save(around.configFile)
    Terminal.current(environment: around.environment).say("\(name): \(context.broker), in use")
  }

  static func unknown(_ name: String, _ file: ContextFile) -> Failure {
    let near = Spelling.nearest(to: name, among: file.contexts.keys.sorted())
    return .usage(
      "there is no context \(name)" + (near.map { "; did you mean \($0)?" } ?? ""),
      code: "no_context", next: "See what there is: sampan context list")
  }
}
