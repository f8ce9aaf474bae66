extension BadInputRows {
  static let money: [BadInputRow] =
    [
      amount("money: nothing", #""HKD 0.00""#, "member_range"),
      amount("money: negative", #""HKD -10.00""#, "member_range"),
      amount("money: negative nothing", #""HKD -0.00""#, "member_format"),
      amount("money: 2^63 cents", #""HKD 92233720368547758.08""#, "member_range"),
      amount("money: 2^63", #""HKD 9223372036854775808.00""#, "member_range"),
      amount("money: one cent past the bound", #""HKD 10000000000000.01""#, "member_range"),
      amount("money: a number", "10", "member_type"),
      amount("money: an object", #"{"currency":"HKD","amount":"10.00"}"#, "member_type"),
    ]
    + [
      "10.005", "HKD 10.005", "HKD 10.0", "HKD 10", "HKD 10.", "HKD .50", "HKD 010.00", "10.00",
      "HKD10.00", "HKD  10.00", " HKD 10.00", "HKD 10.00 ", "HKD +10.00", "HKD 1,000.00",
      "HKD 1e3.00", "HKD 1０.00", "HKD १.00", "10.00 HKD", "HKD 10,00", "HKD 0x10.00",
      "HKD --1.00",
      "hkd 10.00", "RMB 10.00", "CNH 10.00", "USD 10.00", "HK$ 10.00", "$10.00", "¥10.00",
      "H\u{212A}D 10.00", "HKD\u{A0}10.00", "",
    ].map { amount("money: \($0.debugDescription)", "\"\($0)\"", "member_format") }
    + [
      bid(
        "money: limit of nothing", "HKD 19.00", "HKD 0.00", "member_range",
        at: "/alternatives/0/limit"),
      bid(
        "money: limit above the cap", "HKD 19.00", "HKD 100000.01", "member_range",
        at: "/alternatives/0/limit"),
      bid(
        "money: limit of half a tick", "HKD 19.00", "HKD 19.005", "member_format",
        at: "/alternatives/0/limit"),
      bid(
        "money: two currencies in one bid", #"00"}]"#,
        #"00"},{"chip":"a910b","gpus":16,"quarters":8,"limit":"CNY 9.00"}]"#,
        "member_contradiction", at: "/alternatives"),
      row(
        "money: two currencies in one offer", offerPath, goodOffer, #"14.00"}"#,
        #"14.00"},{"from":"2030-03-02T00:00:00+08:00","to":"2030-03-03T00:00:00+08:00","#
          + #""gpus":64,"ask":"CNY 9.00"}"#,
        "member_contradiction", at: "/pools/0/spans/1/ask"),
      row(
        "money: rate of the numeraire", "/v1/rates", goodRate, #""CNY""#, #""HKD""#,
        "member_format", at: "/currency"),
      row(
        "money: rate over nothing", "/v1/rates", goodRate, "10000,", "0,", "member_range",
        at: "/denominator"),
      row(
        "money: currency of a party in lower case", "/v1/parties", goodParty, #""HKD""#,
        #""hkd""#, "member_format", at: "/currency"),
    ]

  static let times: [BadInputRow] =
    [
      "2030-03-01T00:00:00", "2030-03-01", "2030-03-01T00:00:00+0800", "2030-03-01T00:00:00+08",
      "2030-03-01T00:00:00 +08:00", "2030-03-01 00:00:00+08:00", "2030-03-01t00:00:00+08:00",
      "2030-03-01T00:00:00z", "2030-03-01T24:00:00+08:00", "2030-03-01T23:59:60+08:00",
      "2030-03-01T25:00:00+08:00", "2030-03-01T00:60:00+08:00", "2030-03-01T00:00+08:00",
      "2030-03-01T00:00:00,5+08:00", "2030-03-01T00:00:00.+08:00", "2030-03-01T00:00:00.1234+08:00",
      "2030-02-30T00:00:00+08:00", "2030-02-29T00:00:00+08:00", "2100-02-29T00:00:00+08:00",
      "2030-00-01T00:00:00+08:00", "2030-13-01T00:00:00+08:00", "2030-03-00T00:00:00+08:00",
      "2030-04-31T00:00:00+08:00", "30-03-01T00:00:00+08:00", "02030-03-01T00:00:00+08:00",
      "+2030-03-01T00:00:00+08:00", "2030-3-1T00:00:00+08:00", "2030-03-01T00:00:00+24:00",
      "2030-03-01T00:00:00-00:00", "2030-03-01T00:00:00+08:60", "2030-03-01T00:00:00HKT",
      "2030-03-01T00:00:00[Europe/London]", "2030-03-01T00:00:00+08:00[Asia/Hong_Kong]",
      "2030-W09-5T00:00:00+08:00", "2030-060T00:00:00+08:00", "1898438400", "1898438400000",
      "now", "tomorrow", "２030-03-01T00:00:00+08:00", "2030-03-01T00:00:00−08:00", "",
    ].map { time("time: \($0.debugDescription)", "\"\($0)\"", "member_format") }
    + [
      "9999-01-01T00:00:00+08:00", "0000-01-01T00:00:00+08:00", "1969-12-31T23:59:59Z",
      "2200-01-01T00:00:00+08:00", "1970-01-01T00:00:00+08:00",
    ].map { time("time: \($0)", "\"\($0)\"", "member_range") }
    + [
      time("time: seconds as a number", "1898438400", "member_type"),
      time("time: milliseconds as a number", "1898438400000", "member_type"),
      bid(
        "time: from after to", "2030-03-01T", "2030-04-01T", "member_contradiction",
        at: "/latestEnd"),
      bid(
        "time: from equals to", "2030-03-31T", "2030-03-01T", "member_contradiction",
        at: "/latestEnd"),
      bid(
        "time: from equals to by another offset", "2030-03-31T00:00:00+08:00",
        "2030-02-28T16:00:00Z", "member_contradiction", at: "/latestEnd"),
      bid(
        "time: longer than the window", #""quarters":2016"#, #""quarters":2881"#,
        "member_contradiction", at: "/alternatives/0/quarters"),
      bid(
        "time: a lease of ten years", #""quarters":2016"#, #""quarters":350640"#,
        "member_range", at: "/alternatives/0/quarters"),
      bid(
        "time: a lease of nothing", #""quarters":2016"#, #""quarters":0"#, "member_range",
        at: "/alternatives/0/quarters"),
      row(
        "time: empty span", offerPath, goodOffer, #""to":"2030-03-02T"#, #""to":"2030-03-01T"#,
        "member_contradiction", at: "/pools/0/spans/0/to"),
      row(
        "time: reading across a quarter hour", readingsPath, goodReadings, "00:15:00", "00:15:01",
        "member_contradiction", at: "/readings/0/to"),
      row(
        "time: reading backwards", readingsPath, goodReadings, "2030-03-01T00:15:00",
        "2030-02-28T00:15:00", "member_contradiction", at: "/readings/0/to"),
    ]

  static let ids: [BadInputRow] =
    [
      ("empty", ""), ("dots", ".."), ("slash", "a/b"), ("percent", "a%2Fb"), ("colon first", ":a"),
      ("dash first", "-a"), ("capital", "Hku-nlp"), ("all capitals", "HKU"), ("space", "hku nlp"),
      ("space behind", "hku "), ("65 characters", String(repeating: "a", count: 65)),
      ("60,000 characters", String(repeating: "a", count: 60_000)),
      ("composed", "caf\u{E9}"), ("decomposed", "cafe\u{301}"), ("Kelvin sign", "\u{212A}"),
      ("Cyrillic a", "h\u{430}u"), ("full width", "ｈｋｕ"), ("joiner", "a\u{200D}b"),
      ("right to left", "a\u{202E}b"), ("zero width", "a\u{200B}b"), ("emoji", "🚤"),
      ("SQL", "'; DROP TABLE parties;--"), ("Mongo", "$where"), ("template", "{{7*7}}"),
      ("line break", #"a\r\nlevel=error"#), ("tab", #"a\tb"#), ("escape sequence", #"a\u001b[31m"#),
      ("CSV formula", "=cmd|'/c calc'!A0"), ("at sign", "@hku"), ("path", "../../etc/passwd"),
      ("backslash", #"a\\b"#), ("bang", "!a"), ("hash", "a#b"), ("question mark", "a?b"),
    ].map { id("id: \($0.0)", $0.1) }
    + [
      ("capital", "Bid-1"), ("dots", "%2E%2E"), ("slash", "a%2Fb"), ("NUL", "a%00"),
      ("SQL", "%27%3B%20DROP"), ("65 characters", String(repeating: "a", count: 65)),
      ("line break", "a%0D%0Ab"), ("semicolon", "a%3Bb"), ("Kelvin sign", "%E2%84%AA"),
    ].map {
      BadInputRow("id in the path: \($0.0)", "GET", "/v1/bids/\($0.1)", "member_format", at: "bid")
    } + [
      BadInputRow("round in the path: a word", "GET", "/v1/rounds/last", "member_format", at: "n"),
      BadInputRow("round in the path: 05", "GET", "/v1/rounds/05", "member_format", at: "n"),
      BadInputRow("round in the path: -1", "GET", "/v1/rounds/-1", "member_range", at: "n"),
      bid("label: a line break", "run 7", #"a\r\nb"#, "member_format", at: "/label"),
      bid("label: turns the text around", "run 7", "a\u{202E}b", "member_format", at: "/label"),
      bid("label: escape sequence", "run 7", #"a\u001b[31m"#, "member_format", at: "/label"),
      bid(
        "label: too long", "run 7", String(repeating: "x", count: 81), "member_range",
        at: "/label"),
      bid("label: empty", "run 7", "", "member_range", at: "/label"),
    ]
}
