import ArgumentParser
import BrokerAPI
import BrokerClient
import Foundation

/// Where a printable page goes.
struct DocumentOptions: ParsableArguments {
  @Option(
    name: .long,
    help: ArgumentHelp(
      "Also write a printable page, readable by its owner alone.", valueName: "file"),
    completion: .file(extensions: ["html"]))
  var html: String?

  /// Writes the page when one is asked for, and says so.
  func write(_ page: @autoclosure () -> Page, _ terminal: Terminal) throws {
    guard let html else { return }
    let made = FileManager.default.createFile(
      atPath: html, contents: Data(page().html.utf8), attributes: [.posixPermissions: 0o600])
    guard made else {
      throw Failure.usage(
        "\(html) cannot be written", code: "cannot_write", next: "Name another file with --html.")
    }
    terminal.tell("Written: \(html)")
  }
}

/// A month of documents.
struct MonthOption: ParsableArguments {
  @Option(
    name: .long,
    help: ArgumentHelp("The month, cut at +08:00; this one when left out.", valueName: "2026-11"))
  var month: String?

  func validate() throws {
    guard let month else { return }
    do { _ = try BillingMonth(parsing: month) } catch {
      throw ValidationError("--month: \(error)")
    }
  }

  /// The month by the market's clock when none is named.
  func chosen(_ session: Session) async throws -> BillingMonth {
    if let month { return try BillingMonth(parsing: month) }
    let now = try await session.client.clock().market
    guard let month = BillingMonth(of: now) else {
      throw Failure.usage(
        "the market's clock is out of range", next: "Name a month with --month.")
    }
    return month
  }
}
