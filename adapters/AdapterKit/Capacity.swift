/// A stretch of market time, `from` inclusive, `to` exclusive, in ms since 1970 UTC.
public struct Interval: Sendable, Hashable, Codable {
  /// Inclusive, ms since 1970 UTC.
  public var from: Int64
  /// Exclusive, ms since 1970 UTC.
  public var to: Int64

  /// All members in their order.
  public init(from: Int64, to: Int64) {
    self.from = from
    self.to = to
  }

  /// Its length in ms, never negative.
  public var length: Int64 { to > from ? to &- from : 0 }

  /// What both have in common, nil when that is nothing.
  public func overlap(_ other: Interval) -> Interval? {
    let common = Interval(from: max(from, other.from), to: min(to, other.to))
    return common.to > common.from ? common : nil
  }
}

/// One line of what `check` has to say.
public struct Finding: Sendable, Hashable, Codable {
  /// How bad it is: `fix` shuts out a form of lease until it is changed, `fail` shuts out the site.
  public enum Level: String, Sendable, Hashable, Codable, CaseIterable {
    case ok, warn, fix, fail
  }

  /// How bad it is.
  public var level: Level
  /// What was found, where.
  public var text: String
  /// What to do about it; never missing on `fix` and `fail`.
  public var remedy: String?

  /// All members in their order.
  public init(_ level: Level, _ text: String, remedy: String? = nil) {
    self.level = level
    self.text = text
    self.remedy = remedy
  }
}

/// That many GPUs may be leased throughout this time.
public struct CapacityRun: Sendable, Hashable, Codable {
  /// Inclusive, ms since 1970 UTC.
  public var from: Int64
  /// Exclusive, ms since 1970 UTC.
  public var to: Int64
  /// How many GPUs.
  public var gpus: Int64

  /// All members in their order.
  public init(from: Int64, to: Int64, gpus: Int64) {
    self.from = from
    self.to = to
    self.gpus = gpus
  }
}

/// GPUs of one chip that can be used together.
public struct PoolCapacity: Sendable, Hashable, Codable {
  /// The pool's name at this site.
  public var pool: String
  /// What its GPUs are, by the name in the catalogue of chips.
  public var chip: String
  /// What connects them; for people.
  public var fabric: String
  /// GPUs of one node, certain to be together. Whether whole nodes or single GPUs are sold is the
  /// site's own setting.
  public var unit: Int64
  /// All GPUs of the pool, whatever their state.
  public var gpus: Int64
  /// Of these, how many nobody can use now: down, drained, in maintenance.
  public var unusable: Int64
  /// What may be leased over time, ascending, without overlap; outside the runs it is nothing. Our
  /// own leases are counted in, unusable GPUs and the centre's own jobs are not.
  public var runs: [CapacityRun]

  /// All members in their order.
  public init(
    pool: String, chip: String, fabric: String, unit: Int64, gpus: Int64, unusable: Int64 = 0,
    runs: [CapacityRun]
  ) {
    self.pool = pool
    self.chip = chip
    self.fabric = fabric
    self.unit = unit
    self.gpus = gpus
    self.unusable = unusable
    self.runs = runs
  }

  private enum CodingKeys: String, CodingKey {
    case pool, chip, fabric, unit, gpus, unusable, runs
  }

  /// Members that may be missing have their defaults.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    pool = try values.decode(String.self, forKey: .pool)
    chip = try values.decode(String.self, forKey: .chip)
    fabric = try values.decode(String.self, forKey: .fabric)
    unit = try values.decode(Int64.self, forKey: .unit)
    gpus = try values.decode(Int64.self, forKey: .gpus)
    unusable = try values.decodeIfPresent(Int64.self, forKey: .unusable) ?? 0
    runs = try values.decode([CapacityRun].self, forKey: .runs)
  }

  /// The first thing that contradicts itself, nil when nothing does.
  public var fault: String? {
    for name in [pool, chip, fabric] where !Identifier.isValid(name) {
      return "pool \(pool): \"\(name)\" is not a name (a-z 0-9 . _ : -, at most 64)"
    }
    guard (1...1_000_000).contains(unit), (0...1_000_000).contains(gpus), gpus % unit == 0 else {
      return "pool \(pool): \(gpus) GPUs are not 0 to 1,000,000 in units of \(unit)"
    }
    guard (0...gpus).contains(unusable) else {
      return "pool \(pool): \(unusable) of \(gpus) GPUs cannot be unusable"
    }
    var end = Int64.min
    for run in runs {
      guard run.from < run.to, run.from >= end, run.from >= 0 else {
        return "pool \(pool): the run from \(run.from) is empty or not after the one before"
      }
      guard (0...gpus).contains(run.gpus) else {
        return "pool \(pool): a run of \(run.gpus) GPUs in a pool of \(gpus)"
      }
      end = run.to
    }
    return nil
  }
}
