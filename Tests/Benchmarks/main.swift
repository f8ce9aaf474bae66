import Foundation

// Measures what the project promises about its speed; `make bench` runs it as a release build. Ends
// with 1 when a target is missed, with 64 when it was asked for something that it does not know.

let arguments = CommandLine.arguments.dropFirst()
let asked = arguments.filter { !$0.hasPrefix("-") }
let known = ["apply", "accept", "round", "quote", "transfer", "replicas", "growth", "audit"]
if arguments.first == "open", arguments.count == 2 {
  // A replica that starts again, for `growth`.
  try GrowthBench.open(arguments[arguments.startIndex + 1])
  exit(0)
}
guard asked.allSatisfy(known.contains),
  arguments.allSatisfy({ !$0.hasPrefix("-") || $0 == "--json" })
else {
  print(
    "usage: sampan-bench [apply] [accept] [round] [quote] [transfer] [replicas] [growth] [audit] [--json]"
  )
  exit(64)
}

let scratch = try Scratch()
var figures: [Figure] = []
do {
  defer { scratch.remove() }
  for name in asked.isEmpty ? known : Array(asked) {
    switch name {
    case "apply": figures += try ApplyBench.run(scratch)
    case "accept": figures += try await AcceptBench.run(scratch)
    case "round": figures += try RoundBench.run(scratch)
    case "quote": figures += try QuoteBench.run(scratch)
    case "transfer": figures += try await TransferBench.run(scratch)
    case "replicas": figures += try await ReplicasBench.run(scratch)
    case "growth": figures += try GrowthBench.run(scratch)
    default: figures += try AuditBench.run(scratch)
    }
  }
}
try show(figures, json: arguments.contains("--json"))
exit(figures.allSatisfy(\.met) ? 0 : 1)
