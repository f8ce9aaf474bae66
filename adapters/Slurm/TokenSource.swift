import Foundation
import Subprocess
import Synchronization

/// The token for reading: out of its file, or from the command that makes one when the one in hand
/// is about to expire. It is held in memory only and stands in no message.
final class TokenSource: Sendable {
  private let file: String?
  private let command: [String]
  private let wall: @Sendable () -> Int64
  private let made = Mutex<String?>(nil)
  /// A token with less left than this is renewed.
  static let spareSeconds: Int64 = 300

  init(
    _ configuration: SlurmConfiguration,
    wall: @escaping @Sendable () -> Int64 = { Int64(Date().timeIntervalSince1970) }
  ) {
    file = configuration.tokenFile
    command = configuration.tokenCommand
    self.wall = wall
  }

  /// Nil when none is configured: Slurm then knows us by munge. The file is read each time, since
  /// whoever renews it replaces it.
  func current() async throws(SlurmError) -> String? {
    if file == nil, command.isEmpty { return nil }
    let held = made.withLock { $0 }
    if let held, isGood(held) { return held }
    var fromFile: String?
    if let file {
      do throws(SlurmError) { fromFile = try Self.read(file) } catch {
        if command.isEmpty { throw error }
      }
    }
    if let fromFile, command.isEmpty || isGood(fromFile) { return fromFile }
    return try await renew()
  }

  /// When a token ends, in seconds since 1970 UTC; nil when it does not say so.
  static func expiry(of token: String) -> Int64? { claims(of: token)?["exp"].number }

  /// Whom a token is for.
  static func user(of token: String) -> String? { claims(of: token)?["sun"].textIfAny }

  private static func claims(of token: String) -> JSONField? {
    let parts = token.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 3 else { return nil }
    var text = parts[1].replacingOccurrences(of: "-", with: "+")
      .replacingOccurrences(of: "_", with: "/")
    text += String(repeating: "=", count: (4 - text.utf8.count % 4) % 4)
    return Data(base64Encoded: text).flatMap { JSONField(reading: $0) }
  }

  private func isGood(_ token: String) -> Bool {
    Self.expiry(of: token).map { $0 > wall() + Self.spareSeconds } ?? true
  }

  private static func read(_ path: String) throws(SlurmError) -> String {
    let operation = "tokenFile \(path)"
    guard let attributes = try? FileManager.default.attributesOfItem(atPath: path),
      let mode = (attributes[.posixPermissions] as? NSNumber)?.intValue
    else { throw SlurmError(.token, operation, "it cannot be read") }
    guard mode & 0o077 == 0 else {
      throw SlurmError(.token, operation, "others may read it: chmod 600 \(path)")
    }
    guard let data = FileManager.default.contents(atPath: path), data.count <= 65_536 else {
      throw SlurmError(.token, operation, "it cannot be read, or is too long")
    }
    return try clean(String(decoding: data, as: UTF8.self), operation)
  }

  /// `scontrol token` prints `SLURM_JWT=...`: taken as well as the bare token.
  private static func clean(_ text: String, _ operation: String) throws(SlurmError) -> String {
    let line = text.split(whereSeparator: \.isNewline).first.map { String($0) } ?? ""
    let token = line.hasPrefix("SLURM_JWT=") ? String(line.dropFirst(10)) : line
    guard token.utf8.count > 20, token.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
      throw SlurmError(.token, operation, "there is no token in it")
    }
    return token
  }

  private func renew() async throws(SlurmError) -> String {
    let operation = "tokenCommand \(command.joined(separator: " "))"
    guard let program = SlurmCommands.find(command[0], in: nil) else {
      throw SlurmError(.notStarted, operation, "\(command[0]) is not there")
    }
    let run = ProgramRun(
      program: program, arguments: Array(command.dropFirst()),
      environment: ProgramRun.environment(keeping: ["HOME", "USER", "SLURM_CONF"]),
      timeLimit: .seconds(30), outputLimit: 65_536)
    let output = try SlurmCommands.answer(of: await run.result(), operation)
    let token = try Self.clean(String(decoding: output, as: UTF8.self), operation)
    made.withLock { $0 = token }
    return token
  }
}
