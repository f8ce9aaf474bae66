import ArgumentParser

/// Which broker, and who asks.
struct ConnectionOptions: ParsableArguments {
  @Option(
    name: .long, help: ArgumentHelp("The broker's address. (SAMPAN_BROKER)", valueName: "url"))
  var broker: String?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "File of mode 0600 with the token alone. (SAMPAN_TOKEN_FILE)", valueName: "file"),
    completion: .file())
  var tokenFile: String?

  @Option(
    name: .long,
    help: ArgumentHelp("The context to use for this command. (SAMPAN_CONTEXT)", valueName: "name"))
  var context: String?
}

/// How the answer is printed.
struct OutputOptions: ParsableArguments {
  @Option(
    name: [.customShort("o"), .customLong("output")],
    help: ArgumentHelp("How to print it.", valueName: "format"))
  var format: OutputFormat = .table
}

/// What every command that asks a broker takes.
struct GlobalOptions: ParsableArguments {
  @OptionGroup(title: "Connection") var connection: ConnectionOptions
  @OptionGroup(title: "Output") var output: OutputOptions
}

/// How much of a list, and whether to stay.
struct ListOptions: ParsableArguments {
  @Option(name: .long, help: ArgumentHelp("At most so many, the latest first.", valueName: "n"))
  var limit: Int = 50

  func validate() throws {
    guard (1...100_000).contains(limit) else {
      throw ValidationError("--limit is 1 to 100000, not \(limit)")
    }
  }
}

/// How a command that changes something is agreed to.
struct ChangeOptions: ParsableArguments {
  @Flag(name: [.short, .long], help: "Do not ask.")
  var yes = false

  @Flag(name: .long, help: "Say what would be sent, and send nothing.")
  var dryRun = false

  /// Throws when a question would have nobody to answer it.
  func requireAnswer(_ terminal: Terminal) throws {
    guard yes || dryRun || terminal.isInteractive else {
      throw Failure.usage(
        "it must be agreed to, and there is no terminal to ask on", code: "not_confirmed",
        next: "Add --yes to agree, or --dry-run to see what would be sent.")
    }
  }
}
