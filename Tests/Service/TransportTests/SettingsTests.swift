import Foundation
import Settings
import Testing

@Suite("Settings")
struct SettingsTests {
  private struct Values: Equatable {
    var name = ""
    var role = ""
    var listen = ListenAddress(host: "", port: 0)
    var body = 0
    var every = Duration.zero
    var keep = 0
    var verbose = false
    var data = ""
    var hosts: [String] = []
  }

  /// A small program's settings, as a program reads them.
  private func read(_ settings: SettingsReader) -> Values {
    var values = Values()
    values.name = settings.string("name", doc: "this replica in logs")
    values.role = settings.string(
      "role", default: "single", oneOf: ["single", "replica"], doc: "what it is")
    values.data = settings.path("dataDirectory", default: "data", doc: "where the ledger lives")
    let http = settings.section("http", doc: "the API")
    values.listen = http.listen("listen", default: "127.0.0.1:7440", doc: "address")
    values.hosts = http.list("publicURL", default: ["http://a"], doc: "names of it")
    let limits = settings.section("limits")
    values.body = limits.size("requestBody", default: "64KiB", in: 1_024...1_048_576, doc: "body")
    values.every = limits.duration(
      "publishEvery", default: "15m", in: .seconds(1)...(.seconds(86_400)), doc: "copies")
    values.keep = limits.int("keep", default: 96, in: 1...1_000, doc: "copies kept")
    values.verbose = limits.bool("verbose", default: false, doc: "say more")
    return values
  }

  /// The faults as "kind line path".
  private func faults(
    _ text: String, environment: [String: String] = [:],
    read: (SettingsReader) -> Void
  ) -> [String] {
    let settings = SettingsReader(text: text, name: "/etc/x.yaml", environment: environment)
    read(settings)
    do {
      try settings.finish()
      return []
    } catch {
      return error.faults.map {
        "\($0.kind) \($0.variable ?? $0.line.map { "\($0)" } ?? "-") \($0.path)"
      }
    }
  }

  private func faults(_ text: String, environment: [String: String] = [:]) -> [String] {
    faults(text, environment: environment) { _ = self.read($0) }
  }

  @Test("a whole file is read, and defaults stand for what it leaves out")
  func readsValues() throws {
    let text = """
      name: hk-1
      role: replica
      dataDirectory: ./ledger
      http:
        listen: "[::1]:80"
        publicURL: [https://a.example, https://b.example]
      limits: {requestBody: 1MiB, publishEvery: 90s, keep: 1, verbose: true}
      """
    let settings = SettingsReader(text: text, name: "/etc/sampan/x.yaml")
    let values = read(settings)
    try settings.finish()
    #expect(
      values
        == Values(
          name: "hk-1", role: "replica", listen: ListenAddress(host: "::1", port: 80),
          body: 1_048_576, every: .seconds(90), keep: 1, verbose: true,
          data: "/etc/sampan/ledger", hosts: ["https://a.example", "https://b.example"]))

