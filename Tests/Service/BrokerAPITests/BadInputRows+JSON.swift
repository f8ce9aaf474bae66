extension BadInputRows {
  static let json: [BadInputRow] = [
    raw("json: empty body", [], "json_empty"),
    raw("json: spaces only", Array(" \n\t".utf8), "json_empty"),
    raw("json: null", Array("null".utf8), "json_null"),
    raw("json: array at the top", Array("[\(goodBid)]".utf8), "member_type"),
    raw("json: string at the top", Array(#""bid""#.utf8), "member_type"),
    raw("json: trailing bytes", Array((goodBid + "x").utf8), "json_trailing"),
    raw("json: two values", Array((goodBid + goodBid).utf8), "json_trailing"),
    raw("json: byte order mark", [0xEF, 0xBB, 0xBF] + Array(goodBid.utf8), "json_encoding"),
    raw(
      "json: UTF-16 with mark", [0xFF, 0xFE] + utf16(goodBid, bigEndian: false), "json_encoding"),
    raw("json: UTF-16, little end first", utf16(goodBid, bigEndian: false), "json_encoding"),
    raw("json: UTF-16, big end first", utf16(goodBid, bigEndian: true), "json_encoding"),
    raw("json: overlong slash", label([0xC0, 0xAF]), "json_encoding"),
    raw("json: overlong NUL", label([0xC0, 0x80]), "json_encoding"),
    raw("json: overlong in three bytes", label([0xE0, 0x80, 0xAF]), "json_encoding"),
    raw("json: surrogate as bytes", label([0xED, 0xA0, 0x80]), "json_encoding"),
    raw("json: above U+10FFFF", label([0xF4, 0x90, 0x80, 0x80]), "json_encoding"),
    raw("json: cut character", label([0xE4, 0xBD]), "json_encoding"),
    raw("json: lone continuation", label([0x80]), "json_encoding"),
    raw("json: NUL byte in a string", label([0]), "json_nul"),
    raw("json: NUL as an escape", label(Array(#"\u0000"#.utf8)), "json_nul"),
    raw("json: lone high surrogate", label(Array(#"\ud800"#.utf8)), "json_surrogate"),
    raw("json: lone low surrogate", label(Array(#"\udc00"#.utf8)), "json_surrogate"),
    raw("json: two high surrogates", label(Array(#"\ud800\ud800"#.utf8)), "json_surrogate"),
    raw("json: bare line feed in a string", label([0x0A]), "json_syntax"),
    raw("json: no such escape", label(Array(#"\x41"#.utf8)), "json_syntax"),
    raw("json: 10,000 levels", Array(repeating: 0x5B, count: 10_000), "json_depth"),
    raw("json: 33 levels", nested(33), "json_depth"),
    raw(
      "json: 10,001 elements",
      Array("[\(Array(repeating: "1", count: 10_001).joined(separator: ","))]".utf8),
      "json_size"),
    raw("json: cut off", Array(goodBid.utf8.dropLast(5)), "json_syntax"),
    raw("json: comma at the end", Array(#"{"kind":"block",}"#.utf8), "json_syntax"),
    raw("json: comment", Array("/* */ \(goodBid)".utf8), "json_syntax"),
    raw("json: single quotes", Array("{'kind':'block'}".utf8), "json_syntax"),
    bid(
      "json: doubled member", #""kind":"block""#, #""kind":"block","kind":"split""#,
      "json_duplicate_member"),
    bid(
      "json: doubled by an escape", #""kind":"block""#, #""kind":"block","\u006bind":"split""#,
      "json_duplicate_member"),
    row(
      "json: doubled amount", depositPath, goodDeposit, #""HKD 10.00""#,
      #""HKD 1.00","amount":"HKD 9.00""#, "json_duplicate_member"),
    bid("json: null member", #""run 7""#, "null", "json_null"),
    bid("json: unknown member", #""label""#, #""lable""#, "member_unknown", at: "/lable"),
    bid("json: Kelvin sign in a name", #""kind""#, "\"\u{212A}ind\"", "member_unknown"),
    bid("json: missing member", #""reclaim":"never","#, "", "member_missing", at: "/reclaim"),
    bid("json: object for a string", #""run 7""#, "{}", "member_type", at: "/label"),
  ]

  static let jsonNumbers: [BadInputRow] =
    [
      "1e400", "-0", "1.0", "16.0", "1e2", "1E2", "0x10", "05", "+5", "-", "--5", "5.", "NaN",
      "Infinity", "-Infinity", "9223372036854775808", "-9223372036854775809", "1_000",
    ].map { text in
      let code = text == "-" ? "json_syntax" : "json_number"
      return bid("number: \(text)", #""gpus":16"#, "\"gpus\":\(text)", code)
    } + [
      bid("number: .5", #""gpus":16"#, #""gpus":.5"#, "json_number"),
      bid(
        "number: 2^53 + 1", #""gpus":16"#, #""gpus":9007199254740993"#, "member_range",
        at: "/alternatives/0/gpus"),
      bid(
        "number where a string must be", #""HKD 19.00""#, "19", "member_type",
        at: "/alternatives/0/limit"),
      bid(
        "boolean where a number must be", #""gpus":16"#, #""gpus":true"#, "member_type",
        at: "/alternatives/0/gpus"),
    ]
    + [" 5", "5 ", "+5", "05", "５", "१", "16", ""].map { text in
      bid(
        "number in a string: \(text.debugDescription)", #""gpus":16"#, "\"gpus\":\"\(text)\"",
        "member_type", at: "/alternatives/0/gpus")
    }
    + [
      " 7200.000", "7200.000 ", "+7200.000", "07200.000", "７200.000", "१.000", "7200", "7200.0",
      "7200.0000", "-1.000", "1e3", ".000", "",
    ].map { text in
      row(
        "GPU time: \(text.debugDescription)", readingsPath, goodReadings, #""7200.000""#,
        "\"\(text)\"", "member_format", at: "/readings/0/delivered")
    } + [
      row(
        "GPU time: past the bound", readingsPath, goodReadings, #""7200.000""#,
        #""100000000000000.001""#, "member_range", at: "/readings/0/delivered")
    ]

  /// A bid whose label is these bytes.
  private static func label(_ bytes: [UInt8]) -> [UInt8] {
    let parts = goodBid.split(separator: "run 7")
    return Array(parts[0].utf8) + bytes + Array(parts[1].utf8)
  }

  private static func nested(_ depth: Int) -> [UInt8] {
    Array((String(repeating: "[", count: depth) + String(repeating: "]", count: depth)).utf8)
  }
}
