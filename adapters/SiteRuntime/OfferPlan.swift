package import AdapterKit

/// A site's whole schedule, made of what its cluster has and what its centre lets be sold.
///
/// The market sells quarter hours and hours for eight days at most, then days and weeks, which take
/// the least capacity and one ask. So a schedule is exact for `detail` days and then has one number
/// a day, the least GPUs and the highest ask: nothing that could be sold is lost, and a year of
/// nights fits into one entry of the ledger.
package struct OfferPlan: Sendable, Hashable {
  package var pools: [SiteOffer.Pool] = []
  /// Exact up to here.
  package var detailUntil: Int64
  package var until: Int64
  package var promise: Int64

  private static let quarter: Int64 = 900_000
  private static let day: Int64 = 86_400_000
  private static let zone: Int64 = 8 * 3_600_000
  private static let detail: Int64 = 10
  /// So many spans fit into one request of 64 KiB; what lies beyond is not offered yet.
  private static let mostSpans = 550

  /// The schedule from the quarter hour of `now` on. Pools that the terms do not name are not
  /// offered, nor are pools with nothing to sell.
  package init(_ capacity: [PoolCapacity], terms: OfferTerms, at now: Int64) {
    let from = now - now % Self.quarter
    promise = terms.pools.map(\.promise).min() ?? 0
    until = from + (terms.pools.map(\.horizon).max() ?? 0)
    let exact = from + Self.detail * Self.day + promise
    let midnight = exact - (exact + Self.zone) % Self.day + Self.day
    detailUntil = min(midnight, until)
    for term in terms.pools {
      guard var pool = capacity.first(where: { $0.pool == term.pool }), pool.fault == nil else {
        continue
      }
      // What is there now counts for all of this quarter hour: time alone is no news.
      if let first = pool.runs.first, from < first.from, first.from <= now {
        pool.runs[0].from = from
      }
      let end = from + term.horizon
      let fine = Interval(from: from, to: min(detailUntil, end))
      var spans = Self.spans(of: pool, term, in: fine)
      var day = detailUntil
      while day < end {
        let next = min(day + Self.day, end)
        let parts = Self.spans(of: pool, term, in: Interval(from: day, to: next))
        Self.append(Self.worst(parts, from: day, to: next), to: &spans)
        day = next
      }
      guard !spans.isEmpty else { continue }
      pools.append(
        SiteOffer.Pool(
          pool: pool.pool, chip: pool.chip, fabric: pool.fabric,
          unit: term.unit == .node ? pool.unit : 1, node: pool.unit, reclaim: term.reclaim,
          limits: term.limits(node: pool.unit),
          spans: Array(spans.prefix(Self.mostSpans / max(1, terms.pools.count)))))
    }
  }

  /// Exact spans inside an interval, cut at quarter hours: a run counts from its first whole
  /// quarter to its last.
  private static func spans(
    of pool: PoolCapacity, _ term: OfferTerms.Pool, in interval: Interval
  ) -> [SiteOffer.Span] {
    var result: [SiteOffer.Span] = []
    for run in pool.runs where run.to > interval.from && run.from < interval.to {
      let gpus = term.sellable(run.gpus, node: pool.unit)
      guard gpus > 0 else { continue }
      let end = min(run.to - run.to % quarter, interval.to)
      var time = max((run.from + quarter - 1) / quarter * quarter, interval.from)
      while time < end {
        let next = min(nextEdge(after: time, term), end)
        if term.isOpen(atWeekMinute: weekMinute(of: time)),
          let ask = term.ask(atMinute: minute(of: time))
        {
          append(SiteOffer.Span(from: time, to: next, gpus: gpus, ask: ask), to: &result)
        }
        time = next
      }
    }
    return result
  }

  /// Where the ask may change next, rounded to a quarter hour; the next midnight at the latest.
  private static func nextEdge(after time: Int64, _ term: OfferTerms.Pool) -> Int64 {
    let midnight = time - (time + zone) % day
    var edges = [midnight + day]
    for ask in term.asks {
      for minute in [ask.fromMinute, ask.toMinute] {
        edges.append(midnight + (minute + 14) / 15 * quarter)
      }
    }
    let minute = weekMinute(of: time)
    for hours in term.hours ?? [] {
      for edge in [hours.lowerBound, hours.upperBound] {
        edges.append(time + ((edge - minute) % week + week) % week * 60_000)
      }
    }
    return edges.filter { $0 > time }.min() ?? time + quarter
  }

  /// Minutes of a week.
  private static let week: Int64 = 10_080

  /// Since Monday 00:00; 1970 began on a Thursday.
  private static func weekMinute(of time: Int64) -> Int64 {
    ((time + zone) / 60_000 + 3 * 1_440) % week
  }

  private static func minute(of time: Int64) -> Int64 { (time + zone) % day / 60_000 }

  /// One span that holds all day, nil when some of it is not for sale.
  private static func worst(
    _ parts: [SiteOffer.Span], from: Int64, to: Int64
  ) -> SiteOffer.Span? {
    var time = from
    for part in parts {
      guard part.from == time else { return nil }
      time = part.to
    }
    guard time == to, let gpus = parts.map(\.gpus).min(), let ask = parts.map(\.ask).max() else {
      return nil
    }
    return SiteOffer.Span(from: from, to: to, gpus: gpus, ask: ask)
  }

  private static func append(_ span: SiteOffer.Span?, to spans: inout [SiteOffer.Span]) {
    guard let span else { return }
    if let last = spans.last, last.to == span.from, last.gpus == span.gpus, last.ask == span.ask {
      spans[spans.count - 1].to = span.to
    } else {
      spans.append(span)
    }
  }

  /// True when a buyer could tell the two apart: the past, and the days that both see at different
  /// grain, do not count.
  func differs(from other: OfferPlan, at now: Int64) -> Bool {
    guard pools.count == other.pools.count else { return true }
    let from = now - now % Self.quarter
    let near = Interval(from: from, to: min(detailUntil, other.detailUntil))
    let far = Interval(from: max(detailUntil, other.detailUntil), to: min(until, other.until))
    for (mine, theirs) in zip(pools, other.pools) {
      var bare = mine
      bare.spans = theirs.spans
      guard bare == theirs, Self.clip(mine.spans, near) == Self.clip(theirs.spans, near),
        Self.clip(mine.spans, far) == Self.clip(theirs.spans, far)
      else { return true }
    }
    return false
  }

  private static func clip(_ spans: [SiteOffer.Span], _ interval: Interval) -> [SiteOffer.Span] {
    spans.compactMap { span in
      let from = max(span.from, interval.from)
      let to = min(span.to, interval.to)
      return from < to
        ? SiteOffer.Span(from: from, to: to, gpus: span.gpus, ask: span.ask) : nil
    }
  }
}
