import ArgumentParser
import BrokerAPI
import BrokerClient

/// Add a chip to the catalogue.
struct ChipAddCommand: ChangeErrand {
  static let configuration = CommandConfiguration(
    commandName: "add",
    abstract: "Add a chip to the catalogue.",
    discussion: """
      It is proposed; it is in force when a second platform person approves it.

      Example:
        sampan chip add h800-80g
      """)
  static let failing = "The chip was not added."
  static let asks = false

  @Argument(help: "The chip's name, as in h800-80g.")
  var chip: String
  @OptionGroup(title: "Agreement") var change: ChangeOptions
  @OptionGroup var options: GlobalOptions

  func perform() async throws {
    try await session().carryOut(
      PlannedCommand(.addChip, Wire.Chip(chip: chip), summary: ["Add the chip \(chip)"]), change)
  }
}
