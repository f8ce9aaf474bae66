import ArgumentParser

/// Names a broker and a token file.
struct ContextAddCommand: Errand {
  static let configuration = CommandConfiguration(
    commandName: "add",
    abstract: "Name a broker and the file of your token.",
    discussion: """
      An existing context of that name is replaced. The first one is used at once.

      Example:
        sampan context add hk --broker http://127.0.0.1:7440 --token-file ~/hku-nlp.token
      """)
  static let failing = "The context was not added."

  @Argument(help: "A name of your choice.")
  var name: String
  @Option(name: .long, help: ArgumentHelp("The broker's address.", valueName: "url"))
  var broker: String
  @Option(
    name: .long,
    help: ArgumentHelp("File of mode 0600 with the token alone.", valueName: "file"),
    completion: .file())
  var tokenFile: String?
  @Flag(name: .long, help: "Use it from now on.")
  var use = false

  var format: OutputFormat { .table }

  func perform() async throws {
    try Endpoint.check(broker)
    let around = Surroundings.current
    let token = tokenFile.map(around.absolute)
    if let token { _ = try PrivateFile.secret(token) }
    var file = try ContextFile.load(around.configFile)
    file.contexts[name] = ContextFile.Context(broker: broker, tokenFile: token)
    if use || file.current == nil || file.contexts.count == 1 { file.current = name }
    try file.save(around.configFile)
    let used = file.current == name ? ", in use" : ""
    Terminal.current(environment: around.environment).say("\(name): \(broker)\(used)")
  }
}
