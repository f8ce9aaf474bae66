import ArgumentParser
import BrokerAPI
import CryptoExtras
import Foundation
import Records

extension RecordForm: ExpressibleByArgument {}
extension RecordProfile: ExpressibleByArgument {}

/// What every export takes.
struct ExportOptions: ParsableArguments {
  @Option(
    name: .long,
    help: ArgumentHelp("A ledger file or a published copy.", valueName: "ledger.sqlite"),
    completion: .file(extensions: ["sqlite"]))
  var file: String
  @Option(
    name: .long,
    help: ArgumentHelp(
      "The folder, made if need be. Run again, it goes on where the folder ends.",
      valueName: "folder"), completion: .directory)
  var to: String
  @Option(
    name: .long, help: "csv or ndjson; deploy/regulator/export_parquet.py makes Parquet of it.")
  var format: RecordForm = .csv
  @Option(
    name: .long, help: ArgumentHelp("Entries from then on, at +08:00.", valueName: "2026-11-01"))
  var from: String?
  @Option(
    name: .long, help: ArgumentHelp("Entries before then, at +08:00.", valueName: "2026-12-01"))
  var until: String?
  @Option(
    name: .customLong("sign-key"),
    help: ArgumentHelp(
      "Signs the manifest: an Ed25519 key of mode 0600, from openssl genpkey -algorithm ed25519.",
      valueName: "key.pem"), completion: .file(extensions: ["pem"]))
  var signKey: String?
  @Flag(name: .long, help: "Only say how large it will be.")
  var estimate = false

  func request(_ kind: RecordKind) throws -> RecordRequest {
    var request = RecordRequest(kind: kind, form: format)
    request.from = try from.map(Self.time)
    request.until = try until.map(Self.time)
    return request
  }

  private static func time(_ text: String) throws -> Int64 {
    guard case .at(let time) = try MarketTime(parsing: text) else {
      throw Failure.usage(
        "\"\(Display.plain(text))\" is no fixed time", next: "Write a date: 2026-11-01")
    }
    return time.milliseconds
  }

  /// The key that signs, if one does. It is read before anything is written.
  func key() throws -> Curve25519.Signing.PrivateKey? {
    guard let signKey else { return nil }
    do {
      return try Curve25519.Signing.PrivateKey(pemRepresentation: PrivateFile.secret(signKey))
    } catch let failure as Failure {
      throw failure
    } catch {
      throw Failure.usage(
        "\(signKey) holds no Ed25519 key", code: "no_key",
        next: "Make one: (umask 077; openssl genpkey -algorithm ed25519 -out key.pem)")
    }
  }
}
