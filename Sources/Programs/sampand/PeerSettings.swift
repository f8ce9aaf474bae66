import Market
import Peers
import Settings
import Transport

/// How replicas of one ledger reach each other.
struct PeerSettings {
  var listen: ListenAddress
  /// Where the others reach this one.
  var url: String
  var trust: TransportTrust
  var others: [PeerAddress]
  /// Under whose law this one stands: words go to others of the same.
  var jurisdiction: String?

  /// Nil when the section is not in the file.
  init?(_ reader: SettingsReader) {
    let peers = reader.section(
      "peers", needed: false, doc: "the other replicas of this ledger; none without it")
    let isThere = peers.isPresent
    let nothing = isThere ? nil : ""
    listen = peers.listen(
      "listen", default: "127.0.0.1:7443", anywhere: true,
      doc: "for other replicas alone, who show a certificate")
    url = peers.string("url", default: nothing, doc: "how others reach it: https://host:port")
    let authorities = peers.path(
      "trust", default: nothing, doc: "PEM: who issues the certificates of replicas, and no others")
    let certificate = peers.path(
      "certificate", default: nothing, doc: "PEM: this replica's, for serving and asking")
    let key = peers.secretFile("key", required: isThere, doc: "PEM: its key")
    trust = TransportTrust(
      authorities: authorities, certificate: certificate, key: key ?? "")
    jurisdiction = Self.jurisdiction(
      peers, "whose law it is under: words go to replicas of the same, and nowhere without it")
    others = peers.items("others", doc: "the other replicas") { other in
      PeerAddress(
        name: other.string("name", doc: "what the other calls itself"),
        url: other.string("url", doc: "its peers.url"),
        jurisdiction: Self.jurisdiction(other, "its peers.jurisdiction"))
    }
    guard isThere else { return nil }
  }

  private static func jurisdiction(_ section: SettingsReader, _ doc: String) -> String? {
    let none = "none"
    let text = section.string(
      "jurisdiction", default: none, oneOf: [none] + Jurisdiction.allCases.map(\.rawValue), doc: doc
    )
    return text == none ? nil : text
  }
}
