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
    others = peers.items("others", doc: "the other replicas") { other in
      PeerAddress(
        name: other.string("name", doc: "what the other calls itself"),
        url: other.string("url", doc: "its peers.url"))
    }
    guard isThere else { return nil }
  }
}
