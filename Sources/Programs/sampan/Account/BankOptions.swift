import ArgumentParser

/// What the bank says of money that came or went.
struct BankOptions: ParsableArguments {
  @Argument(help: "The account.")
  var account: String
  @Option(name: .long, help: ArgumentHelp("With its currency: HKD 61200.00.", valueName: "money"))
  var amount: String
  @Option(name: .long, help: ArgumentHelp("The bank's own reference.", valueName: "text"))
  var reference: String
}
