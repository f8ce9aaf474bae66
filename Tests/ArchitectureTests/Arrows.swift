/// What each target may import, whatever the manifest says: the arrows of ARCHITECTURE.md. They never
/// turn back; a new target gets its line here when it gets its room.
enum Arrows {
  /// Modules of the machine. The core has none of them.
  static let system: Set = ["Foundation", "Synchronization", "Dispatch", "Glibc", "Musl", "Darwin"]

  private static let core = ["Units", "Placement", "Market", "Accounts", "Leases", "Ledger"]

  static let allowed: [String: [String]] = [
    // The core: only what is below, nothing of anybody else's.
    "Units": [],
    "Placement": ["Units"],
    "Market": ["Units", "Placement"],
    "Accounts": ["Units"],
    "Leases": ["Units", "Accounts"],
    "Ledger": ["Units", "Placement", "Market", "Accounts", "Leases"],
    "Transparency": ["Units"],
    "Replication": ["Units", "Placement", "Market", "Accounts", "Leases", "Ledger"],
    // The ring. One target knows each library.
    "CCurl": [],
    "COpenSSL": [],
    "Settings": ["Yams"],
    "Transport": ["CCurl"],
    "BrokerAPI": [],
    "BrokerClient": ["BrokerAPI", "Transport"],
    "CommandLog": ["Units", "Ledger", "Transport"],
    "LedgerStore": core + [
      "COpenSSL", "Transparency", "CommandLog", "Crypto", "GRDB", "GRDBSQLite",
    ],
    "Receipts": [
      "Units", "Market", "Leases", "Ledger", "LedgerStore", "Transparency", "BrokerAPI",
    ],
    "Witnessing": [
      "COpenSSL",
      "Transparency", "LedgerStore", "Transport", "Crypto", "Hummingbird", "HummingbirdCore",
      "HTTPTypes", "Logging", "NIOCore", "ServiceLifecycle",
    ],
    "Books": ["Units", "LedgerStore", "BrokerAPI"],
    "Surveillance": ["Units", "Accounts", "Market", "Leases", "Ledger", "LedgerStore"],
    "Records": ["Units", "Placement", "Market", "Leases", "Ledger", "LedgerStore", "BrokerAPI"],
    "Access": ["Units", "Ledger", "LedgerStore", "Crypto"],
    "Replica": core + [
      "Replication", "Transparency", "CommandLog", "LedgerStore", "Crypto", "Logging",
    ],
    "BrokerServer": core + [
      "Transparency", "CommandLog", "LedgerStore", "Replica", "Access", "BrokerAPI", "Witnessing",
      "Receipts",
      "Hummingbird", "HummingbirdCore", "HTTPTypes", "Logging", "NIOCore", "ServiceLifecycle",
    ],
    "Backup": ["Units", "LedgerStore", "Replica"],
    "Audit": core + ["Replication", "Transparency", "LedgerStore", "Replica"],
    "Peers": [
      "Units", "Ledger", "CommandLog", "LedgerStore", "Replica", "Audit", "Backup", "BrokerAPI",
      "BrokerClient", "Transport",
      "Hummingbird", "HummingbirdCore", "HummingbirdTLS", "HTTPTypes", "Logging", "NIOCore",
      "NIOSSL", "ServiceLifecycle",
    ],
    // Adapters know the seam alone: neither each other nor the market nor money.
    "AdapterKit": [],
    "SiteRuntime": ["AdapterKit", "Subprocess", "BrokerAPI", "BrokerClient"],
    "Loopback": ["AdapterKit"],
    "Subprocess": [],
    "Exec": ["AdapterKit", "Subprocess"],
    "Slurm": ["AdapterKit", "Subprocess", "Transport"],
    "Simulation": core + ["Replication"],
    // Everything that is a value, in one thread: the broker's side and the agent's, and no program.
    "Federation": core + [
      "Replication", "Transparency", "CommandLog", "LedgerStore", "Replica", "AdapterKit",
      "SiteRuntime", "Simulation", "Logging",
    ],
    // Programs put rooms together. The command line knows a broker by its API alone, and ledger files by
    // the room that reads their books.
    "sampand": core + [
      "CommandLog", "BrokerAPI", "LedgerStore", "Replica", "Access", "Audit", "BrokerServer",
      "Peers",
      "BrokerClient",
      "Transport", "Settings", "Transparency", "Witnessing",
      "ArgumentParser", "Logging",
      "ServiceLifecycle", "UnixSignals",
    ],
    "sampan": [
      "Audit", "Receipts", "Backup", "Books", "Records", "Surveillance", "BrokerAPI",
      "BrokerClient",
      "Transport",
      "Settings",
      "ArgumentParser", "Crypto", "CryptoExtras", "Yams",
    ],
    "sampan-agent": [
      "AdapterKit", "SiteRuntime", "Loopback", "Exec", "Slurm", "BrokerAPI", "BrokerClient",
      "Transport", "Settings", "ArgumentParser",
    ],
    "sampan-sim": core + [
      "LedgerStore", "Simulation", "Federation", "BrokerAPI", "BrokerClient", "Transport",
      "Settings",
      "ArgumentParser", "Yams",
    ],
  ]

  /// Arrows of the manifest that the table does not have, and targets that it does not know.
  static func check(_ manifest: Manifest) -> [Finding] {
    manifest.targets.filter { !$0.path.hasPrefix("Tests/") }.flatMap { target -> [Finding] in
      guard let may = allowed[target.name] else {
        return [
          Finding(
            path: "Package.swift", line: 1, subject: target.name,
            what: "\(target.name) has no line in Arrows.swift: say what it may import")
        ]
      }
      return target.needs.filter { !may.contains($0) }.map { need in
        Finding(
          path: "Package.swift", line: 1, subject: "\(target.name) -> \(need)",
          what: "\(target.name) may not depend on \(need); ARCHITECTURE.md has the arrows")
      }
    }
  }

  /// Imports that the manifest does not list, and lines of the manifest that nothing imports.
  static func imports(_ manifest: Manifest, _ files: [SourceFile]) -> [Finding] {
    manifest.targets.flatMap { target -> [Finding] in
      let own = files.filter { $0.path.hasPrefix(target.path + "/") }
      let isCore = target.path.hasPrefix("Sources/Core/")
      let isTest = target.path.hasPrefix("Tests/")
      var used: Set<String> = []
      var findings: [Finding] = []
      for file in own {
        for (module, line) in file.imports {
          used.insert(module)
          let isKnown =
            target.needs.contains(module) || (!isCore && system.contains(module))
            || (isTest && module == "Testing")
          if isKnown { continue }
          findings.append(
            Finding(
              path: file.path, line: line, subject: module,
              what:
                "imports \(module), which the line of \(target.name) in Package.swift does not list"
            ))
        }
      }
      let idle = own.isEmpty ? [] : target.needs.filter { !used.contains($0) }
      return findings
        + idle.map { need in
          Finding(
            path: "Package.swift", line: 1, subject: "\(target.name) -> \(need)",
            what: "\(target.name) lists \(need) and imports it nowhere")
        }
    }
  }
}
