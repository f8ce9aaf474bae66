import Settings
import SiteRuntime
import Slurm

// The sections slurm, access and people, and what pools say of nodes.
extension AgentSettings {
  static func people(
    _ reader: SettingsReader, _ faults: inout PoolFaults
  ) -> (map: any PeopleMap, unknown: UnknownPeople)? {
    let map = reader.section("map", doc: "member id to user: command or file")
    let command = map.list(
      "command", default: [], doc: "member on its standard input, user on its standard output")
    let file = map.optionalPath("file", doc: "a line for each: MEMBER USER")
    let unknown =
      UnknownPeople(
        rawValue: reader.string(
          "unknown", default: "wait", oneOf: UnknownPeople.allCases.map(\.rawValue),
          doc: "a lease of a tenant of whom nobody is known: wait with a closed gate, or refuse"))
      ?? .wait
    switch (command.isEmpty, file) {
    case (true, nil):
      if reader.isPresent { faults.faults.append("people.map: name a command or a file") }
      return nil
    case (false, nil):
      if command.first?.hasPrefix("/") != true {
        faults.faults.append("people.map.command: the program needs an absolute path")
      }
      return (PeopleCommand(command), unknown)
    case (true, .some(let path)): return (PeopleFile(path), unknown)
    case (false, .some):
      faults.faults.append("people.map: a command or a file, not both")
      return nil
    }
  }

  static func slurm(
    _ reader: SettingsReader, _ needed: Bool, spool: String
  ) -> SlurmConfiguration {
    let section = reader.section("slurm", needed: needed, doc: "a Slurm cluster")
    var slurm = SlurmConfiguration(
      cluster: section.string("cluster", doc: "as Slurm calls it"), stateFolder: spool + "/slurm")
    slurm.interface =
      SlurmConfiguration.Interface(
        rawValue: section.string(
          "interface", default: "commands",
          oneOf: SlurmConfiguration.Interface.allCases.map(\.rawValue), doc: "how it is read"))
      ?? .commands
    slurm.rest = rest(section.section("rest", doc: "read only when interface is rest"), slurm)
    slurm.leaseAs =
      SlurmConfiguration.LeaseForm(
        rawValue: section.string(
          "leaseAs", default: "reservation",
          oneOf: SlurmConfiguration.LeaseForm.allCases.map(\.rawValue),
          doc: "what a lease is made of; check says which would hold here")) ?? .reservation
    slurm.prefix = section.string(
      "prefix", default: "sampan-", doc: "in front of every name that we make")
    slurm.account = section.string(
      "account", default: "sampan", doc: "made by hand once, for leaseAs: reservation")
    slurm.writeCommand = section.list(
      "writeCommand", default: ["sudo", "-n", "/usr/sbin/sampan-slurm"],
      doc: "what every change is handed to")
    slurm.lockFile = section.path(
      "lockFile", default: "/run/lock/sampan-slurm.lock",
      doc: "held while slurmdbd is written; share it: sampan-agent with-lock")
    slurm.tokenFile = section.secretFile("tokenFile", doc: "a token for reading; 0600")
    slurm.tokenCommand = section.list(
      "tokenCommand", default: [], doc: "prints a fresh token when the one in hand runs out")
    slurm.pollEverySeconds =
      section.duration(
        "pollEvery", default: "30s", in: .seconds(5)...(.seconds(3_600)),
        doc: "how often the cluster is looked at"
      ).milliseconds / 1_000
    slurm.timeLimitSeconds =
      section.duration(
        "timeLimit", default: "60s", in: .seconds(1)...(.seconds(600)), doc: "of one command"
      ).milliseconds / 1_000
    slurm.trustsDevices =
      section.string(
        "devices", default: "constrained", oneOf: ["constrained", "trusted"],
        doc: "trusted: leases smaller than a node also where Slurm does not keep jobs to their GPUs"
      )
      == "trusted"
    slurm.cpusPerGPU = Int64(
      section.int(
        "cpusPerGPU", default: 8, in: 1...9_999, doc: "that a lease gets, for account and qos"))
    slurm.configurationFile = section.optionalPath(
      "configurationFile", doc: "slurm.conf, when it is not where the commands look")
    slurm.commandFolder = section.optionalPath(
      "commandFolder", doc: "of sinfo, squeue ...; along PATH when left out")
    access(reader.section("access", doc: "what the people of a lease are told"), &slurm)
    return slurm
  }

  private static func rest(
    _ reader: SettingsReader, _ slurm: SlurmConfiguration
  ) -> SlurmConfiguration.REST? {
    let url = reader.string("url", default: "http://localhost", doc: "where slurmrestd answers")
    let socket = reader.optionalPath("socket", doc: "instead of a host: a unix socket")
    let version = reader.string("version", default: "v0.0.38", doc: "of its API")
    let user = reader.string("user", default: "sampan", doc: "whom the token is for")
    guard slurm.interface == .rest else { return nil }
    return SlurmConfiguration.REST(url: url, socket: socket, version: version, user: user)
  }

  private static func access(_ reader: SettingsReader, _ slurm: inout SlurmConfiguration) {
    slurm.access.login = reader.optionalString("login", doc: "host on which people log in")
    let scratch = reader.section("scratch", doc: "storage for a lease")
    slurm.access.scratch = scratch.optionalString("path", doc: "such as /scratch/sampan/{lease}")
    slurm.access.scratchSize = scratch.optionalString("size", doc: "such as 20TB")
    slurm.access.scratchKeptSeconds =
      scratch.duration(
        "keptAfterEnd", default: "0s", in: .zero...(.seconds(31_622_400)), doc: "after the end"
      ).milliseconds / 1_000
    let signal = reader.section("jobSignal", doc: "what jobs get before the end")
    slurm.jobSignal.name = signal.string("name", default: "TERM", doc: "without SIG")
    slurm.jobSignal.beforeSeconds =
      signal.duration(
        "before", default: "10m", in: .zero...(.seconds(86_400)), doc: "the end or the shrinking"
      ).milliseconds / 1_000
  }

  /// What a pool says of the nodes behind it, nil where the adapter knows them by itself.
  static func share(
    _ reader: SettingsReader, _ name: String, _ needed: Bool, _ faults: inout PoolFaults
  ) -> SlurmConfiguration.Pool? {
    let chip = reader.optionalString("chip", doc: "kind of GPU; for slurm")
    let partition = reader.optionalString("partition", doc: "for slurm")
    let fabric = reader.string("fabric", default: "local", doc: "what may be used together")
    let nodes = reader.optionalString(
      "nodes", doc: "a hostlist; all of the partition when left out")
    let respectQueue = reader.bool(
      "respectQueue", default: true, doc: "what our own waiting jobs could use is not sold")
    guard needed, reader.isPresent else { return nil }
    guard let chip, let partition else {
      faults.faults.append("pool \(name): a pool of a Slurm cluster needs chip and partition")
      return nil
    }
    return SlurmConfiguration.Pool(
      name: name, chip: chip, partition: partition, fabric: fabric, nodes: nodes,
      respectQueue: respectQueue)
  }
}
