import Foundation

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// What a person told the agent, and what the agent tells a person: two small files beside the
/// spool, each replaced as a whole. Whoever may write the spool's folder may tell the agent.
package struct ControlFile: Sendable {
  private let folder: String
  private var path: String { folder + "/control.json" }
  private var statusPath: String { folder + "/status.json" }

  /// `directory` is the spool's.
  package init(directory: String) { folder = directory }

  /// What stands in it; nothing told when there is none. One that cannot be read freezes the site:
  /// nobody can say what it forbade.
  package func read() -> (Control, fault: String?) {
    guard FileManager.default.fileExists(atPath: path) else { return (Control(), nil) }
    do {
      let data = try Data(contentsOf: URL(fileURLWithPath: path))
      return (try JSONDecoder().decode(Control.self, from: data), nil)
    } catch {
      var frozen = Control()
      frozen.frozen = true
      return (
        frozen,
        "\(path) cannot be read: nothing is sold and nothing approved until it is removed or put"
          + " right"
      )
    }
  }

  /// Changes it under a lock and returns what stands then.
  @discardableResult
  package func change(_ body: (inout Control) -> Void) throws(SpoolError) -> Control {
    do {
      try FileManager.default.createDirectory(
        atPath: folder, withIntermediateDirectories: true,
        attributes: [.posixPermissions: 0o700])
    } catch {
      throw SpoolError(
        description: "cannot make the spool folder \(folder): \(error.localizedDescription)")
    }
    let lock = open(folder + "/control.lock", O_CREAT | O_RDWR | O_CLOEXEC, 0o600)
    guard lock >= 0 else { throw failure("open", folder + "/control.lock") }
    defer { close(lock) }
    guard flock(lock, LOCK_EX) == 0 else { throw failure("lock", folder + "/control.lock") }
    let (before, fault) = read()
    if let fault { throw SpoolError(description: fault) }
    var control = before
    body(&control)
    try replace(path, control)
    return control
  }

  /// Changes whenever the control file does; empty without one.
  func stamp() -> [Int64] {
    var found = stat()
    guard stat(path, &found) == 0 else { return [] }
    #if canImport(Glibc)
      let time = found.st_mtim
    #else
      let time = found.st_mtimespec
    #endif
    return [Int64(time.tv_sec), Int64(time.tv_nsec), Int64(found.st_ino), Int64(found.st_size)]
  }

  func say(_ status: SiteStatus) throws(SpoolError) { try replace(statusPath, status) }

  /// The agent's last word, nil when it never said any.
  package func status() throws(SpoolError) -> SiteStatus? {
    guard let data = FileManager.default.contents(atPath: statusPath) else { return nil }
    do {
      return try JSONDecoder().decode(SiteStatus.self, from: data)
    } catch {
      throw SpoolError(description: "\(statusPath) cannot be read: \(error)")
    }
  }

  private func replace(_ path: String, _ value: some Encodable) throws(SpoolError) {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    let beside = path + ".\(getpid())"
    guard let data = try? encoder.encode(value),
      FileManager.default.createFile(
        atPath: beside, contents: data + Data("\n".utf8), attributes: [.posixPermissions: 0o600]),
      rename(beside, path) == 0
    else { throw failure("write", path) }
  }

  private func failure(_ what: String, _ path: String) -> SpoolError {
    SpoolError(description: "cannot \(what) \(path): \(String(cString: strerror(errno)))")
  }
}
