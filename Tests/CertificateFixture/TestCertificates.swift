package import Foundation

/// A certificate authority of a test's own and what it issues, made by `openssl` in a folder that is
/// removed with it.
package final class TestCertificates: Sendable {
  package let folder: URL

  package init() throws {
    folder = FileManager.default.temporaryDirectory.appendingPathComponent(
      "sampan-pki-\(UUID().uuidString)")
    try FileManager.default.createDirectory(
      at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    try openssl(
      "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2"
        + " -subj /CN=test-\(UUID().uuidString) -keyout ca.key -out ca.pem")
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  package func path(_ name: String) -> String { folder.appendingPathComponent(name).path }

  package var trust: String { path("ca.pem") }

  /// A certificate for 127.0.0.1 that serves and asks, valid for so many days.
  /// - Returns: the paths of certificate and key.
  @discardableResult
  package func issue(
    _ name: String, days: Int = 2
  ) throws -> (certificate: String, key: String) {
    try Data(
      """
      subjectAltName=DNS:\(name),IP:127.0.0.1
      extendedKeyUsage=serverAuth,clientAuth

      """.utf8
    ).write(to: folder.appendingPathComponent("\(name).ext"))
    try openssl(
      "req -new -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=\(name)"
        + " -keyout \(name).key -out \(name).csr")
    try openssl(
      "x509 -req -in \(name).csr -CA ca.pem -CAkey ca.key -CAcreateserial -days \(days)"
        + " -extfile \(name).ext -out \(name).pem")
    try FileManager.default.setAttributes(
      [.posixPermissions: 0o600], ofItemAtPath: path("\(name).key"))
    return (path("\(name).pem"), path("\(name).key"))
  }

  private struct Trouble: Error { var output: String }

  private func openssl(_ words: String) throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/openssl")
    process.arguments = words.split(separator: " ").map(String.init)
    process.currentDirectoryURL = folder
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = pipe
    try process.run()
    let output = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw Trouble(output: String(decoding: output, as: UTF8.self))
    }
  }
}
