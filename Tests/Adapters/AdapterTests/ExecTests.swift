import AdapterKit
import Exec
import Foundation
import Testing

@Suite struct ExecTests {
  private func site(
    _ script: String, in folder: Scratch, seconds: Int64 = 120, outputLimit: Int = 100_000
  ) throws -> ExecSite {
    let path = folder.path + "/program"
    try "#!/bin/bash\n\(script)\n".write(toFile: path, atomically: true, encoding: .utf8)
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
    return ExecSite(
      ExecConfiguration(
        program: path, environment: ["FOLDER": folder.path], timeLimitSeconds: seconds,
        outputLimit: outputLimit),
      now: { 1_796_000_000_000 })
  }

  private let order = AllocationOrder(
    lease: "lease-2210-3", tenant: "hku", pool: "h800", chip: "h800-80g", state: .open, gpus: 16,
    exclusive: true, start: 1_796_000_000_000, end: 1_796_003_600_000, due: 1_796_000_000_000)

  private func failure(_ site: ExecSite) async -> AdapterError? {
    do throws(AdapterError) {
      _ = try await site.apply(order)
      return nil
    } catch {
      return error
    }
  }

  @Test("the exit status decides between final and try again, the last error line is the reason")
  func exits() async throws {
    let folder = try Scratch()
    let final = await failure(
      try site("echo first >&2; echo 'no such pool' >&2; exit 1", in: folder))
    #expect(final?.isTransient == false)
    #expect(final?.reason.hasSuffix("no such pool") == true, "\(final?.reason ?? "")")
    let again = await failure(try site("echo busy >&2; exit 75", in: folder))
    #expect(again?.isTransient == true && again?.reason.hasSuffix("busy") == true)
    let odd = await failure(try site("exit 9", in: folder))
    #expect(odd?.isTransient == true && odd?.reason.contains("exit 9") == true)
    let signal = await failure(try site("kill -SEGV $$", in: folder))
    #expect(signal?.isTransient == true && signal?.reason.contains("signal 11") == true)
  }

  @Test("what the program says of others and of wiping is believed, and silence is no word")
  func observed() async throws {
    let folder = try Scratch()
    for (answer, wiped) in [(#"{"wiped":true}"#, true), (#"{"wiped":false}"#, false), ("{}", nil)]
      as [(String, Bool?)]
    {
      let site = try site(
        """
        case $1 in
        remove) echo '\(answer)' ;;
        *) echo '{"allocations":[{"lease":"l-1","pool":"p","gpus":8,"state":"open","nodes":1,"others":3}]}' ;;
        esac
        """, in: folder)
      let seen = try await site.allocations()
      #expect(seen.first?.nodes == 1 && seen.first?.others == 3)
      try await site.remove("l-1")
      #expect(await site.wiped("l-1") == wiped)
      #expect(await site.wiped("l-2") == nil)
    }
    let quiet = try site("exit 0", in: folder)
    try await quiet.remove("l-1")
    #expect(await quiet.wiped("l-1") == nil)
  }

  @Test("the program gets the order as JSON and in its environment, and no secret of the agent")
  func request() async throws {
    let folder = try Scratch()
    // Any variable of ours that a program is not given; to set one while others read them is not safe.
    let ours = Set(ProcessInfo.processInfo.environment.keys)
    let site = try site(
      """
      cat >$FOLDER/stdin; env >$FOLDER/env; echo "$0 $*" >$FOLDER/arguments
      ls -l /proc/$$/fd >$FOLDER/files
      echo '{"allocation":{"lease":"'$SAMPAN_LEASE'","pool":"h800","gpus":16,"state":"open"}}'
      """, in: folder)
    let answer = try await site.apply(order)
    #expect(answer.state == .open && answer.gpus == 16 && answer.access == [:])
    let stdin = try Data(contentsOf: URL(fileURLWithPath: folder.path + "/stdin"))
    let object = try #require(
      try JSONSerialization.jsonObject(with: stdin) as? [String: Any])
    #expect(Set(object.keys) == ["version", "verb", "now", "order"])
    let environment = try String(contentsOfFile: folder.path + "/env", encoding: .utf8)
    for line in [
      "SAMPAN_VERB=apply", "SAMPAN_GPUS=16", "SAMPAN_STATE=open", "SAMPAN_EXCLUSIVE=1",
      "SAMPAN_END=1796003600000", "SAMPAN_NOW=1796000000000",
    ] {
      #expect(environment.contains(line + "\n"), "\(line)")
    }
    let given = Set(environment.split(separator: "\n").map { String($0.prefix { $0 != "=" }) })
    let allowed: Set = ["PATH", "HOME", "LANG", "TZ", "FOLDER", "PWD", "SHLVL", "_", "OLDPWD"]
    #expect(given.allSatisfy { allowed.contains($0) || $0.hasPrefix("SAMPAN_") }, "\(given)")
    #expect(!ours.subtracting(given).isEmpty)
    let arguments = try String(contentsOfFile: folder.path + "/arguments", encoding: .utf8)
    #expect(arguments == "\(folder.path)/program apply\n")
    #if os(Linux)
      let files = try String(contentsOfFile: folder.path + "/files", encoding: .utf8)
      // 255 is Bash's own: the script.
      let extra = files.split(separator: "\n").filter { $0.contains(" -> ") }
        .filter { line in
          ![" 0 -> ", " 1 -> ", " 2 -> ", " 255 -> "].contains { line.contains($0) }
        }
      #expect(extra == [], "it inherits no open file")
    #endif
  }

  @Test("a program over its time is ended with all that it started")
  func overTime() async throws {
    let folder = try Scratch()
    let site = try site("sleep 3000 & echo $! >$FOLDER/pid; wait", in: folder, seconds: 20)
    let begin = ContinuousClock().now
    let error = await failure(site)
    #expect(error?.isTransient == true && error?.reason.contains("within 20 s") == true)
    #expect(ContinuousClock().now - begin < .seconds(2_000))
    let text = try String(contentsOfFile: folder.path + "/pid", encoding: .utf8)
    let pid = try #require(pid_t(text.trimmingCharacters(in: .whitespacesAndNewlines)))
    for _ in 0..<6_000 where !isGone(pid) { try await Task.sleep(for: .milliseconds(10)) }
    #expect(isGone(pid))
  }

  /// Gone, or dead and waiting for somebody to bury it.
  private func isGone(_ pid: pid_t) -> Bool {
    let stat = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8)
    return kill(pid, 0) == -1 || stat?.contains(") Z ") == true
  }

