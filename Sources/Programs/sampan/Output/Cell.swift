import BrokerAPI

/// One value of a table: `shown` to people, `plain` to programs.
enum Cell {
  case none
  case text(String)
  case number(Int64)
  case money(WireMoney)
  case time(WireTime)
  case gpuTime(GPUSeconds)
  /// A number that is written already.
  case figure(String)

  init(_ money: WireMoney?) { self = money.map(Cell.money) ?? .none }
  init(_ time: WireTime?) { self = time.map(Cell.time) ?? .none }
  init(_ text: String?) { self = text.map(Cell.text) ?? .none }
  init(_ number: Int64?) { self = number.map(Cell.number) ?? .none }
  /// `66.6 %`.
  init(percent permille: Int?) {
    self = permille.map { .figure("\($0 / 10).\($0 % 10) %") } ?? .none
  }
  init(_ number: Int?) { self = number.map { .number(Int64($0)) } ?? .none }

  var shown: String {
    switch self {
    case .none: "-"
    case .text(let text): Display.plain(text)
    case .number(let number):
      number < 0
        ? "-" + Display.thousands(String(number.magnitude)) : Display.thousands(String(number))
    case .money(let money): Display.money(money)
    case .time(let time): Display.time(time)
    case .gpuTime(let time): Display.gpuHours(time)
    case .figure(let text): text
    }
  }

  var plain: String {
    switch self {
    case .none: ""
    case .text(let text): text
    case .number(let number): String(number)
    case .money(let money): money.text
    case .time(let time): time.text
    case .gpuTime(let time): time.text
    case .figure(let text): text
    }
  }

  var isRightAligned: Bool {
    switch self {
    case .number, .money, .gpuTime, .figure: true
    case .none, .text, .time: false
    }
  }
}
