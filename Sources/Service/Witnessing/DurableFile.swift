import Foundation

/// Files that are whole and on the disk, or not there.
enum DurableFile {
  /// Puts the bytes in the place of a file; after it they are there even if the power fails.
  static func replace(_ path: String, with bytes: [UInt8]) throws(WitnessingError) {
    let part = path + ".part"
    let file = open(part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard file >= 0 else { throw .file(path: part, what: "cannot be made", code: errno) }
    do {
      try fill(file, with: bytes, path: part)
    } catch {
      close(file)
      throw error
    }
    close(file)
    guard rename(part, path) == 0 else {
      throw .file(path: path, what: "cannot be replaced", code: errno)
    }
    let folder = open(
      (path as NSString).deletingLastPathComponent, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard folder >= 0 else { throw .file(path: path, what: "has no folder", code: errno) }
    defer { close(folder) }
    guard fsync(folder) == 0 else {
      throw .file(path: path, what: "cannot be made durable", code: errno)
    }
  }

  /// Makes a folder for its owner alone, unless it is there.
  static func makeFolder(_ path: String) throws(WitnessingError) {
    guard mkdir(path, 0o700) == 0 || errno == EEXIST else {
      throw .file(path: path, what: "cannot be made", code: errno)
    }
  }

  /// Writes all of the bytes and waits until the disk has them.
  static func fill(_ file: Int32, with bytes: [UInt8], path: String) throws(WitnessingError) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { write(file, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw .file(path: path, what: "cannot be written", code: errno) }
      rest = rest.dropFirst(count)
    }
    guard fsync(file) == 0 else {
      throw .file(path: path, what: "cannot be made durable", code: errno)
    }
  }

  /// The bytes of a file; nil when there is none. A larger one than any note is an error.
  static func read(_ path: String) throws(WitnessingError) -> [UInt8]? {
    var status = stat()
    guard stat(path, &status) == 0 else {
      guard errno == ENOENT else {
        throw .file(path: path, what: "cannot be read", code: errno)
      }
      return nil
    }
    guard status.st_size <= 1 << 20 else { throw .damaged(path: path, why: "it is too large") }
    guard let data = FileManager.default.contents(atPath: path) else {
      throw .file(path: path, what: "cannot be read", code: errno)
    }
    return Array(data)
  }
}

/// A folder that one process at a time works in, until this ends.
final class HeldFolder: Sendable {
  let path: String
  private let lock: Int32

  /// Makes the folder if need be, for its owner alone.
  init(_ path: String) throws(WitnessingError) {
    try DurableFile.makeFolder(path)
    let lock = open(path + "/lock", O_CREAT | O_RDWR | O_CLOEXEC, 0o600)
    guard lock >= 0 else { throw .file(path: path + "/lock", what: "cannot be made", code: errno) }
    guard flock(lock, LOCK_EX | LOCK_NB) == 0 else {
      close(lock)
      throw .held(folder: path)
    }
    self.path = path
    self.lock = lock
  }

  deinit { close(lock) }

  /// Keeps bytes under a name that follows from them, at most `limit` of a kind; the oldest stay.
  func keep(_ bytes: [UInt8], as kind: String, named name: String, limit: Int = 100)
    throws(WitnessingError)
  {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
    let own = names.filter { $0.hasPrefix(kind + "-") && !$0.hasSuffix(".part") }
    let file = "\(kind)-\(name)"
    guard own.count < limit, !own.contains(file) else { return }
    try DurableFile.replace(path + "/" + file, with: bytes)
  }
}
