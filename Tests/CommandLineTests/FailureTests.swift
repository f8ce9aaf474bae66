import ArgumentParser
import BrokerAPI
import BrokerClient
import Foundation
import Testing

@testable import sampan

/// Exit codes, error lines, the tree of commands, commands that are kept.
@Suite struct FailureTests {
  private func failure(_ error: any Error) -> Failure? { Failure(error, what: "It failed.") }

  @Test("every error has its exit code")
  func codes() {
    let refusal = Problem(
      refusal: "insufficient-funds", number: 47, position: Position(clamping: 12), status: 409,
      title: "Refused", detail: "too little", next: "Pay in.")
    let command = CommandID.random()
    let cases: [(any Error, ExitReason)] = [
      (BrokerClientError.refused(refusal), .refused),
      (BrokerClientError.notAllowed(Problem(.notSignedIn, "no token")), .notAllowed),
      (BrokerClientError.unreachable(cause: "no", next: "wait"), .unreachable),
      (BrokerClientError.outcomeUnknown(command, cause: "cut"), .outcomeUnknown),
      (BrokerClientError.badAnswer(cause: "?"), .unreachable),
      (Problem([Fault(.range, at: "/x", "too much")]), .usage),
      (TextFault("no time"), .usage),
      (CancellationError(), .interrupted),
    ]
    for (error, status) in cases { #expect(failure(error)?.exit == status, "\(error)") }
    #expect(failure(ValidationError("x")) == nil)
    #expect(
      ExitReason.allCases.map(\.rawValue) == [0, 1, 2, 3, 4, 5, 6, 130])
  }

