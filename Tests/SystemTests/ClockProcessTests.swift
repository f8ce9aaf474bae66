import BrokerAPI
import BrokerClient
import BrokerFixture
import Foundation
import Seeded
import Testing

/// A replica on a machine whose clock is wrong.
@Suite(.serialized) struct ClockProcessTests {
  /// Shifts the clock of the machine for one process, by so many ms.
  private static let source = #"""
    #define _GNU_SOURCE
    #include <dlfcn.h>
    #include <semaphore.h>
    #include <stdlib.h>
    #include <sys/time.h>
    #include <time.h>

    static void shift(long *seconds) {
      const char *by = getenv("CLOCK_AHEAD");
      if (by) *seconds += atol(by);
    }

    int clock_gettime(clockid_t id, struct timespec *time) {
      static int (*real)(clockid_t, struct timespec *);
      if (!real) real = dlsym(RTLD_NEXT, "clock_gettime");
      int status = real(id, time);
      if (status == 0 && id == CLOCK_REALTIME) shift(&time->tv_sec);
      return status;
    }

    // Whoever waits until a time of that clock waits until that of the true one.
    int sem_timedwait(sem_t *semaphore, const struct timespec *until) {
      static int (*real)(sem_t *, const struct timespec *);
      if (!real) real = dlsym(RTLD_NEXT, "sem_timedwait");
      struct timespec time = *until;
      long seconds = 0;
      shift(&seconds);
      time.tv_sec -= seconds;
      return real(semaphore, &time);
    }

    int gettimeofday(struct timeval *time, void *zone) {
      static int (*real)(struct timeval *, void *);
      if (!real) real = dlsym(RTLD_NEXT, "gettimeofday");
      int status = real(time, zone);
      if (status == 0) shift(&time->tv_sec);
      return status;
    }
    """#

  private func status(_ replica: BrokerProcess) throws -> Wire.BrokerStatus? {
    let asked = try replica.run(
      "sampan", ["broker", "status", "--socket", "data/admin.sock", "-o", "json"])
    return try? Wire.BrokerStatus(json: Array(asked.output.drop { $0 != "{" }.utf8))
  }

  @Test(
    "A replica whose machine is a minute ahead or behind says so and leaves leading to the others",
    .enabled(if: BrokerCluster.isPossible, Comment(rawValue: BrokerCluster.missing)),
    .enabled(
      if: DiskFaults.isCompilerThere, "clang builds what shifts a clock: apt-get install clang"))
  func shifted() async throws {
    let cluster = try await BrokerCluster()
    let path = try #require(
      try DiskFaults.build(Self.source, "clock", in: cluster.replicas[0].folder))
    let index = try await cluster.untilLed()
    let replica = cluster.replicas[index]
    for ahead in [60, -60] {
      replica.stop()
      replica.environment = ["LD_PRELOAD": path, "CLOCK_AHEAD": "\(ahead)"]
      try replica.start()
      let found = try await SampleMarket.until("the clock to be found wrong") {
        let status = try status(replica)
        return status?.replicas.first?.clockDrift == nil ? nil : status
      }
      let drift = try #require(found.replicas[0].clockDrift)
      #expect(abs(drift - Int64(ahead) * 1_000) < 20_000, "\(drift)")
      #expect(found.replicas.dropFirst().allSatisfy { $0.clockDrift == nil })
      #expect(found.doNow.contains { $0.action.contains("Clocks") })
      _ = try await SampleMarket.until("another to lead") {
        let leader = await cluster.leader()
        return leader == nil || leader == index ? nil : leader
      }
      // Commands go on, also those that are given to it.
      _ = try await SampleMarket.until("an order") {
        try? await cluster.maker(index).addParty(
          Wire.AddParty(
            party: "ahead-\(ahead + 60)", kind: .centre, currency: .hkd, name: "of a moment"))
      }
    }
    replica.stop()
    replica.environment = [:]
    try replica.start()
    _ = try await SampleMarket.until("a clock that is right") {
      let card = try status(replica)?.replicas.first
      return card?.state == .serving && card?.clockDrift == nil ? true : nil
    }
    figure("T32", "processes with a clock a minute wrong; others led", 2)
  }
}
