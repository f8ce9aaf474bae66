import CommandLog
import Settings
import Transport

/// Which log orders the commands.
enum LogSettings {
  /// Nil: a file beside the ledger, for one replica.
  static func etcd(_ reader: SettingsReader) -> EtcdOptions? {
    let log = reader.section("log", needed: false, doc: "what orders the commands")
    let engine = log.string(
      "engine", default: "local", oneOf: ["local", "etcd"],
      doc: "local: a file, for one replica; etcd: for several, who need peers, too")
    let isEtcd = engine == "etcd"
    let etcd = log.section("etcd", needed: isEtcd, doc: "read only when engine is etcd")
    let nothing = isEtcd ? nil : ""
    let endpoints = etcd.list(
      "endpoints", default: isEtcd ? nil : [], doc: "of every member: https://host:port")
    let authorities = etcd.path("trust", default: nothing, doc: "PEM: who issues its certificates")
    let certificate = etcd.path("certificate", default: nothing, doc: "PEM: ours, without a CN")
    let key = etcd.secretFile("key", required: isEtcd, doc: "PEM: its key")
    guard isEtcd else { return nil }
    return EtcdOptions(
      endpoints: endpoints,
      trust: TransportTrust(authorities: authorities, certificate: certificate, key: key ?? ""))
  }
}
