import Ledger
import Market
import Replica
import Replication
import Simulation
import Units

// What goes wrong by itself, a few times a second.
extension Federation {
  func change() {
    queue.put(.weather, at: now + 250)
    for index in replicas.indices {
      if let time = replicas[index].startsAt, now >= time { start(index) }
      if case .halted(.unknownRules)? = replicas[index].loop?.member.role {
        coverage.note("replica-too-old")
        stop(index, for: weather.draw(500...3_000), "does not know the rules")
        replicas[index].release = LedgerState.newestVersion
      }
      strike(index)
    }
    for index in sites.indices {
      if let time = sites[index].startsAt, now >= time { startSite(index) }
      if let time = sites[index].nodesBackAt, now >= time {
        sites[index].cluster.lost = 0
        sites[index].nodesBackAt = nil
      }
      strikeSite(index)
    }
    thaw()
    if weather.strikes(.logFull) {
      say("log", "is full")
      log.isFull = true
    } else if log.isFull, weather.draw(0...9) == 0 {
      log.isFull = false
    }
    if weather.strikes(.upgrade) {
      // One after the other, as an operator does it; the rules are taken up by two persons.
      for index in replicas.indices where replicas[index].isUp {
        stop(index, for: 500 + Int64(index) * 1_500, "upgrade")
        // One may be forgotten.
        if weather.draw(0...2) > 0 { replicas[index].release = LedgerState.newestVersion }
      }
      let version = replicas.compactMap { $0.loop?.core.state.version }.max() ?? 1
      send(.activate(Numbered(version + 1)), by: "maker", role: .platform)
    }
  }

  /// Somebody ends a freeze after a while, by two persons.
  private func thaw() {
    guard let state = replicas.compactMap({ $0.loop?.core.state }).first,
      let freeze = state.marketFreeze, weather.isOver || random.draw(0...29) == 0
    else { return }
    if let number = state.proposals.keys.last,
      case .thawMarket(Numbered(freeze.number))? = state.proposals[number]?.command
    {
      send(.approve(Numbered(number)), by: "checker", role: .platform)
    } else {
      send(.thawMarket(Numbered(freeze.number)), by: "maker", role: .platform)
    }
  }

  private func strike(_ index: Int) {
    if weather.strikes(.partition) {
      replicas[index].partedUntil = now + weather.draw(500...6_000)
      say("r\(index)", "is cut off")
    }
    if weather.strikes(.crash) { stop(index, for: weather.draw(200...5_000), "crash") }
    if weather.strikes(.tornWrite), replicas[index].isUp {
      stop(index, for: weather.draw(200...3_000), "torn write")
      replicas[index].disk.damageSnapshot()
    }
    if weather.strikes(.pause) {
      replicas[index].pausedUntil = now + weather.draw(300...5_000)
      say("r\(index)", "stands still")
    }
    if weather.strikes(.diskFull) {
      replicas[index].port.isFull = true
      say("r\(index)", "has a full disk")
    }
    replicas[index].port.now = now
    if weather.strikes(.clockSlow) {
      let rate = weather.draw(800...1_000)
      replicas[index].port.runClock(at: rate)
      say("r\(index)", "its clock runs at \(rate) of 1000")
    }
    if weather.strikes(.clockStop) {
      replicas[index].port.runClock(at: 0)
      say("r\(index)", "its clock stands")
    }
    if weather.strikes(.clockStep) {
      let offset = weather.draw(-5_000...5_000)
      replicas[index].port.wallOffset = offset
      say("r\(index)", "its clock is off by \(offset) ms")
    }
    if index == replicas.count - 1, weather.strikes(.followerBehind) {
      replicas[index].partedUntil = now + weather.draw(3_000...12_000)
      say("r\(index)", "falls behind")
    }
  }

  private func strikeSite(_ index: Int) {
    if weather.strikes(.partition) {
      sites[index].partedUntil = now + weather.draw(500...9_000)
      say(sites[index].place.id, "is cut off")
    }
    if weather.strikes(.siteVanish) { stopSite(index, for: weather.draw(500...9_000)) }
    if weather.strikes(.nodesLost) {
      sites[index].cluster.lost = weather.draw(1...sites[index].place.gpus)
      sites[index].nodesBackAt = now + weather.draw(1_000...9_000)
      say(sites[index].place.id, "loses \(sites[index].cluster.lost) GPUs")
    }
    if weather.strikes(.capacityWithdrawn) {
      var terms = ReclaimTerms()
      terms.site = sites[index].place.id
      terms.pool = "a"
      terms.gpus = weather.draw(1...sites[index].place.gpus)
      let quarter = (Town.start + now * Self.scale) / Span.quarter * Span.quarter
      terms.from = quarter + weather.draw(0...12) * Span.quarter
      terms.to = terms.from + weather.draw(1...8) * Span.quarter
      say(sites[index].place.id, "withdraws \(terms.gpus) GPUs")
      send(.reclaimCapacity(terms), by: sites[index].place.agent, role: .agent)
    }
  }
}
