import ArgumentParser
import BrokerAPI
import BrokerClient

/// `2026-11:cyberport:hku-nlp`: month, seller, buyer.
struct InvoiceName: ExpressibleByArgument {
  let month: BillingMonth
  let seller: String
  let buyer: String

  init?(argument: String) {
    let parts = argument.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
    guard parts.count == 3, let month = try? BillingMonth(parsing: parts[0]),
      TextForm.id.fault(of: parts[1]) == nil, TextForm.id.fault(of: parts[2]) == nil
    else { return nil }
    self.month = month
    seller = parts[1]
    buyer = parts[2]
  }

  /// The invoice and its lines.
  func fetch(_ session: Session) async throws -> (Wire.Invoice, [Wire.BilledLine]) {
    let month = month.description
    let found = try await session.client.invoices(month: month, seller: seller, buyer: buyer)
      .all(atMost: 1)
    guard let invoice = found.first else {
      throw Failure(
        why: "\(seller) has billed \(buyer) nothing in \(month)", code: "not_found",
        next: "Run: sampan invoice list --month \(month)", exit: .refused)
    }
    let lines = try await session.client.billedLines(month: month, seller: seller, buyer: buyer)
      .all(atMost: .max)
    return (invoice, lines)
  }
}
