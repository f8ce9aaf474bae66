import BrokerFixture
import Foundation
import Testing

/// What `sampan-agent check --submit-test` wants to be told before it writes to a cluster.
@Suite(.serialized) struct AgentSubmitTests {
  private func settings(_ mode: String) -> String {
    """
    site: cyberport-h
    mode: \(mode)
    broker: {url: "http://127.0.0.1:1"}
    adapter: slurm
    slurm:
      cluster: alpha
      leaseAs: reservation
      writeCommand: [/usr/bin/false]
    pools:
      - {name: h800, chip: h800-80g, partition: h800, fabric: ib, ask: [{price: HKD 9.00}], promise: 24h}
    people: {map: {file: people}, unknown: wait}
    spool: {directory: spool}
    """
  }

  @Test("it writes only when mode, pool, user and a person allow it, and says what is missing")
  func refusals() throws {
    let broker = try BrokerProcess()
    defer { broker.remove() }
    func check(_ words: String...) throws -> String {
      let (code, output) = try broker.run(
        "sampan-agent", ["check", "--submit-test", "--config", "agent.yaml"] + words)
      #expect(code != 0, "\(output)")
      return output
    }
    try broker.write("people", "")
    try broker.write("agent.yaml", settings("observe"))
    #expect(try check("--user", "lee", "--yes").contains("--write-anyway"))
    #expect(try check("--user", "lee", "--write-anyway").contains("--yes"))
    try broker.write("agent.yaml", settings("act"))
    #expect(try check("--user", "lee").contains("Nobody is here to be asked"))
    #expect(try check("--user", "lee", "--pool", "x").contains("there are: h800"))
    #expect(try check("--user", "root", "--yes").contains("root is no tenant") || geteuid() != 0)
    let (_, output) = try broker.run(
      "sampan-agent", ["check", "--yes", "--config", "agent.yaml"])
    #expect(output.contains("are of --submit-test"))
  }
}
