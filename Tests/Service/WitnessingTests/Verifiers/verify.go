// Asks the checksum database's own code whether notes, proofs and trees are right. Each line of standard input is
// a question and the answer that is expected; the last line of standard output says how many were asked.
//
//	note VKEY NOTE good|bad            the note, in base64, is signed by the log's key
//	cosigned VKEY NOTE good|bad        ... by a witness's key (C2SP tlog-cosignature)
//	record SIZE INDEX ROOT LEAF PATH good|bad
//	tree SIZE OLD-SIZE ROOT OLD-ROOT PATH good|bad
//	leaf ENTRY                         the next entry, in base64
//	root SIZE ROOT                     the tree over the first entries
package main

import (
	"bufio"
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type hashes []tlog.Hash

func (stored hashes) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	read := make([]tlog.Hash, len(indexes))
	for i, index := range indexes {
		read[i] = stored[index]
	}
	return read, nil
}

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
}

func decoded(text string) []byte {
	data, err := base64.StdEncoding.DecodeString(text)
	must(err)
	return data
}

func hash(text string) tlog.Hash {
	parsed, err := tlog.ParseHash(text)
	must(err)
	return parsed
}

func path(text string) []tlog.Hash {
	var found []tlog.Hash
	for _, part := range strings.Split(text, ",") {
		if part != "-" {
			found = append(found, hash(part))
		}
	}
	return found
}

func number(text string) int64 {
	parsed, err := strconv.ParseInt(text, 10, 64)
	must(err)
	return parsed
}

func signed(vkey string, message []byte) bool {
	verifier, err := note.NewVerifier(vkey)
	must(err)
	_, err = note.Open(message, note.VerifierList(verifier))
	return err == nil
}

// The library knows no cosignatures: a time, then Ed25519 over a line with it and the text.
func cosigned(vkey string, message []byte) bool {
	parts := strings.SplitN(vkey, "+", 3)
	key := decoded(parts[2])
	id := sha256.Sum256(append([]byte(parts[0]+"\n"), key...))
	end := bytes.LastIndex(message, []byte("\n\n"))
	if end < 0 {
		return false
	}
	text := message[:end+1]
	for _, line := range strings.Split(string(message[end+2:]), "\n") {
		words := strings.Fields(line)
		if len(words) != 3 || words[1] != parts[0] {
			continue
		}
		signature, err := base64.StdEncoding.DecodeString(words[2])
		if err != nil || len(signature) != 76 || !bytes.Equal(signature[:4], id[:4]) {
			continue
		}
		time := binary.BigEndian.Uint64(signature[4:12])
		said := fmt.Sprintf("cosignature/v1\ntime %d\n%s", time, text)
		return ed25519.Verify(key[1:], []byte(said), signature[12:])
	}
	return false
}

func main() {
	input := bufio.NewScanner(os.Stdin)
	input.Buffer(make([]byte, 1<<20), 1<<20)
	var stored hashes
	var leaves int64
	asked, wrong := 0, 0
	for input.Scan() {
		line := input.Text()
		words := strings.Fields(line)
		var good bool
		switch words[0] {
		case "leaf":
			made, err := tlog.StoredHashes(leaves, decoded(words[1]), stored)
			must(err)
			stored = append(stored, made...)
			leaves++
			continue
		case "root":
			root, err := tlog.TreeHash(number(words[1]), stored)
			must(err)
			good = root == hash(words[2])
			words = append(words, "good")
		case "note":
			good = signed(words[1], decoded(words[2]))
		case "cosigned":
			good = cosigned(words[1], decoded(words[2]))
		case "record":
			good = tlog.CheckRecord(
				tlog.RecordProof(path(words[5])), number(words[1]), hash(words[3]), number(words[2]),
				hash(words[4])) == nil
		case "tree":
			good = tlog.CheckTree(
				tlog.TreeProof(path(words[5])), number(words[1]), hash(words[3]), number(words[2]),
				hash(words[4])) == nil
		default:
			must(fmt.Errorf("what is %q?", words[0]))
		}
		asked++
		if good != (words[len(words)-1] == "good") {
			wrong++
			fmt.Println("otherwise:", line)
		}
	}
	must(input.Err())
	fmt.Println(asked, "asked,", wrong, "otherwise")
}
