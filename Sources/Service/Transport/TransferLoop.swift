import CCurl
import Foundation
import Synchronization

/// Set up once a process, before the first handle, as libcurl demands.
private let librarySetUp: CURLcode = curl_global_init(Int(CURL_GLOBAL_DEFAULT))

/// The thread that owns all libcurl handles, and the inbox through which others give it orders.
///
/// Only `curl_multi_wakeup` is called from other threads, which libcurl allows; it is called under
/// the lock that also guards the end of the multi handle.
final class TransferLoop: Sendable {
  /// What others may ask of the loop. Orders are carried out in the order given.
  enum Order: Sendable {
    case start(UInt64, HTTPRequest, Transfer.Sink)
    /// Unknown ids are ignored: the exchange may just have ended.
    case cancel(UInt64)
    /// The reader of a full stream made room.
    case resume(UInt64)
  }

  /// libcurl's handle for many transfers; thread-safe only for waking.
  private struct Multi: @unchecked Sendable {
    let handle: UnsafeMutableRawPointer
  }

  private struct Inbox: Sendable {
    var multi: Multi?
    var orders: [Order] = []
    var lastID: UInt64 = 0
    var isStopping = false
  }

  let limits: TransportLimits
  let proxy: ProxyChoice
  let trust: TransportTrust?
  let userAgent: String
  private let inbox = Mutex(Inbox())

  init(
    limits: TransportLimits, proxy: ProxyChoice, trust: TransportTrust?, userAgent: String
  ) {
    self.limits = limits
    self.proxy = proxy
    self.trust = trust
    self.userAgent = userAgent
  }

  /// Starts the thread. When libcurl cannot be set up there is none, and every exchange fails.
  func start() {
    guard librarySetUp == CURLE_OK, let handle = curl_multi_init() else { return }
    let multi = Multi(handle: handle)
    inbox.withLock { $0.multi = multi }
    let thread = Thread { [self] in TransferWorker(loop: self, multi: multi.handle).run() }
    thread.name = "sampan-http"
    thread.start()
  }

  /// Lets the thread end as soon as nothing is under way.
  func stop() {
    inbox.withLock { inbox in
      inbox.isStopping = true
      if let multi = inbox.multi { curl_multi_wakeup(multi.handle) }
    }
  }

  func newID() -> UInt64 {
    inbox.withLock { inbox in
      inbox.lastID += 1
      return inbox.lastID
    }
  }

  func give(_ order: Order) {
    let isTaken = inbox.withLock { inbox in
      guard let multi = inbox.multi else { return false }
      inbox.orders.append(order)
      curl_multi_wakeup(multi.handle)
      return true
    }
    if !isTaken, case .start(_, let request, let sink) = order {
      let operation = TransportError.Operation(method: request.method, url: request.url)
      sink.fail(TransportError.failed(operation, cause: "libcurl could not be set up"))
    }
  }

  /// The orders since the last call; nil when the thread shall end, after which none are taken.
  func takeOrders(isIdle: Bool) -> [Order]? {
    inbox.withLock { inbox in
      if inbox.isStopping && inbox.orders.isEmpty && isIdle {
        inbox.multi = nil
        return nil
      }
      defer { inbox.orders = [] }
      return inbox.orders
    }
  }
}

/// The loop's work, on its own thread: nothing in here is touched by another.
private final class TransferWorker {
  private let loop: TransferLoop
  private let multi: UnsafeMutableRawPointer
  private var active: [UInt64: Transfer] = [:]
  /// Handles of ended transfers, reset and ready. Connections belong to `multi`, not to these.
  private var spare: [UnsafeMutableRawPointer] = []
  private static let mostSpare = 64

  init(loop: TransferLoop, multi: UnsafeMutableRawPointer) {
    self.loop = loop
    self.multi = multi
    _ = sampan_curl_multi_set_long(multi, CURLMOPT_MAXCONNECTS, 1_024)
  }

  deinit {
    for handle in spare { curl_easy_cleanup(handle) }
    curl_multi_cleanup(multi)
  }

  func run() {
    while let orders = loop.takeOrders(isIdle: active.isEmpty) {
      for order in orders { carryOut(order) }
      var running: Int32 = 0
      let code = curl_multi_perform(multi, &running)
      if code != CURLM_OK {
        let cause = String(cString: curl_multi_strerror(code))
        for transfer in Array(active.values) {
          end(transfer, .failure(TransportError.failed(transfer.operation, cause: cause)))
        }
      }
      endCompleted()
      // An order given since they were taken has woken the poll in advance.
      curl_multi_poll(multi, nil, 0, Int32(endSilent()), nil)
    }
  }

  private func carryOut(_ order: TransferLoop.Order) {
    switch order {
    case .start(let id, let request, let sink):
      start(id, request, sink)
    case .cancel(let id):
      if let transfer = active[id] { end(transfer, .failure(CancellationError())) }
    case .resume(let id):
      active[id]?.resume()
    }
  }

  private func start(_ id: UInt64, _ request: HTTPRequest, _ sink: Transfer.Sink) {
    let operation = TransportError.Operation(method: request.method, url: request.url)
    if let fault = request.fault {
      return sink.fail(TransportError.invalidRequest(operation, cause: fault))
    }
    guard let handle = spare.popLast() ?? curl_easy_init() else {
      return sink.fail(TransportError.failed(operation, cause: "no memory for a handle"))
    }
    let transfer = Transfer(
      id: id, request: request, sink: sink, handle: handle, limits: loop.limits)
    let code = transfer.configure(
      proxy: loop.proxy, trust: loop.trust, userAgent: loop.userAgent)
    guard code == CURLE_OK, curl_multi_add_handle(multi, handle) == CURLM_OK else {
      let error = transfer.error(for: code == CURLE_OK ? CURLE_FAILED_INIT : code)
      curl_easy_cleanup(handle)
      return sink.fail(error)
    }
    active[id] = transfer
  }

  private func endCompleted() {
    var left: Int32 = 0
    while let message = curl_multi_info_read(multi, &left) {
      guard message.pointee.msg == CURLMSG_DONE, let handle = message.pointee.easy_handle else {
        continue
      }
      let code = message.pointee.data.result
      guard let transfer = Transfer.of(handle) else { continue }
      end(transfer, transfer.outcome(code))
    }
  }

  /// Ends streams whose server said nothing for too long, and returns the milliseconds until the
  /// next may become due.
  private func endSilent() -> Int {
    var wait = 60_000
    let now = ContinuousClock.now
    for transfer in Array(active.values) {
      guard let deadline = transfer.silenceDeadline else { continue }
      if deadline <= now {
        end(transfer, .failure(transfer.error(for: CURLE_OPERATION_TIMEDOUT)))
      } else {
        wait = min(wait, (deadline - now).milliseconds)
      }
    }
    return wait
  }

  private func end(_ transfer: Transfer, _ result: Result<HTTPResponse, any Error>) {
    curl_multi_remove_handle(multi, transfer.handle)
    active[transfer.id] = nil
    if spare.count < Self.mostSpare {
      curl_easy_reset(transfer.handle)
      spare.append(transfer.handle)
    } else {
      curl_easy_cleanup(transfer.handle)
    }
    transfer.sink.finish(result)
  }
}
