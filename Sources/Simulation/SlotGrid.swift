import Units

/// Where placements may begin and end, seen from one moment: quarter hours to the end of the hour
/// next but one after that of the first sellable slot, hours from there to the published horizon
/// (decisions.md, 22 in short form).
package struct SlotGrid: Sendable {
  /// First quarter (of the workload) that may be sold.
  package let first: Int
  /// From this quarter on the slots are hours.
  package let coarse: Int
  /// End of what is published.
  package let end: Int
  /// Quarters from the workload's start to its first full hour.
  private let phase: Int

  package init(_ workload: Workload, at time: Int64) {
    first = max(0, workload.quarter(notBefore: time + workload.rules.lead))
    let firstHour = workload.time(first) / Span.hour * Span.hour
    coarse = workload.quarter(notAfter: firstHour + 3 * Span.hour)
    let hour = time / Span.hour * Span.hour
    end = min(workload.quarters, workload.quarter(notAfter: hour + workload.rules.horizon))
    phase = Int((Span.hour - workload.start % Span.hour) % Span.hour / Span.quarter)
  }

  /// Whether a placement may begin or end here.
  package func isEdge(_ quarter: Int) -> Bool {
    quarter <= coarse || (quarter - phase) % 4 == 0
  }

  /// The first start at or after `quarter` from which a placement of that length begins and ends on
  /// edges.
  package func start(notBefore quarter: Int, length: Int) -> Int? {
    var start = quarter
    // Edges repeat every hour: of four in a row one fits or none ever will.
    for _ in 0..<4 {
      if isEdge(start), isEdge(start + length) { return start }
      start += 1
    }
    // A length that is no whole number of hours fits only while it ends in the quarter hours.
    return nil
  }

  /// The starts that both the bid's window and the published schedule allow.
  package func starts(_ workload: Workload, _ bid: Workload.Bid) -> ClosedRange<Int>? {
    guard let window = workload.window(bid) else { return nil }
    let low = max(window.lowerBound, first)
    let high = min(window.upperBound, end - bid.quarters)
    return low <= high ? low...high : nil
  }
}
