import Foundation
import Subprocess

/// Who somebody is on a centre's machines; the centre's own word. The agent asks for one member at
/// a time.
package protocol PeopleMap: Sendable {
  func user(of member: String) async -> PersonAnswer
}

/// A file with a line for each member: `MEMBER USER`. Lines that begin with `#` are for people. It
/// is read at every question, so a change counts at once.
package struct PeopleFile: PeopleMap {
  private let path: String
  private static let mostBytes = 4 << 20

  package init(_ path: String) { self.path = path }

  package func user(of member: String) async -> PersonAnswer {
    let data: Data
    do {
      data = try Data(contentsOf: URL(fileURLWithPath: path))
    } catch {
      return .again("\(path) cannot be read: \(error.localizedDescription)")
    }
    guard data.count <= Self.mostBytes else {
      return .again("\(path) is longer than \(Self.mostBytes) bytes")
    }
    for line in String(decoding: data, as: UTF8.self).split(whereSeparator: \.isNewline) {
      let words = line.split(whereSeparator: \.isWhitespace)
      guard words.count == 2, words[0] == member, !line.hasPrefix("#") else { continue }
      return .user(String(words[1]))
    }
    return .unknown
  }
}

/// A program of the centre: the member on its standard input, the user on its standard output.
/// Nothing, or exit 1, says that nobody here is that member; any other exit may pass.
package struct PeopleCommand: PeopleMap {
  private let command: [String]
  private static let timeLimit: Duration = .seconds(20)

  /// An absolute path, then arguments.
  package init(_ command: [String]) { self.command = command }

  package func user(of member: String) async -> PersonAnswer {
    guard let program = command.first else { return .again("people.map.command is empty") }
    let run = ProgramRun(
      program: program, arguments: Array(command.dropFirst()),
      environment: ProgramRun.environment(), input: Data("\(member)\n".utf8),
      timeLimit: Self.timeLimit, outputLimit: 4_096)
    switch await run.result() {
    case .exited(0, let output, _):
      let name = String(decoding: output, as: UTF8.self)
        .trimmingCharacters(in: .whitespacesAndNewlines)
      return name.isEmpty ? .unknown : .user(name)
    case .exited(1, _, _): return .unknown
    case let other: return .again("\(program): \(other.reason)")
    }
  }
}
