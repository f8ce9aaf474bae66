import BrokerAPI
import Ledger
import LedgerStore
import Market
import Units

extension Broker {
  /// What a command of the subsidy scheme would do, for the person who decides.
  func summary(of command: SchemeCommand) async throws -> String {
    switch command {
    case .setListPrices(let list):
      return "set version \(list.version) of the list prices in \(list.currency.rawValue), "
        + "\(list.items.count) chips"
    case .stateRelation(let relation):
      return "state that \(relation.one) and \(relation.other) belong together"
    case .registerContract(let fact):
      return "state that \(fact.scheme) pays for contract \(fact.contract.prefix(12))"
    case .openCall(let terms):
      return "open a call: up to \(Self.percent(terms.permille)) at "
        + "\(terms.sites.joined(separator: ", "))"
    case .decide(let terms):
      let row = try await store.application(terms.application, .all)
      let who = row?.application.party ?? "a tenant"
      guard terms.granted else { return "decline application-\(terms.application) of \(who)" }
      let amount = money(terms.amount, row?.currency ?? .hkd)
      return "grant \(who) \(amount) and \(terms.gpuHours) GPU-hours at "
        + "\(Self.percent(terms.permille)), by application-\(terms.application)"
    case .release(let award): return "release the locked half of award-\(award.number)"
    case .clawBack(let terms):
      let row = try await store.award("award-\(terms.award)", .all)
      return "end award-\(terms.award) and take back "
        + money(terms.amount, row?.award.currency ?? .hkd).text + " of what it paid"
    case .closeCall, .apply, .score, .reportProgress: return command.kind.rawValue
    }
  }

  private static func percent(_ permille: Int64) -> String {
    "\(permille / 10).\(permille % 10) %"
  }
}
