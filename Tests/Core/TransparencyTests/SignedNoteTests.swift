import Testing
import Transparency

@Suite("Signed notes")
struct SignedNoteTests {
  private func signature(_ name: String, _ byte: UInt8 = 9) -> SignedNote.Signature {
    SignedNote.Signature(keyName: name, keyID: [1, 2, 3, 4], bytes: [byte])
  }

  private func parse(_ text: String) throws(NoteError) -> SignedNote {
    try SignedNote(parsing: Array(text.utf8))
  }

  @Test("a note is split at its last blank line")
  func lastBlankLine() throws {
    let note = SignedNote(
      text: Array("a\n\nb\n".utf8), signatures: [signature("k"), signature("\u{E9}/x")])
    #expect(try SignedNote(parsing: note.bytes) == note)
    #expect(note.bytes.starts(with: Array("a\n\nb\n\n\u{2014} k AQIDBAk=\n".utf8)))
  }

  @Test(
    "a signature line has a dash, a name and base64, one space apart, and nothing else",
    arguments: [
      "\u{2014} k AQIDBA==", "\u{2014} k ", "\u{2014} k", "\u{2014}  AQIDBAk=",
      "\u{2014} k  AQIDBAk=",
      "\u{2014} k AQIDBAk= ", "\u{2014} k+ AQIDBAk=", "\u{2014} a\u{A0}b AQIDBAk=",
      "\u{2014} a\u{2003} AQIDBAk=", "\u{2014}k AQIDBAk=", " \u{2014} k AQIDBAk=", "- k AQIDBAk=",
      "\u{2013} k AQIDBAk=", "\u{2014} k AQIDBAl=", "\u{2014} k AQIDBAk", "x",
    ])
  func malformedLines(line: String) {
    #expect(throws: NoteError.malformedSignature(line: 2)) {
      try parse("a\n\n\u{2014} k AQIDBAk=\n\(line)\n")
    }
  }

  @Test("bytes that are no note are refused")
  func noNotes() {
    let line = "\u{2014} k AQIDBAk="
    for text in ["", "\n", "\n\n", "a\n", "a\n\n", "\(line)\n", "a\n\n\(line)"] {
      #expect(throws: NoteError.unsigned, "\(text)") { try parse(text) }
    }
    #expect(throws: NoteError.characters) { try parse("a\r\n\n\u{2014} k AQIDBAk=\n") }
    #expect(throws: NoteError.characters) {
      try SignedNote(parsing: [0xC0, 0x80] + Array("\n\n\u{2014} k AQIDBAk=\n".utf8))
    }
  }

  @Test("a hundred signatures are read, one more is refused")
  func manySignatures() throws {
    var note = SignedNote(text: Array("a\n".utf8), signatures: [])
    for number in 0..<100 { note.signatures.append(signature("k\(number)")) }
    #expect(try SignedNote(parsing: note.bytes) == note)
    note.signatures.append(signature("last"))
    #expect(throws: NoteError.tooManySignatures) { try SignedNote(parsing: note.bytes) }
  }

  @Test("one bad signature by a known key spoils the note; a key counts once")
  func verification() throws {
    var note = SignedNote(
      text: [], signatures: [signature("k"), signature("other"), signature("k", 8)])
    #expect(
      try note.verified { signature, _ in signature.keyName == "k" ? true : nil }
        == [signature("k")])
    #expect(throws: NoteError.badSignature(keyName: "k")) {
      try note.verified { signature, _ in signature.keyName == "k" ? signature.bytes == [9] : nil }
    }
    #expect(throws: NoteError.noKnownKey) { try note.verified { _, _ in nil } }
    note.signatures = []
    #expect(throws: NoteError.noKnownKey) { try note.verified { _, _ in true } }
  }

  @Test("names that look alike in Unicode are different keys")
  func unicodeNames() {
    let composed = signature("caf\u{E9}")
    #expect(composed.isBy(keyName: "caf\u{E9}", keyID: [1, 2, 3, 4]))
    #expect(!composed.isBy(keyName: "cafe\u{301}", keyID: [1, 2, 3, 4]))
  }
}

@Suite("Base64")
struct Base64Tests {
  @Test("the examples of RFC 4648 come out in both directions")
  func examples() {
    let words = [
      "": "", "f": "Zg==", "fo": "Zm8=", "foo": "Zm9v", "foob": "Zm9vYg==",
      "fooba": "Zm9vYmE=", "foobar": "Zm9vYmFy",
    ]
    for (word, text) in words {
      #expect(Base64.encode(Array(word.utf8)) == text)
      #expect(Base64.decode(text.utf8) == Array(word.utf8))
    }
    #expect(Base64.encode([0xFB, 0xFF, 0xBF]) == "+/+/")
    #expect(Base64.decode("+/+/".utf8) == [0xFB, 0xFF, 0xBF])
  }

  @Test("all lengths and all bytes survive")
  func roundTrips() {
    var dice = Dice(seed: 4648)
    for length in 0..<200 {
      let bytes = (0..<length).map { _ in UInt8(dice.roll(256)) }
      #expect(Base64.decode(Base64.encode(bytes).utf8) == bytes)
    }
  }

  @Test(
    "another spelling of a value is refused",
    arguments: [
      "Z", "Zg", "Zg=", "Zg===", "Zh==", "Zm9=", "Zm8", "=", "==", "====", "Z===", "Zg==Zg==",
      "Zm9v\n", " Zm9v", "Zm9v====", "Zm-v", "Zm_v", "Zm=v", "Z=g=", "Zm\u{E9}", "Zm9vZg",
    ])
  func otherSpellings(text: String) {
    #expect(Base64.decode(text.utf8) == nil)
  }
}
