import Foundation

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Why the spool cannot be used, for the centre's administrator.
package struct SpoolError: Error, Sendable, CustomStringConvertible {
  package let description: String
}

/// The one file in which an agent's memory survives it: replaced as a whole, on the disk before
/// `save` returns, and locked against a second agent for as long as this value lives.
package final class Spool: Sendable {
  private let file: String
  private let folder: String
  private let lock: Int32
  /// What a person and the agent tell each other.
  package var control: ControlFile { ControlFile(directory: folder) }
  /// What was in it when it was opened.
  package let memory: SiteMemory

  /// Opens or begins the spool of a site in a folder of its own, made 0700 when it is missing.
  package init(directory: String, site: String) throws(SpoolError) {
    folder = directory
    file = directory + "/spool.json"
    do {
      try FileManager.default.createDirectory(
        atPath: directory, withIntermediateDirectories: true,
        attributes: [.posixPermissions: 0o700])
    } catch {
      throw SpoolError(
        description: "cannot make the spool folder \(directory): \(error.localizedDescription)")
    }
    let held = open(directory + "/lock", O_CREAT | O_RDWR | O_CLOEXEC, 0o600)
    guard held >= 0, Self.take(held) else {
      let reason = String(cString: strerror(errno))
      if held >= 0 { close(held) }
      throw SpoolError(
        description: "\(directory)/lock cannot be taken (\(reason)): another agent of this site is"
          + " running; stop it, or give this one a spool of its own")
    }
    do {
      memory = try Self.read(file, site: site)
    } catch {
      flock(held, LOCK_UN)
      close(held)
      throw error
    }
    lock = held
  }

  /// True when an agent holds the spool in this folder.
  package static func isHeld(directory: String) -> Bool {
    let file = open(directory + "/lock", O_RDWR | O_CLOEXEC)
    guard file >= 0 else { return false }
    defer { close(file) }
    guard flock(file, LOCK_EX | LOCK_NB) == 0 else { return errno == EWOULDBLOCK }
    flock(file, LOCK_UN)
    return false
  }

  deinit {
    // Unlocked by name: a program that is just being started may hold a copy of it for a moment.
    flock(lock, LOCK_UN)
    close(lock)
  }

  /// Tries for a quarter of a second: an agent that was just killed may still be going.
  private static func take(_ file: Int32) -> Bool {
    for _ in 0..<25 {
      if flock(file, LOCK_EX | LOCK_NB) == 0 { return true }
      guard errno == EWOULDBLOCK || errno == EINTR else { return false }
      usleep(10_000)
    }
    return false
  }

  private static func read(_ file: String, site: String) throws(SpoolError) -> SiteMemory {
    guard FileManager.default.fileExists(atPath: file) else { return SiteMemory(site: site) }
    let memory: SiteMemory
    do {
      let data = try Data(contentsOf: URL(fileURLWithPath: file))
      memory = try JSONDecoder().decode(SiteMemory.self, from: data)
    } catch {
      throw SpoolError(
        description: "\(file) cannot be read: \(error); it holds readings that were not yet taken:"
          + " restore it, or move it away and lose them")
    }
    guard memory.version == 1, memory.site == site else {
      throw SpoolError(
        description: "\(file) is of site \(memory.site), version \(memory.version), not of"
          + " \(site): give this agent a spool folder of its own")
    }
    return memory
  }

  /// Written beside, flushed, moved over the old one, the folder flushed.
  package func save(_ memory: SiteMemory) throws(SpoolError) {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    guard let data = try? encoder.encode(memory) else {
      throw SpoolError(description: "the agent's memory cannot be written as JSON")
    }
    let beside = file + ".new"
    let target = open(beside, O_CREAT | O_WRONLY | O_TRUNC | O_CLOEXEC, 0o600)
    guard target >= 0 else { throw failure("open \(beside)") }
    defer { close(target) }
    var offset = 0
    while offset < data.count {
      let rest = data.dropFirst(offset)
      let count = rest.withUnsafeBytes { write(target, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw failure("write \(beside)") }
      offset += count
    }
    guard fsync(target) == 0 else { throw failure("flush \(beside)") }
    guard rename(beside, file) == 0 else { throw failure("replace \(file)") }
    let directory = open(folder, O_RDONLY | O_CLOEXEC)
    guard directory >= 0 else { throw failure("open \(folder)") }
    defer { close(directory) }
    guard fsync(directory) == 0 else { throw failure("flush \(folder)") }
  }

  private func failure(_ what: String) -> SpoolError {
    SpoolError(
      description: "cannot \(what): \(String(cString: strerror(errno))); the agent stops because it"
        + " may not act on what it could forget")
  }
}
