import BrokerAPI

/// A printable page: headings, facts and tables, one A4 sheet after the other. It needs nothing from
/// outside, so that it looks the same in ten years.
struct Page {
  private var body = ""
  private let title: String

  init(title: String) { self.title = title }

  /// Text as HTML; everything that people chose goes through here.
  static func text(_ text: String) -> String {
    var result = ""
    for character in Display.plain(text) {
      switch character {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      default: result.append(character)
      }
    }
    return result
  }

  /// Text of a cell: an id of usual length is not broken at its hyphens.
  private static func words(_ text: String) -> String {
    Self.text(text).split(separator: " ", omittingEmptySubsequences: false).map { word in
      word.contains("-") && word.count <= 24 ? "<span>\(word)</span>" : String(word)
    }.joined(separator: " ")
  }

  mutating func heading(_ text: String, _ under: String) {
    body += "<header><p class=\"brand\">Sampan</p><h1>\(Self.text(text))</h1>"
    body += "<p class=\"under\">\(Self.text(under))</p></header>\n"
  }

  mutating func section(_ text: String) { body += "<h2>\(Self.text(text))</h2>\n" }

  mutating func note(_ text: String) { body += "<p class=\"note\">\(Self.text(text))</p>\n" }

  /// Names and values side by side; those without a value are left out.
  mutating func facts(_ facts: [(String, String?)]) {
    body += "<dl>"
    for case (let name, .some(let value)) in facts {
      body += "<div><dt>\(Self.text(name))</dt><dd>\(Self.text(value))</dd></div>"
    }
    body += "</dl>\n"
  }

  /// A column of money in one currency says it once, in its title, so that wide tables fit the sheet.
  /// - Parameter total: the last row, set apart; as many cells as there are columns.
  mutating func table<Row>(_ columns: [Column<Row>], _ rows: [Row], total: [String] = []) {
    let cells = rows.map { row in columns.map { $0.cell(row) } }
    let right = columns.indices.map { index in cells.contains { $0[index].isRightAligned } }
    let currencies = columns.indices.map { index in Self.currency(of: cells.map { $0[index] }) }
    func line(_ tag: String, _ texts: [String]) -> String {
      let parts = texts.enumerated().map { index, text in
        let currency = currencies[index].map { $0 + " " }
        let short = currency.flatMap { text.hasPrefix($0) ? String(text.dropFirst(4)) : nil }
        return "<\(tag)\(right[index] ? " class=\"n\"" : "")>\(Self.words(short ?? text))</\(tag)>"
      }
      return "<tr>\(parts.joined())</tr>\n"
    }
    let titles = zip(columns, currencies).map { $0.title + ($1.map { ", " + $0 } ?? "") }
    body += "<table><thead>\(line("th", titles))</thead><tbody>\n"
    body += cells.map { line("td", $0.map(\.shown)) }.joined()
    body += "</tbody>"
    if !total.isEmpty { body += "<tfoot>\(line("td", total))</tfoot>" }
    body += "</table>\n"
  }

  /// The currency of all money in these cells; nil when there is none or more than one.
  private static func currency(of cells: [Cell]) -> String? {
    var found: Set<String> = []
    for case .money(let money) in cells { found.insert(money.currency.rawValue) }
    return found.count == 1 ? found.first : nil
  }

  var html: String {
    """
    <!DOCTYPE html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <title>\(Self.text(title))</title>
    <style>\(Self.style)</style>
    </head>
    <body>
    \(body)</body>
    </html>

    """
  }

  private static let style = """

    @page { size: A4; margin: 18mm 16mm;
      @bottom-right { content: counter(page) " / " counter(pages); font-size: 8pt; color: #5a6875; } }
    * { box-sizing: border-box; }
    body { font: 10.5pt/1.45 "Noto Sans", "Helvetica Neue", Arial, "Noto Sans CJK SC", sans-serif;
      color: #1c2733; max-width: 186mm; margin: 12mm auto; padding: 0 4mm; }
    header { border-bottom: 2px solid #12507b; padding-bottom: 4mm; margin-bottom: 6mm; }
    .brand { margin: 0; color: #12507b; letter-spacing: .14em; text-transform: uppercase;
      font-size: 8.5pt; font-weight: 600; }
    h1 { font-size: 19pt; font-weight: 600; margin: 1mm 0 0; }
    .under { margin: 0; color: #5a6875; }
    h2 { font-size: 12pt; font-weight: 600; margin: 8mm 0 2mm; color: #12507b; break-after: avoid; }
    dl { display: grid; grid-template-columns: 1fr 1fr; gap: 1.5mm 10mm; margin: 0 0 4mm; }
    dl div { display: flex; justify-content: space-between; gap: 4mm;
      border-bottom: 1px dotted #cfd8df; }
    dt { color: #5a6875; white-space: nowrap; }
    dd { margin: 0; text-align: right; overflow-wrap: anywhere; }
    dd, td { font-variant-numeric: tabular-nums; }
    table { width: 100%; border-collapse: collapse; font-size: 8.5pt; }
    thead { display: table-header-group; }
    th { text-align: left; font-weight: 600; color: #5a6875; border-bottom: 1px solid #8fa3b2;
      padding: 1.2mm 2mm 1.2mm 0; }
    td { padding: 1.1mm 2mm 1.1mm 0; border-bottom: 1px solid #e6ebef; vertical-align: top; }
    tr { break-inside: avoid; }
    tfoot { display: table-row-group; break-inside: avoid; }
    .n + :not(.n) { padding-left: 5mm; }
    th span, td span { white-space: nowrap; }
    td:first-child { white-space: nowrap; }
    th.n, td.n { text-align: right; white-space: nowrap; padding: 1.1mm 0 1.1mm 3mm; }
    th { vertical-align: bottom; }
    th.n { white-space: normal; }
    tfoot td { border-top: 1.5px solid #1c2733; border-bottom: none; font-weight: 600; }
    .note { color: #5a6875; font-size: 8.5pt; margin: 5mm 0 0; }
    @media print { body { margin: 0; padding: 0; max-width: none; } }

    """
}
