import ArgumentParser
import BrokerAPI

/// Lists the contexts.
struct ContextListCommand: Errand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "The contexts, with the one in use.",
    discussion: """
      Example:
        sampan context list
      """, aliases: ["ls"])
  static let failing = "The contexts cannot be listed."

  @OptionGroup(title: "Output") var output: OutputOptions

  var format: OutputFormat { output.format }

  /// A context as it is listed.
  struct Line {
    let name: String
    let context: ContextFile.Context
    let isCurrent: Bool
  }

  func perform() async throws {
    let around = Surroundings.current
    let terminal = Terminal.current(environment: around.environment)
    let file = try ContextFile.load(around.configFile)
    let lines = file.contexts.sorted { $0.key < $1.key }.map {
      Line(name: $0, context: $1, isCurrent: $0 == file.current)
    }
    switch format {
    case .json, .yaml:
      let tree = JSONTree.object([JSONTree.Member("items", .array(lines.map(Self.tree)))])
      terminal.write(format == .json ? tree.pretty + "\n" : tree.yaml)
    case .name: for line in lines { terminal.say(line.name) }
    case .table, .wide, .csv:
      if lines.isEmpty, format != .csv {
        terminal.tell(
          "No contexts. Make one: sampan context add NAME --broker URL --token-file FILE")
        return
      }
      terminal.write(
        Grid(columns: Self.columns).rendered(lines, as: format, bold: terminal.usesColour))
    }
  }

  private static var columns: [Column<Line>] {
    [
      Column("USED") { .text($0.isCurrent ? "*" : "") },
      Column("NAME") { .text($0.name) },
      Column("BROKER") { .text($0.context.broker) },
      Column("TOKEN FILE") { Cell($0.context.tokenFile) },
    ]
  }

  private static func tree(_ line: Line) -> JSONTree {
    var members = [
      JSONTree.Member("name", .string(line.name)),
      JSONTree.Member("broker", .string(line.context.broker)),
      JSONTree.Member("current", .boolean(line.isCurrent)),
    ]
    if let file = line.context.tokenFile {
      members.append(JSONTree.Member("tokenFile", .string(file)))
    }
    return .object(members)
  }
}
