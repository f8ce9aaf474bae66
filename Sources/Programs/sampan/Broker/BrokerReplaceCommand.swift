import ArgumentParser
import BrokerAPI
import Foundation

/// What to do about a replica that will not come back.
struct BrokerReplaceCommand: Errand {
  static let configuration = CommandConfiguration(
    commandName: "replace",
    abstract: "The steps that put a new host in the place of a replica that is gone.",
    discussion: """
      On the host of a replica that serves. With --apply the steps that can be done from here are done: \
      the copy of the ledger is made and proved, and with --member the lost member of the log is taken \
      out and its successor is added. The others are printed with their commands. Each step is safe to \
      repeat.

      Example:
        sampan broker replace hk-2 --with hk-3.example.org
        sampan broker replace hk-2 --with hk-3.example.org --member etcd-2 --apply
      """)
  static let failing = "Nothing was replaced."

  @Argument(help: "The name of the replica that is gone.") var dead: String
  @Option(name: .customLong("with"), help: ArgumentHelp("The new host.", valueName: "host"))
  var host: String
  @Option(
    name: .long,
    help: ArgumentHelp(
      "The member of the log on the host that is gone, as broker status names it.",
      valueName: "name"))
  var member: String?
  @Option(
    name: .long,
    help: ArgumentHelp(
      "Where the other members will reach the new one; https://HOST:2380 when left out.",
      valueName: "url"))
  var memberURL: String?
  @Flag(name: .long, help: "Do the steps that can be done from here.")
  var apply = false
  @OptionGroup var connection: SocketOptions
  @OptionGroup var output: OutputOptions

  var format: OutputFormat { output.format }

  func validate() throws {
    guard member != nil || memberURL == nil else {
      throw ValidationError("--member-url is of the new member: --member names the lost one")
    }
    for name in [dead, host] + (member.map { [$0] } ?? []) {
      guard !name.isEmpty, !name.hasPrefix("-"),
        name.utf8.allSatisfy({ byte in
          (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte)
            || (0x61...0x7A).contains(byte) || byte == 0x2D || byte == 0x2E
        })
      else { throw ValidationError("\(name) is no name of a host: letters, digits, - and .") }
    }
  }

  func perform() async throws {
    let around = Surroundings.current
    let terminal = Terminal.current(environment: around.environment)
    let admin = AdminConnection(socket: connection.path(around))
    let status = try await admin.status()
    try check(status)
    let copy = around.absolute("for-\(host).sqlite")
    var isMade = FileManager.default.fileExists(atPath: copy)
    if apply {
      if !isMade { _ = try await admin.backup(to: copy) }
      _ = try BackupCheck.run(copy, terminal)
      isMade = true
    }
    var steps = Self.steps(dead: dead, host: host, copy: copy, copied: apply && isMade)
    if let member, let index = steps.firstIndex(where: { $0.words == Self.otherMember(dead) }) {
      let url = memberURL ?? "https://\(host):2380"
      let seat =
        apply
        ? try await admin.replaceMember(Wire.ReplaceMember(member: member, url: url)) : nil
      steps.replaceSubrange(index...index, with: Self.steps(member: member, url: url, host, seat))
    }
    switch format {
    case .table, .wide, .csv, .name:
      for (index, step) in steps.enumerated() {
        let mark = step.done ? "done" : "  \(index + 1) "
        terminal.say("\(mark)  \(step.words)")
        for line in step.commands { terminal.say("        \(line)") }
      }
    case .json: terminal.say(Self.tree(steps).pretty)
    case .yaml: terminal.write(Self.tree(steps).yaml)
    }
  }

  /// A replica that answers is not replaced, nor one that nobody knows.
  private func check(_ status: Wire.BrokerStatus) throws {
    guard let card = status.replicas.first(where: { $0.name == dead }) else {
      let names = status.replicas.map(\.name).joined(separator: ", ")
      throw Failure.usage(
        "no replica is called \(dead); there are \(names)", code: "unknown_replica",
        next: "Take the name from: sampan broker status")
    }
    guard card.state == .unreachable || card.state == .halted else {
      throw Failure.usage(
        "\(dead) is \(card.state.rawValue)", code: "replica_answers",
        next: "Stop it first, if it is really to go: two of one name must never run.")
    }
    // Frozen or not: somebody takes commands.
    let leads = status.replicas.contains {
      ($0.role == .leader || $0.role == .single) && $0.state == .serving
    }
    guard leads else {
      throw Failure(
        why: "no replica leads now", code: "no_majority",
        next: "Bring back a majority first: RUNBOOK \"No majority\".", exit: .unreachable)
    }
  }

  /// One step on the way.
  struct Step: Equatable {
    var words: String
    var commands: [String] = []
    var done = false
  }

  static func steps(dead: String, host: String, copy: String, copied: Bool) -> [Step] {
    let name = (copy as NSString).lastPathComponent
    return [
      Step(words: "Make sure that \(dead) stays off: its disk, or its power."),
      Step(
        words: "Copy the ledger and prove the copy.", commands: ["sampan broker backup \(name)"],
        done: copied),
      Step(
        words: "Take it to \(host), with its digest.",
        commands: ["scp \(name) \(name).sha256 \(host):"]),
      Step(
        words: "On \(host): put it in place, proved once more.",
        commands: ["sampan broker restore \(name) --data /var/lib/sampan"]),
      Step(
        words: "On \(host): settings and certificates as \(dead) had them, with its own name. "
          + "Tokens come from the others, and directory.sqlite from those of its jurisdiction.",
        commands: ["sampand check --config /etc/sampan/sampand.yaml"]),
      Step(words: otherMember(dead)),
      Step(
        words: "In the settings of the other replicas: \(host) in place of \(dead) under "
          + "peers.others; restart them one after the other.",
        commands: ["systemctl restart sampand"]),
      Step(
        words: "On \(host): start it, and look.",
        commands: ["systemctl start sampand", "sampan broker status"]),
    ]
  }

  private static func otherMember(_ dead: String) -> String {
    "If \(dead) also ran a member of the log, replace that: --member NAME, or RUNBOOK \"A member of the log\"."
  }

  /// Those for the log; what the new member starts with is known once it was added.
  private static func steps(
    member: String, url: String, _ host: String, _ seat: Wire.MemberSeat?
  ) -> [Step] {
    var start = Step(
      words:
        "On \(host): certificates for etcd, an empty data directory, and etcd with, besides what "
        + "the others have:")
    start.commands = [
      "--name=\(member) --initial-cluster-state=existing",
      "--initial-advertise-peer-urls=\(url)",
      "--initial-cluster=\(seat?.cluster ?? "(known once it was added)")",
    ]
    return [
      Step(
        words: "Take \(member) out of the log and add its successor at \(url).",
        commands: ["etcdctl member remove ID", "etcdctl member add \(member) --peer-urls=\(url)"],
        done: seat != nil), start,
    ]
  }

  private static func tree(_ steps: [Step]) -> JSONTree {
    .object([
      JSONTree.Member(
        "steps",
        .array(
          steps.map { step in
            .object([
              JSONTree.Member("commands", .array(step.commands.map(JSONTree.string))),
              JSONTree.Member("done", .boolean(step.done)),
              JSONTree.Member("words", .string(step.words)),
            ])
          }))
    ])
  }
}
