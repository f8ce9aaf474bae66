/// One Slurm cluster as a centre lends it: how it is reached, how a lease looks on it, which nodes
/// are lent. Nothing here is secret; the token stands in a file of its own.
package struct SlurmConfiguration: Sendable, Hashable {
  /// How the cluster is read. Writing always goes through `writeCommand`.
  package enum Interface: String, Sendable, Hashable, CaseIterable {
    case commands, rest
  }

  /// What a lease is made of, the least first.
  package enum LeaseForm: String, Sendable, Hashable, CaseIterable {
    /// A reservation of whole nodes for the centre's one account; slurmdbd is never written.
    case reservation
    /// GrpTRES on one account a tenant and partition, made once and kept.
    case account
    /// The same limit on a QOS of that account.
    case qos
  }

  /// Where slurmrestd listens. With a socket the URL names no host that is reached.
  package struct REST: Sendable, Hashable {
    package var url: String
    package var socket: String?
    package var version: String
    /// The user that the token is for; slurmrestd wants both.
    package var user: String

    package init(
      url: String = "http://localhost", socket: String? = nil, version: String = "v0.0.38",
      user: String
    ) {
      self.url = url
      self.socket = socket
      self.version = version
      self.user = user
    }
  }

  /// Nodes of one partition that are lent under one name.
  package struct Pool: Sendable, Hashable {
    package var name: String
    package var chip: String
    package var partition: String
    package var fabric: String
    /// A hostlist, `h[001-188]`; nil is all nodes of the partition.
    package var nodes: String?
    /// What the centre's own waiting jobs could use is kept from sale.
    package var respectQueue: Bool

    package init(
      name: String, chip: String, partition: String, fabric: String, nodes: String? = nil,
      respectQueue: Bool = true
    ) {
      self.name = name
      self.chip = chip
      self.partition = partition
      self.fabric = fabric
      self.nodes = nodes
      self.respectQueue = respectQueue
    }
  }

  /// What the people of a lease are told. `{lease}`, `{user}`, `{account}` stand for themselves.
  package struct Access: Sendable, Hashable {
    package var login: String?
    package var scratch: String?
    package var scratchSize: String?
    package var scratchKeptSeconds: Int64

    package init(
      login: String? = nil, scratch: String? = nil, scratchSize: String? = nil,
      scratchKeptSeconds: Int64 = 0
    ) {
      self.login = login
      self.scratch = scratch
      self.scratchSize = scratchSize
      self.scratchKeptSeconds = scratchKeptSeconds
    }
  }

  /// What a job is sent before its lease ends or shrinks under it.
  package struct JobSignal: Sendable, Hashable {
    package var name: String
    package var beforeSeconds: Int64

    package init(name: String = "TERM", beforeSeconds: Int64 = 600) {
      self.name = name
      self.beforeSeconds = beforeSeconds
    }
  }

  /// Slurm's own name of the cluster.
  package var cluster: String
  package var interface = Interface.commands
  /// Where slurmrestd is; needed for `interface: rest`.
  package var rest: REST?
  package var leaseAs = LeaseForm.reservation
  /// Every object that we make carries it in front.
  package var prefix = "sampan-"
  /// Made by hand once, for `leaseAs: reservation`.
  package var account = "sampan"
  /// How many CPUs a lease may hold for each of its GPUs, for `leaseAs: account` and `qos`.
  package var cpusPerGPU: Int64 = 8
  /// What every write is handed to: a program and its first arguments.
  package var writeCommand: [String] = []
  /// Held while slurmdbd is written to, by us and by whoever shares it.
  package var lockFile = "/run/lock/sampan-slurm.lock"
  /// `devices: trusted`: people are trusted to use only the GPUs that a job was given, where Slurm
  /// does not see to it. Without it leases smaller than a node need ConstrainDevices.
  package var trustsDevices = false
  /// A token for reading, 0600; nil reads as whoever the agent runs as, by munge.
  package var tokenFile: String?
  /// Prints a fresh token; run when the one in hand is about to expire.
  package var tokenCommand: [String] = []
  package var pollEverySeconds: Int64 = 30
  /// slurm.conf, when it is not where the commands look by themselves.
  package var configurationFile: String?
  /// The folder of sinfo, squeue and so on; nil looks along PATH.
  package var commandFolder: String?
  /// After so long a command or a request is given up.
  package var timeLimitSeconds: Int64 = 60
  /// What the adapter remembers between two starts of the agent.
  package var stateFolder: String
  package var access = Access()
  package var jobSignal = JobSignal()
  package var pools: [Pool] = []

  /// All else has its default.
  package init(cluster: String, stateFolder: String) {
    self.cluster = cluster
    self.stateFolder = stateFolder
  }

  /// Everything that cannot be, by the key that is wrong; empty when nothing is.
  package var faults: [String] {
    var faults: [String] = []
    func expect(_ holds: Bool, _ fault: String) { if !holds { faults.append(fault) } }
    expect(Self.isName(cluster), "cluster: \"\(cluster)\" is not a name of a cluster")
    expect(
      Self.isName(prefix) && (3...16).contains(prefix.utf8.count),
      "prefix: \"\(prefix)\"; 3 to 16 characters a-z 0-9 . _ -, a letter first, are possible")
    expect(Self.isName(account), "account: \"\(account)\" is not a name of an account")
    expect(interface != .rest || rest != nil, "interface: rest needs rest: {url or socket, user}")
    expect(
      interface != .rest || tokenFile != nil || !tokenCommand.isEmpty,
      "interface: rest needs a tokenFile or a tokenCommand")
    for (key, command) in [("writeCommand", writeCommand), ("tokenCommand", tokenCommand)] {
      expect(command.isEmpty || !(command.first ?? "").isEmpty, "\(key): no program")
    }
    expect((1...9_999).contains(cpusPerGPU), "cpusPerGPU: 1 to 9,999 are possible")
    expect((5...3_600).contains(pollEverySeconds), "pollEvery: 5s to 1h are possible")
    expect((1...600).contains(timeLimitSeconds), "timeLimit: 1s to 10m are possible")
    expect(
      ["TERM", "INT", "USR1", "USR2"].contains(jobSignal.name),
      "jobSignal: name: TERM, INT, USR1 and USR2 are possible")
    expect(!pools.isEmpty, "pools: none is named")
    expect(Set(pools.map(\.name)).count == pools.count, "pools: one name stands twice")
    for pool in pools {
      expect(Self.isName(pool.partition), "pool \(pool.name): partition: not a name")
      if let nodes = pool.nodes, case .failure(let fault) = Hostlist.read(nodes) {
        faults.append("pool \(pool.name): nodes: \(fault.text)")
      }
    }
    return faults
  }

  /// What Slurm takes for a name everywhere, without spaces and quotes: `a-z 0-9 . _ -` and
  /// capitals, not a `-` first, at most 64.
  package static func isName(_ text: String) -> Bool {
    let bytes = text.utf8
    guard (1...64).contains(bytes.count), bytes.first != 0x2D else { return false }
    return bytes.allSatisfy { byte in
      (0x61...0x7A).contains(byte) || (0x41...0x5A).contains(byte)
        || (0x30...0x39).contains(byte) || "._-".utf8.contains(byte)
    }
  }
}
