import ArgumentParser

/// Forgets a context.
struct ContextRemoveCommand: Errand {
  static let configuration = CommandConfiguration(
    commandName: "remove",
    abstract: "Forget a context; the token file stays.",
    discussion: """
      Example:
        sampan context remove hk
      """, aliases: ["rm"])
  static let failing = "The context was not removed."

  @Argument(help: "Its name.")
  var name: String

  var format: OutputFormat { .table }

  func perform() async throws {
    let around = Surroundings.current
    var file = try ContextFile.load(around.configFile)
    guard file.contexts.removeValue(forKey: name) != nil else {
      throw ContextUseCommand.unknown(name, file)
    }
    if file.current == name { file.current = nil }
    try file.save(around.configFile)
    Terminal.current(environment: around.environment).say("\(name) removed")
  }
}
