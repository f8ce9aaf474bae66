import Foundation
import Synchronization

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A TCP proxy on loopback that fails as networks do. It knows nothing of what it carries.
final class FaultProxy: Sendable {
  enum Weather: Sendable, Equatable {
    case fair
    /// Every piece takes so many milliseconds.
    case slow(Int)
    /// Connections stand, and nothing comes through: neither bytes nor an end.
    case stuck
    /// Of a thousand pieces so many break their connection.
    case breaking(Int)
    /// Nobody is let in, and who is in is thrown out.
    case closed
  }

  private struct State {
    var weather = Weather.fair
    var isOver = false
    var open: Set<Int32> = []
    /// Answers that still have to be lost.
    var toLose = 0
    var lost = 0
    var chance: UInt64 = 42
  }

  let port: Int
  private let target: Int
  private let listener: Int32
  private let state = Mutex(State())

  /// To a port on loopback.
  init(to target: Int) throws {
    self.target = target
    listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    var address = Self.address(0)
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let listener = listener
    let isBound = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(listener, $0, size) == 0 && listen(listener, 64) == 0
          && getsockname(listener, $0, &size) == 0
      }
    }
    guard isBound else { throw Surprise("no port for a proxy") }
    port = Int(UInt16(bigEndian: address.sin_port))
    start { [weak self] in
      while true {
        let client = accept(listener, nil, nil)
        guard client >= 0, let self else { return }
        self.connect(client)
      }
    }
  }

  deinit {
    let open = state.withLock { state in
      state.isOver = true
      return state.open
    }
    for file in open { shutdown(file, Int32(SHUT_RDWR)) }
    shutdown(listener, Int32(SHUT_RDWR))
    close(listener)
  }

  /// From now on.
  func set(_ weather: Weather) {
    let open = state.withLock { state in
      state.weather = weather
      return weather == .closed ? state.open : []
    }
    for file in open { reset(file) }
  }

  /// The next piece that comes back on a connection that has carried answers is lost with it: the
  /// other side has done what it was asked.
  func loseNextAnswer() { state.withLock { $0.toLose = 1 } }

  /// Answers lost so far.
  var lost: Int { state.withLock { $0.lost } }

  // MARK: Carrying

  private func start(_ work: @escaping @Sendable () -> Void) {
    let thread = Thread(block: work)
    thread.stackSize = 256 << 10
    thread.start()
  }

  private func connect(_ client: Int32) {
    let server = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    var address = Self.address(target)
    let isThere = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        Glibc.connect(server, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
      }
    }
    let mayGo = state.withLock { state in
      guard isThere, state.weather != .closed, !state.isOver else { return false }
      state.open.formUnion([client, server])
      return true
    }
    guard mayGo else {
      reset(client)
      close(client)
      close(server)
      return
    }
    var on: Int32 = 1
    for file in [client, server] {
      setsockopt(file, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
    }
    // The two directions end together, and only then are the files closed: their numbers may not be
    // given to others while one still carries.
    let done = DispatchGroup()
    for (from, to, isAnswer) in [(client, server, false), (server, client, true)] {
      done.enter()
      start { [weak self] in
        Self.carry(from, to, isAnswer: isAnswer) { self?.judge(isAnswer: isAnswer, carried: $0) }
        shutdown(from, Int32(SHUT_RDWR))
        shutdown(to, Int32(SHUT_RDWR))
        done.leave()
      }
    }
    done.notify(queue: .global()) { [weak self] in
      self?.state.withLock { $0.open.subtract([client, server]) }
      close(client)
      close(server)
    }
  }

  private enum Verdict { case on, later, broken }

  private static func carry(
    _ from: Int32, _ to: Int32, isAnswer: Bool, judge: (Int) -> Verdict?
  ) {
    var buffer = [UInt8](repeating: 0, count: 64 << 10)
    var carried = 0
    while true {
      let count = read(from, &buffer, buffer.count)
      guard count > 0 else { return }
      waiting: while true {
        switch judge(carried) {
        case .on: break waiting
        case .later: usleep(10_000)
        case .broken, nil: return resetNow(to)
        }
      }
      var sent = 0
      while sent < count {
        let more = buffer[sent..<count].withUnsafeBytes {
          send(to, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
        }
        guard more > 0 else { return }
        sent += more
      }
      carried += 1
    }
  }

  private func judge(isAnswer: Bool, carried: Int) -> Verdict {
    let (verdict, delay) = state.withLock { state -> (Verdict, Int) in
      if state.isOver { return (.broken, 0) }
      // The first pieces are those by which both sides come to know each other.
      if isAnswer, carried > 2, state.toLose > 0 {
        state.toLose -= 1
        state.lost += 1
        return (.broken, 0)
      }
      switch state.weather {
      case .fair: return (.on, 0)
      case .slow(let milliseconds): return (.on, milliseconds)
      case .stuck: return (.later, 0)
      case .closed: return (.broken, 0)
      case .breaking(let often):
        state.chance = state.chance &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return (Int(state.chance >> 33) % 1_000 < often ? .broken : .on, 0)
      }
    }
    if delay > 0 { usleep(UInt32(delay) * 1_000) }
    return verdict
  }

  private func reset(_ file: Int32) { Self.resetNow(file) }

  /// So that the other side sees a break and no end.
  private static func resetNow(_ file: Int32) {
    var option = linger(l_onoff: 1, l_linger: 0)
    setsockopt(file, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
    shutdown(file, Int32(SHUT_RDWR))
  }

  private static func address(_ port: Int) -> sockaddr_in {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(UInt16(port)).bigEndian
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    return address
  }
}

extension EtcdCluster {
  /// A proxy before each member, and the endpoints by which they are reached through it.
  func proxies() throws -> (proxies: [FaultProxy], endpoints: [String]) {
    let proxies = try endpoints.map { endpoint in
      try FaultProxy(to: Int(endpoint.split(separator: ":").last ?? "") ?? 0)
    }
    return (proxies, proxies.map { "https://127.0.0.1:\($0.port)" })
  }
}
