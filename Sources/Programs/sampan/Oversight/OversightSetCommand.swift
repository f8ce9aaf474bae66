import ArgumentParser
import BrokerAPI
import BrokerClient
import Surveillance

/// Replaces what is in force.
struct OversightSetCommand: ChangeErrand {
  static let configuration = CommandConfiguration(
    commandName: "set",
    abstract: "Set who must have cosigned and what surveillance measures by, as a whole.",
    discussion: """
      It stands in the log, for regulators too: of each group enough witnesses must have cosigned before \
      an entry counts as witnessed, and alerts are measured by these terms from that entry on. What the \
      file leaves out is as if nothing had ever been set. It is proposed; it is in force when a second \
      platform person approves it.

      oversight.yaml:
        quorum:
          - {least: 1, witnesses: [reg-hk]}
          - {least: 2, witnesses: [centre-a, centre-b, reg-hk]}
        surveillance:
          - {term: wash-hours, value: 48}

      Example:
        sampan oversight set -f oversight.yaml
      """)
  static let failing = "The oversight is as it was."

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("What is to be in force, - for standard input.", valueName: "file"),
    completion: .file(extensions: ["yaml", "yml"]))
  var file: String
  @OptionGroup(title: "Agreement") var change: ChangeOptions
  @OptionGroup var options: GlobalOptions

  func perform() async throws {
    let body = try Self.parse(try InputFile.text(file), name: file)
    let next = Wire.OversightInForce(
      groups: body.groups, terms: body.terms, position: Position(clamping: 0))
    try await session().carryOut(
      PlannedCommand(
        .setOversight, body,
        summary: Array(OversightShowCommand.lines(next).dropFirst()), question: "Propose this?"),
      change)
  }

  /// A file without anything sets nothing: all is as if it had never been set.
  static func parse(_ text: String, name: String) throws -> Wire.Oversight {
    let faults = FormFaults(file: name)
    guard var form = try Form.compose(text, faults) else {
      return Wire.Oversight(groups: [], terms: [])
    }
    let number = { (text: String) throws -> Int in
      guard let number = Int(text) else { throw TextFault("write a whole number") }
      return number
    }
    let groups = form.forms("quorum").map { group in
      var group = group
      let least = group.requiredValue("least", number)
      let witnesses = group.texts("witnesses")
      if witnesses.isEmpty { group.fault("witnesses", "name one or more") }
      group.refuseRest()
      return Wire.CosignerGroup(least: least ?? 0, witnesses: witnesses)
    }
    let terms = form.forms("surveillance").map { item in
      var item = item
      let name = item.requiredText("term")
      let value = item.requiredValue("value", number) ?? 0
      if !name.isEmpty {
        if let term = WatchTerms.Term(rawValue: name) {
          if !term.range.contains(Int64(value)) {
            item.fault(
              "value", "is from \(term.range.lowerBound) to \(term.range.upperBound)")
          }
        } else {
          item.fault("term", "is no term; see: sampan alert terms")
        }
      }
      item.refuseRest()
      return Wire.SurveillanceTerm(term: name, value: value)
    }
    form.refuseRest()
    try faults.check()
    return Wire.Oversight(groups: groups, terms: terms)
  }
}
