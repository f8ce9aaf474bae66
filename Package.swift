// swift-tools-version: 6.2
// The map of the house: one line per target, lowest floor first. Each target lists the targets and
// products that it imports; `make test` builds with
// `--explicit-target-dependency-import-check error`, so an import that is not listed does not build.
import PackageDescription

// `make core` sets SAMPAN_FLOOR=core: the core and its tests alone, with no package and no system
// library, so that they build on any machine that has Swift.
let coreOnly = Context.environment["SAMPAN_FLOOR"] == "core"

let settings: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .treatAllWarnings(as: .error),
]

/// Versions are exact because Package.resolved is not kept (ARCHITECTURE.md, "Decisions").
let versions: [(url: String, version: Version)] = [
  ("https://github.com/apple/swift-argument-parser", "1.8.2"),
  ("https://github.com/apple/swift-crypto", "4.5.2"),
  ("https://github.com/apple/swift-http-types", "1.8.0"),
  ("https://github.com/apple/swift-log", "1.16.2"),
  ("https://github.com/apple/swift-nio", "2.101.2"),
  ("https://github.com/apple/swift-nio-ssl", "2.37.6"),
  ("https://github.com/groue/GRDB.swift", "7.10.0"),
  ("https://github.com/hummingbird-project/hummingbird", "2.28.1"),
  ("https://github.com/jpsim/Yams", "6.2.2"),
  ("https://github.com/swift-server/swift-service-lifecycle", "2.13.0"),
]

let argumentParser = product("ArgumentParser", "swift-argument-parser")
let crypto = product("Crypto", "swift-crypto")
let cryptoExtras = product("CryptoExtras", "swift-crypto")
let httpTypes = product("HTTPTypes", "swift-http-types")
let logging = product("Logging", "swift-log")
let nioCore = product("NIOCore", "swift-nio")
let grdb = product("GRDB", "GRDB.swift")
let hummingbird = product("Hummingbird", "hummingbird")
let hummingbirdCore = product("HummingbirdCore", "hummingbird")
let hummingbirdTLS = product("HummingbirdTLS", "hummingbird")
let nioSSL = product("NIOSSL", "swift-nio-ssl")
let yams = product("Yams", "Yams")
let lifecycle = product("ServiceLifecycle", "swift-service-lifecycle")
let unixSignals = product("UnixSignals", "swift-service-lifecycle")

// Core: values in, values out. No I/O, clock, randomness, floating point or Foundation.
let core: [Target] = [
  room("Units", "Sources/Core", []),
  room("Placement", "Sources/Core", ["Units"]),
  room("Market", "Sources/Core", ["Units", "Placement"]),
  room("Accounts", "Sources/Core", ["Units"]),
  room("Leases", "Sources/Core", ["Units", "Accounts"]),
  room("Ledger", "Sources/Core", ["Units", "Placement", "Market", "Accounts", "Leases"]),
  room("Transparency", "Sources/Core", ["Units"]),
  room("Replication", "Sources/Core", ["Units", "Placement", "Market", "Leases", "Ledger"]),
]

let coreTests: [Target] = [
  room("Seeded", "Tests/Core", []),
  tests("UnitsTests", "Tests/Core", ["Units", "Seeded"]),
  tests("PlacementTests", "Tests/Core", ["Placement"]),
  tests(
    "TransparencyTests", "Tests/Core", ["Seeded", "Units", "Transparency"], resources: ["Vectors"]),
  room(
    "LedgerFixture", "Tests/Core",
    ["Units", "Placement", "Market", "Accounts", "Leases", "Ledger", "Replication"]),
  tests(
    "LedgerTests", "Tests/Core",
    [
      "Units", "Placement", "Market", "Accounts", "Leases", "Ledger", "Replication",
      "LedgerFixture", "Seeded",
    ]),
  tests(
    "ScenarioTests", "Tests",
    [
      "Units", "Placement", "Market", "Accounts", "Leases", "Ledger", "Replication",
      "LedgerFixture",
    ], resources: ["Scripts"]),
]

