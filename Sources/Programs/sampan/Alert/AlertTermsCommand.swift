import ArgumentParser
import BrokerAPI
import Surveillance

/// What alerts are measured by.
struct AlertTermsCommand: Errand {
  static let configuration = CommandConfiguration(
    commandName: "terms",
    abstract: "What alerts are measured by, and what may be set.",
    discussion: """
      Example:
        sampan alert terms
      """)
  static let failing = "The terms cannot be shown."

  @OptionGroup var output: OutputOptions

  var format: OutputFormat { output.format }

  func perform() async throws {
    let terminal = Terminal.current(environment: Surroundings.current.environment)
    let terms = WatchTerms.Term.allCases
    switch format {
    case .table, .wide, .csv:
      terminal.write(Grid(columns: Self.columns).rendered(terms, as: format))
    case .json: terminal.say(Self.tree.pretty)
    case .yaml: terminal.write(Self.tree.yaml)
    case .name: for term in terms { terminal.say(term.rawValue) }
    }
  }

  private static let columns: [Column<WatchTerms.Term>] = [
    Column("TERM") { .text($0.rawValue) },
    Column("VALUE") { .number($0.standard) },
    Column("MEANING") { .text($0.meaning) },
    Column("LEAST", wide: true) { .number($0.range.lowerBound) },
    Column("MOST", wide: true) { .number($0.range.upperBound) },
  ]

  private static var tree: JSONTree {
    .object([
      JSONTree.Member(
        "items",
        .array(
          WatchTerms.Term.allCases.map { term in
            .object([
              JSONTree.Member("least", .integer(term.range.lowerBound)),
              JSONTree.Member("meaning", .string(term.meaning)),
              JSONTree.Member("most", .integer(term.range.upperBound)),
              JSONTree.Member("term", .string(term.rawValue)),
              JSONTree.Member("value", .integer(term.standard)),
            ])
          }))
    ])
  }
}
