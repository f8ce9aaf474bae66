import ArgumentParser
import BrokerAPI

/// Prints a file to fill in.
struct BidTemplateCommand: Errand {
  static let configuration = CommandConfiguration(
    commandName: "template",
    abstract: "Print a file for `sampan bid place -f`, to fill in.",
    discussion: """
      Example:
        sampan bid template --kind elastic > night.yaml
      """)
  static let failing = "There is no template."

  @Option(name: .long, help: "The kind of bid.")
  var kind: Wire.BidKind = .block

  var format: OutputFormat { .table }

  func perform() async throws {
    Terminal.current(environment: [:]).write(Self.text(kind))
  }

  static func text(_ kind: Wire.BidKind) -> String {
    let gpus =
      switch kind {
      case .block: "gpus: 16              # exactly so many; or nodes: 2"
      case .elastic: "gpus: 4..16           # a firm base of 4, extras up to 16"
      case .split: "gpus: 64              # exactly so many, over several pools"
      }
    return """
      # sampan bid place -f FILE
      kind: \(kind.rawValue)
      label: my-training        # your own word for it
      for: 8h                   # 15m, 8h, 2d, 3w
      start: now                # now, +2h, 2026-12-01, 2026-12-01T20:00, or A..B
      # window: A..B            # instead of start: nothing before A, nothing after B
      alternatives:             # one to eight, at most one of them is filled
        - chip: h800-80g
          \(gpus)
          maxPrice: 18.40       # per GPU-hour, fee included; or market+10%
      reclaim: never            # or a notice that you accept, as in 30m
      exclusive: false          # true: whole nodes that nobody else uses
      # together: 8             # GPUs that must share a node
      # dataClass: personal     # only sites that are certified for it
      # project: llama         # one of yours: it counts against its budget, too
      # ifDisplaced:            # should its place be lost, the rest may be placed
      #   maxGap: 2h            # so much later,
      #   shrinkable: true      # with fewer GPUs,
      #   move: allowed         # at another site; never: only there
      # near:
      #   metro: hk
      #   maxRtt: 5ms
      #   rttPrice: 0.05
      # where:
      #   in: [hk]              # hk, cn, mo
      #   sites: []
      #   notSites: []

      """
  }
}

extension Wire.BidKind: ExpressibleByArgument {}