    let bare = SettingsReader(text: "name: a\nhttp:\n", name: "/etc/sampan/x.yaml")
    let defaults = read(bare)
    try bare.finish()
    #expect(
      defaults
        == Values(
          name: "a", role: "single", listen: ListenAddress(host: "127.0.0.1", port: 7_440),
          body: 65_536, every: .seconds(900), keep: 96, verbose: false,
          data: "/etc/sampan/data", hosts: ["http://a"]))
  }

  @Test("a file with three faults reports all three, each with its line, key and advice")
  func reportsAllFaults() throws {
    let text = "name: hk-1\nhttp:\n  lisen: 127.0.0.1:1\nlimits:\n  publishEvery: 15\n  keep: 0\n"
    let settings = SettingsReader(text: text, name: "/etc/sampan/x.yaml")
    _ = read(settings)
    let error = #expect(throws: SettingsError.self) { try settings.finish() }
    #expect(
      error?.description == """
        /etc/sampan/x.yaml has 3 faults; nothing was started. Correct the file and start again.
          line 3: http.lisen is not a key; did you mean listen?
          line 5: limits.publishEvery is 15, not a time span: a number and ms, s, m, h, d or w, \
        such as 30m
          line 6: limits.keep is 0, outside what is allowed: 1 to 1000
        """)
  }

  @Test(
    "each kind of fault is found on its line",
    arguments: [
      ("", ["missing - name"]),
      ("name:\n", ["missing 1 name"]),
      ("name: 12\n", ["wrongType 1 name"]),
      ("name: yes\n", ["wrongType 1 name"]),
      ("name: [a]\n", ["wrongType 1 name"]),
      ("name: a\nrole: repilca\n", ["badValue 2 role"]),
      ("name: a\nhttp: 7\n", ["wrongType 2 http"]),
      ("name: a\nhttp: {listen: 0.0.0.0:80}\n", ["notLoopback 2 http.listen"]),
      ("name: a\nhttp: {listen: \"127.0.0.1\"}\n", ["badValue 2 http.listen"]),
      ("name: a\nhttp: {listen: 127.0.0.1.evil.example:80}\n", ["notLoopback 2 http.listen"]),
      ("name: a\nhttp: {listen: 127.0.0.1:65536}\n", ["badValue 2 http.listen"]),
      ("name: a\nhttp: {publicURL: https://a}\n", ["wrongType 2 http.publicURL"]),
      ("name: a\nhttp:\n  publicURL:\n  - x\n  - 5\n", ["wrongType 5 http.publicURL[1]"]),
      ("name: a\nlimits: {requestBody: 64}\n", ["badSize 2 limits.requestBody"]),
      ("name: a\nlimits: {requestBody: 64 KiB}\n", ["badSize 2 limits.requestBody"]),
      ("name: a\nlimits: {requestBody: 2MiB}\n", ["outOfRange 2 limits.requestBody"]),
      (
        "name: a\nlimits: {requestBody: 9223372036854775807TiB}\n",
        ["badSize 2 limits.requestBody"]
      ),
      ("name: a\nlimits: {publishEvery: 2x}\n", ["badDuration 2 limits.publishEvery"]),
      ("name: a\nlimits: {publishEvery: -2s}\n", ["badDuration 2 limits.publishEvery"]),
      ("name: a\nlimits: {publishEvery: 2d}\n", ["outOfRange 2 limits.publishEvery"]),
      ("name: a\nlimits: {keep: \"5\"}\n", ["wrongType 2 limits.keep"]),
      ("name: a\nlimits: {keep: 010}\n", ["wrongType 2 limits.keep"]),
      ("name: a\nlimits: {keep: 1.5}\n", ["wrongType 2 limits.keep"]),
      ("name: a\nlimits: {keep: 99999999999999999999}\n", ["wrongType 2 limits.keep"]),
      ("name: a\nlimits: {verbose: on}\n", ["wrongType 2 limits.verbose"]),
      ("name: a\nlimits: {verbose: \"true\"}\n", ["wrongType 2 limits.verbose"]),
      ("name: a\nother: {listen: 1}\n", ["unknownKey 2 other"]),
      ("name: a\n? [b]\n: c\n", ["wrongType 2 "]),
      ("name: a\nname: b\n", ["syntax 1 "]),
      ("name: a\nhttp: {listen: [\n", ["syntax 3 "]),
      ("- name\n", ["wrongType 1 "]),
      ("name: a\n---\nname: b\n", ["syntax 2 "]),
    ])
  func findsFaults(text: String, expected: [String]) {
    #expect(faults(text) == expected)
  }

  @Test("a key in the wrong section is told where it belongs")
  func namesTheRightSection() {
    let settings = SettingsReader(text: "name: a\nkeep: 5\nhttp: {zzz: 1}\n", name: "x")
    _ = read(settings)
    let error = #expect(throws: SettingsError.self) { try settings.finish() }
    #expect(
      error?.faults.map(\.message) == [
        "is not a key; it belongs under limits", "is not a key; known here: listen, publicURL",
      ])
  }

  @Test("the environment wins over the file and is held to the same rules")
  func readsTheEnvironment() throws {
    let environment = [
      "SAMPAN_NAME": "sz-1", "SAMPAN_LIMITS_KEEP": "7", "SAMPAN_LIMITS_VERBOSE": "true",
      "SAMPAN_HTTP_PUBLIC_URL": "x, y", "SAMPAN_LIMITS_REQUEST_BODY": "2KiB", "SAMPAN_ROLE": "",
    ]
    let settings = SettingsReader(
      text: "name: hk-1\nlimits: {keep: 5}\n", name: "x", environment: environment)
    let values = read(settings)
    try settings.finish()
    #expect(values.name == "sz-1" && values.keep == 7 && values.verbose)
    #expect(values.hosts == ["x", "y"] && values.body == 2_048 && values.role == "single")
    #expect(
      faults("name: a\n", environment: ["SAMPAN_LIMITS_KEEP": "many"])
        == ["wrongType SAMPAN_LIMITS_KEEP limits.keep"])
  }

  @Test("keys of a section that is not needed may be missing but not wrong")
  func readsUnneededSections() {
    func read(_ settings: SettingsReader) {
      let engine = settings.string("engine", default: "local", doc: "engine")
      let etcd = settings.section("etcd", needed: engine == "etcd")
      _ = etcd.string("trust", doc: "a bundle")
      _ = etcd.int("port", doc: "a port")
    }
    #expect(faults("engine: local\n", read: read) == [])
    #expect(faults("etcd: {port: x}\n", read: read) == ["wrongType 1 etcd.port"])
    #expect(
      faults("engine: etcd\netcd:\n  port: 1\n", read: read) == ["missing 2 etcd.trust"])
  }

  @Test("items and free entries are read in order, their faults named by place")
  func readsItems() {
    var chips: [String] = []
    var labels: [String] = []
    func read(_ settings: SettingsReader) {
      chips = settings.items("pools", doc: "pools") { pool in
        labels += pool.entries("selector", doc: "labels").map { "\($0.key)=\($0.value)" }
        return pool.string("chip", doc: "kind of GPU")
      }
    }
    let text = "pools:\n- chip: b\n  selector: {z/y: 1x, a: b}\n- chip: a\n"
    #expect(faults(text, read: read) == [])
    #expect(chips == ["b", "a"] && labels == ["z/y=1x", "a=b"])
    #expect(
      faults("pools:\n- chip: b\n- chpi: a\n- 5\n", read: read)
        == [
          "missing 3 pools[1].chip", "unknownKey 3 pools[1].chpi", "wrongType 4 pools[2]",
        ])
    #expect(faults("pools: {chip: a}\n", read: read) == ["wrongType 1 pools"])
  }

  @Test("a secret's file must be there, a file, and nobody else's to use")
  func checksSecretFiles() throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("settings-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let secret = folder.appendingPathComponent("tokens")
    let file = folder.appendingPathComponent("x.yaml").path
    try Data("identity: {tokenFile: tokens}\n".utf8).write(to: URL(fileURLWithPath: file))

    func message(required: Bool = true) -> String? {
      let settings = SettingsReader(file: file, environment: [:])
      let found = settings.section("identity").secretFile(
        "tokenFile", required: required, doc: "tokens")
      do {
        try settings.finish()
        #expect(found == secret.path)
        return nil
      } catch {
        #expect(error.faults.map(\.kind) == [.insecureFile])
        return error.faults.first?.message
      }
    }
    #expect(message()?.contains("No such file") == true)
    try Data("x".utf8).write(to: secret)
    for (mode, isAllowed) in [(0o600, true), (0o400, true), (0o640, false), (0o604, false)] {
      try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: secret.path)
      #expect((message() == nil) == isAllowed, "mode \(String(mode, radix: 8))")
    }
    #expect(message()?.contains("run: chmod 600 '\(secret.path)'") == true)
    try FileManager.default.removeItem(at: secret)
    try FileManager.default.createDirectory(at: secret, withIntermediateDirectories: false)
    #expect(message(required: false)?.contains("not a regular file") == true)
  }

  @Test("a file that cannot be read is the only fault, whatever is missing with it")
  func reportsUnreadableFiles() throws {
    let settings = SettingsReader(file: "/nowhere/x.yaml", environment: [:])
    _ = read(settings)
    let error = #expect(throws: SettingsError.self) { try settings.finish() }
    #expect(error?.faults.map(\.kind) == [.unreadable])
  }

  @Test("nesting without end is a fault, not a crash")
  func survivesDeepNesting() {
    let deep = String(repeating: "[", count: 100_000)
    #expect(faults("name: \(deep)\n").first?.hasPrefix("syntax") == true)
    #expect(faults(String(repeating: "- ", count: 100_000)).first?.hasPrefix("syntax") == true)
  }

  @Test("show gives a file of defaults that reads back without fault, and what is in force")
  func showsDefaults() throws {
    let settings = SettingsReader(text: "name: a\nlimits: {keep: 7}\n", name: "x")
    _ = read(settings)
    _ = settings.items("pools", doc: "the pools") { $0.bool("open", default: true, doc: "sells") }
    let text = settings.show()
    #expect(
      text == """
        # name:                   # this replica in logs [now a, line 1]
        role: single              # what it is (single | replica)
        dataDirectory: data       # where the ledger lives
        http:                     # the API
          listen: 127.0.0.1:7440  # address
          publicURL: [http://a]   # names of it
        limits:
          requestBody: 64KiB      # body
          publishEvery: 15m       # copies
          keep: 96                # copies kept [now 7, line 2]
          verbose: false          # say more
        pools: []                 # the pools; each item has:
            # open: true          # sells

        """)
    #expect(
      faults("name: a\n" + text) { again in
        _ = read(again)
        _ = again.items("pools", doc: "the pools") {
          $0.bool("open", default: true, doc: "sells")
        }
      } == [])
  }
}
