import ArgumentParser

/// The tree of commands.
struct Sampan: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sampan",
    abstract: "Buy and sell GPU time by the round.",
    discussion: """
      Start with: sampan context add NAME --broker URL --token-file FILE

      Exit codes: 0 done, 1 refused, 2 usage, 3 not signed in or not allowed, 4 broker \
      unreachable, 5 outcome unknown (sampan retry), 6 a proof does not hold, 130 interrupted.
      The whole tree for programs: sampan help --json
      """,
    version: Version.text,
    groupedSubcommands: [
      CommandGroup(
        name: "Start",
        subcommands: [
          ContextCommand.self, WhoamiCommand.self, RetryCommand.self, CompletionCommand.self,
          VersionCommand.self,
        ]),
      CommandGroup(
        name: "Market",
        subcommands: [
          QuoteCommand.self, MarketCommand.self, RoundCommand.self, ChipCommand.self,
          SiteCommand.self,
        ]),
      CommandGroup(name: "Compute", subcommands: [BidCommand.self, LeaseCommand.self]),
      CommandGroup(
        name: "Money",
        subcommands: [
          AccountCommand.self, BudgetCommand.self, TransferCommand.self, SettlementCommand.self,
          DisputeCommand.self, InvoiceCommand.self,
        ]),
      CommandGroup(
        name: "Scheme",
        subcommands: [
          CallCommand.self, ApplicationCommand.self, AwardCommand.self, FactCommand.self,
        ]),
      CommandGroup(name: "Centre", subcommands: [OfferCommand.self]),
      CommandGroup(
        name: "Oversight",
        subcommands: [
          AlertCommand.self, AuditCommand.self, CaseCommand.self, ExportCommand.self,
          LedgerCommand.self,
          OversightCommand.self,
          ReceiptCommand.self,
          ReportCommand.self,
        ]),
      CommandGroup(
        name: "Platform",
        subcommands: [
          ApprovalCommand.self, BrokerCommand.self, PartyCommand.self, RateCommand.self,
          RuleCommand.self,
        ]),
    ])
}
