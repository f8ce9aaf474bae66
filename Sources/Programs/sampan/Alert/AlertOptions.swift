import ArgumentParser
import BrokerAPI
import Surveillance

extension Pattern: ExpressibleByArgument {}

/// What alerts are measured by, and in which file.
struct AlertOptions: ParsableArguments {
  @Option(
    name: .long,
    help: ArgumentHelp("A ledger file or a published copy.", valueName: "ledger.sqlite"),
    completion: .file(extensions: ["sqlite"]))
  var file: String
  @Option(
    name: .customLong("set"),
    help: ArgumentHelp(
      "Another value for a term (sampan alert terms); may be repeated.", valueName: "term=value"))
  var settings: [String] = []

  /// The standard terms, with what was set.
  func terms() throws -> WatchTerms {
    var terms = WatchTerms()
    for setting in settings {
      let parts = setting.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard parts.count == 2, let term = WatchTerms.Term(rawValue: String(parts[0])),
        let value = Int64(parts[1])
      else {
        throw Failure.usage(
          "\"\(Display.plain(setting))\" sets no term", next: "See: sampan alert terms")
      }
      guard terms.set(term, to: value) else {
        throw Failure.usage(
          "\(term.rawValue) is from \(term.range.lowerBound) to \(term.range.upperBound)",
          next: "See: sampan alert terms")
      }
    }
    return terms
  }

  /// Watches the file, and says how far it is.
  func report(through: Int64? = nil, _ terminal: Terminal) throws -> WatchReport {
    let terms = try terms()
    var said = ContinuousClock.now
    do {
      let report = try LedgerWatch.read(
        path: Surroundings.current.absolute(file), terms, through: through
      ) { done, all in
        guard all > 0, ContinuousClock.now - said > .seconds(2) else { return }
        said = .now
        terminal.tell("\(done) of \(all) entries, \(done * 100 / all) %")
      }
      for term in report.strange {
        terminal.tell(
          "Entry \(term.position) sets \(term.term) to \(term.value), which this release does not "
            + "know: the standard counts instead. Use a newer release.")
      }
      return report
    } catch let fault as WatchFault {
      throw Failure.usage(
        fault.description, code: "not_watched",
        next: "Give --file a ledger file, or a published copy of one.")
    }
  }
}

extension Alert {
  /// For programs.
  var tree: JSONTree {
    .object([
      JSONTree.Member("evidence", .array(evidence.map { .integer($0) })),
      JSONTree.Member(
        "figures",
        .array(
          figures.map { figure in
            .object([
              JSONTree.Member("limit", .integer(figure.limit)),
              JSONTree.Member("name", .string(figure.name)),
              JSONTree.Member("value", .integer(figure.value)),
            ])
          })),
      JSONTree.Member("id", .string(id)), JSONTree.Member("level", .string(level.rawValue)),
      JSONTree.Member("parties", .array(parties.map { .string($0) })),
      JSONTree.Member("pattern", .string(pattern.rawValue)),
      JSONTree.Member("place", .string(place)), JSONTree.Member("position", .integer(position)),
      JSONTree.Member("terms", .integer(terms)),
      JSONTree.Member("time", .string(WireTime(clamping: time).text)),
    ])
  }
}
