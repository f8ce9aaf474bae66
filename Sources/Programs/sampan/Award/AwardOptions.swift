import ArgumentParser

/// What one award pays for: a call says the most, an application what is asked for.
struct AwardOptions: ParsableArguments {
  @Option(
    name: .long,
    help: ArgumentHelp("Of one award, with its currency: HKD 320000.", valueName: "money"))
  var amount: String
  @Option(
    name: .long, help: ArgumentHelp("GPU-hours of one award.", valueName: "n"))
  var gpuHours: Int64
  @Option(
    name: .long, help: ArgumentHelp("Share of the ask: 70%, or 67.5%.", valueName: "percent"))
  var share: String
  @Option(
    name: .long, help: "A chip that is paid for. Repeat it.")
  var chip: [String]
  @Option(
    name: .long, help: "A site that is paid for. Repeat it.")
  var site: [String]
  @Option(
    name: .long, help: ArgumentHelp("When it begins.", valueName: "time"))
  var from: String
  @Option(
    name: .long, help: ArgumentHelp("When it has ended.", valueName: "time"))
  var until: String
}
