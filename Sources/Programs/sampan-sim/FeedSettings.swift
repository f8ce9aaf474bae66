import BrokerAPI
import Foundation
import Settings

/// The stream of bids of a demonstration (config/demo/bids.yaml).
struct FeedSettings {
  struct Shape {
    var name: String
    var share: Int
    var kind: Wire.BidKind
    var gpus: [Int]
    var least: Int?
    var hours: [Int]
    var slackHours: Int
    /// What a GPU-hour on a chip is worth, in percent of the drawn price.
    var chips: [(chip: String, worth: Int)]
    var sites: [String]
    var maxRoundTrip: Int?
    var dataClass: String?
    var reclaim: ReclaimTerm
  }

  var bidsPerHour: Int
  var shapes: [Shape]
  /// By chip and currency: lowest and highest price, minor units.
  var limits: [String: [Wire.CurrencyCode: ClosedRange<Int64>]] = [:]

  init(file: String) throws {
    let reader = SettingsReader(file: file)
    var faults: [String] = []
    bidsPerHour = reader.int("bidsPerHour", in: 1...10_000, doc: "bids in an hour of the market")
    shapes = reader.items("classes", doc: "kinds of bids") { item in
      Self.shape(item, &faults)
    }
    let limits = reader.section("limits", doc: "prices by chip")
    for chip in Set(shapes.flatMap { $0.chips.map(\.chip) }).sorted() {
      let section = limits.section(chip)
      for currency in [Wire.CurrencyCode.hkd, .cny] {
        let ends = section.list(currency.rawValue, doc: "lowest and highest price").compactMap {
          try? WireMoney(parsing: "\(currency.rawValue) \($0)").minor
        }
        if ends.count == 2, ends[0] <= ends[1] {
          self.limits[chip, default: [:]][currency] = ends[0]...ends[1]
        } else {
          faults.append("limits.\(chip).\(currency.rawValue): write two prices such as [18.00, 34.00]")
        }
      }
    }
    try reader.finish()
    guard faults.isEmpty else { throw Failure(description: faults.joined(separator: "\n")) }
  }

  private static func shape(_ item: SettingsReader, _ faults: inout [String]) -> Shape {
    let name = item.string("name", doc: "stands in the label")
    let reclaim = item.string("reclaim", default: "never", doc: "least notice that is accepted")
    var term = ReclaimTerm.never
    if let read = try? ReclaimTerm(parsing: reclaim) {
      term = read
    } else if !name.isEmpty {
      faults.append("classes: \(name): reclaim is \(reclaim)")
    }
    let least = item.int("least", default: 0, in: 0...100_000, doc: "base of an elastic bid")
    let furthest = item.int("maxRoundTrip", default: 0, in: 0...10_000, doc: "ms; 0: no limit")
    return Shape(
      name: name, share: item.int("share", in: 1...1_000, doc: "weight among the classes"),
      kind: Wire.BidKind(
        rawValue: item.string(
          "kind", default: "block", oneOf: ["block", "elastic"], doc: "shape of the bid")) ?? .block,
      gpus: item.list("gpus", doc: "drawn evenly").compactMap(Int.init),
      least: least > 0 ? least : nil,
      hours: item.list("hours", doc: "drawn evenly").compactMap(Int.init),
      slackHours: item.int("slackHours", in: 0...1_000, doc: "how long it may wait"),
      chips: item.entries("chips", doc: "worth in percent of the drawn price").compactMap { entry in
        Int(entry.value).map { (entry.key, $0) }
      },
      sites: item.list("where", default: [], doc: "only these sites"),
      maxRoundTrip: furthest > 0 ? furthest : nil,
      dataClass: item.optionalString("dataClass", doc: "class of the data"), reclaim: term)
  }
}
