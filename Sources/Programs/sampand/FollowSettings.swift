import Audit
import BrokerClient
import Foundation
import Peers
import Settings
import Transport

/// Where a follower gets the log from, and which ledger it must be.
struct FollowSettings {
  var source: any EntrySource
  var pin: LedgerPin

  /// Nil when the section is not in the file: then this broker has a say of its own.
  init?(_ reader: SettingsReader) {
    let follow = reader.section(
      "follow", needed: false, doc: "for a follower without a vote: where the log comes from")
    let isThere = follow.isPresent
    let nothing = isThere ? nil : ""
    let origin = follow.string(
      "origin", default: nothing, doc: "name of the log, as in its genesis")
    let genesis = follow.string(
      "genesis", default: nothing, doc: "SHA-256 of entry 0; sampan ledger bundle prints it")
    let files = follow.optionalPath(
      "files", doc: "a folder of bundles, or an audit bundle; instead of url")
    let url = follow.optionalString("url", doc: "a broker; instead of files")
    let token = follow.secretFile("tokenFile", doc: "a regulator's token, for url")
    guard isThere else { return nil }
    pin = LedgerPin(origin: origin, genesis: genesis)
    if let files {
      source =
        BundleLog.isThere(files)
        ? TileSource(BundleLog(folder: files)) : BundleSource(folder: files)
    } else {
      source = BrokerSource(
        client: BrokerClient(
          baseURL: url ?? "",
          token: { token.flatMap { try? Self.secret($0) } },
          transport: HTTPTransport(userAgent: "sampan-follower")))
    }
    fault = Self.fault(files: files, url: url, token: token, genesis: genesis)
  }

  /// What no single key is to blame for; nil when there is nothing.
  private(set) var fault: String?

  private static func fault(
    files: String?, url: String?, token: String?, genesis: String
  ) -> String? {
    if (files == nil) == (url == nil) { return "follow needs one of url and files, not both" }
    if let url, !url.hasPrefix("https://"), !url.hasPrefix("http://127.0.0.1:") {
      return "follow.url would carry the token in clear over the network: use https"
    }
    if url != nil, token == nil { return "follow.url needs follow.tokenFile" }
    let isDigest =
      genesis.utf8.count == 64
      && genesis.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
    return isDigest ? nil : "follow.genesis is no SHA-256: 64 digits, 0-9 and a-f"
  }

  /// Read each time: a token may be renewed while it runs.
  private static func secret(_ path: String) throws -> String {
    try String(contentsOfFile: path, encoding: .utf8)
      .trimmingCharacters(in: .whitespacesAndNewlines)
  }
}
