import ArgumentParser
import Books
import BrokerAPI
import Foundation

extension JournalForm: ExpressibleByArgument {}

/// The books as a journal for accounting programs that share nothing with us.
struct LedgerExportCommand: Errand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "The books of a ledger file as an hledger or beancount journal.",
    discussion: """
      Works without a broker, from a ledger file or a published copy of one. The journal has one \
      transaction for each transfer and ends with the balances that the file claims, so that the \
      program compares them with its own sums.

      Example:
        sampan ledger export --format hledger --file published/ledger.sqlite --to books.journal
        hledger -f books.journal check -s
        sampan ledger export --format beancount --file published/ledger.sqlite --to books.beancount
        bean-check books.beancount
      """)
  static let failing = "There is no journal."

  @Option(name: .customLong("format"), help: "The program that reads it.")
  var form: JournalForm
  @Option(
    name: .long,
    help: ArgumentHelp("A ledger file or a published copy.", valueName: "ledger.sqlite"),
    completion: .file(extensions: ["sqlite"]))
  var file: String
  @Option(
    name: .long,
    help: ArgumentHelp(
      "The file to write, readable by its owner alone; standard output when left out.",
      valueName: "journal"),
    completion: .file())
  var to: String?
  @OptionGroup var output: OutputOptions

  var format: OutputFormat { output.format }

  func perform() async throws {
    let terminal = Terminal.current(environment: Surroundings.current.environment)
    guard let to else {
      _ = try Self.export(file, form) { terminal.write($0) }
      return
    }
    let made = FileManager.default.createFile(
      atPath: to, contents: nil, attributes: [.posixPermissions: 0o600])
    guard made, let handle = FileHandle(forWritingAtPath: to) else {
      throw Failure.usage(
        "\(to) cannot be written", code: "cannot_write", next: "Name another file with --to.")
    }
    let summary = try Self.export(file, form) { try handle.write(contentsOf: Data($0.utf8)) }
    try handle.close()
    let check = form == .hledger ? "hledger -f \(to) check -s" : "bean-check \(to)"
    switch format {
    case .table, .wide:
      terminal.say(
        "\(to): \(summary.transfers) transfers, \(summary.accounts) accounts, of "
          + "\(summary.entries) entries")
      terminal.say("Next: \(check)")
    case .json: terminal.say(tree(summary, to).pretty)
    case .yaml: terminal.write(tree(summary, to).yaml)
    case .csv:
      terminal.write("FILE,FORMAT,ENTRIES,ACCOUNTS,TRANSFERS\r\n")
      terminal.write(
        "\(to),\(form.rawValue),\(summary.entries),\(summary.accounts),\(summary.transfers)\r\n")
    case .name: terminal.say(to)
    }
  }

  private static func export(
    _ file: String, _ form: JournalForm, _ write: @escaping (String) throws -> Void
  ) throws -> JournalSummary {
    do {
      return try Journal.export(path: file, as: form, write: write)
    } catch let fault as JournalFault {
      throw Failure.usage(
        fault.description, code: "not_a_ledger",
        next: "Give --file a ledger file, or a published copy of one.")
    }
  }

  private func tree(_ summary: JournalSummary, _ to: String) -> JSONTree {
    .object([
      JSONTree.Member("accounts", .integer(summary.accounts)),
      JSONTree.Member("entries", .integer(summary.entries)),
      JSONTree.Member("file", .string(to)),
      JSONTree.Member("format", .string(form.rawValue)),
      JSONTree.Member("transfers", .integer(summary.transfers)),
    ])
  }
}
