/// The centre's own waiting jobs.
extension PoolSchedule {
  /// GPUs kept from sale for a time.
  struct Place: Equatable {
    var gpus: Int64
    var from: Int64
    var to: Int64
  }

  /// So many jobs get a place of their own; a longer queue is kept as one block behind them.
  static let mostPlaces = 2_000

  /// Gives the waiting jobs, in the order of their ids, the first place where each fits, and takes
  /// it from `spare`. A job that wants more than there ever is gets all of it.
  func kept(from spare: inout StepFunction) -> [Place] {
    var places: [Place] = []
    var rest: Int128 = 0
    var largest = spare.largest
    for job in demands {
      var left = job.tasks
      while left > 0, places.count < Self.mostPlaces {
        let gpus = min(job.gpus, largest)
        guard gpus > 0,
          let from = spare.firstFit(gpus, length: job.seconds, notBefore: job.notBefore)
        else { break }
        let place = Place(gpus: gpus, from: from, to: min(from.addingClamped(job.seconds), end))
        spare.subtract(gpus, from: place.from, to: place.to)
        largest = spare.largest
        places.append(place)
        left -= 1
      }
      if places.count == Self.mostPlaces {
        let gpus = min(job.gpus, largest)
        rest += Int128(gpus) * Int128(min(job.seconds, end - start)) * Int128(left)
      }
    }
    guard rest > 0, gpus > 0 else { return places }
    let last = places.map(\.from).max() ?? start
    let to = min(Int64(clamping: Int128(last) + rest / Int128(gpus)), end)
    return places + spare.pieces(from: start, to: to).map { Place(gpus: $0, from: $1, to: $2) }
  }

  /// What a waiting job, or all those of an account behind its limit, would use.
  struct Demand: Equatable {
    var gpus: Int64
    var seconds: Int64
    var tasks: Int64
    var notBefore: Int64
  }

  var demands: [Demand] {
    let waiting = cluster.queue.filter { mayCome($0) }.sorted { $0.id < $1.id }
    var result: [Demand] = []
    var behindLimits: [String: Int128] = [:]
    for job in waiting {
      let seconds = max(job.timeLimit ?? end - start, 1)
      let gpus = wanted(job)
      guard gpus > 0 else { continue }
      if isBehindLimit(job) {
        let work = Int128(gpus) * Int128(seconds) * Int128(job.tasks)
        behindLimits[job.account, default: 0] += work
      } else {
        result.append(Demand(gpus: gpus, seconds: seconds, tasks: job.tasks, notBefore: start))
      }
    }
    // Such an account goes on with what it holds now, and with nothing when it holds nothing.
    for (account, work) in behindLimits.sorted(by: { $0.key < $1.key }) {
      let running = cluster.queue.filter { $0.isOnNodes && $0.account == account }
      let held = running.reduce(Int64(0)) { $0.addingClamped($1.gpus) }
      guard held > 0 else { continue }
      let ends = running.compactMap { $0.end }.filter { $0 > start }
      result.append(
        Demand(
          gpus: held, seconds: Int64(clamping: work / Int128(held)) + 1, tasks: 1,
          notBefore: ends.min() ?? start))
    }
    return result
  }

  /// A job without GPUs takes a node from those that are leased whole; it counts as one GPU there.
  private func wanted(_ job: QueuedJob) -> Int64 {
    min(max(job.gpus, isWhole ? job.nodeCount : 0), gpus)
  }

  /// Whether a job waits, is not a tenant's, and could run on this pool.
  private func mayCome(_ job: QueuedJob) -> Bool {
    guard job.isPending, !isOurs(job), job.reservation == nil,
      job.partitions.contains(pool.partition), !Self.neverStarts.contains(job.reason)
    else { return false }
    let types = Set(nodes.flatMap { $0.gpusByType.keys })
    if !job.gpusByType.isEmpty, types.isDisjoint(with: job.gpusByType.keys) { return false }
    let names = Set(nodes.map(\.name))
    if Int64(job.requiredNodes.count) >= job.nodeCount, names.isDisjoint(with: job.requiredNodes) {
      return false
    }
    return !names.isSubset(of: job.excludedNodes)
  }

  /// Reasons of jobs that do not start until somebody does something about them.
  private static let neverStarts: Set = [
    "JobHeldUser", "JobHeldAdmin", "DependencyNeverSatisfied", "BadConstraints",
    "PartitionNodeLimit", "PartitionTimeLimit", "InvalidAccount", "InvalidQOS",
    "AccountNotAllowed", "QOSNotAllowed",
  ]

  /// Whether it waits for others of its account rather than for GPUs.
  private func isBehindLimit(_ job: QueuedJob) -> Bool {
    job.reason == "JobArrayTaskLimit"
      || ["Assoc", "QOSGrp", "QOSMax", "QOSUsage", "Max"].contains { job.reason.hasPrefix($0) }
  }
}
