import ArgumentParser
import BrokerAPI
import Surveillance

/// All cases.
struct CaseListCommand: Errand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "The cases of a book, which is checked.",
    discussion: """
      Example:
        sampan case list
        sampan case list --open
      """, aliases: ["ls"])
  static let failing = "The cases cannot be listed."

  @Flag(name: .long, help: "Only those that are open.") var open = false
  @OptionGroup var asked: CaseOptions
  @OptionGroup var output: OutputOptions

  var format: OutputFormat { output.format }

  func perform() async throws {
    let terminal = Terminal.current(environment: Surroundings.current.environment)
    let book = try asked.open(isReading: true)
    let cases = book.cases.filter { !open || !$0.isClosed }
    switch format {
    case .table, .wide, .csv:
      if !cases.isEmpty || format == .csv {
        terminal.write(Grid(columns: Self.columns).rendered(cases, as: format))
      }
      terminal.tell("\(cases.count) cases; the book holds, its last digest is \(book.chain)")
    case .json, .yaml:
      let tree = JSONTree.object([
        JSONTree.Member("chain", .string(book.chain)),
        JSONTree.Member("items", .array(cases.map { CaseAnswer.tree($0, book) })),
      ])
      format == .json ? terminal.say(tree.pretty) : terminal.write(tree.yaml)
    case .name: for one in cases { terminal.say(one.id) }
    }
  }

  private static let columns: [Column<Case>] = [
    Column("CASE") { .text($0.id) },
    Column("STATE") { .text($0.isClosed ? "closed" : "open") },
    Column("TITLE") { .text($0.title) },
    Column("ALERTS") { .text($0.alerts.joined(separator: " ")) },
    Column("OPENED") { .text($0.steps.first?.at ?? "") },
    Column("STEPS", wide: true) { .number(Int64($0.steps.count)) },
  ]
}
