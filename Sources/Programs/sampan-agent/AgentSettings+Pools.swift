import BrokerAPI
import Settings
import SiteRuntime

// What is sold, when, and for how much.
extension AgentSettings {
  static func pool(
    _ reader: SettingsReader, _ faults: inout PoolFaults, prepareAhead: String
  ) -> OfferTerms.Pool {
    var pool = OfferTerms.Pool(
      pool: reader.string("name", doc: "as the adapter calls it"),
      unit: OfferTerms.Pool.Unit(
        rawValue: reader.string("unit", default: "node", oneOf: ["node", "gpu"], doc: "sold whole"))
        ?? .node,
      keepBack: Int64(
        reader.int("keepBack", default: 0, in: 0...100_000, doc: "units that are never offered")),
      asks: [])
    let most = reader.int(
      "sellAtMost", default: 0, in: 0...100_000,
      doc: "units that are sold at one time to everybody together; 0 for all")
    pool.sellAtMost = most == 0 ? nil : Int64(most)
    for ask in reader.items(
      "ask", doc: "lowest price per GPU-hour; the first that covers a time holds",
      read: { item in
        (
          item.string("price", doc: "such as HKD 14.00"),
          item.optionalString("between", doc: "such as 22:00-08:00; always when left out")
        )
      })
    {
      if let read = faults.ask(ask.0, ask.1, pool.pool) { pool.asks.append(read) }
    }
    pool.reclaim = faults.notice(
      reader.string(
        "reclaim", default: "never", doc: "never, or the notice, 5m or longer, such as 30m"),
      pool.pool)
    pool.promise =
      reader.duration(
        "promise", default: "48h", in: .seconds(900)...(.seconds(31_622_400)),
        doc: "how long what is offered holds without being said again"
      ).milliseconds
    pool.horizon =
      reader.duration(
        "horizon", default: "364d", in: .seconds(3_600)...(.seconds(31_622_400)),
        doc: "how far ahead capacity is offered"
      ).milliseconds
    pool.hours = faults.hours(
      reader.list(
        "offerHours", default: ["always"],
        doc: "always, or such as [\"mon-fri 20:00-08:00\", \"sat-sun\"]"), pool.pool)
    let above = reader.int(
      "approveAbove", default: 0, in: 0...100_000,
      doc: "trades of more units wait 30m for sampan-agent approve, then lapse; 0 for none")
    pool.approveAbove = above == 0 ? nil : Int64(above)
    pool.prepareAhead = faults.ahead(
      reader.string(
        "prepareAhead", default: prepareAhead,
        doc: "how long before its start a lease is made; always for from the trade on"),
      pool.pool)
    faults.limits(
      reader.section("lease", doc: "what the market may sell to one tenant, and for how long"),
      &pool)
    return pool
  }
}

/// Faults that the settings file cannot know, and the one currency of the site.
struct PoolFaults {
  var currency: String?
  var faults: [String] = []

  mutating func ask(_ price: String, _ between: String?, _ pool: String) -> OfferTerms.Ask? {
    do {
      let money = try WireMoney(parsing: price)
      let code = money.currency.rawValue
      if let currency, currency != code {
        faults.append("pool \(pool): \(price) is not in \(currency); a site has one currency")
      }
      currency = currency ?? code
      guard let between else { return OfferTerms.Ask(price: money.minor) }
      guard let minutes = Clock.minutes(between) else {
        faults.append("pool \(pool): between is \(between); write a time span such as 22:00-08:00")
        return nil
      }
      return OfferTerms.Ask(price: money.minor, fromMinute: minutes.0, toMinute: minutes.1)
    } catch {
      faults.append("pool \(pool): price is \(price): \(error)")
      return nil
    }
  }

  mutating func notice(_ text: String, _ pool: String) -> Int64? {
    if text == "never" { return nil }
    if let notice = SettingsUnits.duration(text), notice >= .seconds(300) {
      return notice.milliseconds
    }
    faults.append(
      "pool \(pool): reclaim is \(text); write never, or a notice of 5m or longer")
    return nil
  }

