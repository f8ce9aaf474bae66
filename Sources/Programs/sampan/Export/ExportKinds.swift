import ArgumentParser
import Records

/// The life of every order.
struct ExportOrdersCommand: RecordErrand {
  static let configuration = CommandConfiguration(
    commandName: "orders",
    abstract: "The life of every order: new, modify, cancel, refuse, expire, match.",
    discussion: """
      Works without a broker, from a ledger file or a published copy of one. The profile \
      hk-order-life has the columns that Hong Kong's standard for order life cycles arranges; its \
      codes for events stand in --code.

      Example:
        sampan export orders --file published/ledger.sqlite --to orders-2026-11 --from 2026-11-01
        sampan export orders --file published/ledger.sqlite --to q4 --profile hk-order-life \
      --code cancel=OCXL
      """)
  static let kind = RecordKind.orders

  @Option(name: .long, help: "Which columns: whole or hk-order-life.")
  var profile: RecordProfile = .whole
  @Option(
    name: .customLong("code"),
    help: ArgumentHelp(
      "What stands for an event (new, modify, cancel, refuse, expire, match); may be repeated.",
      valueName: "event=code"))
  var codes: [String] = []
  @OptionGroup var asked: ExportOptions
  @OptionGroup var output: OutputOptions

  func request() throws -> RecordRequest {
    var request = try asked.request(Self.kind)
    request.profile = profile
    for code in codes {
      let parts = code.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard parts.count == 2, (1...32).contains(parts[1].utf8.count) else {
        throw Failure.usage(
          "\"\(Display.plain(code))\" is no code of an event", next: "Write: --code cancel=OCXL")
      }
      request.codes[String(parts[0])] = String(parts[1])
    }
    return request
  }
}

/// Every contract between a tenant and a centre.
struct ExportTradesCommand: RecordErrand {
  static let configuration = CommandConfiguration(
    commandName: "trades",
    abstract: "Every contract between a tenant and a centre, with its unique identifier.",
    discussion: """
      Works without a broker, from a ledger file or a published copy of one. A contract is a lease; \
      what was sold to it or cut later has rows of its own. Its UTI begins with the operator's legal \
      entity identifier (--lei), or with the ledger's genesis.

      Example:
        sampan export trades --file published/ledger.sqlite --to trades-2026-11 --format ndjson
      """)
  static let kind = RecordKind.trades

  @Option(
    name: .long,
    help: ArgumentHelp("The operator's legal entity identifier.", valueName: "20 characters"))
  var lei: String?
  @OptionGroup var asked: ExportOptions
  @OptionGroup var output: OutputOptions

  func request() throws -> RecordRequest {
    var request = try asked.request(Self.kind)
    request.lei = lei
    return request
  }
}

/// The log.
struct ExportLedgerCommand: RecordErrand {
  static let configuration = CommandConfiguration(
    commandName: "ledger",
    abstract: "Every entry of the log, whole, with its leaf in the tree.",
    discussion: """
      Works without a broker, from a ledger file or a published copy of one. The SHA-256 of each \
      entry's bytes after a byte 0 is its leaf; the manifest has the root over all.

      Example:
        sampan export ledger --file published/ledger.sqlite --to log --format ndjson
      """)
  static let kind = RecordKind.entries

  @OptionGroup var asked: ExportOptions
  @OptionGroup var output: OutputOptions

  func request() throws -> RecordRequest { try asked.request(Self.kind) }
}
