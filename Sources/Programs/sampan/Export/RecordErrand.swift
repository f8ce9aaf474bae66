import BrokerAPI
import Crypto
import Foundation
import Records

/// An export: says how large it will be, writes it, signs its manifest.
protocol RecordErrand: Errand {
  static var kind: RecordKind { get }
  var asked: ExportOptions { get }
  var output: OutputOptions { get }
  func request() throws -> RecordRequest
}

extension RecordErrand {
  static var failing: String { "The records were not exported." }
  var format: OutputFormat { output.format }

  func perform() async throws {
    let surroundings = Surroundings.current
    let terminal = Terminal.current(environment: surroundings.environment)
    let (folder, request, key) = (surroundings.absolute(asked.to), try request(), try asked.key())
    do {
      try RecordExport.read(path: surroundings.absolute(asked.file), request) { export in
        let estimate = try export.estimate()
        terminal.tell(Self.words(estimate))
        if asked.estimate { return show(estimate, terminal) }
        var said = ContinuousClock.now
        let manifest = try export.write(to: folder) { done, all in
          guard all > 0, ContinuousClock.now - said > .seconds(2) else { return }
          said = .now
          terminal.tell("\(done) of \(all) entries, \(done * 100 / all) %")
        }
        let signature = "\(folder)/\(RecordManifest.name).sig"
        if let key {
          try key.signature(for: manifest.json()).write(to: URL(fileURLWithPath: signature))
        }
        show(manifest, folder, key == nil ? nil : signature, terminal)
      }
    } catch let fault as RecordFault {
      throw Failure.usage(
        fault.description, code: "no_export",
        next: "See: sampan export \(Self.kind.rawValue) --help")
    } catch let error as CocoaError {
      throw Failure.usage(
        "\(folder) cannot be written: \(error.localizedDescription)", code: "cannot_write",
        next: "Make room or name another folder with --to, then run the same again.")
    }
  }

  private static func words(_ estimate: RecordEstimate) -> String {
    let size =
      estimate.bytes < 1_000_000
      ? "\(estimate.bytes / 1_000) kB" : "\(estimate.bytes / 1_000_000) MB"
    let time = estimate.seconds < 1 ? "less than a second" : "\(estimate.seconds) s"
    return "\(estimate.entries) entries: about \(estimate.rows) rows, \(size), \(time)"
  }

  private func show(_ estimate: RecordEstimate, _ terminal: Terminal) {
    print(
      [
        ("bytes", .integer(estimate.bytes)), ("entries", .integer(estimate.entries)),
        ("rows", .integer(estimate.rows)), ("seconds", .integer(estimate.seconds)),
      ], terminal, name: "\(estimate.bytes)")
  }

  private func show(
    _ manifest: RecordManifest, _ folder: String, _ signature: String?, _ terminal: Terminal
  ) {
    print(
      [
        ("bytes", .integer(manifest.bytes)), ("files", .integer(Int64(manifest.files.count))),
        ("folder", .string(folder)), ("root", .string(manifest.ledger.root)),
        ("rows", .integer(manifest.rows)), ("signature", .string(signature ?? "")),
        ("size", .integer(manifest.ledger.size)),
      ], terminal, name: folder)
    terminal.tell("Next: deploy/regulator/check_export.py \(folder)")
  }

  private func print(
    _ members: [(name: String, value: JSONTree)], _ terminal: Terminal, name: String
  ) {
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
        terminal.say("\(name.padding(toLength: 10, withPad: " ", startingAt: 0))  \(plain(value))")
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
