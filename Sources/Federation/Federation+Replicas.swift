import CommandLog
import Ledger
import LedgerStore
import Market
import Placement
import Replica
import Replication
import Simulation

// The replicas and their log.
extension Federation {
  func start(_ index: Int) {
    do {
      try replicas[index].start(plan, now: now, forgetsIDs: bug == .reusedID)
    } catch {
      return auditor.blame("r\(index) cannot start: \(error)")
    }
    say("r\(index)", "starts at \(replicas[index].loop?.core.state.position ?? 0)")
    queue.put(.turn(index, replicas[index].life), at: now)
  }

  /// The process ends without a word; what was applied and not written is lost.
  func stop(_ index: Int, for length: Int64, _ why: String) {
    guard replicas[index].isUp else { return }
    say("r\(index)", "stops: \(why)")
    replicas[index].loop?.abandon()
    readMail()
    replicas[index].loop = nil
    replicas[index].life += 1
    replicas[index].startsAt = now + length
  }

  /// One turn of the real loop, as its thread would take it.
  func turn(_ index: Int) {
    guard now >= replicas[index].pausedUntil, var loop = replicas[index].loop else { return }
    let answers = replicas[index].answers
    let solved = replicas[index].solved
    var inbox = replicas[index].inbox
    replicas[index].answers = []
    replicas[index].solved = []
    replicas[index].port.now = now
    // One owner of the state at a time: a second copy of it would be copied at the next change.
    replicas[index].loop = nil
    var failure: (any Error)?
    do {
      try loop.turn(answers, solved: solved, clockDrift: drift(index))
      loop.deliver()
      let taken = try loop.order(inbox.prefix(LogBatch.mostEntries))
      inbox.removeFirst(taken)
      loop.deliver()
      loop.releaseLate(pausedSince: loop.member.pausedSince.map { $0 + Town.start })
      let reason: SubmissionError? =
        loop.member.pausedSince.map { .paused(since: $0) } ?? (loop.isLeading ? nil : .moved)
      if let reason {
        for one in inbox { one.answer(.failure(reason)) }
        inbox = []
      }
    } catch {
      failure = error
    }
    replicas[index].inbox = inbox
    replicas[index].loop = loop
    collect(index)
    if let failure {
      if !(failure is SimulatedPort.NoSpace) {
        auditor.blame("r\(index) ended by itself: \(failure)")
      }
      stop(index, for: 3_000, "\(failure)")
    }
    readMail()
  }

  /// What the clocks of the others say of this one; nil: not that it is wrong.
  private func drift(_ index: Int) -> Int64? {
    let own = replicas[index].port.wall
    let drifts = replicas.filter { $0.index != index && $0.isUp && now >= $0.partedUntil }.map {
      other -> Int64 in
      other.port.now = now
      return own - other.port.wall
    }.filter { $0.magnitude > 1_000 }.sorted()
    return drifts.count * 2 > replicas.count ? drifts[drifts.count / 2] : nil
  }

  /// Takes what the turn asked for into the queue.
  private func collect(_ index: Int) {
    let port = replicas[index].port
    let life = replicas[index].life
    take(port.kept, from: index)
    port.kept = []
    for snapshot in port.snapshots {
      if digests[snapshot.position, default: snapshot.digest] != snapshot.digest {
        auditor.blame("r\(index) closed the round of \(snapshot.position) with another state")
      }
      digests[snapshot.position] = snapshot.digest
    }
    port.snapshots = []
    if !port.unwritten.isEmpty, !replicas[index].isWriting {
      replicas[index].isWriting = true
      queue.put(.write(index, life), at: now + weather.draw(5...400))
    }
    for question in port.questions { ask(index, life, question) }
    port.questions = []
    for (frozen, epoch) in port.solves {
      let clearing = Engine.clear(frozen.instance, iterations: frozen.iterations)
      let commands = Leader.outcome(of: frozen, clearing)
      queue.put(.solved(index, life, epoch, commands), at: now + weather.draw(50...900))
      if weather.strikes(.leaderLoss) { stop(index, for: weather.draw(500...6_000), "leader lost") }
    }
    port.solves = []
    for seal in port.seals {
      queue.put(.judge(index, life, seal), at: now + weather.draw(20...200))
    }
    port.seals = []
  }

