import Testing

/// One request that must be refused, and how. The rows know nothing of who answers: the same table
/// runs against the wire types and against a broker.
struct BadInputRow: Sendable, CustomTestStringConvertible {
  /// Who must find the fault.
  enum Finder: Sendable {
    /// The form of the request; no state is needed.
    case form
    /// The ledger; only a broker can tell.
    case ledger
  }

  var name: String
  var method: String
  /// As sent, percent-encoded, with its query.
  var path: String
  var body: [UInt8]?
  /// Values of Idempotency-Key; one good key where a row does not say.
  var keys: [String]
  /// Nil: any of 400 to 499.
  var status: Int?
  var code: String
  /// Of the first fault, where it matters.
  var pointer: String?
  var finder: Finder

  var testDescription: String { name }

  init(
    _ name: String, _ method: String, _ path: String, body: [UInt8]? = nil,
    keys: [String] = [BadInputRows.goodKey], status: Int? = 400, _ code: String,
    at pointer: String? = nil, finder: Finder = .form
  ) {
    self.name = name
    self.method = method
    self.path = path
    self.body = body
    self.keys = keys
    self.status = status
    self.code = code
    self.pointer = pointer
    self.finder = finder
  }
}

/// The bad-input catalogue: JSON, money, times, ids, resources, keys, queries.
enum BadInputRows {
  static let goodKey = "0123456789abcdef0123456789abcdef"

  static let all: [BadInputRow] =
    json + jsonNumbers + money + times + ids + resources + keys + queries + facts + transfers
    + disputes

  // MARK: Requests that are right, to be spoilt in one place

  /// A request body with what may be spoilt in it; `earliest` to `latestEnd` is 30 days.
  static let goodBid = """
    {"kind":"block","alternatives":[{"chip":"h800","gpus":16,"quarters":2016,\
    "limit":"HKD 19.00"}],"earliest":"2030-03-01T00:00:00+08:00",\
    "latestEnd":"2030-03-31T00:00:00+08:00","together":8,"reclaim":"never","label":"run 7"}
    """
  static let goodDeposit = #"{"amount":"HKD 10.00","reference":"FPS 20300301"}"#
  static let goodParty = #"{"party":"hku-nlp","kind":"tenant","currency":"HKD","name":"HKU NLP"}"#
  static let goodReadings = """
    {"readings":[{"lease":"lease-7-0","from":"2030-03-01T00:00:00+08:00",\
    "to":"2030-03-01T00:15:00+08:00","delivered":"7200.000","used":"6900.500"}]}
    """
  static let goodOffer = """
    {"generation":7,"sellUntil":"2030-03-03T00:00:00+08:00","pools":[{"pool":"h800-a",\
    "chip":"h800","fabric":"ib-a","unit":8,"node":8,"reclaim":"30m","spans":[\
    {"from":"2030-03-01T00:00:00+08:00","to":"2030-03-02T00:00:00+08:00","gpus":64,\
    "ask":"HKD 14.00"}]}]}
    """
  static let goodRate = """
    {"currency":"CNY","numerator":10953,"denominator":10000,\
    "validUntil":"2030-03-02T00:00:00+08:00"}
    """

  static let depositPath = "/v1/accounts/hku-nlp:hkd/deposits"
  static let offerPath = "/v1/sites/cyberport-h/offer"
  static let readingsPath = "/v1/sites/cyberport-h/readings"

  /// Row on a bid with one part of it replaced.
  static func bid(
    _ name: String, _ part: String, _ other: String, _ code: String, at pointer: String? = nil
  ) -> BadInputRow {
    row(name, "/v1/bids", goodBid, part, other, code, at: pointer)
  }

  /// Row on a deposit whose amount is another JSON value.
  static func amount(_ name: String, _ value: String, _ code: String) -> BadInputRow {
    row(name, depositPath, goodDeposit, #""HKD 10.00""#, value, code, at: "/amount")
  }

  /// Row on a bid whose `earliest` is another JSON value.
  static func time(_ name: String, _ value: String, _ code: String) -> BadInputRow {
    bid(name, #""2030-03-01T00:00:00+08:00""#, value, code, at: "/earliest")
  }

  /// Row on a new party whose id is another text, given as JSON without its quotes.
  static func id(_ name: String, _ text: String) -> BadInputRow {
    row(
      name, "/v1/parties", goodParty, #""party":"hku-nlp""#, "\"party\":\"\(text)\"",
      "member_format", at: "/party")
  }

  static func row(
    _ name: String, _ path: String, _ good: String, _ part: String, _ other: String,
    _ code: String, at pointer: String? = nil
  ) -> BadInputRow {
    precondition(good.contains(part), "\(name): the good body lacks \(part)")
    let body = Array(good.replacing(part, with: other, maxReplacements: 1).utf8)
    return BadInputRow(name, "POST", path, body: body, code, at: pointer)
  }

  static func raw(_ name: String, _ body: [UInt8], _ code: String) -> BadInputRow {
    BadInputRow(name, "POST", "/v1/bids", body: body, code)
  }

  static func utf16(_ text: String, bigEndian: Bool) -> [UInt8] {
    text.utf16.flatMap { unit in
      bigEndian
        ? [UInt8(unit >> 8), UInt8(unit & 0xFF)] : [UInt8(unit & 0xFF), UInt8(unit >> 8)]
    }
  }
}
