// The rows about two phases and disputes, and those about money that only the ledger can find.
extension BadInputRows {
  private static func transfer(
    _ name: String, _ legs: String, status: Int, _ code: String, at pointer: String? = nil,
    finder: BadInputRow.Finder = .ledger
  ) -> BadInputRow {
    BadInputRow(
      name, "POST", "/v1/transfers", body: Array(#"{"legs":[\#(legs)]}"#.utf8), status: status,
      code, at: pointer, finder: finder)
  }

  private static func pay(
    _ amount: String = "HKD 10.00", from: String = "hku-nlp:hkd", to: String = "cyberport:hkd"
  ) -> String {
    #"{"action":"pay","debit":"\#(from)","credit":"\#(to)","amount":"\#(amount)"}"#
  }

  static let transfers: [BadInputRow] =
    [
      transfer("transfer: no legs", "", status: 400, "member_range", at: "/legs", finder: .form),
      transfer(
        "transfer: 65 legs", [String](repeating: pay(), count: 65).joined(separator: ","),
        status: 400, "member_range", at: "/legs", finder: .form),
      transfer(
        "transfer: unknown action", #"{"action":"give"}"#, status: 400, "member_format",
        at: "/legs/0/action", finder: .form),
      transfer(
        "transfer: time-out overflow",
        #"{"action":"pend","debit":"a","credit":"b","amount":"HKD 1.00","timeoutMs":9223372036854775807}"#,
        status: 400, "member_range", at: "/legs/0/timeoutMs", finder: .form),
    ]
    + ["HKD 0.00", "HKD -1.00", "HKD 92233720368547758.08"].map {
      transfer(
        "transfer: \($0)", pay($0), status: 400, "member_range", at: "/legs/0/amount",
        finder: .form)
    }
    + ["HKD 10.005", "hkd 10.00", "RMB 10.00", "CNH 10.00"].map {
      transfer(
        "transfer: \($0)", pay($0), status: 400, "member_format", at: "/legs/0/amount",
        finder: .form)
    }
    + ledgerTransfers

  private static let ledgerTransfers: [BadInputRow] = [
    transfer(
      "transfer: a cent more than there is", pay("HKD 1000000.01"), status: 409,
      "insufficient_funds", at: "/legs/0"),
    transfer(
      "transfer: all of the second leg too", pay() + "," + pay("HKD 1000000.00"), status: 409,
      "insufficient_funds", at: "/legs/1"),
    transfer(
      "transfer: same account", pay(to: "hku-nlp:hkd"), status: 422, "same_account", at: "/legs/0"),
    transfer(
      "transfer: two currencies", pay(to: "sz-lab:cny"), status: 422, "currencies_differ"),
    transfer(
      "transfer: account of the market", pay(to: "fees:hkd"), status: 422, "account_of_market"),
    transfer("transfer: from the bank", pay(from: "bank:hkd"), status: 422, "account_of_market"),
    transfer("transfer: unknown account", pay(to: "nobody:hkd"), status: 404, "unknown_account"),
    transfer(
      "transfer: another's account", pay("CNY 10.00", from: "sz-lab:cny", to: "hku-nlp:hkd"),
      status: 404, "not_yours"),
    transfer(
      "transfer: time-out on what does not wait",
      #"{"action":"pay","debit":"hku-nlp:hkd","credit":"cyberport:hkd","amount":"HKD 1.00","timeoutMs":5}"#,
      status: 422, "timeout_not_allowed"),
    transfer(
      "transfer: pending without a time-out",
      #"{"action":"pend","debit":"hku-nlp:hkd","credit":"cyberport:hkd","amount":"HKD 1.00"}"#,
      status: 422, "leg_shape"),
    transfer(
      "transfer: unknown pending", #"{"action":"post","pending":"transfer-1-0"}"#, status: 404,
      "unknown_pending"),
    transfer(
      "transfer: void with an amount",
      #"{"action":"void","pending":"transfer-1-0","amount":"HKD 1.00"}"#, status: 422, "leg_shape"),
  ]

  private static let disputePath = "/v1/leases/lease-7-0/disputes"
  private static let goodDispute =
    #"{"day":"2030-03-01T00:00:00+08:00","delivered":"7200.000","evidence":"our own log"}"#

  private static func dispute(
    _ name: String, _ part: String, _ other: String, _ code: String, at pointer: String? = nil
  ) -> BadInputRow {
    row("dispute: \(name)", disputePath, goodDispute, part, other, code, at: pointer)
  }

  /// What is wrong in form with a dispute, its evidence, its decision, or a correction.
  static let disputes: [BadInputRow] = [
    dispute("day without an offset", "+08:00", "", "member_format", at: "/day"),
    dispute("day as a date", "T00:00:00+08:00", "", "member_format", at: "/day"),
    dispute("negative GPU time", "7200.000", "-1.000", "member_format", at: "/delivered"),
    dispute("GPU time as a number", #""7200.000""#, "7200", "member_type", at: "/delivered"),
    dispute("no evidence", #","evidence":"our own log""#, "", "member_missing", at: "/evidence"),
    dispute("empty evidence", "our own log", "", "member_range", at: "/evidence"),
    dispute(
      "evidence of 1,001 characters", "our own log", String(repeating: "x", count: 1_001),
      "member_range", at: "/evidence"),
    dispute(
      "evidence that turns around", "our own log", "a\u{202E}b", "member_format", at: "/evidence"),
    dispute("unknown member", #""day""#, #""date""#, "member_unknown", at: "/date"),
    dispute(
      "money in the place of GPU time", "7200.000", "HKD 10.00", "member_format", at: "/delivered"),
    row(
      "dispute: decision with a word", "/v1/disputes/dispute-7/decision",
      #"{"delivered":"7200.000"}"#, #""7200.000""#, #""half""#, "member_format", at: "/delivered"),
    row(
      "correction: an amount of money", "/v1/leases/lease-7-0/corrections",
      #"{"day":"2030-03-01T00:00:00+08:00","delivered":"1.000","reason":"r"}"#,
      #""delivered":"1.000""#,
      #""amount":"HKD 1.00""#, "member_unknown", at: "/amount"),
    BadInputRow(
      "dispute: an id with a capital", "GET", "/v1/disputes/Dispute-7", "member_format",
      at: "dispute"),
  ]
}
