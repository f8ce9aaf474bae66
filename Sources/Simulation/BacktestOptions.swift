import Units

/// Every choice of the backtest that the traces do not make. Each has a default and says what it is
/// for; the report prints them all.
package struct BacktestOptions: Sendable {
  /// Job trace: philly or openb columns, plain or `.gz`.
  package var jobs = ""
  /// Supply trace: idle GPUs of each centre every ten minutes, plain or `.gz`.
  package var supply = ""
  /// First day of the window, `YYYY-MM-DD` at +08:00.
  package var from = "2017-10-09"
  /// Length of the window.
  package var days: Int64 = 28
  /// Day of the supply trace that is laid on `from`; nil: the first day of the trace that is the
  /// same day of the week and leaves `days` days, else its first day. Keeps weekends on weekends.
  package var supplyFrom: String?
  /// What second 0 of a job trace without dates (openb) stands for.
  package var jobsEpoch = "2023-01-01"
  /// Unreadable rows of each trace to pass over and count before giving up.
  package var skipBad = 0
  /// Where the report is written; nil: nowhere.
  package var report: String?

  /// Of every draw but the values.
  package var seed: UInt64 = 1
  /// Of the draws of values; the policies are compared on each of them.
  package var valueSeeds: [UInt64] = [1, 2, 3, 4, 5]
  /// Run once more with every value the same: then nobody gains by knowing values.
  package var equalValues = true
  /// The market runs through the ledger for this many of the value seeds (and for equal values when
  /// `equalValues`); the first one is the run that the plots show.
  package var marketSeeds = 5

  /// Jobs below this are left out: 0.1 % of the GPU-hours of Philly, a quarter of its jobs.
  package var leastSeconds: Int64 = 600
  /// Lengths are rounded up to this many quarter hours.
  package var lengthQuarters: Int64 = 4
  /// Idle GPUs are offered in multiples of this. 1, since Philly is mostly single GPUs and the
  /// trace of supply counts GPUs; 8 offers whole nodes only.
  package var unit: Int64 = 1
  /// A site offers in each quarter hour the least that is idle in it and in as many quarter hours
  /// after it: what it can hold for a while.
  package var holdQuarters = 0
  /// Idle GPUs are multiplied by this first, in permille.
  package var supplyPermille: Int64 = 1_000
  /// Whether idle GPUs are offered at times when no centre of the trace runs anything. By default
  /// such a time counts as an outage: neither the centres nor the market have GPUs then.
  package var sellsInStandstill = false
  /// How far ahead a site publishes its schedule (it knows it that far: the trace itself).
  package var horizonHours: Int64 = 168
  /// A site publishes anew this often.
  package var publishHours: Int64 = 1

  /// A round closes this often, on quarter hours.
  package var roundQuarters: Int64 = 1
  /// A placement starts at least this long after the decision.
  package var leadSeconds: Int64 = 300

  /// What is rented; one chip, since neither trace says more.
  package var chip = "a100-80"
  /// Lowest and highest ask, US cents per GPU-hour; sites are spread evenly between them. A100-80,
  /// marketplaces, autumn 2026.
  package var askCents: ClosedRange<Int64> = 107...139
  /// A tenant's outside option, US cents per GPU-hour: from the dearest marketplace to the dearest
  /// on-demand price of a specialised cloud, A100-80, autumn 2026. Values are drawn evenly.
  package var valueCents: ClosedRange<Int64> = 139...279
  /// HKD for 100 USD.
  package var hkdPer100USD: Int64 = 780

  /// Slack after the run itself, in minutes, and how many of 106 users in a survey accept it.
  package var slackMinutes: [(minutes: Int64, weight: Int64)] = [
    (0, 3), (15, 13), (30, 22), (60, 26), (120, 23), (300, 11), (720, 5), (1_440, 3),
  ]
  /// By how many permille users overestimate the length, and how many of the survey do; drawn
  /// evenly within a band. The last band is open in the survey.
  package var overestimate: [(permille: ClosedRange<Int64>, weight: Int64)] = [
    (0...100, 20), (100...250, 36), (250...500, 27), (500...1_000, 11),
  ]

  /// Share of the bids that are latency-bound where the trace does not say: that of openb (LS
  /// pods).
  package var latencyBoundPermille: Int64 = 570
  /// The highest round trip that a latency-bound bid accepts, ms.
  package var latencyLimit: Int64 = 10
  /// Metros, the first in Hong Kong, the others on the mainland; sites take turns by name.
  package var metros = ["hong-kong", "shenzhen", "guangzhou", "zhuhai"]
  /// Round trip inside a metro, between mainland metros, and across the boundary (median of
  /// Guangdong to Hong Kong by one carrier, 2018), ms.
  package var roundTrips: (inside: Int64, mainland: Int64, across: Int64) = (2, 6, 13)

  package enum Homes: String, Sendable, CaseIterable {
    /// The tenant with most GPU-hours at the site with most GPUs, and so on, round again.
    case size
    /// By a hash of the tenant's name.
    case hash
  }
  /// Which site is a tenant's own.
  package var homes = Homes.size

  /// Iterations of the engine's search by the number of bids in the round, in place of the market's
  /// own rules, which would take a second for each of thousands of rounds; nil: the rules.
  package var budgets: [(bids: Int64, iterations: Int64)]? = [
    (100, 2_000), (1_000, 5_000), (100_000, 20_000),
  ]

  /// Steps of price adjustment for each clairvoyant bound; any number gives a valid bound.
  package var boundSteps = 300

  package init() {}
}
