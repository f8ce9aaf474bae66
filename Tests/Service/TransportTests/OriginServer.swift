import Foundation

/// A real HTTP server in a process of its own, on a free port, gone when its owner is.
final class OriginServer {
  let port: Int
  /// A port that the server holds and does not listen on: connections to it are refused.
  let refusingPort: Int
  /// The same server on a unix socket.
  let socket: String
  private let folder: URL
  private let process = Process()

  init() throws {
    folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("origin-\(UUID().uuidString.prefix(8))")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let script = folder.appendingPathComponent("origin.py")
    try Data(Self.script.utf8).write(to: script)
    socket = folder.appendingPathComponent("http.sock").path
    let output = Pipe()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["python3", script.path, socket]
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = output
    try process.run()
    var line = Data()
    var channel = pollfd(
      fd: output.fileHandleForReading.fileDescriptor, events: Int16(POLLIN), revents: 0)
    while line.last != 0x0A, poll(&channel, 1, 120_000) > 0,
      let more = try output.fileHandleForReading.read(upToCount: 1)
    {
      line += more
    }
    let ports = String(decoding: line, as: UTF8.self).split { !$0.isNumber }.compactMap { Int($0) }
    guard ports.count == 2 else { throw CocoaError(.fileReadUnknown) }
    port = ports[0]
    refusingPort = ports[1]
  }

  deinit {
    if process.isRunning { process.terminate() }
    try? FileManager.default.removeItem(at: folder)
  }

  func url(_ path: String) -> String { "http://127.0.0.1:\(port)\(path)" }

  /// It ends when its parent does, so that it never outlives a test run that crashed.
  private static let script = #"""
    import json, os, select, socket, socketserver, sys, threading, time
    from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
    from urllib.parse import parse_qs, urlsplit

    lock = threading.Condition()
    counts = {"connections": 0, "gone": 0, "inside": 0, "hanging": 0, "flooded": 0}

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def setup(self):
            with lock:
                counts["connections"] += 1
            if isinstance(self.client_address, str):
                self.disable_nagle_algorithm = False
            super().setup()

        def log_message(self, *_):
            pass

        def answer(self, body, status=200, **headers):
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name.replace("_", "-"), value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        def chunk(self, data):
            self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))
            self.wfile.flush()

        def start_chunks(self, kind="text/plain"):
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()

        def handle_any(self):
            length = self.headers.get("Content-Length")
            body = self.rfile.read(int(length or 0))
            parts = urlsplit(self.path)
            query = {k: v[0] for k, v in parse_qs(parts.query).items()}
            name = parts.path.strip("/").replace("/", "_")
            getattr(self, "on_" + name)(query, body)

        do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = do_PATCH = handle_any

        def on_echo(self, query, body):
            facts = {"method": self.command, "target": self.path, "body": body.decode(),
                     "headers": [[k, v] for k, v in self.headers.items()]}
            self.answer(json.dumps(facts).encode(), X_Two="  spaced ")

        def on_count(self, query, body):
            with lock:
                self.answer(str(counts[query["of"]]).encode())

        def on_status(self, query, body):
            self.answer(b"the reason", int(query["is"]), Location="/echo", Retry_After="2")

        def on_slow(self, query, body):
            time.sleep(int(query["ms"]) / 1000)
            self.answer(b"late")

        def on_gate(self, query, body):
            # Nobody passes before all are inside together.
            with lock:
                counts["inside"] += 1
                lock.notify_all()
                passed = lock.wait_for(lambda: counts["inside"] >= int(query["of"]), timeout=300)
            self.answer(b"passed" if passed else b"alone")

        def on_hang(self, query, body):
            with lock:
                counts["hanging"] += 1
            select.select([self.connection], [], [], 20)
            if not self.connection.recv(1):
                with lock:
                    counts["gone"] += 1
            self.close_connection = True

        def on_big(self, query, body):
            self.answer(b"x" * int(query["bytes"]))

        def on_bigchunks(self, query, body):
            self.start_chunks()
            for _ in range(int(query["n"])):
                self.chunk(b"x" * 10000)
            self.chunk(b"")

        def on_headers(self, query, body):
            self.answer(b"", X_Long="y" * int(query["bytes"]))

        def on_chunks(self, query, body):
            self.start_chunks()
            for index in range(int(query["n"])):
                self.chunk(b"piece %d\n" % index)
                time.sleep(int(query["ms"]) / 1000)
            self.chunk(b"")

        def on_cut(self, query, body):
            self.send_response(200)
            self.send_header("Content-Length", "1000")
            self.end_headers()
            self.wfile.write(b"only this")
            self.wfile.flush()
            self.close_connection = True

        def on_cutchunks(self, query, body):
            self.start_chunks()
            self.chunk(b"only this")
            self.close_connection = True

        def on_silent(self, query, body):
            self.start_chunks()
            self.chunk(b"then nothing")
            self.on_hang(query, body)

        def on_flood(self, query, body):
            self.start_chunks()
            block = b"z" * 65536
            try:
                while True:
                    self.chunk(block)
                    with lock:
                        counts["flooded"] += len(block)
            except OSError:
                with lock:
                    counts["gone"] += 1
                self.close_connection = True

        def on_events(self, query, body):
            self.start_chunks("text/event-stream")
            after = int(self.headers.get("Last-Event-ID", "0"))
            for index in range(after + 1, after + 4):
                text = "id: %d\nevent: round\ndata: {\"n\":%d}\n\n" % (index, index)
                for part in (text[:9], text[9:]):
                    self.chunk(part.encode())
                    time.sleep(0.01)
            self.chunk(b"")

    class UnixServer(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
        daemon_threads = True

        def get_request(self):
            connection, _ = super().get_request()
            return connection, "unix"

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        request_queue_size = 256

        def handle_error(self, *_):
            pass

    server = Server(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    local = UnixServer(sys.argv[1], Handler)
    threading.Thread(target=local.serve_forever, daemon=True).start()
    deaf = socket.socket()
    deaf.bind(("127.0.0.1", 0))
    parent = os.getppid()
    print(server.server_port, deaf.getsockname()[1], flush=True)
    while os.getppid() == parent:
        time.sleep(0.5)
    os._exit(0)
    """#
}
