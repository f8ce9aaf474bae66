import Access
import BrokerAPI
import Ledger
import LedgerStore
import Market
import Replica
import Units

// Two-person commands.
extension Broker {
  func listApprovals(_ call: Call) async throws -> Answer {
    let rows = try await store.openProposals(
      after: try Cursor.number(call), now: now, limit: call.rows)
    let viewer = try call.viewer
    var items: [Wire.Approval] = []
    for row in rows.prefix(call.arguments.limit) {
      // A reviewer sees what its own fund proposes.
      let mine =
        row.command.kind.roles == [.reviewer]
        ? try await store.party(ofPrincipal: row.by) == viewer.party : false
      guard viewer.seesAll || mine else { continue }
      items.append(
        Wire.Approval(
          position: Position(clamping: row.position), kind: row.command.kind.rawValue,
          summary: try await summary(of: row.command), proposedBy: row.by,
          proposedAt: instant(row.time), expiresAt: instant(row.expires)))
    }
    let shown = rows.prefix(call.arguments.limit)
    let next =
      rows.count > shown.count
      ? shown.last.map { Cursor.make(call.route.id, [String($0.position)]) } : nil
    return .page(items, next: next)
  }

  enum Decision { case approve, decline }

  func decide(_ call: Call, _ decision: Decision) async throws -> Answer {
    let _: Wire.Nothing = try call.body()
    guard let position = call.arguments.position("position") else {
      throw Problem(.notFound, "The path names no position.")
    }
    let number = Numbered(position.value)
    let receipt = try await submit(
      decision == .approve ? .approve(number) : .decline(number), call)
    guard decision == .approve, let proposal = try await store.proposal(position.value) else {
      return accepted(receipt)
    }
    return accepted(receipt, id: Self.made(by: proposal))
  }

  /// The object that a proposal makes.
  private static func made(by proposal: ProposalRow) -> String? {
    switch proposal.command {
    case .addParty(let party): party.id
    case .addPrincipal: principal(proposal.position)
    case .addSite(let site): site.id
    case .addChip(let chip): chip.chip
    case .scheme(.openCall): "call-\(proposal.position)"
    case .scheme(.decide(let terms)) where terms.granted: "award-\(proposal.position)"
    default: nil
    }
  }

  /// What a command would do, for the person who decides.
  private func summary(of command: Command) async throws -> String {
    switch command {
    case .addParty(let party):
      let name = try directory.word(.party, party.id).map { " (\($0))" } ?? ""
      return "add \(party.kind.rawValue) \(party.id)\(name), account in \(party.currency.rawValue)"
    case .addPrincipal(let new):
      let roles = new.roles.map(\.rawValue).joined(separator: ", ")
      let site = new.site.map { ", for site \($0)" } ?? ""
      return "add a member to \(new.party) as \(roles)\(site)"
    case .addSite(let site):
      return "add site \(site.id) of \(site.centre) in \(site.jurisdiction.rawValue), metro "
        + "\(site.metro), paid in \(site.currency.rawValue)"
    case .addChip(let chip): return "add chip \(chip.chip) to the catalogue"
    case .certify(let certificate):
      return "let site \(certificate.site) process \(certificate.dataClass) until "
        + instant(certificate.until).text
        + (certificate.filing.map { ", filed as \($0.number) on \(instant($0.filed).text)" } ?? "")
    case .setRate(let rate):
      return "set 1 \(rate.currency.rawValue) to \(rate.rate.numerator)/\(rate.rate.denominator) "
        + "HKD until \(instant(rate.validUntil))"
    case .setRules(let rules):
      return "set the rules: fee \(rules.feePermille) permille, rounds of "
        + "\(rules.roundLength / Span.second) s, at most \(rules.openBidsPerParty) open bids a "
        + "party, window \(rules.windowHours) h, lead \(rules.lead / Span.second) s"
    case .deposit(let transfer):
      return "deposit \(try await amount(transfer.amount, transfer.account)) to "
        + transfer.account + Self.settled(transfer)
    case .payout(let transfer):
      return "pay out \(try await amount(transfer.amount, transfer.account)) from "
        + transfer.account + Self.settled(transfer)
    case .closeAccount(let closure):
      return "\(closure.closed ? "close" : "open again") account \(closure.account)"
    case .setCreditLimit(let limit):
      return "set the credit limit of \(limit.account) to "
        + (try await amount(limit.amount, limit.account))
    case .declareLoss(let terms):
      return "declare \(terms.gpus) GPUs of pool \(terms.pool) at \(terms.site) lost without "
        + "fault from \(instant(terms.from).text) to \(instant(terms.to).text)"
    case .scheme(let command): return try await summary(of: command)
    case .addProject(let project): return "add project \(project.project) of \(project.party)"
    case .decideDispute(let terms):
      return terms.delivered.map {
        "decide \(Dispute.id(terms.dispute)): \(GPUSeconds(clamping: $0).text) GPU-seconds were "
          + "delivered"
      } ?? "decide \(Dispute.id(terms.dispute)): the site's readings stand"
    case .correctCharge(let terms):
      return "correct the charge of \(terms.lease) for "
        + instant(MarketCalendar.start(ofDay: terms.day)).text.prefix(10)
        + " to \(GPUSeconds(clamping: terms.delivered).text) GPU-seconds"
    case .activate(let version): return "switch to version \(version.number) of the rules of apply"
    case .setOversight(let oversight):
      let groups = oversight.groups.map {
        "\($0.least) of \($0.witnesses.joined(separator: ", "))"
      }
      let terms = oversight.terms.map { "\($0.term)=\($0.value)" }
      return "set the oversight: witnessed by "
        + (groups.isEmpty ? "the replicas' policy files" : groups.joined(separator: " and "))
        + ", surveillance "
        + (terms.isEmpty ? "by the standard terms" : "with " + terms.joined(separator: ", "))
    case .thawMarket(let freeze): return "thaw the market that entry \(freeze.number) froze"
    default: return command.kind.rawValue
    }
  }

  private static func settled(_ transfer: BankTransfer) -> String {
    guard let month = transfer.month else { return "" }
    return ", for \(month / 100)-\(month % 100 < 10 ? "0" : "")\(month % 100)"
  }

  private func amount(_ minor: Int64, _ account: String) async throws -> String {
    let currency = try await store.account(account, .all)?.currency ?? .hkd
    return money(minor, currency).text
  }
}
