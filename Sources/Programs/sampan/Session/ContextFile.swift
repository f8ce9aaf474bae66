import BrokerAPI
import Foundation
import Yams

/// Brokers by name, and which of them is meant: `config.yaml`.
struct ContextFile: Equatable {
  struct Context: Equatable {
    var broker: String
    /// Absolute path; the token itself is never here.
    var tokenFile: String?
  }

  var current: String?
  /// By name, ascending.
  var contexts: [String: Context] = [:]

  /// The file's content; nothing when there is no file.
  static func load(_ path: String) throws -> ContextFile {
    guard FileManager.default.fileExists(atPath: path) else { return ContextFile() }
    return try parse(String(contentsOfFile: path, encoding: .utf8), name: path)
  }

  static func parse(_ text: String, name: String) throws -> ContextFile {
    let faults = FormFaults(file: name)
    var file = ContextFile()
    if var form = try Form.compose(text, faults) {
      file.current = form.text("current")
      for (name, var inner) in form.namedForms("contexts") {
        let broker = inner.requiredText("broker")
        file.contexts[name] = Context(broker: broker, tokenFile: inner.text("tokenFile"))
        inner.refuseRest()
      }
      form.refuseRest()
    }
    try faults.check()
    return file
  }

  func save(_ path: String) throws {
    try PrivateFile.folder((path as NSString).deletingLastPathComponent)
    // Beside it and renamed: a crash leaves the old file or the new one.
    let draft = "\(path).\(ProcessInfo.processInfo.processIdentifier)"
    try? FileManager.default.removeItem(atPath: draft)
    try PrivateFile.create(draft, text)
    guard rename(draft, path) == 0 else {
      throw Failure.usage(
        "\(path) cannot be written: \(String(cString: strerror(errno)))", code: "file",
        next: "Check the folder's permissions.")
    }
  }

  var text: String {
    var members: [JSONTree.Member] = []
    if let current { members.append(JSONTree.Member("current", .string(current))) }
    let inner = contexts.sorted { $0.key < $1.key }.map { name, context in
      var parts = [JSONTree.Member("broker", .string(context.broker))]
      if let file = context.tokenFile { parts.append(JSONTree.Member("tokenFile", .string(file))) }
      return JSONTree.Member(name, .object(parts))
    }
    members.append(JSONTree.Member("contexts", .object(inner)))
    return JSONTree.object(members).yaml
  }
}
