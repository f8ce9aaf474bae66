import Foundation
import LedgerStore
import Settings
import Transparency
import Witnessing

/// Where checkpoints are signed, and who cosigns them.
struct SignerSettings {
  var socket: String
  var policy: String

  /// Nil when the section is not in the file.
  init?(_ reader: SettingsReader) {
    let signer = reader.section(
      "signer", needed: false, doc: "checkpoints of the log; none without it")
    let isThere = signer.isPresent
    let nothing = isThere ? nil : ""
    socket = signer.path("socket", default: nothing, doc: "of sampand signer, a process of its own")
    policy = signer.path(
      "policy", default: nothing,
      doc: "who is trusted (C2SP tlog-policy): the log's key, witnesses with URLs, the quorum")
    guard isThere else { return nil }
  }
}

/// A witness's own settings.
struct WitnessSettings {
  var listen: ListenAddress
  var key: String
  /// Of a second cosignature by SM2: where its key is, and its name.
  var sm2: (key: String, name: String)?
  var folder: String
  var policy: String
  var every: Duration

  /// Nil when the section is not in the file.
  init?(section: SettingsReader) {
    let isThere = section.isPresent
    let nothing = isThere ? nil : ""
    listen = section.listen(
      "listen", default: "127.0.0.1:7450", doc: "loopback only; a proxy brings TLS")
    key = section.secretFile("key", required: isThere, doc: "made by sampand key") ?? ""
    let second = section.section(
      "sm2", needed: false, doc: "cosigns a second time, with SM2 over SM3; not without it")
    let hasSecond = second.isPresent
    let source = second.string(
      "key", default: hasSecond ? nil : "",
      doc: "a file of openssl genpkey -algorithm SM2, 0600, or the URI of a provider of OpenSSL")
    let name = second.string("name", default: hasSecond ? nil : "", doc: "of that key")
    sm2 = hasSecond ? (source, name) : nil
    folder = section.path("folder", default: nothing, doc: "what was cosigned, and evidence")
    policy = section.path(
      "policy", default: nothing,
      doc: "the logs that it knows, and other witnesses with URLs to compare with")
    every = section.duration(
      "every", default: "10s", in: .seconds(1)...(.seconds(3_600)), doc: "between two comparisons")
    guard isThere else { return nil }
  }
}

extension WitnessPolicy {
  /// Reads a policy file.
  init(file path: String) throws {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw Failure(description: "\(path) cannot be read; name a policy file (C2SP tlog-policy)")
    }
    do {
      self = try WitnessPolicy(parsing: Array(data), hasher: SHA256Hasher())
    } catch {
      throw Failure(description: "\(path): \(error)")
    }
  }
}
