import BrokerAPI
import BrokerClient
import Foundation
import Transport

/// One run of the program: a broker, a terminal, a way to print.
struct Session: Sendable {
  let client: BrokerClient
  let endpoint: Endpoint
  let terminal: Terminal
  let format: OutputFormat
  let around: Surroundings

  /// - Parameter signedIn: false for what anybody may ask; then no token is read.
  static func open(_ options: GlobalOptions, signedIn: Bool = true) throws -> Session {
    let around = Surroundings.current
    let file = try ContextFile.load(around.configFile)
    let endpoint = try Endpoint.resolve(options.connection, around, file)
    return Session(
      client: try client(endpoint, signedIn: signedIn), endpoint: endpoint,
      terminal: .current(environment: around.environment), format: options.output.format,
      around: around)
  }

  static func client(_ endpoint: Endpoint, signedIn: Bool) throws -> BrokerClient {
    var token: String?
    if signedIn {
      guard let path = endpoint.tokenFile else {
        throw Failure(
          why: "no token file is named", code: "no_token",
          next:
            "Give --token-file FILE, or: sampan context add NAME --broker URL --token-file FILE",
          exit: .notAllowed)
      }
      let secret = try PrivateFile.secret(path)
      guard TextForm.secret.fault(of: secret) == nil else {
        throw Failure(
          why: "\(path) does not hold a token alone", code: "token_file",
          next: "Put the token on one line, as it was shown, and nothing else.", exit: .notAllowed)
      }
      token = secret
    }
    let known = token
    return BrokerClient(
      baseURL: endpoint.broker, token: { known },
      transport: HTTPTransport(userAgent: "sampan/\(Version.text)"))
  }

  // MARK: Printing

  func show<Row: WireValue>(_ rows: [Row], _ sheet: Sheet<Row>, empty: String) throws {
    if rows.isEmpty, format == .table || format == .wide {
      terminal.tell(empty)
      return
    }
    terminal.write(try sheet.rendered(rows, as: format, bold: terminal.usesColour))
  }

  /// One object: as text for people, else as the sheet's formats have it.
  func show<Row: WireValue>(_ row: Row, _ sheet: Sheet<Row>, _ text: (Row) -> [String]) throws {
    switch format {
    case .table, .wide: for line in text(row) { terminal.say(line) }
    case .json: terminal.say(try row.tree().pretty)
    case .yaml: terminal.write(try row.tree().yaml)
    case .csv, .name: terminal.write(try sheet.rendered([row], as: format))
    }
  }
}