// Service: the ring around the core; each shell drives one core machine.
let service: [Target] = [
  .systemLibrary(
    name: "CCurl", path: "Sources/Service/CCurl", pkgConfig: "libcurl",
    providers: [.apt(["libcurl4-openssl-dev"])]),
  // Of OpenSSL (libssl-dev) what SM2 needs; in C, so that its headers are nobody else's.
  .target(
    name: "COpenSSL", path: "Sources/Service/COpenSSL",
    linkerSettings: [.linkedLibrary("crypto")]),
  room("Settings", "Sources/Service", [yams]),
  room("Transport", "Sources/Service", ["CCurl"]),
  room("BrokerAPI", "Sources/Service", []),
  room("BrokerClient", "Sources/Service", ["BrokerAPI", "Transport"]),
  room("CommandLog", "Sources/Service", ["Units", "Ledger", "Transport"]),
  room(
    "LedgerStore", "Sources/Service",
    [
      "Units", "Market", "Accounts", "Leases", "Ledger", "Transparency", "CommandLog", "COpenSSL",
      crypto, grdb, product("GRDBSQLite", "GRDB.swift"),
    ]),
  room(
    "Receipts", "Sources/Service",
    ["Units", "Market", "Leases", "Ledger", "LedgerStore", "Transparency", "BrokerAPI"]),
  room(
    "Witnessing", "Sources/Service",
    [
      "COpenSSL", "Transparency", "LedgerStore", "Transport", crypto, hummingbird,
      hummingbirdCore, httpTypes, logging, nioCore, lifecycle,
    ]),
  room("Books", "Sources/Service", ["Units", "LedgerStore", "BrokerAPI"]),
  room(
    "Surveillance", "Sources/Service",
    ["Units", "Accounts", "Market", "Leases", "Ledger", "LedgerStore"]),
  room(
    "Records", "Sources/Service",
    ["Units", "Placement", "Market", "Leases", "Ledger", "LedgerStore", "BrokerAPI"]),
  room("Access", "Sources/Service", ["Ledger", "LedgerStore", crypto]),
  room(
    "Replica", "Sources/Service",
    [
      "Units", "Placement", "Market", "Accounts", "Ledger", "Replication", "Transparency",
      "CommandLog", "LedgerStore", logging,
    ]),
  room(
    "BrokerServer", "Sources/Service",
    [
      "Units", "Placement", "Market", "Accounts", "Leases", "Ledger", "Transparency", "LedgerStore",
      "Replica", "Access", "BrokerAPI", "CommandLog", "Witnessing",
      "Receipts", hummingbird,
      hummingbirdCore, httpTypes, logging, nioCore, lifecycle,
    ]),
  room("Backup", "Sources/Service", ["Units", "LedgerStore", "Replica"]),
  room(
    "Audit", "Sources/Service",
    ["Units", "Market", "Ledger", "Replication", "Transparency", "LedgerStore", "Replica"]),
  room(
    "Peers", "Sources/Service",
    [
      "Units", "Ledger", "CommandLog", "LedgerStore", "Replica", "Audit", "Backup", "BrokerAPI",
      "BrokerClient",
      "Transport", hummingbird, hummingbirdCore, hummingbirdTLS, httpTypes, logging, nioCore,
      nioSSL, lifecycle,
    ]),
]

let adapters: [Target] = [
  room("AdapterKit", "adapters", []),
  room("SiteRuntime", "adapters", ["AdapterKit", "Subprocess", "BrokerAPI", "BrokerClient"]),
  room("Loopback", "adapters", ["AdapterKit"]),
  room("Subprocess", "adapters", []),
  room("Exec", "adapters", ["AdapterKit", "Subprocess"], exclude: ["PROTOCOL.md", "examples"]),
  room("Slurm", "adapters", ["AdapterKit", "Subprocess", "Transport"], exclude: ["README.md"]),
]

let simulation: [Target] = [
  room(
    "Simulation", "Sources",
    ["Units", "Placement", "Market", "Accounts", "Leases", "Ledger", "Replication"]),
  room(
    "Federation", "Sources",
    [
      "Units", "Placement", "Market", "Accounts", "Leases", "Ledger", "Replication",
      "Transparency", "CommandLog", "LedgerStore", "Replica", "AdapterKit", "SiteRuntime",
      "Simulation", logging,
    ]),
]

let programs: [Target] = [
  program(
    "sampand",
    [
      "Units", "Market", "Ledger", "CommandLog", "LedgerStore", "Replica", "Access", "BrokerServer",
      "Audit", "Peers", "BrokerAPI", "BrokerClient",
      "Transport", "Transparency", "Witnessing",
      "Settings", argumentParser, lifecycle, logging, unixSignals,
    ]),
  program(
    "sampan",
    [
      "Audit", "Backup", "Books", "Receipts", "Records", "Surveillance", "BrokerAPI",
      "BrokerClient",
      "Transport",
      argumentParser,
      crypto, cryptoExtras, yams,
    ]),
  program(
    "sampan-agent",
    [
      "AdapterKit", "SiteRuntime", "Loopback", "Exec", "Slurm", "BrokerAPI", "BrokerClient",
      "Transport",
      "Settings", argumentParser,
    ]),
  program(
    "sampan-sim",
    [
      "Units", "Placement", "Market", "Ledger", "LedgerStore", "Simulation", "Federation",
      "BrokerAPI", "BrokerClient", "Transport", "Settings", argumentParser,
    ]),
]

