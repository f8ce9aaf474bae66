import GRDB
import Ledger
import Market
import Units

extension Projection {
  func projectScheme(_ event: SchemeEvent, _ entry: Entry) throws {
    switch event {
    case .listPricesSet(let list):
      for item in list.items {
        try run(
          "INSERT INTO list_prices VALUES (?, ?, ?, ?, ?, ?, ?)",
          [
            list.currency.rawValue, list.version, item.chip, item.list, item.reference, item.trades,
            entry.position,
          ])
      }
    case .relationStated(let relation):
      try run(
        "INSERT INTO relations VALUES (?, ?, ?, ?, ?, ?)",
        [
          entry.position, relation.one, relation.other, relation.from, relation.until,
          relation.source,
        ])
    case .contractRegistered(let fact):
      try run(
        "INSERT INTO contracts VALUES (?, ?, ?, ?, ?)",
        [entry.position, fact.contract, fact.scheme, fact.since, fact.source])
    case .callOpened(let call):
      try run(
        "INSERT INTO calls VALUES (?, ?, ?, ?, ?)",
        [call.seq, call.fund, call.closed, entry.position, Self.text(call)])
    case .callClosed(let call):
      try run("UPDATE calls SET closed = 1 WHERE seq = ?", [call.number])
    case .applied, .scored, .decided: try projectApplication(event, entry)
    case .awarded(let award):
      try run(
        """
        INSERT INTO awards (id, seq, application, fund, party, account, amount, ended, position,
          body) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """,
        [
          award.id, award.seq, award.application, award.fund, award.party, award.account,
          award.amount, award.ended, entry.position, Self.text(award),
        ])
    case .awardChanged(let award):
      try run(
        """
        UPDATE awards SET ended = ?, body = ?, reported = coalesce(reported, ?) WHERE id = ?
        """,
        [
          award.ended, Self.text(award), award.report == nil ? nil : entry.position, award.id,
        ])
    }
  }

  private func projectApplication(_ event: SchemeEvent, _ entry: Entry) throws {
    switch event {
    case .applied(let application):
      try run(
        """
        INSERT INTO applications (seq, call, fund, party, state, position, body)
        VALUES (?1, ?2, (SELECT fund FROM calls WHERE seq = ?2), ?3, 'waiting', ?4, ?5)
        """,
        [
          application.seq, application.terms.call, application.party, entry.position,
          Self.text(application),
        ])
    case .scored(let score):
      try run(
        "INSERT INTO scores VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        [
          score.terms.application, score.by, score.terms.need, score.terms.demand,
          score.terms.soundness, score.terms.benefit, score.terms.reason, entry.position,
        ])
    case .decided(let decision):
      try run(
        "UPDATE applications SET state = ?, award = ?, decision = ?, decided = ? WHERE seq = ?",
        [
          decision.terms.granted ? "granted" : "declined", decision.award, Self.text(decision),
          entry.position, decision.terms.application,
        ])
    default: break
    }
  }
}