  /// Sends a question to the log, through the weather.
  private func ask(_ index: Int, _ life: Int, _ question: LogQuestion) {
    say("r\(index)", "asks \(question.word)")
    if now < replicas[index].partedUntil || weather.strikes(.messageLost) {
      say("r\(index)", "its question is lost")
      return silence(index, life, question)
    }
    var delay = weather.draw(1...15)
    if weather.strikes(.messageLate) { delay += weather.draw(100...3_000) }
    // Who waited too long has given up; what it asked for happens all the same.
    let isTooLate = delay > 1_500
    if isTooLate { silence(index, life, question) }
    queue.put(.arrive(index, life, question, isEcho: isTooLate), at: now + delay)
    if weather.strikes(.messageDoubled) {
      say("r\(index)", "its question comes twice")
      let again = now + delay + weather.draw(1...900)
      queue.put(.arrive(index, life, question, isEcho: true), at: again)
    }
  }

  /// Nobody answers: the asker finds that out by itself.
  private func silence(_ index: Int, _ life: Int, _ question: LogQuestion) {
    guard let answer = question.failed(.unreachable("no answer")) else { return }
    queue.put(.answer(index, life, answer), at: now + weather.draw(800...1_500))
  }

  func arrive(_ index: Int, _ life: Int, _ question: LogQuestion, isEcho: Bool) {
    guard now >= replicas[index].partedUntil else {
      return isEcho ? () : silence(index, life, question)
    }
    log.pass(now)
    if case .look(let from, true) = question, log.next <= from, !isEcho {
      waitersSoFar += 1
      waiters.append(Waiter(number: waitersSoFar, replica: index, life: life, from: from))
      if weather.strikes(.idleCut) {
        waiters.removeLast()
        say("r\(index)", "its idle connection is cut")
        return silence(index, life, question)
      }
      return queue.put(.waitOver(waitersSoFar), at: now + 1_000)
    }
    let before = (log.next, log.leader)
    if bug == .lostAppend, case .append = question, random.draw(0...19) == 0 {
      log.forgetsOnce = true
    }
    if let answer = log.answer(question, now: now) {
      check(question, answer, before.1?.term)
      if isEcho {
        say("log", "answers nobody")
      } else if weather.strikes(.answerLost) {
        say("log", "its answer to r\(index) is lost")
        silence(index, life, question)
      } else {
        queue.put(.answer(index, life, answer), at: now + weather.draw(1...15))
      }
    }
    if log.next != before.0 || log.leader != before.1 { wakeWaiters() }
  }

  /// What the log promises, seen from outside it.
  private func check(_ question: LogQuestion, _ answer: LogAnswer, _ leader: Int64?) {
    guard case .append(let batch, let term, _) = question,
      case .appended(_, .success(.done)) = answer
    else { return }
    say("log", "has \(batch.first)..\(batch.next - 1)")
    guard log.batches.contains(batch) || batch.next <= log.floor else {
      return auditor.blame(
        "the log says that it has \(batch.first)..\(batch.next - 1), and has not")
    }
    if batch.next == log.next, batch.first >= appendedTo, leader != term.revision {
      auditor.blame("the log took \(batch.first)..\(batch.next - 1) in a term that is over")
    }
    appendedTo = max(appendedTo, batch.next)
  }

  private func wakeWaiters() {
    let woken = waiters
    waiters = []
    for waiter in woken {
      queue.put(
        .arrive(waiter.replica, waiter.life, .look(from: waiter.from, wait: false), isEcho: false),
        at: now + 1)
    }
  }

  func write(_ index: Int, _ life: Int) {
    guard replicas[index].life == life, replicas[index].isUp else { return }
    replicas[index].port.write()
    replicas[index].isWriting = false
    guard !replicas[index].port.unwritten.isEmpty else { return }
    replicas[index].isWriting = true
    queue.put(.write(index, life), at: now + weather.draw(5...200))
  }

  /// The other replicas say what they have for a seal.
  func judge(_ index: Int, _ life: Int, _ seal: SealView) {
    guard replicas[index].life == life, replicas[index].isUp else { return }
    let others = replicas.filter { $0.index != index && $0.seat.mayLead }.map {
      other -> SealView? in
      guard now >= other.partedUntil, let loop = other.loop else { return nil }
      return loop.core.seals.last { $0.position == seal.position }
    }
    replicas[index].answers.append(.judged(seal, SealVerdict(own: seal, others: others)))
    turn(index)
  }
}
