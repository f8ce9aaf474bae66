import Audit
import BrokerAPI
import Foundation

/// Says how far it is, every two seconds.
struct Pace {
  private var said = ContinuousClock.now
  private let terminal: Terminal

  init(_ terminal: Terminal) { self.terminal = terminal }

  mutating func tell(_ done: Int64, of all: Int64) {
    guard ContinuousClock.now - said > .seconds(2) else { return }
    said = .now
    terminal.tell(
      all > 0 ? "\(done) of \(all) entries, \(done * 100 / all) %" : "\(done) entries")
  }
}

/// An errand about files alone.
protocol AuditErrand: Errand {
  var output: OutputOptions { get }
}

extension AuditErrand {
  var format: OutputFormat { output.format }

  /// What nothing can be said about is a fault of the command line.
  static func usage(_ fault: AuditFault) -> Failure {
    Failure.usage(fault.description, code: "no_audit", next: "See: sampan help audit")
  }

  /// Prints names and values, one a line.
  func show(_ members: [(name: String, value: JSONTree)], name: String, _ terminal: Terminal) {
    func plain(_ value: JSONTree) -> String {
      switch value {
      case .integer(let number): String(number)
      case .string(let text): text
      default: ""
      }
    }
    let tree = JSONTree.object(members.map { JSONTree.Member($0.name, $0.value) })
    switch format {
    case .table, .wide:
      for (name, value) in members where !plain(value).isEmpty {
        terminal.say(
          "\(name.padding(toLength: 10, withPad: " ", startingAt: 0))  "
            + Display.plain(plain(value)))
      }
    case .json: terminal.say(tree.pretty)
    case .yaml: terminal.write(tree.yaml)
    case .csv:
      terminal.write(members.map { $0.name.uppercased() }.joined(separator: ",") + "\r\n")
      terminal.write(members.map { plain($0.value) }.joined(separator: ",") + "\r\n")
    case .name: terminal.say(name)
    }
  }
}
