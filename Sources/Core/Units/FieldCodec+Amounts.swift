extension FieldCodec {
  /// An amount that is left out when it is 0; `range` begins at 1.
  package mutating func int(
    _ name: StaticString, unlessZero value: inout Int64, _ range: ClosedRange<Int64>
  ) throws(CodecError) {
    var present: Int64? = value == 0 ? nil : value
    try int(name, optional: &present, range)
    value = present ?? 0
  }
}
