import BrokerAPI
import NIOSSL

/// When a certificate ends.
enum CertificateEnd {
  /// - Parameter path: PEM; the first certificate in it counts.
  /// - Returns: nil when there is none.
  static func of(_ path: String) -> WireTime? {
    guard let first = try? NIOSSLCertificate.fromPEMFile(path).first else { return nil }
    return WireTime(clamping: Int64(first.notValidAfter) * 1_000)
  }
}
