import Foundation
import Transport

/// A member of etcd whose watches lie: events come twice, from the past, from no time at all, broken,
/// or not at all. Everything else it hands on to a real member. A process of its own, which ends with
/// this one.
final class LyingEtcd {
  let endpoint: String
  private let process = Process()
  private let folder: URL
  private let transport = HTTPTransport(proxy: .none)

  init(before cluster: EtcdCluster) throws {
    folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("lying-\(UUID().uuidString.prefix(8))")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let script = folder.appendingPathComponent("lying.py")
    try Data(Self.script.utf8).write(to: script)
    let output = Pipe()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    let target = cluster.endpoints[0].dropFirst("https://".count)
    process.arguments = [
      "python3", script.path, String(target), cluster.trust.authorities, cluster.trust.certificate,
      cluster.trust.key,
    ]
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = output
    try process.run()
    var line = Data()
    while line.last != 0x0A, let more = try output.fileHandleForReading.read(upToCount: 1),
      !more.isEmpty
    {
      line += more
    }
    let port = String(decoding: line, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    guard Int(port) != nil else { throw Surprise("the lying member did not start") }
    endpoint = "http://127.0.0.1:\(port)"
  }

  deinit {
    if process.isRunning { process.terminate() }
    try? FileManager.default.removeItem(at: folder)
  }

  /// Events told so far, none of them true.
  func lies() async throws -> Int {
    let answer = try await transport.send(HTTPRequest(url: endpoint + "/lies"))
    return Int(String(decoding: answer.body, as: UTF8.self)) ?? 0
  }

  private static let script = #"""
    import base64, http.client, json, os, random, ssl, sys, threading, time
    from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

    host, authorities, certificate, key = sys.argv[1:]
    trust = ssl.create_default_context(cafile=authorities)
    trust.load_cert_chain(certificate, key)
    local = threading.local()
    lies, lock = [0], threading.Lock()
    chance = random.Random(27)

    def text(value):
        return base64.b64encode(value.encode()).decode()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def log_message(self, *_):
            pass

        def do_GET(self):
            self.answer(200, str(lies[0]).encode())

        def answer(self, status, body):
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_POST(self):
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            if self.path == "/v3/watch":
                return self.watch()
            for _ in range(2):
                if not hasattr(local, "real"):
                    local.real = http.client.HTTPSConnection(host, context=trust, timeout=20)
                try:
                    local.real.request("POST", self.path, body, {"Content-Type": "application/json"})
                    real = local.real.getresponse()
                    return self.answer(real.status, real.read())
                except (OSError, http.client.HTTPException):
                    del local.real
            self.answer(503, b"")

        def chunk(self, data):
            self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))
            self.wfile.flush()

        def watch(self):
            self.send_response(200)
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            said = []
            try:
                for _ in range(chance.randrange(50, 400)):
                    kind = chance.randrange(8)
                    if kind == 0 and said:
                        line = said[0]
                    elif kind == 1 and said:
                        line = said[-1] * 2
                    elif kind == 2:
                        line = b"\xff\x00{]" * chance.randrange(1, 300)
                    elif kind == 3:
                        time.sleep(chance.random() / 20)
                        continue
                    else:
                        position = chance.choice([0, 1, 7, 2 ** 62, chance.randrange(10 ** 6)])
                        event = {"kv": {"key": text("log/next"), "value": text(str(position)),
                                        "mod_revision": str(chance.randrange(10 ** 6))}}
                        if kind == 4:
                            event["type"] = "DELETE"
                        line = json.dumps({"result": {"header": {"revision": str(chance.randrange(99))},
                                                      "events": [event] * chance.randrange(1, 5)}})
                        line = line.encode() + b"\n"
                        if kind == 5:
                            line = line[:chance.randrange(1, len(line))]
                    said.append(line)
                    with lock:
                        lies[0] += 1
                    self.chunk(line)
                if chance.randrange(2):
                    self.chunk(b'{"result":{"canceled":true,"compact_revision":"9"}}\n')
                    time.sleep(0.1)
            except OSError:
                pass
            self.close_connection = True

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_):
            pass

    server = Server(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    parent = os.getppid()
    print(server.server_port, flush=True)
    while os.getppid() == parent:
        time.sleep(0.5)
    os._exit(0)
    """#
}
