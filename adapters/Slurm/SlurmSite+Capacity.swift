package import AdapterKit

// What may be leased, on the safe side: a node counts when nobody else has it at any time of the
// next two weeks.
extension SlurmSite {
  private static let horizon: Int64 = 14 * 86_400_000

  package func check() async throws(AdapterError) -> [Finding] {
    var findings = configuration.faults.map {
      Finding(.fail, "slurm: \($0)", remedy: "correct it in agent.yaml")
    }
    do throws(SlurmError) {
      let pools = pools(in: try await reader.nodes())
      for pool in pools {
        findings.append(
          pool.gpus > 0
            ? Finding(.ok, "pool \(pool.pool.name): \(pool.names.count) nodes, \(pool.gpus) GPUs")
            : Finding(
              .fail, "pool \(pool.pool.name): partition \(pool.pool.partition) has no GPUs for it",
              remedy: "correct partition or nodes of this pool in agent.yaml"))
      }
    } catch {
      findings.append(Finding(.fail, "slurm: \(error)", remedy: "see what it says"))
    }
    return findings
  }

  package func capacity() async throws(AdapterError) -> [PoolCapacity] {
    let view = try await view(withJobs: true)
    var taken: Set<String> = []
    for job in view.jobs
    where job.isOnNodes && !(job.reservation ?? "").hasPrefix(configuration.prefix) {
      taken.formUnion(job.nodes)
    }
    for other in view.reservations where !other.name.hasPrefix(configuration.prefix) {
      taken.formUnion(other.nodes)
    }
    let now = clock.now()
    return pools(in: Array(view.nodes.values)).map { pool in
      let unusable = pool.names.filter { !view.isUsable($0) }
      let free = pool.names.filter { view.isUsable($0) && !taken.contains($0) }
      return PoolCapacity(
        pool: pool.pool.name, chip: pool.pool.chip, fabric: pool.pool.fabric,
        unit: max(1, pool.unit), gpus: pool.gpus, unusable: Int64(unusable.count) * pool.unit,
        runs: free.isEmpty
          ? []
          : [
            CapacityRun(
              from: now - now % 900_000, to: now - now % 900_000 + Self.horizon,
              gpus: Int64(free.count) * pool.unit)
          ])
    }
  }
}