  @Test("an error has three lines: what, why with its code, what next")
  func lines() {
    let refusal = Problem(
      refusal: "insufficient-funds", number: 47, position: Position(clamping: 12), status: 409,
      title: "Refused", detail: "too little\u{1B}[2J", next: "Pay in.")
    #expect(
      failure(BrokerClientError.refused(refusal))?.lines == [
        "sampan: It failed.", "why:    too little?[2J (insufficient-funds, R-047, position 12)",
        "next:   Pay in.",
      ])
    let unknown = failure(BrokerClientError.outcomeUnknown(.random(), cause: "cut"))
    #expect(unknown?.lines.last?.contains("sampan retry") == true)
    let faulty = Problem([
      Fault(.range, at: "/a", "too much"), Fault(.missing, at: "/b", "missing"),
    ])
    #expect(failure(faulty)?.lines.count == 5)
  }

  @Test("what a program reads of an error names code, cause and next step")
  func document() throws {
    let document = try #require(failure(BrokerClientError.unreachable(cause: "no", next: "wait")))
      .document
    #expect(document.code == "unreachable")
    #expect(document.next == "wait")
    #expect(document.type == "urn:sampan:problem:unreachable")
  }

  @Test(
    "a wrong command line ends with 2, help and versions with 0",
    arguments: [
      (["bid", "show"], ExitReason.usage), (["bid", "shwo"], .usage), (["nothing"], .usage),
      (["bid", "list", "--limit", "0"], .usage), (["bid", "list", "-o", "xml"], .usage),
      (["bid", "place", "--gpus", "8", "--chip", "x", "--for", "7m", "--max-price", "1"], .usage),
      (["ledger", "verify", "--file", "x"], .usage), (["--version"], .done), (["version"], .done),
      (["bid", "place", "--help"], .done), (["help", "--json"], .done), (["help", "bid"], .done),
      (["bid", "template", "--kind", "split"], .done),
    ])
  func exits(_ arguments: [String], _ status: ExitReason) async {
    #expect(await Program.run(arguments) == status)
  }

  @Test("help --json has every command with an abstract, and a discussion with an example")
  func tree() throws {
    struct Command: Decodable {
      var commandName: String
      var abstract: String?
      var discussion: String?
      var shouldDisplay: Bool
      var subcommands: [Command]?
    }
    struct Tree: Decodable { var command: Command }
    let root = try JSONDecoder().decode(Tree.self, from: Data(HelpTree.json.utf8)).command
    var names: [String] = []
    func visit(_ command: Command, _ path: [String]) {
      let own = (command.subcommands ?? []).filter { $0.commandName != "help" }
      let name = (path + [command.commandName]).joined(separator: " ")
      #expect(command.abstract?.isEmpty == false, "\(name) has no abstract")
      if own.isEmpty {
        names.append(name)
        if name != "sampan version" {
          #expect(command.discussion?.contains("sampan ") == true, "\(name) has no example")
        }
      }
      for inner in own { visit(inner, path + [command.commandName]) }
    }
    visit(root, [])
    let expected = """
      account close, account credit-limit, account deposit, account list, account payout, \
      account show, account statement, alert list, alert show, alert terms, alert watch, application decide, application list, \
      application score, application show, \
      approval approve, approval decline, approval list, audit bundle, audit replay, audit snapshot, audit verify, award apply, award clawback, \
      award list, award progress, award release, award report, award show, bid cancel, bid explain, bid list, \
      bid place, bid show, bid template, broker activate, broker backup, broker freeze, broker replace, broker restore, broker status, broker thaw, budget set, budget show, call close, call list, call open, case add, case close, case list, case open, case show, chip add, chip list, completion, context add, \
      context list, context remove, context use, dispute add, dispute decide, dispute list, \
      dispute open, dispute show, export ledger, export orders, export trades, fact contract, fact list, fact prices, fact relate, fact set-prices, \
      invoice annotate, \
      invoice get, invoice list, lease abandon, lease connect, lease correct, lease end, lease evidence, lease list, lease show, \
      ledger bundle, ledger export, ledger proof, ledger query, ledger reads, ledger tail, ledger verify, market book, market prices, market status, offer list, offer publish, \
      offer reclaim, offer withdraw, oversight set, oversight show, party add, party list, party member, party project, party tax, \
      party token, quote, rate list, \
      rate set, receipt get, receipt verify, report platform, report scheme, retry, round list, round show, rule list, settlement confirm, settlement export, settlement lines, \
      settlement reconcile, site add, site certify, site invite, \
      site latency, \
      site list, \
      site show, transfer list, transfer post, transfer send, transfer void, version, whoami
      """.split(separator: ",").map { "sampan " + $0.trimmingCharacters(in: .whitespaces) }
    #expect(names.sorted() == expected)
  }

  @Test("every example in a help text is a command line that parses")
  func examples() throws {
    for line in HelpExamples.all {
      #expect(throws: Never.self, "\(line)") { try Sampan.parseAsRoot(line) }
    }
    #expect(HelpExamples.all.count >= 45)
  }

  @Test("a command is kept, private, until its outcome is known")
  func pending() throws {
    let path = NSTemporaryDirectory() + "sampan-tests-\(UInt64.random(in: 0...UInt64.max))/pending"
    defer { try? FileManager.default.removeItem(atPath: path) }
    let folder = PendingFolder(path: path)
    #expect(try folder.all().isEmpty)
    let command = PendingCommand(
      key: CommandID.random().text, operation: "cancelBid", path: ["bid-1"], body: "{}",
      broker: "http://127.0.0.1:1", tokenFile: "/t", secretFile: nil, words: "Cancel", madeAt: 5)
    try folder.write(command)
    #expect(try folder.all() == [command])
    let file = "\(path)/\(command.key).json"
    #expect(
      try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int == 0o600)
    folder.remove(command.key)
    #expect(try folder.all().isEmpty)
    #expect(throws: Failure.self) { try folder.read("../../etc/passwd") }
  }
}

/// The command lines that the help texts show, split as a shell would.
enum HelpExamples {
  static var all: [[String]] {
    Sampan.configuration.subcommands.flatMap { lines($0) }
  }

  private static func lines(_ command: any ParsableCommand.Type) -> [[String]] {
    let inner = command.configuration.subcommands.flatMap { lines($0) }
    let text = command.configuration.discussion.replacing("\\\n", with: " ")
    let examples = text.split(separator: "\n").map { $0.drop { $0 == " " } }
      .filter { $0.hasPrefix("sampan ") }
    return inner + examples.map { words(String($0)).dropFirst().map { $0 } }
  }

  private static func words(_ line: String) -> [String] {
    var words: [String] = []
    var word = ""
    var isQuoted = false
    for character in line.prefix(while: { $0 != ">" }) {
      if character == "\"" {
        isQuoted.toggle()
      } else if character == " ", !isQuoted {
        if !word.isEmpty { words.append(word) }
        word = ""
      } else {
        word.append(character)
      }
    }
    return word.isEmpty ? words : words + [word]
  }
}
