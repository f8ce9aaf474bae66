import BrokerAPI
import Ledger
import Market
import Replica

// Whether the market sells, and who stops it.
extension Broker {
  func marketStatus() -> Answer {
    let status = replica.status
    var body = Wire.MarketStatus(
      state: status.freeze != nil ? .frozen : status.roundClosed ? .closed : .open,
      round: status.round, version: status.version,
      position: Position(clamping: status.position - 1))
    if let freeze = status.freeze {
      body.frozenSince = instant(freeze.at)
      body.frozenBy = freeze.by
      body.freeze = Position(clamping: freeze.number)
    } else {
      body.nextClose = instant(status.roundDue)
    }
    return .json(body.json())
  }

  func freezeMarket(_ call: Call) async throws -> Answer {
    let _: Wire.Nothing = try call.body()
    return accepted(try await submit(.freezeMarket(MarketFreezeTerms()), call))
  }

  func thawMarket(_ call: Call) async throws -> Answer {
    let body: Wire.ThawMarket = try call.body()
    return accepted(try await submit(.thawMarket(Numbered(body.freeze.value)), call))
  }

  func activateVersion(_ call: Call) async throws -> Answer {
    let body: Wire.ActivateVersion = try call.body()
    return accepted(try await submit(.activate(Numbered(Int64(body.version))), call))
  }

  /// Since when and by whom it is frozen, if it is.
  var freezeWords: String? {
    replica.status.freeze.map { "It is frozen since \(instant($0.at).text) by \($0.by)." }
  }
}