let serviceTests: [Target] = [
  room("BrokerFixture", "Tests", ["BrokerAPI", "BrokerClient", "Transport"]),
  room("CertificateFixture", "Tests", []),
  tests("TransportTests", "Tests/Service", ["Transport", "Settings", "CertificateFixture"]),
  tests(
    "BrokerAPITests", "Tests/Service", ["BrokerFixture", "BrokerAPI", "BrokerClient", "Transport"]),
  tests(
    "CommandLogTests", "Tests/Service",
    ["Seeded", "CommandLog", "LedgerStore", "Transport", grdb]),
  tests(
    "LedgerStoreTests", "Tests/Service",
    [
      "Units", "Placement", "Market", "Accounts", "Leases", "Ledger", "Transparency", "CommandLog",
      "LedgerStore", "Audit", "Books", "Records", "Receipts", "Replication", "Replica", "Access",
      "Backup", "Witnessing", "LedgerFixture",
      "Seeded", grdb, logging,
    ]),
  tests(
    "WitnessingTests", "Tests/Service",
    [
      "BrokerAPI", "BrokerClient", "BrokerFixture", "Receipts", "Seeded", "Transparency",
      "LedgerStore", "Transport",
      "Witnessing", logging,
      lifecycle,
    ], resources: ["Verifiers"]),
  tests(
    "PeersTests", "Tests/Service",
    [
      "Units", "CommandLog", "Ledger", "LedgerFixture", "LedgerStore", "Transparency", "Market",
      "Replica",
      "Backup",
      "Peers",
      "BrokerAPI", "Transport", "CertificateFixture", lifecycle, logging,
    ]),
  tests(
    "AdapterTests", "Tests/Adapters",
    ["AdapterKit", "SiteRuntime", "BrokerAPI", "Loopback", "Exec"]),
  tests(
    "SlurmTests", "Tests/Adapters", ["Seeded", "AdapterKit", "Subprocess", "Slurm"],
    resources: ["Fixtures"]),
  tests("SimulationTests", "Tests", ["Placement", "Simulation"]),
  tests(
    "FederationTests", "Tests",
    ["BrokerFixture", "Federation", "Ledger", "Market", "Seeded", "Units"], resources: ["seeds"]),
  tests(
    "SurveillanceTests", "Tests/Service",
    [
      "Units", "Accounts", "Market", "Leases", "Ledger", "LedgerStore", "Surveillance",
      "LedgerFixture", "BrokerFixture", "Seeded",
    ]),
  tests("CommandLineTests", "Tests", ["sampan", "BrokerAPI", "BrokerClient", argumentParser]),
  tests(
    "SystemTests", "Tests",
    [
      "BrokerFixture", "CertificateFixture", "Seeded", "BrokerAPI", "BrokerClient", "Ledger",
      "Transport",
    ]),
  tests(
    "BoundaryTests", "Tests",
    [
      "BrokerFixture", "Seeded", "BrokerAPI", "BrokerClient", "LedgerStore",
      "Transport",
      grdb, yams,
    ]),
  tests("ArchitectureTests", "Tests", ["Seeded"]),
]

// `make bench`: the promises about speed, measured.
let benchmarks: [Target] = [
  .executableTarget(
    name: "sampan-bench",
    dependencies: [
      "Units", "Placement", "Market", "Leases", "Ledger", "Replication", "CommandLog",
      "LedgerStore", "Replica", "Audit", "Peers", "Transparency", "Transport", "LedgerFixture",
      logging, lifecycle, product("GRDBSQLite", "GRDB.swift"),
    ], path: "Tests/Benchmarks", swiftSettings: settings)
]

let package = Package(
  name: "sampan",
  platforms: [.macOS(.v15)],
  products: coreOnly
    ? []
    : [
      .executable(name: "sampand", targets: ["sampand"]),
      .executable(name: "sampan", targets: ["sampan"]),
      .executable(name: "sampan-agent", targets: ["sampan-agent"]),
      .executable(name: "sampan-sim", targets: ["sampan-sim"]),
      .library(name: "AdapterKit", targets: ["AdapterKit"]),
    ],
  dependencies: coreOnly ? [] : versions.map { .package(url: $0.url, exact: $0.version) },
  targets: coreOnly
    ? core + coreTests
    : core + service + adapters + simulation + programs + coreTests + serviceTests + benchmarks
)

func product(_ name: String, _ package: String) -> Target.Dependency {
  .product(name: name, package: package)
}

func room(
  _ name: String, _ folder: String, _ needs: [Target.Dependency], exclude: [String] = []
) -> Target {
  .target(
    name: name, dependencies: needs, path: "\(folder)/\(name)", exclude: exclude,
    swiftSettings: settings)
}

func program(_ name: String, _ needs: [Target.Dependency]) -> Target {
  .executableTarget(
    name: name, dependencies: needs, path: "Sources/Programs/\(name)", swiftSettings: settings)
}

func tests(
  _ name: String, _ folder: String, _ needs: [Target.Dependency], resources: [String] = []
) -> Target {
  .testTarget(
    name: name, dependencies: needs, path: "\(folder)/\(name)",
    resources: resources.map { .copy($0) },
    swiftSettings: settings)
}
