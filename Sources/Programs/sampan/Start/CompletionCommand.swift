import ArgumentParser

/// Completion scripts for shells.
struct CompletionCommand: Errand {
  static let configuration = CommandConfiguration(
    commandName: "completion",
    abstract: "Print the completion script for a shell.",
    discussion: """
      Example:
        sampan completion bash > ~/.local/share/bash-completion/completions/sampan
      """)
  static let failing = "There is no completion script."

  enum Shell: String, CaseIterable, ExpressibleByArgument { case bash, zsh, fish }

  @Argument(help: "The shell.")
  var shell: Shell

  var format: OutputFormat { .table }

  func perform() async throws {
    let kind: CompletionShell =
      switch shell {
      case .bash: .bash
      case .zsh: .zsh
      case .fish: .fish
      }
    Terminal.current(environment: [:]).write(Sampan.completionScript(for: kind) + "\n")
  }
}
