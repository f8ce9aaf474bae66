package import BrokerAPI
package import BrokerClient
package import Foundation
package import Transport

/// A real broker for a test: `sampand` on a folder of its own and a free port, with a market that has
/// sites, tenants and money, all made by the commands that users have.
package final class BrokerProcess: @unchecked Sendable {
  package let folder: URL
  package private(set) var address = ""
  private var process: Process?
  /// What a start adds to the surroundings of the broker.
  package var environment: [String: String] = [:]
  package let transport = HTTPTransport(proxy: .none)
  private let place: Place?
  /// The folder of another release's `sampand`; nil: this one's.
  package var release: URL?

  /// Another network than this one's, where its programs run.
  package struct Place: Sendable {
    /// The words before a program that put it there.
    package var words: [String]
    /// Where its `http.listen` is reached from here.
    package var door: String

    package init(words: [String], door: String) {
      self.words = words
      self.door = door
    }
  }

  /// The folder of the built programs: that of the test bundle.
  package static var programs: URL {
    URL(fileURLWithPath: CommandLine.arguments[0]).standardizedFileURL.deletingLastPathComponent()
  }

  /// The repository.
  package static var root: URL {
    URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
  }

  /// - Parameters:
  ///   - scale: market seconds a second of the wall.
  ///   - start: market time at the start; now, or the morning of a working day with a scale.
  ///   - market: the genesis, as a settings file; the sample market when left out.
  ///   - more: further settings.
  ///   - release: as the property.
  ///   - first: whose market it takes part in, as another replica; its own when left out.
  package init(
    scale: Int = 1, start: String? = nil, market: String? = nil, more: String = "",
    name: String = "test", listen: String = "127.0.0.1:0", joining first: BrokerProcess? = nil,
    place: Place? = nil, release: URL? = nil
  ) throws {
    self.place = place
    self.release = release
    folder = FileManager.default.temporaryDirectory.appendingPathComponent(
      "sampan-test-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    var settings = """
      name: \(name)
      dataDirectory: data
      http: {listen: "\(listen)"}
      limits: {requestsPerMinute: 10000000}
      logging: {level: error}

      """
    if scale != 1 || start != nil {
      let time = start ?? "2026-12-01T07:50:00+08:00"
      settings += "clock: {scale: \(scale), start: \"\(time)\"}\n"
    }
    try write("sampand.yaml", settings + more)
    // A round has half its length to be cleared; of the wall, some seconds.
    let round = scale < 300 ? "15m" : "1h"
    try write(
      "market.yaml",
      market
        ?? Self.market.replacingOccurrences(of: "rules: {", with: "rules: {roundLength: \(round), ")
    )
    let made = try run(
      "sampand",
      ["init", "--config", "sampand.yaml"]
        + (first == nil ? ["--market", "market.yaml"] : ["--join"]))
    guard made.status == 0 else { throw Trouble("init: \(made.output)") }
    if let first { try takePlatform(of: first) }
    try self.start()
  }

  /// The tokens of the platform's people, who are signed in here once the other has brought who is.
  private func takePlatform(of other: BrokerProcess) throws {
    // Releases that kept digests in `tokens.json` brought them nowhere.
    for name in ["p-0-1.token", "p-0-2.token"] + (release == nil ? [] : ["tokens.json"]) {
      let file = other.folder.appendingPathComponent("data/" + name)
      try Data(contentsOf: file).write(to: folder.appendingPathComponent("data/" + name))
      try FileManager.default.setAttributes(
        [.posixPermissions: 0o600], ofItemAtPath: folder.path + "/data/" + name)
    }
  }

  /// A grid of two days, and few iterations: rounds that a debug build clears at once.
  package static let market = """
    origin: test.example.hk
    currencies: [CNY, HKD]
    chips: [h800-80g, ascend-910b]
    platform: {party: platform, persons: 2}
    rules: {grid: {hourlyDays: 1, days: 0, weeks: 0}, iterations: {upTo100: 100, upTo1000: 100}}
    """

  package struct Trouble: Error, CustomStringConvertible {
    package var description: String
    package init(_ description: String) { self.description = description }
  }

  package func write(_ name: String, _ text: String) throws {
    try Data(text.utf8).write(to: folder.appendingPathComponent(name))
  }

  package func text(_ name: String) -> String {
    (try? String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8))?
      .trimmingCharacters(in: .whitespacesAndNewlines) ?? ""
  }

  // MARK: Life

  package func start() throws {
    try begin()
    for _ in 0..<2_400 {
      if isServing { return }
      guard isRunning else { break }
      usleep(50_000)
    }
    throw Trouble("sampand did not start: \(text("sampand.log").suffix(2_000))")
  }

  /// Starts it, and does not wait until it serves.
  package func begin() throws {
    try? FileManager.default.removeItem(at: folder.appendingPathComponent("address"))
    process = try launch(
      "sampand", ["run", "--config", "sampand.yaml", "--address-file", "address"],
      environment: environment)
  }

  /// It has answered reads since it was started.
  package var isServing: Bool {
    let found = text("address")
    if !found.isEmpty { address = place?.door ?? found }
    return !found.isEmpty
  }

  package var isRunning: Bool { process?.isRunning == true }

  /// SIGSTOP, SIGCONT.
  package func send(_ signal: Int32) {
    if let process { Foundation.kill(process.processIdentifier, signal) }
  }

  /// Of the process that was started last.
  package var pid: Int32? { process?.processIdentifier }

  /// SIGKILL: nothing is written after it.
  package func kill() {
    guard let process else { return }
    Foundation.kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
  }

  /// SIGTERM, and its exit status.
  @discardableResult
  package func stop() -> Int32 {
    guard let process else { return -1 }
    process.terminate()
    process.waitUntilExit()
    self.process = nil
    return process.terminationStatus
  }

  /// Stops it and takes its folder away.
  package func remove() {
    stop()
    try? FileManager.default.removeItem(at: folder)
  }

  deinit { remove() }

  /// Starts a program in the folder; its output goes to `<program>.log`.
  package func launch(
    _ program: String, _ arguments: [String], environment: [String: String] = [:]
  ) throws -> Process {
    let process = Process()
    (process.executableURL, process.arguments) = command(program, arguments)
    if !environment.isEmpty {
      process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    }
    process.currentDirectoryURL = folder
    let log = folder.appendingPathComponent("\(program).log")
    // Several processes write into one: each adds to its end.
    let file = open(log.path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o644)
    guard file >= 0 else { throw Trouble("\(log.path) cannot be written") }
    let handle = FileHandle(fileDescriptor: file, closeOnDealloc: true)
    process.standardOutput = handle
    process.standardError = handle
    process.standardInput = FileHandle.nullDevice
    try process.run()
    return process
  }

  /// A program of ours, where it is to run.
  private func command(_ program: String, _ arguments: [String]) -> (URL, [String]) {
    let folder = program == "sampand" ? release ?? Self.programs : Self.programs
    let program = folder.appendingPathComponent(program)
    guard let place else { return (program, arguments) }
    return (URL(fileURLWithPath: "/usr/bin/env"), place.words + [program.path] + arguments)
  }

  /// Runs a program to its end.
  package func run(
    _ program: String, _ arguments: [String], environment: [String: String] = [:]
  ) throws -> (status: Int32, output: String) {
    let process = Process()
    (process.executableURL, process.arguments) = command(program, arguments)
    process.currentDirectoryURL = folder
    var variables = ProcessInfo.processInfo.environment
    variables["XDG_CONFIG_HOME"] = folder.appendingPathComponent("config").path
    variables["XDG_STATE_HOME"] = folder.appendingPathComponent("state").path
    variables.merge(environment) { $1 }
    process.environment = variables
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = pipe
    process.standardInput = FileHandle.nullDevice
    try process.run()
    let data = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: data, as: UTF8.self))
  }

  // MARK: People

  package func client(_ token: String?) -> BrokerClient {
    BrokerClient(baseURL: address, token: { token }, transport: transport)
  }

  package var maker: BrokerClient { client(text("data/p-0-1.token")) }
  package var checker: BrokerClient { client(text("data/p-0-2.token")) }

  /// Approves what the maker proposed.
  /// - Returns: the position of the proposal, which names what it made.
  @discardableResult
  package func approved(_ proposal: Wire.Accepted) async throws -> String {
    _ = try await checker.approve(proposal.position)
    return proposal.position.text
  }
}
