import ArgumentParser

/// `sampan broker`.
struct BrokerCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "broker", abstract: "Run the replicas of a broker, on their hosts.",
    subcommands: [
      BrokerActivateCommand.self, BrokerBackupCommand.self, BrokerFreezeCommand.self,
      BrokerReplaceCommand.self, BrokerRestoreCommand.self, BrokerStatusCommand.self,
      BrokerThawCommand.self,
    ])
}

/// Where the broker of this host is asked, without signing in.
struct SocketOptions: ParsableArguments {
  @Option(
    name: .long,
    help: ArgumentHelp(
      "Its admin socket; /run/sampan/admin.sock when left out. (SAMPAN_ADMIN_SOCKET)",
      valueName: "path"),
    completion: .file())
  var socket: String?

  func path(_ around: Surroundings) -> String {
    around.absolute(
      socket ?? around.variable("SAMPAN_ADMIN_SOCKET") ?? "/run/sampan/admin.sock")
  }
}
