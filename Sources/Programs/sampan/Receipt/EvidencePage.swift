import BrokerAPI
import Foundation
import Receipts

/// What a pack of evidence says of a lease, for an auditor.
struct EvidencePage {
  let facts: LeaseFacts
  /// So many rows of a kind are shown; JSON has all.
  private static let most = 12

  func show(_ format: OutputFormat, _ terminal: Terminal) {
    switch format {
    case .json: terminal.say(tree.pretty)
    case .yaml: terminal.write(tree.yaml)
    case .csv:
      terminal.write("SUBJECT,FINDING\r\n")
      for (name, rows) in facts.sections {
        for row in rows {
          terminal.write("\(name),\"\(row.replacingOccurrences(of: "\"", with: "\"\""))\"\r\n")
        }
      }
    case .name: terminal.say(facts.leaseID)
    case .table, .wide:
      for (name, rows) in facts.sections {
        let shown = format == .wide ? rows : Array(rows.prefix(Self.most))
        for (number, row) in shown.enumerated() {
          let head = number == 0 ? name : ""
          let space = String(repeating: " ", count: 12 - head.count)
          terminal.say(head + space + Display.plain(row))
        }
        if shown.count < rows.count {
          terminal.say("            and \(rows.count - shown.count) more; -o wide shows all")
        }
      }
      terminal.say(verdict)
    }
  }

  private var verdict: String {
    let records = "\(Display.thousands("\(facts.records)")) records"
    if !facts.isEligible {
      return
        "Each of \(records) is recorded and witnessed, and they do not show that the site was "
        + "eligible until the end of the lease."
    }
    return
      "Each of \(records) is recorded and witnessed. That none is left out only the whole log shows: "
      + "sampan audit verify."
  }

  private var tree: JSONTree {
    let statement = facts.statement
    return .object(
      facts.sections.map { section in
        JSONTree.Member(section.name.lowercased(), .array(section.rows.map { .string($0) }))
      } + [
        JSONTree.Member("cosigners", .array(statement.cosigners.map { .string($0) })),
        JSONTree.Member("holds", .boolean(facts.isEligible)),
        JSONTree.Member("records", .integer(Int64(facts.records))),
        JSONTree.Member("size", .string("\(statement.size)")),
      ])
  }
}
