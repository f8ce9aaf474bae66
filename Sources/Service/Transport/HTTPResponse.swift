/// What a server answered, whatever the status; redirects are answers too and are not followed.
package struct HTTPResponse: Sendable {
  package var status: Int
  /// In the order received, names as the server spelt them.
  package var headers: [(String, String)]
  package var body: [UInt8]

  package init(status: Int, headers: [(String, String)] = [], body: [UInt8] = []) {
    self.status = status
    self.headers = headers
    self.body = body
  }

  /// The first header of this name, upper and lower case alike.
  package func header(_ name: String) -> String? {
    let wanted = name.lowercased()
    return headers.first { $0.0.lowercased() == wanted }?.1
  }

  /// Status 200 to 299.
  package var isSuccess: Bool { (200...299).contains(status) }
}
