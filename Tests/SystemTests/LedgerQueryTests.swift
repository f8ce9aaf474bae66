import BrokerFixture
import Foundation
import Testing

/// Questions to the published copy of a real broker, by the command line.
@Suite(.serialized) struct LedgerQueryTests {
  @Test("A copy is asked in every format; what is wrong, forbidden or too much is said")
  func asked() async throws {
    let broker = try BrokerProcess()
    defer { broker.remove() }
    _ = try await SampleMarket(broker)
    func query(_ words: [String]) throws -> (status: Int32, output: String) {
      let run = try broker.run(
        "sampan", ["ledger", "query", "--file", "data/ledger.sqlite"] + words)
      return (run.status, run.output)
    }
    let parties = "SELECT id, kind FROM parties WHERE id = 'hku-nlp'"
    let table = try query([parties])
    #expect(table.status == 0 && table.output == "id       kind\nhku-nlp  tenant\n")
    #expect(try query([parties, "-o", "csv"]).output == "id,kind\r\nhku-nlp,tenant\r\n")
    #expect(try query([parties, "-o", "name"]).output == "hku-nlp\n")
    struct Answer: Decodable {
      var columns: [String]
      var isCut: Bool
      var rows: [[String?]]
    }
    let json = try query(["SELECT id, NULL FROM parties ORDER BY id", "--rows", "2", "-o", "json"])
    let end = try #require(json.output.lastIndex(of: "}"))
    let answer = try JSONDecoder().decode(Answer.self, from: Data(json.output[...end].utf8))
    #expect(answer.columns == ["id", "NULL"] && answer.isCut && answer.rows.count == 2)
    #expect(answer.rows[0].last == .some(nil) && json.output.contains("There is more"))
    for (question, words) in [
      ("DELETE FROM parties", "only SELECT"), ("SELECT nought FROM bids", "no such column"),
      ("ATTACH 'x' AS y", "only SELECT"), ("SELECT 1; SELECT 2", "one at a time"),
      (
        "WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c) SELECT max(i) FROM c",
        "1 s"
      ),
      (
        "WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c LIMIT 2000) "
          + "SELECT count(*) FROM (SELECT zeroblob(300000 + i) AS z FROM c ORDER BY hex(z))",
        "more memory"
      ),
    ] {
      let run = try query([question, "--seconds", question.contains("LIMIT") ? "60" : "1"])
      #expect(run.status == 2 && run.output.contains(words), "\(question): \(run.output)")
    }
    #expect(try query(["--rows", "0", parties]).status == 2)
    let other = try broker.run("sampan", ["ledger", "query", "--file", "none.sqlite", "SELECT 1"])
    #expect(other.status == 2 && other.output.contains("is no ledger file"))
    #expect(try broker.run("sampand", ["check", "--ledger", "data/ledger.sqlite"]).status == 0)
  }
}