  @Test("an answer without end is cut off")
  func overOutput() async throws {
    let folder = try Scratch()
    let error = await failure(try site("yes", in: folder))
    #expect(error?.isTransient == true && error?.reason.contains("100000 bytes") == true)
  }

  @Test(
    "an answer that cannot be is not believed",
    arguments: [
      "", "{", "[]",
      "{\"allocation\":{\"lease\":\"other\",\"pool\":\"p\",\"gpus\":1,\"state\":\"open\"}}",
      "{\"allocation\":{\"lease\":\"lease-2210-3\",\"pool\":\"p\",\"gpus\":-1,\"state\":\"open\"}}",
      "{\"allocation\":{\"lease\":\"lease-2210-3\",\"pool\":\"p\",\"gpus\":1,\"state\":\"wide\"}}",
      #"{"allocation":{"lease":"lease-2210-3","pool":"../p","gpus":1,"state":"open"}}"#,
    ])
  func wrongAnswer(_ text: String) async throws {
    let folder = try Scratch()
    let error = await failure(try site("cat <<'X'\n\(text)\nX", in: folder))
    #expect(error?.isTransient == true && error?.reason.contains("wrong answer") == true)
  }

  @Test("a program that is missing, not executable or open to all is a finding with a remedy")
  func programFaults() async throws {
    let folder = try Scratch()
    for path in ["program", "/no/such/program"] {
      let site = ExecSite(ExecConfiguration(program: path), now: { 0 })
      #expect(try await site.check().map(\.level) == [.fail])
    }
    let open = try site("echo '{\"findings\":[]}'", in: folder)
    #expect(try await open.check().map(\.level) == [.ok])
    try FileManager.default.setAttributes(
      [.posixPermissions: 0o777], ofItemAtPath: folder.path + "/program")
    #expect(try await open.check().first?.remedy?.contains("chmod o-w") == true)
  }

  @Test("usage outside what was asked is refused, negative too")
  func usage() async throws {
    let folder = try Scratch()
    let interval = Interval(from: 1_795_999_000_000, to: 1_795_999_500_000)
    for (from, delivered) in [
      (1_795_999_000_000, 1), (1_795_998_000_000, 1), (1_795_999_000_000, -1),
    ] {
      let site = try site(
        """
        echo '{"usage":[{"lease":"a","from":\(from),"to":1795999500000,'
        echo '"delivered":\(delivered),"used":0}]}'
        """, in: folder)
      let answer = try? await site.usage(interval)
      #expect((answer != nil) == (from == 1_795_999_000_000 && delivered >= 0))
    }
  }
}
