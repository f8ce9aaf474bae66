import ArgumentParser

/// How an answer is printed.
enum OutputFormat: String, CaseIterable, ExpressibleByArgument {
  /// Aligned columns for people.
  case table
  /// The same with more columns.
  case wide
  /// As the broker's API says it.
  case json
  case yaml
  /// All columns, values as the API writes them (RFC 4180).
  case csv
  /// Ids only, one a line.
  case name

  /// Whether programs read it: then errors are printed as JSON too.
  var isDocument: Bool { self == .json || self == .yaml }
}
