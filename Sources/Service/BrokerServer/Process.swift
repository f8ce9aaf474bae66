import BrokerAPI
import Replica

// What is asked of the process itself, and of the clock.
extension Broker {
  func ready() -> Answer {
    replica.status.serving && !feed.isStopped
      ? .text("ready\n") : .text("not serving\n", status: 503)
  }

  var clock: Wire.Clock {
    Wire.Clock(
      market: instant(replica.clock.market), wall: instant(MarketClock.wall()),
      scale: small(replica.clock.scale))
  }

  /// Prometheus text.
  func metrics() -> String {
    let status = replica.status
    var text = ""
    func add(_ name: String, _ type: String, _ help: String, _ value: Int64) {
      text += "# HELP sampan_\(name) \(help)\n# TYPE sampan_\(name) \(type)\n"
      text += "sampan_\(name) \(value)\n"
    }
    add("serving", "gauge", "1 while commands are taken.", status.serving ? 1 : 0)
    add(
      "leading", "gauge", "1 while this replica orders the commands.",
      status.standing == .leading ? 1 : 0)
    add("position", "gauge", "Position of the last entry.", max(0, status.position - 1))
    add("time_milliseconds", "gauge", "Market time of the last entry.", status.time)
    add("round", "gauge", "The round that is open or closed.", status.round)
    add("round_closed", "gauge", "1 while the round is being solved.", status.roundClosed ? 1 : 0)
    add("round_due_milliseconds", "gauge", "Market time of the next close.", status.roundDue)
    add("epoch", "gauge", "Epoch of the leader.", status.epoch)
    add("commands_total", "counter", "Entries since the start.", status.commands)
    add("refusals_total", "counter", "Refused entries since the start.", status.refusals)
    add("commits_total", "counter", "Durable batches since the start.", status.commits)
    add(
      "commit_microseconds_total", "counter", "Time in durable batches.",
      status.commitMicroseconds)
    add("waiting", "gauge", "Commands that wait for a batch.", Int64(status.waiting))
    add("open_streams", "gauge", "Streams of events.", Int64(streams.open))
    text += "# HELP sampan_requests_total Answers by status.\n"
    text += "# TYPE sampan_requests_total counter\n"
    for answer in counters.answers {
      text += "sampan_requests_total{status=\"\(answer.status)\"} \(answer.count)\n"
    }
    return text
  }
}
