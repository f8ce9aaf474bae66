import Foundation

/// What the program finds around it: variables and the folders of its files.
struct Surroundings: Sendable {
  let environment: [String: String]

  static var current: Surroundings {
    Surroundings(environment: ProcessInfo.processInfo.environment)
  }

  /// A variable that says something.
  func variable(_ name: String) -> String? {
    environment[name].flatMap { $0.isEmpty ? nil : $0 }
  }

  var home: String { variable("HOME") ?? NSHomeDirectory() }

  /// `~/.config/sampan/config.yaml`.
  var configFile: String { folder("XDG_CONFIG_HOME", ".config") + "/sampan/config.yaml" }

  /// `~/.local/state/sampan/pending`: commands whose outcome is not known.
  var pendingFolder: String { folder("XDG_STATE_HOME", ".local/state") + "/sampan/pending" }

  /// `~/.local/state/sampan/cases.ndjson`: the book of a regulator's cases.
  var caseBook: String { folder("XDG_STATE_HOME", ".local/state") + "/sampan/cases.ndjson" }

  /// The XDG rule: a relative path in the variable does not count.
  private func folder(_ name: String, _ standard: String) -> String {
    variable(name).flatMap { $0.hasPrefix("/") ? $0 : nil } ?? "\(home)/\(standard)"
  }

  /// An absolute path; `~/` is the home folder.
  func absolute(_ path: String) -> String {
    if path.hasPrefix("/") { return path }
    if path.hasPrefix("~/") { return home + path.dropFirst(1) }
    return FileManager.default.currentDirectoryPath + "/" + path
  }
}
