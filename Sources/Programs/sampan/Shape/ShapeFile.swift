import BrokerAPI
import Foundation

/// A shape as a YAML file: `sampan bid place -f bid.yaml`.
enum ShapeFile {
  /// Keys of later versions; they are refused by name, not ignored.
  static let unsupported = ["between", "repeat", "limits", "award"]

  static func read(_ path: String) throws -> Shape {
    try parse(InputFile.text(path), name: path)
  }

  static func parse(_ text: String, name: String) throws -> Shape {
    let faults = FormFaults(file: name)
    guard var form = try Form.compose(text, faults) else {
      throw Failure.usage(
        "\(name) is empty", code: "file_content", next: "See: sampan bid template")
    }
    var shape = Shape()
    let kind = form.value("kind") { text throws(TextFault) in
      guard let kind = Wire.BidKind(rawValue: text) else {
        throw TextFault("write block, elastic or split")
      }
      return kind
    }
    let duration = form.value("for") { try SpanText(parsing: $0).quarters() }
    shape.isSplit = kind == .split
    shape.alternatives = alternatives(&form, duration)
    readWindow(&form, &shape)
    readPlace(&form, &shape)
    shape.exclusive = form.flag("exclusive") ?? false
    shape.together = form.value("together", wholeNumber)
    shape.reclaim = form.value("reclaim", reclaim) ?? .never
    shape.dataClass = form.text("dataClass").flatMap { $0 == "none" ? nil : $0 }
    shape.project = form.text("project")
    shape.ifDisplaced = displacement(&form)
    shape.label = form.text("label")
    if let zone = form.text("timeZone"),
      !["Asia/Hong_Kong", "Asia/Shanghai", "Asia/Macau"].contains(zone)
    {
      form.fault("timeZone", "times without offset are at +08:00; write the offset with each time")
    }
    form.refuseRest(unsupported: unsupported)
    try faults.check()
    if let kind, kind != shape.kind {
      throw Failure.usage(
        "\(name): kind \(kind.rawValue), but the GPUs say \(shape.kind.rawValue)",
        code: "file_content", next: "Write gpus as A..B for elastic, as one number for the others.")
    }
    return shape
  }

  private static func alternatives(_ form: inout Form, _ duration: Int?) -> [Shape.Alternative] {
    let forms = form.forms("alternatives")
    if forms.isEmpty { form.fault("alternatives", "write one to eight") }
    return forms.compactMap { item in
      var item = item
      let chip = item.requiredText("chip")
      let gpus = item.value("gpus", Shape.Size.init(parsingGPUs:))
      let nodes = item.value("nodes", Shape.Size.init(parsingNodes:))
      if item.has("gpus") == item.has("nodes") { item.fault("gpus", "write either gpus or nodes") }
      let own = item.value("for") { try SpanText(parsing: $0).quarters() }
      let price = item.value("maxPrice", PriceText.init(parsing:))
      if !item.has("for"), duration == nil { item.fault("for", "is missing, here and above") }
      item.refuseRest(unsupported: unsupported)
      guard let size = gpus ?? nodes, let quarters = own ?? duration else { return nil }
      return Shape.Alternative(chip: chip, size: size, quarters: quarters, price: price)
    }
  }

  private static func readWindow(_ form: inout Form, _ shape: inout Shape) {
    let start = form.value("start", StartText.init(parsing:))
    let window = form.value("window", StartText.init(parsing:))
    if form.has("start"), form.has("window") {
      form.fault("window", "write either start or window")
    }
    if let start { shape.window = .start(start) }
    guard let window else { return }
    if let until = window.until {
      shape.window = .between(window.from, until)
    } else {
      form.fault("window", "write it as A..B")
    }
  }

  private static func readPlace(_ form: inout Form, _ shape: inout Shape) {
    if var place = form.form("where") {
      for text in place.texts("in") {
        do {
          if let jurisdiction = try Shape.jurisdiction(text) {
            shape.jurisdictions.append(jurisdiction)
          }
        } catch {
          place.fault("in", error.description)
        }
      }
      shape.sites = place.texts("sites")
      shape.notSites = place.texts("notSites")
      place.refuseRest()
    }
    if var near = form.form("near") {
      shape.near = near.requiredText("metro")
      shape.mostRoundTripMs = near.value("maxRtt", Shape.roundTrip)
      shape.roundTripPrice = near.value("rttPrice", PriceText.init(parsing:))
      near.refuseRest()
    }
  }

  private static func displacement(_ form: inout Form) -> Wire.Displacement? {
    guard var given = form.form("ifDisplaced") else { return nil }
    let displacement = Wire.Displacement(
      maxGapQuarters: given.value("maxGap", Shape.gap), move: given.value("move", Shape.moving),
      shrinkable: given.flag("shrinkable"))
    given.refuseRest()
    return displacement
  }

  /// `never`, `30m`, or `accept 30m`.
  private static func reclaim(_ text: String) throws(TextFault) -> ReclaimTerm {
    try ReclaimTerm(parsing: text.hasPrefix("accept ") ? String(text.dropFirst(7)) : text)
  }

  private static func wholeNumber(_ text: String) throws(TextFault) -> Int {
    guard let number = Int(text), String(number) == text else {
      throw TextFault("\"\(Display.plain(text))\" is no whole number")
    }
    return number
  }
}

/// The text of a file that a person named.
enum InputFile {
  /// `-` is standard input; at most 1 MiB.
  static func text(_ path: String) throws -> String {
    let most = 1 << 20
    let data: Data?
    if path == "-" {
      data = try FileHandle.standardInput.read(upToCount: most + 1)
    } else {
      guard let handle = FileHandle(forReadingAtPath: path) else {
        throw Failure.usage(
          "\(path) cannot be read", code: "file", next: "Check the path and its permissions.")
      }
      defer { try? handle.close() }
      data = try handle.read(upToCount: most + 1)
    }
    guard let data, data.count <= most else {
      guard data != nil else { return "" }
      throw Failure.usage(
        "\(path) is longer than \(most) bytes", code: "file", next: "Name the right file.")
    }
    guard let text = String(bytes: data, encoding: .utf8) else {
      throw Failure.usage("\(path) is not UTF-8", code: "file", next: "Save it as UTF-8.")
    }
    return text
  }
}
