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
    let prices = reader.items("limits", doc: "lowest and highest price by chip") { item in
      let chip = item.string("chip", doc: "name of the chip")
      return (
        chip,
        [Wire.CurrencyCode.hkd, .cny].map { currency in
          (currency, item.string(currency.rawValue, doc: "such as 18.00 to 34.00"))
        }
      )
    }
    for (chip, ranges) in prices {
      for (currency, text) in ranges {
        let ends = text.components(separatedBy: " to ").compactMap {
          try? WireMoney(parsing: "\(currency.rawValue) \($0)").minor
        }
        if ends.count == 2, ends[0] <= ends[1] {
          limits[chip, default: [:]][currency] = ends[0]...ends[1]
        } else {
          faults.append("limits: \(chip): \(currency.rawValue) is \(text); write 18.00 to 34.00")
        }
      }
    }
    try reader.finish()
    guard faults.isEmpty else { throw Failure(description: faults.joined(separator: "\n")) }
  }

  private static func numbers(_ text: String) -> [Int] {
    text.split(separator: " ").compactMap { Int($0) }
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
          "kind", default: "block", oneOf: ["block", "elastic"], doc: "shape of the bid"))
        ?? .block,
      gpus: numbers(item.string("gpus", doc: "drawn evenly, such as 1 1 2")),
      least: least > 0 ? least : nil,
      hours: numbers(item.string("hours", doc: "drawn evenly")),
      slackHours: item.int("slackHours", in: 0...1_000, doc: "how long it may wait"),
      chips: item.entries("chips", doc: "worth in percent of the drawn price").compactMap { entry in
        Int(entry.value.dropLast()).map { (entry.key, $0) }
      },
      sites: item.list("where", default: [], doc: "only these sites"),
      maxRoundTrip: furthest > 0 ? furthest : nil,
      dataClass: item.optionalString("dataClass", doc: "class of the data"), reclaim: term)
  }
}
