import BrokerAPI

/// A site's schedule as a YAML or JSON file. Times may be written as people write them.
enum OfferFile {
  /// - Parameter now: the market's clock, for times like `+48h`.
  static func parse(_ text: String, name: String, now: WireTime) throws -> Wire.PublishOffer {
    let faults = FormFaults(file: name)
    guard var form = try Form.compose(text, faults) else {
      throw Failure.usage(
        "\(name) is empty", code: "file_content", next: "See: sampan offer publish --help")
    }
    let time = { (text: String) throws -> WireTime in
      try MarketTime(parsing: text).resolved(now)
    }
    let generation = form.value("generation", number)
    let sellUntil = form.requiredValue("sellUntil", time)
    let forms = form.forms("pools")
    if forms.isEmpty { form.fault("pools", "write one or more") }
    let pools = forms.compactMap { pool($0, time) }
    form.refuseRest()
    try faults.check()
    return Wire.PublishOffer(
      generation: Int64(generation ?? 0), sellUntil: sellUntil ?? now, pools: pools)
  }

  private static func pool(
    _ form: Form, _ time: (String) throws -> WireTime
  ) -> Wire.OfferedPool? {
    var form = form
    let pool = form.requiredText("pool")
    let chip = form.requiredText("chip")
    let fabric = form.requiredText("fabric")
    let unit = form.requiredValue("unit", number)
    let node = form.value("node", number)
    let reclaim = form.requiredValue("reclaim", ReclaimTerm.init(parsing:))
    let lease = form.form("lease").map(limits)
    let spans = form.forms("spans").compactMap { span($0, time) }
    if spans.isEmpty { form.fault("spans", "write one or more") }
    form.refuseRest()
    guard let unit, let reclaim else { return nil }
    return Wire.OfferedPool(
      pool: pool, chip: chip, fabric: fabric, unit: unit, node: node, reclaim: reclaim,
      lease: lease, spans: spans)
  }

  private static func limits(_ form: Form) -> Wire.LeaseLimits {
    var form = form
    let length = { (text: String) throws -> Int in try SpanText(parsing: text).quarters() }
    let limits = Wire.LeaseLimits(
      shortest: form.value("shortest", length), longest: form.value("longest", length),
      mostGpus: form.value("mostGpus", number))
    form.refuseRest()
    return limits
  }

  private static func span(
    _ form: Form, _ time: (String) throws -> WireTime
  ) -> Wire.OfferedSpan? {
    var form = form
    let from = form.requiredValue("from", time)
    let to = form.requiredValue("to", time)
    let gpus = form.requiredValue("gpus", number)
    let ask = form.requiredValue("ask", PriceText.money)
    form.refuseRest()
    guard let from, let to, let gpus, let ask else { return nil }
    return Wire.OfferedSpan(from: from, to: to, gpus: gpus, ask: ask)
  }

  private static func number(_ text: String) throws(TextFault) -> Int {
    guard let number = Int(text), String(number) == text else {
      throw TextFault("\"\(Display.plain(text))\" is no whole number")
    }
    return number
  }
}
