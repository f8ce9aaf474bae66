import Simulation
import Testing

@Suite struct TraceTests {
  let traces: Traces
  init() throws { traces = try Traces() }

  private func read(_ lines: [String], skipBad: Int = 0) throws -> JobTrace {
    let file = try traces.write("jobs.csv", [Traces.phillyHeader] + lines)
    return try JobTrace.read(file, skipBad: skipBad, epoch: 0)
  }

  @Test("a philly trace is read in order of submission, plain and packed alike")
  func philly() throws {
    let file = try traces.write(
      "jobs.csv",
      [
        Traces.phillyHeader, "0,2017-10-09 00:10:00,600,b,8,7200",
        "1,2017-10-09 00:05:30,330,a,1,61",
      ])
    let plain = try JobTrace.read(file, epoch: 0)
    #expect(plain.format == .philly)
    #expect(plain.jobs.map(\.tenant) == ["a", "b"])
    #expect(plain.jobs.map(\.line) == [3, 2])
    #expect(plain.jobs.map(\.seconds) == [61, 7_200])
    // 2017-10-09 00:05:30 +08:00.
    #expect(plain.jobs[0].submitted == 1_507_478_730_000)
    let packed = try JobTrace.read(try traces.pack(file), epoch: 0)
    #expect(packed == plain)
  }

  @Test("an openb trace leaves out pods without a GPU and pods that never ran, and counts them")
  func openb() throws {
    let file = try traces.write(
      "openb.csv",
      [
        Traces.openbHeader, "p0,1,2,1,470,,LS,Running,10,100,40",
        "p1,1,2,0,0,,BE,Running,10,100,40",
        "p2,1,2,1,1000,T4|P100,BE,Pending,10,100,", "p3,1,2,8,1000,,BE,Failed,20,90,20",
      ])
    let trace = try JobTrace.read(file, epoch: 1_000_000)
    #expect(trace.format == .openb)
    #expect(trace.withoutGPU == 1 && trace.neverRan == 1)
    #expect(trace.jobs.map(\.submitted) == [1_010_000, 1_020_000])
    #expect(trace.jobs.map(\.seconds) == [60, 70])
    #expect(trace.jobs.map(\.gpus) == [1, 8])
    #expect(trace.jobs.map(\.latencyBound) == [true, false])
  }

