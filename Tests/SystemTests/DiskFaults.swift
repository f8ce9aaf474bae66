import BrokerFixture
import Foundation

/// A library that a process loads before all others, through which its ledger's writes fail as disks do.
struct DiskFaults {
  enum Kind: String, CaseIterable {
    /// One call has an error, the next ones do not.
    case once
    /// All calls from there on have one.
    case always
    /// Half of a write is done, and the machine is gone.
    case tear
    /// The machine is gone, with every write that was not synchronised.
    case lose
  }

  /// Of the built library.
  let path: String

  /// Builds it into a folder; nil without a C compiler.
  init?(in folder: URL) throws {
    guard let path = try Self.build(Self.source, "faults", in: folder) else { return nil }
    self.path = path
  }

  /// Builds a library that a process can load before all others.
  /// - Returns: its path; nil without a C compiler.
  static func build(_ text: String, _ name: String, in folder: URL) throws -> String? {
    let source = folder.appendingPathComponent("\(name).c")
    let path = folder.appendingPathComponent("\(name).so").path
    try Data(text.utf8).write(to: source)
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [
      "clang", "-shared", "-fPIC", "-O1", "-w", "-o", path, source.path, "-ldl", "-lpthread",
    ]
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    return process.terminationStatus == 0 ? path : nil
  }

  /// What a process is started with, so that its k-th write or synchronisation of a ledger's files fails.
  func environment(_ kind: Kind, at call: Int) -> [String: String] {
    ["LD_PRELOAD": path, "DISK_FAULT": kind.rawValue, "DISK_FAULT_AT": "\(call)"]
  }

  static var isCompilerThere: Bool {
    (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").contains {
      FileManager.default.isExecutableFile(atPath: "\($0)/clang")
    }
  }

  private static let source = #"""
    #define _GNU_SOURCE
    #include <dlfcn.h>
    #include <errno.h>
    #include <fcntl.h>
    #include <pthread.h>
    #include <signal.h>
    #include <stdio.h>
    #include <stdlib.h>
    #include <string.h>
    #include <sys/stat.h>
    #include <unistd.h>

    typedef ssize_t (*pwrite_t)(int, const void *, size_t, off_t);
    typedef int (*sync_t)(int);

    // What a write replaced, until its file is synchronised.
    struct undo { char path[512]; off_t at, size; size_t len; char *old; struct undo *next; };
    static struct undo *undone;
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    static long calls;

    static int named(int fd, char *path) {
      char link[64];
      snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
      ssize_t n = readlink(link, path, 511);
      if (n < 0) return 0;
      path[n] = 0;
      return strstr(path, "ledger.sqlite") != NULL && strstr(path, "-shm") == NULL;
    }

    // Whether this call is the one; counts those of the ledger's files alone.
    static int due(const char *kind) {
      const char *wanted = getenv("DISK_FAULT"), *at = getenv("DISK_FAULT_AT");
      if (!wanted || !at) return 0;
      long k = atol(at);
      if (!strcmp(wanted, "always") && !strcmp(kind, "any")) return calls >= k;
      if (!strcmp(wanted, "once") && !strcmp(kind, "any")) return calls == k;
      // These happen at the first fitting call from there on.
      return !strcmp(wanted, kind) && calls >= k;
    }

    static void die(void) { kill(getpid(), SIGKILL); for (;;) pause(); }

    static void forget(const char *path) {
      for (struct undo **at = &undone; *at;) {
        struct undo *one = *at;
        if (strcmp(one->path, path)) { at = &one->next; continue; }
        *at = one->next;
        free(one->old);
        free(one);
      }
    }

    static void revert(void) {
      pwrite_t write_to = (pwrite_t)dlsym(RTLD_NEXT, "pwrite64");
      for (struct undo *one = undone; one; one = one->next) {
        int fd = open(one->path, O_RDWR);
        if (fd < 0) continue;
        if (one->len) write_to(fd, one->old, one->len, one->at);
        ftruncate(fd, one->size);
      }
    }

    static void keep(int fd, const char *path, size_t len, off_t at) {
      struct stat st;
      struct undo *one = calloc(1, sizeof *one);
      strcpy(one->path, path);
      one->at = at;
      one->size = fstat(fd, &st) ? 0 : st.st_size;
      one->old = malloc(len);
      ssize_t n = pread(fd, one->old, len, at);
      one->len = n > 0 ? n : 0;
      one->next = undone;
      undone = one;
    }

    static ssize_t put(const char *name, int fd, const void *bytes, size_t len, off_t at) {
      static pwrite_t real;
      if (!real) real = (pwrite_t)dlsym(RTLD_NEXT, name);
      char path[512];
      if (!named(fd, path)) return real(fd, bytes, len, at);
      pthread_mutex_lock(&lock);
      calls++;
      if (due("any")) { pthread_mutex_unlock(&lock); errno = EIO; return -1; }
      if (due("tear")) { real(fd, bytes, len / 2, at); die(); }
      const char *wanted = getenv("DISK_FAULT");
      if (wanted && !strcmp(wanted, "lose")) keep(fd, path, len, at);
      ssize_t n = real(fd, bytes, len, at);
      pthread_mutex_unlock(&lock);
      return n;
    }

    static int flush(const char *name, int fd) {
      sync_t real = (sync_t)dlsym(RTLD_NEXT, name);
      char path[512];
      if (!named(fd, path)) return real(fd);
      pthread_mutex_lock(&lock);
      calls++;
      if (due("any")) { pthread_mutex_unlock(&lock); errno = EIO; return -1; }
      if (due("lose")) { revert(); die(); }
      int n = real(fd);
      if (n == 0) forget(path);
      pthread_mutex_unlock(&lock);
      return n;
    }

    ssize_t pwrite(int fd, const void *b, size_t n, off_t at) { return put("pwrite", fd, b, n, at); }
    ssize_t pwrite64(int fd, const void *b, size_t n, off_t at) { return put("pwrite64", fd, b, n, at); }
    int fsync(int fd) { return flush("fsync", fd); }
    int fdatasync(int fd) { return flush("fdatasync", fd); }
    """#
}
