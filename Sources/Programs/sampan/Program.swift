import ArgumentParser
import BrokerAPI
import Dispatch
import Foundation

/// Where the program begins and ends: arguments in, exit code out.
@main
enum Program {
  static func main() async {
    let interruption = onInterruption()
    let status = await run(Array(CommandLine.arguments.dropFirst()))
    interruption.cancel()
    exit(status.rawValue)
  }

  /// Runs one command line; everything is printed when it returns.
  static func run(_ arguments: [String]) async -> ExitReason {
    let terminal = Terminal.current(environment: Surroundings.current.environment)
    if arguments.first == "help", arguments.contains("--json") {
      terminal.say(HelpTree.json)
      return .done
    }
    do {
      var command = try await Sampan.asyncParseAsRoot(arguments)
      if var errand = command as? any AsyncParsableCommand {
        try await errand.run()
      } else {
        try command.run()
      }
      return .done
    } catch let printed as PrintedFailure {
      report(printed, terminal)
      return printed.failure.exit
    } catch let ended as Ended {
      return ended.exit
    } catch {
      return report(error, terminal)
    }
  }

  private static func report(_ printed: PrintedFailure, _ terminal: Terminal) {
    for line in printed.failure.lines { terminal.tell(line) }
    guard printed.format.isDocument,
      let tree = try? StrictJSON.parse(printed.failure.document.json())
    else { return }
    terminal.write(printed.format == .json ? tree.pretty + "\n" : tree.yaml)
  }

  /// What the argument parser throws: help and versions, which are answers, and usage errors.
  private static func report(_ error: any Error, _ terminal: Terminal) -> ExitReason {
    let full = Sampan.fullMessage(for: error)
    guard Sampan.exitCode(for: error) != .success else {
      if !full.isEmpty { terminal.say(full) }
      return .done
    }
    for line in UsageMessage.lines(message: Sampan.message(for: error), full: full) {
      terminal.tell(line)
    }
    return .usage
  }

  /// Says, before the program ends by Ctrl-C, whether a command is under way.
  private static func onInterruption() -> any DispatchSourceSignal {
    signal(SIGINT, SIG_IGN)
    let source = DispatchSource.makeSignalSource(signal: SIGINT, queue: .global())
    let around = Surroundings.current
    source.setEventHandler {
      let terminal = Terminal.current(environment: around.environment)
      let waiting = (try? PendingFolder(path: around.pendingFolder).all()) ?? []
      if !waiting.isEmpty {
        terminal.tell("\nsampan: Interrupted; an outcome is not known. Run: sampan retry")
      }
      exit(ExitReason.interrupted.rawValue)
    }
    source.resume()
    return source
  }
}

/// The parser's usage errors in the three lines of all errors.
enum UsageMessage {
  static func lines(message: String, full: String) -> [String] {
    let help = full.split(separator: "\n").last { $0.contains("--help") }
    let next = help.map { $0.trimmingCharacters(in: .whitespaces) } ?? "See 'sampan --help'."
    let text = message.split(separator: "\n").joined(separator: " ")
    return ["sampan: Nothing was done.", "why:    \(text) (usage)", "next:   \(next)"]
  }
}

/// The whole tree of commands with flags and defaults, for programs.
enum HelpTree {
  static var json: String { Sampan._dumpHelp() }
}