  @Test(
    "an unreadable row is refused with its line and the reason",
    arguments: [
      ("1,2017-10-09 00:10:00,600,b,8", "has 5 fields, not 6"),
      ("1,2017-10-09 24:10:00,600,b,8,60", "submit_time is '2017-10-09 24:10:00', not a time"),
      ("1,2017-02-29 10:10:00,600,b,8,60", "submit_time is '2017-02-29 10:10:00', not a time"),
      ("1,2017-10-09 00:10:00,600,b,0,60", "num_gpus is 0, not from 1"),
      ("1,2017-10-09 00:10:00,600,b,-1,60", "num_gpus is '-1', not a whole number"),
      ("1,2017-10-09 00:10:00,600,b,1,1.5", "duration_s is '1.5', not a whole number"),
      ("1,2017-10-09 00:10:00,600,,1,15", "vc is empty"),
      ("1,2017-10-09 00:10:00,600,\"b\",1,15", "has a quoted field"),
      ("", "has 1 fields, not 6"),
    ])
  func badRow(row: String, reason: String) throws {
    let error = try #require(throws: TraceError.self) {
      try read(["0,2017-10-09 00:10:00,600,b,8,7200", row, "2,2017-10-09 00:10:00,600,b,8,7200"])
    }
    #expect(error.line == 3)
    #expect(error.reason.hasPrefix(reason), "\(error.reason)")
    #expect(error.description.contains("jobs.csv, line 3: "))
  }

  @Test("unreadable rows are passed over and counted up to the number allowed, and no further")
  func skipping() throws {
    let rows = [
      "0,2017-10-09 00:10:00,600,b,8,7200", "x", "y,", "3,2017-10-09 00:11:00,660,b,1,60",
    ]
    let trace = try read(rows, skipBad: 2)
    #expect(trace.jobs.count == 2)
    #expect(trace.bad.map(\.line) == [3, 4])
    let error = try #require(throws: TraceError.self) { try read(rows, skipBad: 1) }
    #expect(error.line == 4)
  }

  @Test("an unknown header is refused with the headers that are accepted")
  func unknownHeader() throws {
    let file = try traces.write("jobs.csv", ["job,when,gpus", "1,2,3"])
    let error = try #require(throws: TraceError.self) { try JobTrace.read(file, epoch: 0) }
    #expect(error.line == 1)
    #expect(error.reason.contains(Traces.phillyHeader))
    #expect(error.reason.contains(Traces.openbHeader))
    let supply = try #require(throws: TraceError.self) { try SupplyTrace.read(file) }
    #expect(supply.reason.contains(Traces.supplyHeader))
  }

  @Test("a missing, an empty and a damaged packed file are told apart")
  func unusableFiles() throws {
    let missing = try #require(throws: TraceError.self) {
      try JobTrace.read("/nowhere/jobs.csv", epoch: 0)
    }
    #expect(missing.reason.contains("no such file") && missing.line == nil)
    let empty = try #require(throws: TraceError.self) {
      try JobTrace.read(try traces.write("empty.csv", []), epoch: 0)
    }
    #expect(empty.line == 1)
    let damaged = try traces.write("jobs.csv.gz", [Traces.phillyHeader])
    let error = try #require(throws: TraceError.self) { try JobTrace.read(damaged, epoch: 0) }
    #expect(error.reason.contains("gzip stopped with status 1"))
  }

  @Test("a supply trace is read by centre, and refuses counts and times that cannot be")
  func supply() throws {
    let file = try traces.write(
      "supply.csv",
      [
        Traces.supplyHeader, "vcB,2020-05-04 00:00,8,5,3,0,1,0",
        "vcA,2020-05-04 00:00,16,0,16,2,0,1",
        "vcB,2020-05-04 00:10,8,8,0,0,1,0",
      ])
    let trace = try SupplyTrace.read(file)
    #expect(trace.centres.map(\.name) == ["vcA", "vcB"])
    #expect(trace.centres[1].samples.map(\.idle) == [3, 0])
    #expect(trace.end == (trace.first ?? 0) + 1_200_000)
    for (row, reason) in [
      ("vcB,2020-05-04 00:00,8,5,9,0,1,0", "has 9 idle and 5 running GPUs of 8"),
      ("vcB,2020-05-03 23:50,8,5,3,0,1,0", "time does not rise within vcB"),
    ] {
      let bad = try traces.write(
        "bad.csv", [Traces.supplyHeader, "vcB,2020-05-04 00:00,8,5,3,0,1,0", row])
      let error = try #require(throws: TraceError.self) { try SupplyTrace.read(bad) }
      #expect(error.line == 3 && error.reason == reason)
    }
  }

  @Test("a line that never ends is refused before it fills the memory")
  func longLine() throws {
    let file = try traces.write("jobs.csv", [String(repeating: "x", count: 400_000)])
    let error = try #require(throws: TraceError.self) { try JobTrace.read(file, epoch: 0) }
    #expect(error.reason.contains("longer than 64 KiB"))
  }

  @Test("a time is read at +08:00 and written back the same, over leap years and ends of months")
  func civilTime() throws {
    for text in ["1970-01-01 08:00", "2000-02-29 23:59", "2017-10-09 00:00", "2100-02-28 12:30"] {
      let time = try #require(CivilTime.parse(text))
      #expect(CivilTime.text(time) == text)
    }
    #expect(CivilTime.parse("1970-01-01 08:00") == 0)
    #expect(CivilTime.parse("2100-02-29 00:00") == nil)
    #expect(CivilTime.parse("2017-1-09") == nil)
  }
}
