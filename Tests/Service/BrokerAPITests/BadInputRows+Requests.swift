extension BadInputRows {
  static let resources: [BadInputRow] = [
    bid(
      "resource: no GPU", #""gpus":16"#, #""gpus":0"#, "member_range", at: "/alternatives/0/gpus"),
    bid(
      "resource: -8 GPUs", #""gpus":16"#, #""gpus":-8"#, "member_range",
      at: "/alternatives/0/gpus"),
    bid(
      "resource: 10^9 GPUs", #""gpus":16"#, #""gpus":1000000000"#, "member_range",
      at: "/alternatives/0/gpus"),
    bid(
      "resource: no multiple of together", #""gpus":16"#, #""gpus":12"#, "member_contradiction",
      at: "/alternatives/0/gpus"),
    bid(
      "resource: together of nothing", #""together":8"#, #""together":0"#, "member_range",
      at: "/together"),
    bid(
      "resource: memory, which nobody sells", #""gpus":16"#, #""gpus":16,"memory":0"#,
      "member_unknown", at: "/alternatives/0/memory"),
    bid(
      "resource: no alternative",
      #"[{"chip":"h800","gpus":16,"quarters":2016,"limit":"HKD 19.00"}]"#,
      "[]", "member_range", at: "/alternatives"),
    bid(
      "resource: nine alternatives", #"[{"#,
      "["
        + (1...8).map { #"{"chip":"h800","gpus":\#($0 * 8),"quarters":4,"limit":"HKD 1.00"},"# }
        .joined() + "{",
      "member_range", at: "/alternatives"),
    bid(
      "resource: the same alternative twice", #"00"}]"#,
      #"00"},{"chip":"h800","gpus":16,"quarters":2016,"limit":"HKD 19.00"}]"#,
      "member_contradiction", at: "/alternatives/1"),
    bid("resource: unknown kind", #""block""#, #""spot""#, "member_format", at: "/kind"),
    bid("resource: kind in capitals", #""block""#, #""Block""#, "member_format", at: "/kind"),
    bid(
      "resource: elastic without least", #""block""#, #""elastic""#, "member_contradiction",
      at: "/alternatives/0/least"),
    bid(
      "resource: block with least", #""gpus":16"#, #""gpus":16,"least":8"#,
      "member_contradiction", at: "/alternatives/0/least"),
    row(
      "resource: least above gpus", "/v1/bids", elasticBid, #""least":8"#, #""least":24"#,
      "member_contradiction", at: "/alternatives/0/least"),
    row(
      "resource: least no multiple of together", "/v1/bids", elasticBid, #""least":8"#,
      #""least":4"#, "member_contradiction", at: "/alternatives/0/least"),
    bid("resource: reclaim of nothing", #""never""#, #""0""#, "member_format", at: "/reclaim"),
    bid("resource: reclaim 0m", #""never""#, #""0m""#, "member_range", at: "/reclaim"),
    bid(
      "resource: reclaim under five minutes", #""never""#, #""4m""#, "member_range",
      at: "/reclaim"),
    bid("resource: reclaim over a week", #""never""#, #""169h""#, "member_range", at: "/reclaim"),
    bid("resource: reclaim in seconds", #""never""#, #""1800s""#, "member_format", at: "/reclaim"),
    bid(
      "resource: wanted and not wanted", #""together":8"#,
      #""where":{"sites":["nansha-s"],"notSites":["nansha-s"]}"#, "member_contradiction",
      at: "/where/notSites"),
    bid(
      "resource: unknown jurisdiction", #""together":8"#, #""where":{"jurisdictions":["sg"]}"#,
      "member_format", at: "/where/jurisdictions/0"),
    bid(
      "resource: no jurisdiction", #""together":8"#, #""where":{"jurisdictions":[]}"#,
      "member_range", at: "/where/jurisdictions"),
    bid(
      "resource: jurisdiction twice", #""together":8"#,
      #""where":{"jurisdictions":["hk","hk"]}"#, "member_contradiction",
      at: "/where/jurisdictions/1"),
    bid(
      "resource: further than the earth is round", #""together":8"#,
      #""near":{"metro":"hk","maxMs":10001}"#, "member_range", at: "/near/maxMs"),
    row(
      "resource: offer of no GPU", offerPath, goodOffer, #""gpus":64"#, #""gpus":0"#,
      "member_range", at: "/pools/0/spans/0/gpus"),
    row(
      "resource: offer that is no multiple of the unit", offerPath, goodOffer, #""gpus":64"#,
      #""gpus":60"#, "member_contradiction", at: "/pools/0/spans/0/gpus"),
    row(
      "resource: unit that does not divide a node", offerPath, goodOffer, #""node":8"#,
      #""node":12"#, "member_contradiction", at: "/pools/0/unit"),
    row(
      "resource: overlapping spans", offerPath, goodOffer, #"14.00"}"#,
      #"14.00"},{"from":"2030-03-01T12:00:00+08:00","to":"2030-03-03T00:00:00+08:00","#
        + #""gpus":64,"ask":"HKD 9.00"}"#,
      "member_contradiction", at: "/pools/0/spans/1/from"),
    row(
      "resource: negative generation", offerPath, goodOffer, #""generation":7"#,
      #""generation":-1"#, "member_range", at: "/generation"),
    row(
      "resource: no reading", readingsPath, #"{"readings":[1]}"#, "[1]", "[]", "member_range",
      at: "/readings"),
    row(
      "resource: 501 readings", readingsPath, #"{"readings":[1]}"#, "[1]",
      "[\(Array(repeating: "{}", count: 501).joined(separator: ","))]", "member_range",
      at: "/readings"),
    row(
      "role: leader is not given", "/v1/parties/hku-nlp/members", #"{"roles":["trader"]}"#,
      "trader",
      "leader", "member_format", at: "/roles/0"),
    row(
      "role: agent without a site", "/v1/parties/hku-nlp/members", #"{"roles":["trader"]}"#,
      "trader",
      "agent", "member_contradiction", at: "/site"),
  ]

  static let elasticBid = goodBid.replacing(#""block""#, with: #""elastic""#)
    .replacing(#""gpus":16"#, with: #""gpus":16,"least":8"#)

  static let keys: [BadInputRow] =
    [
      BadInputRow(
        "key: missing", "POST", "/v1/bids", body: Array(goodBid.utf8), keys: [],
        "idempotency_key_missing"),
      BadInputRow(
        "key: sent twice", "POST", "/v1/bids", body: Array(goodBid.utf8), keys: [goodKey, goodKey],
        "idempotency_key_malformed"),
    ]
    + [
      "", "\"\"", "1", "0123456789ABCDEF0123456789ABCDEF", "0123456789abcdef0123456789abcde",
      "0123456789abcdef0123456789abcdef0", "0123456789abcdef0123456789abcdeg",
      "\"0123456789abcdef0123456789abcdef", "'0123456789abcdef0123456789abcdef'",
      "01234567-89ab-cdef-0123-456789abcdef", String(repeating: "a", count: 10_000),
      "0123456789abcdef0123456789abcde\u{E9}",
    ].map {
      BadInputRow(
        "key: \($0.prefix(40).debugDescription)", "POST", "/v1/bids", body: Array(goodBid.utf8),
        keys: [$0], "idempotency_key_malformed")
    }

  static let queries: [BadInputRow] =
    [
      ("limit=0", "member_range", "limit"), ("limit=-1", "member_range", "limit"),
      ("limit=1000000000", "member_range", "limit"), ("limit=501", "member_range", "limit"),
      ("limit=ten", "member_format", "limit"), ("limit=", "member_format", "limit"),
      ("limit=010", "member_format", "limit"), ("limit=1.0", "member_format", "limit"),
      ("limit=5&limit=6", "member_contradiction", "limit"), ("sort=price", "member_unknown", "?"),
      ("limt=5", "member_unknown", "?"), ("state=open", "member_format", "state"),
      ("state=.*", "member_format", "state"), ("cursor=", "member_format", "cursor"),
      ("cursor=%00", "member_format", "cursor"), ("format=parquet", "member_unknown", "?"),
      ("min_position=-1", "member_format", "min_position"),
      ("min_position=1000000000001", "member_format", "min_position"),
      ("round=abc", "member_format", "round"),
    ].map { BadInputRow("query: \($0.0)", "GET", "/v1/bids?\($0.0)", $0.1, at: $0.2) }

  /// What only a ledger can know. The broker under test has a trader of the tenant `hku-nlp`, an
  /// account in HKD with little money in it, and no chip named `h9000`.
  static let facts: [BadInputRow] = [
    fact("resource: unknown chip", #""chip":"h800""#, #""chip":"h9000""#, "unknown_chip"),
    fact(
      "time: past start", "2030-03-01T00:00:00+08:00", "2001-03-01T00:00:00+08:00",
      "2030-03-31T00:00:00+08:00", "2001-03-31T00:00:00+08:00", "window_past"),
    fact("money: more than the account has", "HKD 19.00", "HKD 90000.00", "insufficient_funds"),
  ]

  private static func fact(_ name: String, _ edits: String...) -> BadInputRow {
    var body = goodBid
    let code = edits.last ?? ""
    for index in stride(from: 0, to: edits.count - 1, by: 2) {
      body = body.replacing(edits[index], with: edits[index + 1])
    }
    return BadInputRow(
      name, "POST", "/v1/bids", body: Array(body.utf8), status: nil, code, finder: .ledger)
  }
}