  mutating func ahead(_ text: String, _ pool: String) -> Int64? {
    if text == "always" { return 400 * 86_400_000 }
    if let length = SettingsUnits.duration(text), length > .zero { return length.milliseconds }
    faults.append("pool \(pool): prepareAhead is \(text); write always, or a time such as 10m")
    return nil
  }

  /// Minutes of the week; nil for always.
  mutating func hours(_ texts: [String], _ pool: String) -> [Range<Int64>]? {
    if texts == ["always"] { return nil }
    var result: [Range<Int64>] = []
    for text in texts {
      guard let ranges = WeekHours.read(text) else {
        faults.append(
          "pool \(pool): offerHours has \"\(text)\"; write always, or days and a span on quarter"
            + " hours such as \"mon-fri 20:00-08:00\" or \"sat-sun\"")
        continue
      }
      result += ranges
    }
    return result.sorted { $0.lowerBound < $1.lowerBound }
  }

  /// What one tenant may have of the pool, and for how long.
  mutating func limits(_ reader: SettingsReader, _ pool: inout OfferTerms.Pool) {
    let shortest = reader.optionalString("shortest", doc: "lease; any when left out, such as 1h")
    let longest = reader.optionalString("longest", doc: "lease; any when left out, such as 26w")
    pool.shortest = shortest.flatMap { length($0, "shortest", pool.pool) }
    pool.longest = longest.flatMap { length($0, "longest", pool.pool) }
    let most = reader.int(
      "mostUnits", default: 0, in: 0...100_000,
      doc: "units of one tenant at one time, all its leases together; 0 for any")
    pool.mostUnits = most == 0 ? nil : Int64(most)
    if let shortest, let longest, let from = pool.shortest, let to = pool.longest, from > to {
      faults.append(
        "pool \(pool.pool): no lease is between lease.shortest, \(shortest), and lease.longest, "
          + "\(longest); change one of the two")
    }
  }

  /// In quarter hours.
  private mutating func length(_ text: String, _ key: String, _ pool: String) -> Int64? {
    if let length = SettingsUnits.duration(text)?.milliseconds, length.isMultiple(of: 900_000),
      (1...70_080).contains(length / 900_000)
    {
      return length / 900_000
    }
    faults.append(
      "pool \(pool): lease.\(key) is \(text); write whole quarter hours up to 104w, such as 1h")
    return nil
  }
}

/// `mon-fri 20:00-08:00` as minutes of the week from Monday on.
enum WeekHours {
  private static let days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]

  /// Nil when it cannot be read. A span over midnight goes on into the next day.
  static func read(_ text: String) -> [Range<Int64>]? {
    let words = text.lowercased().split(separator: " ")
    guard let first = words.first, words.count <= 2, let chosen = days(first) else { return nil }
    var span: (Int64, Int64) = (0, 1_440)
    if words.count == 2 {
      guard let minutes = Clock.minutes(String(words[1])), minutes.0 != minutes.1,
        minutes.0 % 15 == 0, minutes.1 % 15 == 0
      else { return nil }
      span = minutes
    }
    return chosen.flatMap { day -> [Range<Int64>] in
      let start = day * 1_440 + span.0
      let end = day * 1_440 + span.1 + (span.1 < span.0 ? 1_440 : 0)
      return end <= 10_080 ? [start..<end] : [start..<10_080, 0..<(end - 10_080)]
    }
  }

  private static func days(_ text: Substring) -> [Int64]? {
    let ends = text.split(separator: "-").map { days.firstIndex(of: String($0)) }
    guard (1...2).contains(ends.count), let from = ends.first ?? nil, let to = ends.last ?? nil
    else { return nil }
    let count = (to - from + 7) % 7
    return (0...count).map { Int64((from + $0) % 7) }
  }
}
