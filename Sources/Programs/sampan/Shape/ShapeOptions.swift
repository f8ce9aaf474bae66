import ArgumentParser
import BrokerAPI
import Foundation

/// What somebody wants, by flags or by a file; the same for quotes and bids.
struct ShapeOptions: ParsableArguments {
  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      "The whole shape from a YAML file, - for standard input. See: sampan bid template",
      valueName: "file"), completion: .file(extensions: ["yaml", "yml"]))
  var file: String?

  @Option(name: .long, help: ArgumentHelp("GPUs; A..B for at least A and up to B.", valueName: "n"))
  var gpus: String?

  @Option(name: .long, help: ArgumentHelp("Whole nodes instead of GPUs.", valueName: "n"))
  var nodes: String?

  @Option(
    name: .long, help: ArgumentHelp("The chip; the beginning of one name is enough."))
  var chip: String?

  @Option(
    name: .customLong("or"),
    help: ArgumentHelp(
      "Another way to fill it, of chip, gpus or nodes, for, max-price; what it leaves out is as in "
        + "the flags. Up to seven times.", valueName: "chip=...,gpus=...,max-price=..."))
  var others: [String] = []

  @Option(
    name: .customLong("for"), help: ArgumentHelp("How long: 15m, 8h, 2d, 3w.", valueName: "time"))
  var duration: String?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "When it may begin: now, +2h, 2026-12-01, 2026-12-01T20:00, or any time in A..B. Without a "
        + "range it may begin up to 24 hours later. Times without offset are +08:00.",
      valueName: "time"))
  var start: String?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "The highest price per GPU-hour, fee included: 18.40, or market+10%.", valueName: "price"))
  var maxPrice: String?

  @Flag(name: .long, help: "GPUs from several pools together.")
  var split = false

  @Flag(name: .long, help: "Only capacity that nobody takes back; the default.")
  var firm = false

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Also capacity that its centre may take back with this notice or a longer one.",
      valueName: "notice"))
  var reclaim: String?

  @Option(
    name: .long, help: ArgumentHelp("Only there: hk, cn, mo, any. Repeat it.", valueName: "place"))
  var `in`: [String] = []

  @Option(
    name: .long, help: ArgumentHelp("Only this site. Repeat it for several.", valueName: "site"))
  var site: [String] = []

  @Option(
    name: .long, help: ArgumentHelp("Not this site. Repeat it for several.", valueName: "site"))
  var notSite: [String] = []

  @Option(
    name: .long, help: ArgumentHelp("The town from which latency counts.", valueName: "metro"))
  var near: String?

  @Option(name: .long, help: ArgumentHelp("No site further than this.", valueName: "ms"))
  var maxRtt: String?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "What a millisecond is worth, per GPU-hour; it weighs, it is not paid.", valueName: "price"))
  var rttPrice: String?

  @Flag(name: .long, help: "Whole nodes that nobody else uses.")
  var exclusive = false

  @Option(name: .long, help: ArgumentHelp("GPUs that must share a node.", valueName: "n"))
  var together: Int?

  @Option(
    name: .long,
    help: ArgumentHelp("Only sites that are certified for this class of data.", valueName: "class"))
  var dataClass: String?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "One of your projects: it counts against its budget, too.", valueName: "name"))
  var project: String?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Should its place be lost, the rest may begin so much later, at its full length; 0 unless "
        + "given.", valueName: "time"))
  var maxGap: String?

  @Flag(name: .long, help: "Should its place be lost, the rest may have fewer GPUs.")
  var shrinkable = false

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Should its place be lost, whether it may go to another site: allowed, or never (what is so "
        + "for exclusive bids and those with a class of data).", valueName: "word"))
  var move: String?

  @Option(name: .long, help: ArgumentHelp("Your own word for it.", valueName: "text"))
  var label: String?

  func shape() throws -> Shape {
    guard let file else { return try fromFlags() }
    if let flag = firstFlag {
      throw Failure.usage(
        "the shape is in \(file), and \(flag) says something of it too",
        next: "Write it into the file, or leave -f out and use flags alone.")
    }
    return try ShapeFile.read(file)
  }

  /// Any flag of the shape that was given.
  private var firstFlag: String? {
    let given: [(String, Bool)] = [
      ("--gpus", gpus != nil), ("--nodes", nodes != nil), ("--chip", chip != nil),
      ("--or", !others.isEmpty), ("--for", duration != nil), ("--start", start != nil),
      ("--max-price", maxPrice != nil), ("--split", split), ("--firm", firm),
      ("--reclaim", reclaim != nil), ("--in", !`in`.isEmpty), ("--site", !site.isEmpty),
      ("--not-site", !notSite.isEmpty), ("--near", near != nil), ("--max-rtt", maxRtt != nil),
      ("--rtt-price", rttPrice != nil), ("--exclusive", exclusive),
      ("--together", together != nil), ("--data-class", dataClass != nil),
      ("--project", project != nil), ("--max-gap", maxGap != nil), ("--shrinkable", shrinkable),
      ("--move", move != nil), ("--label", label != nil),
    ]
    return given.first { $0.1 }?.0
  }

  private func fromFlags() throws -> Shape {
    var shape = Shape()
    shape.isSplit = split
    shape.alternatives = try [mainAlternative()] + others.map(alternative)
    if let start { shape.window = .start(try StartText(parsing: start)) }
    guard !firm || reclaim == nil else {
      throw Failure.usage("--firm and --reclaim contradict each other", next: "Leave one out.")
    }
    if let reclaim { shape.reclaim = try ReclaimTerm(parsing: reclaim) }
    shape.jurisdictions = try `in`.compactMap(Shape.jurisdiction)
    if `in`.contains("any") { shape.jurisdictions = [] }
    (shape.sites, shape.notSites) = (site, notSite)
    shape.near = near
    shape.mostRoundTripMs = try maxRtt.map(Shape.roundTrip)
    shape.roundTripPrice = try rttPrice.map(PriceText.init(parsing:))
    (shape.exclusive, shape.together) = (exclusive, together)
    (shape.dataClass, shape.project, shape.label) = (dataClass, project, label)
    if maxGap != nil || shrinkable || move != nil {
      shape.ifDisplaced = Wire.Displacement(
        maxGapQuarters: try maxGap.map(Shape.gap), move: try move.map(Shape.moving),
        shrinkable: shrinkable ? true : nil)
    }
    return shape
  }

  private func mainAlternative() throws -> Shape.Alternative {
    guard let chip else { throw Self.missing("--chip, as in --chip h800-80g") }
    guard let duration else { throw Self.missing("--for, as in --for 8h") }
    return Shape.Alternative(
      chip: chip, size: try mainSize(), quarters: try SpanText(parsing: duration).quarters(),
      price: try maxPrice.map(PriceText.init(parsing:)))
  }

  private func mainSize() throws -> Shape.Size {
    switch (gpus, nodes) {
    case (let gpus?, nil): return try Shape.Size(parsingGPUs: gpus)
    case (nil, let nodes?): return try Shape.Size(parsingNodes: nodes)
    case (nil, nil): throw Self.missing("--gpus or --nodes, as in --gpus 16")
    case (.some, .some):
      throw Failure.usage("--gpus and --nodes say the same in two ways", next: "Leave one out.")
    }
  }

  /// One `--or`; what it leaves out is as in the flags.
  private func alternative(_ text: String) throws -> Shape.Alternative {
    var result = try mainAlternative()
    for part in text.split(separator: ",") {
      let pair = part.split(separator: "=", maxSplits: 1).map {
        $0.trimmingCharacters(in: .whitespaces)
      }
      guard pair.count == 2 else {
        throw Failure.usage(
          "--or \"\(text)\": \(part) is no key with a value",
          next: "Write it as --or \"chip=ascend-910b,gpus=96,max-price=4.20\".")
      }
      switch pair[0] {
      case "chip": result.chip = pair[1]
      case "gpus": result.size = try Shape.Size(parsingGPUs: pair[1])
      case "nodes": result.size = try Shape.Size(parsingNodes: pair[1])
      case "for": result.quarters = try SpanText(parsing: pair[1]).quarters()
      case "max-price": result.price = try PriceText(parsing: pair[1])
      default:
        throw Failure.usage(
          "--or \"\(text)\": \(pair[0]) is not known",
          next: "Use chip, gpus or nodes, for, max-price.")
      }
    }
    return result
  }

  private static func missing(_ what: String) -> Failure {
    .usage("something is missing: \(what)", next: "Add it, or describe all of it in -f bid.yaml.")
  }
}
