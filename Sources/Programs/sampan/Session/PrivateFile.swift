import Foundation

/// Files that nobody else may read: tokens, invitations, commands under way.
enum PrivateFile {
  /// Makes a new file, 0600 from its first moment; an existing one is never written over.
  static func create(_ path: String, _ text: String) throws {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw failure(path, "cannot be made", errno) }
    defer { close(descriptor) }
    try put(text, descriptor, path)
  }

  /// Fills a file that `create` made.
  static func fill(_ path: String, _ text: String) throws {
    let descriptor = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC)
    guard descriptor >= 0 else { throw failure(path, "cannot be written", errno) }
    defer { close(descriptor) }
    guard fchmod(descriptor, 0o600) == 0 else {
      throw failure(path, "cannot be made private", errno)
    }
    try put(text, descriptor, path)
  }

  /// The text of a secret's file without the space around it; refused when others may read it.
  static func secret(_ path: String) throws -> String {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw Failure(
        why: "\(path) cannot be read: \(cause(errno))", code: "token_file",
        next: "Check the path: --token-file, SAMPAN_TOKEN_FILE or `sampan context list`.",
        exit: .notAllowed)
    }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      throw Failure(
        why: "\(path) is no plain file", code: "token_file",
        next: "Put the token alone into a file of mode 0600.", exit: .notAllowed)
    }
    guard status.st_mode & 0o077 == 0 else {
      let mode = String(status.st_mode & 0o777, radix: 8)
      throw Failure(
        why: "\(path) can be read by others (mode 0\(mode))", code: "token_file_open",
        next: "Run: chmod 600 \(path)", exit: .notAllowed)
    }
    var bytes = [UInt8](repeating: 0, count: 4_096)
    let count = read(descriptor, &bytes, bytes.count)
    return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
      .trimmingCharacters(in: .whitespacesAndNewlines)
  }

  /// Makes a folder that only its owner may enter, with those above it.
  static func folder(_ path: String) throws {
    try FileManager.default.createDirectory(
      atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
  }

  private static func put(_ text: String, _ descriptor: Int32, _ path: String) throws {
    let bytes = Array(text.utf8)
    var done = 0
    while done < bytes.count {
      let count = bytes[done...].withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
      guard count > 0 || errno == EINTR else { throw failure(path, "cannot be written", errno) }
      done += max(0, count)
    }
    guard fsync(descriptor) == 0 else { throw failure(path, "cannot be made durable", errno) }
  }

  private static func failure(_ path: String, _ what: String, _ code: Int32) -> Failure {
    let next =
      code == EEXIST
      ? "Name another file, or remove that one if nobody needs it."
      : "Name a file in a folder that you may write to."
    return .usage("\(path) \(what): \(cause(code))", code: "file", next: next)
  }

  private static func cause(_ code: Int32) -> String {
    code == EEXIST ? "it is there already" : String(cString: strerror(code))
  }
}
