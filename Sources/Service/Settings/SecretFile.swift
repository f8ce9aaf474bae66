import Foundation

/// The conditions on a file that holds a secret.
enum SecretFile {
  /// What is wrong with the file, and the command that puts it right; nil when nothing is.
  static func fault(_ path: String) -> String? {
    var facts = stat()
    guard stat(path, &facts) == 0 else {
      return "names \(path), which cannot be looked at: \(String(cString: strerror(errno)))"
    }
    guard facts.st_mode & S_IFMT == S_IFREG else {
      return "names \(path), which is not a regular file"
    }
    guard facts.st_uid == geteuid() || facts.st_uid == 0 else {
      return "names \(path), which belongs to another user (\(facts.st_uid)); make it your own"
    }
    guard facts.st_mode & 0o077 == 0 else {
      let mode = String(facts.st_mode & 0o777, radix: 8)
      return "names \(path), which others may use (mode 0\(mode)); run: chmod 600 '\(path)'"
    }
    return nil
  }
}
