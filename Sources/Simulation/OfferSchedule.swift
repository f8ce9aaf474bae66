/// A site's schedule as it publishes it: quarter hours where the grid may have them before the next
/// publication, whole hours beyond, at the least of their quarters; equal neighbours joined.
enum OfferSchedule {
  struct Piece: Equatable {
    /// Quarters of the workload.
    var from: Int
    var to: Int
    var gpus: Int32
  }

  static func spans(_ workload: Workload, site: Int, from quarter: Int) -> [Piece] {
    let offered = workload.sites[site].offered
    let end = min(
      workload.quarters, quarter + Int(workload.rules.horizon / 900_000))
    // The finest part of the grid reaches three hours beyond the hour of the last round before the
    // next publication.
    var fine = min(end, quarter + workload.rules.publishQuarters + 16)
    fine -= (fine - quarter) % 4
    var pieces: [Piece] = []
    var next = quarter
    while next < end {
      let to = next < fine ? next + 1 : min(end, next + 4)
      let gpus = offered[next..<to].min() ?? 0
      if gpus > 0 {
        if let last = pieces.last, last.to == next, last.gpus == gpus {
          pieces[pieces.count - 1].to = to
        } else {
          pieces.append(Piece(from: next, to: to, gpus: gpus))
        }
      }
      next = to
    }
    return pieces
  }
}
