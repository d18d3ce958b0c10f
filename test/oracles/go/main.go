// Program oracle judges notes, proofs and tile trees by golang.org/x/mod/sumdb, which shares no code with this project.
//
// Standard input: a JSON array of cases; standard output: a JSON array with one verdict for each, in order. What a case's kind needs
// is in the type case below. The only rules written here are those that the library does not know: the three lines of a checkpoint
// (C2SP tlog-checkpoint v1.0.0), the cosignature (tlog-cosignature v1.0.1) and the paths and entry bundles of tlog-tiles v0.1.0.
package main

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type oracleCase struct {
	Kind string `json:"kind"`
	// note, tiles: the log's verifier key (name+hash+key).
	Key string `json:"key"`
	// note, cosignature
	Note string `json:"note"`
	// cosignature: the witness's name and base64 Ed25519 key
	Name      string `json:"name"`
	PublicKey string `json:"publicKey"`
	// inclusion: leaf, index, size, root, proof; consistency: oldSize, oldRoot, size, root, proof. Hashes are base64.
	Leaf    string   `json:"leaf"`
	Index   int64    `json:"index"`
	Size    int64    `json:"size"`
	Root    string   `json:"root"`
	OldSize int64    `json:"oldSize"`
	OldRoot string   `json:"oldRoot"`
	Proof   []string `json:"proof"`
	// tiles
	Folder string `json:"folder"`
}

type verdict struct {
	Ok bool `json:"ok"`
	// What was found good, or why it was refused.
	Said string `json:"said"`
}

func main() {
	var cases []oracleCase
	if err := json.NewDecoder(os.Stdin).Decode(&cases); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	verdicts := make([]verdict, len(cases))
	for i, c := range cases {
		said, err := judge(c)
		if err != nil {
			said = err.Error()
		}
		verdicts[i] = verdict{Ok: err == nil, Said: said}
	}
	if err := json.NewEncoder(os.Stdout).Encode(verdicts); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
}

func judge(c oracleCase) (string, error) {
	switch c.Kind {
	case "note":
		verifier, err := note.NewVerifier(c.Key)
		if err != nil {
			return "", err
		}
		tree, err := openCheckpoint(c.Note, verifier)
		if err != nil {
			return "", err
		}
		return fmt.Sprintf("%s %d %s", verifier.Name(), tree.N, tree.Hash), nil
	case "cosignature":
		return openCosignature(c)
	case "inclusion":
		hashes, err := parseHashes(c.Proof, c.Leaf, c.Root)
		if err != nil {
			return "", err
		}
		n := len(c.Proof)
		return "", tlog.CheckRecord(hashes[:n], c.Size, hashes[n+1], c.Index, hashes[n])
	case "consistency":
		hashes, err := parseHashes(c.Proof, c.OldRoot, c.Root)
		if err != nil {
			return "", err
		}
		n := len(c.Proof)
		return "", tlog.CheckTree(hashes[:n], c.Size, hashes[n+1], c.OldSize, hashes[n])
	case "tiles":
		return readTiles(c)
	}
	return "", fmt.Errorf("no kind %q", c.Kind)
}

// openCheckpoint opens a note with the log's key and reads its three lines.
func openCheckpoint(text string, verifier note.Verifier) (tlog.Tree, error) {
	opened, err := note.Open([]byte(text), note.VerifierList(verifier))
	if err != nil {
		return tlog.Tree{}, err
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) != 4 || lines[3] != "" || lines[0] != verifier.Name() {
		return tlog.Tree{}, errors.New("not the three lines of a checkpoint of this log")
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil || size < 0 || strconv.FormatInt(size, 10) != lines[1] {
		return tlog.Tree{}, errors.New("malformed size")
	}
	root, err := parseHash(lines[2])
	if size == 0 && root != tlog.Hash(sha256.Sum256(nil)) {
		return tlog.Tree{}, errors.New("not the root of the empty tree")
	}
	return tlog.Tree{N: size, Hash: root}, err
}

// cosignatureVerifier verifies a timestamped signature of type 4 and keeps its time.
type cosignatureVerifier struct {
	name string
	key  ed25519.PublicKey
	time uint64
}

func (v *cosignatureVerifier) Name() string { return v.name }

func (v *cosignatureVerifier) KeyHash() uint32 {
	hash := sha256.Sum256(append([]byte(v.name+"\n\x04"), v.key...))
	return binary.BigEndian.Uint32(hash[:4])
}

func (v *cosignatureVerifier) Verify(msg, sig []byte) bool {
	if len(sig) != 72 {
		return false
	}
	v.time = binary.BigEndian.Uint64(sig[:8])
	signed := fmt.Sprintf("cosignature/v1\ntime %d\n%s", v.time, msg)
	return ed25519.Verify(v.key, []byte(signed), sig[8:])
}

func openCosignature(c oracleCase) (string, error) {
	key, err := base64.StdEncoding.Strict().DecodeString(c.PublicKey)
	if err != nil || len(key) != ed25519.PublicKeySize {
		return "", errors.New("malformed witness key")
	}
	verifier := &cosignatureVerifier{name: c.Name, key: key}
	if _, err := note.Open([]byte(c.Note), note.VerifierList(verifier)); err != nil {
		return "", err
	}
	return strconv.FormatUint(verifier.time, 10), nil
}

// folderTiles reads tiles of height 8 from a folder in the layout of tlog-tiles, where the library's own paths name the height too.
type folderTiles struct {
	folder string
	read   map[string]bool
}

func (t folderTiles) Height() int { return 8 }

func (t folderTiles) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	data := make([][]byte, len(tiles))
	for i, tile := range tiles {
		bytes, err := t.file("tile/" + strings.TrimPrefix(tile.Path(), "tile/8/"))
		if err != nil {
			return nil, err
		}
		data[i] = bytes
	}
	return data, nil
}

func (t folderTiles) SaveTiles(tiles []tlog.Tile, data [][]byte) {}

func (t folderTiles) file(path string) ([]byte, error) {
	t.read[path] = true
	return os.ReadFile(filepath.Join(t.folder, filepath.FromSlash(path)))
}

// readTiles opens the checkpoint of a tile tree, reads every leaf by proven tiles and every entry against its leaf, proves the first and
// last entry and the first half of the log out of the tiles, and looks for files that no reader asks for.
func readTiles(c oracleCase) (string, error) {
	tiles := folderTiles{folder: c.Folder, read: map[string]bool{}}
	verifier, err := note.NewVerifier(c.Key)
	if err != nil {
		return "", err
	}
	text, err := tiles.file("checkpoint")
	if err != nil {
		return "", err
	}
	tree, err := openCheckpoint(string(text), verifier)
	if err != nil {
		return "", err
	}
	reader := tlog.TileHashReader(tree, tiles)
	indexes := make([]int64, tree.N)
	for n := range indexes {
		indexes[n] = tlog.StoredHashIndex(0, int64(n))
	}
	leaves, err := reader.ReadHashes(indexes)
	if err != nil {
		return "", err
	}
	entries, err := readEntries(tiles, tree.N)
	if err != nil {
		return "", err
	}
	all := sha256.New()
	for n, entry := range entries {
		if tlog.RecordHash(entry) != leaves[n] {
			return "", fmt.Errorf("entry %d is not the one in the tree", n)
		}
		all.Write(entry)
		all.Write([]byte("\n"))
	}
	if err := prove(tree, leaves, reader); err != nil {
		return "", err
	}
	if err := tiles.findUnread(); err != nil {
		return "", err
	}
	return fmt.Sprintf("%s %d %x", verifier.Name(), tree.N, all.Sum(nil)), nil
}

// readEntries reads all entry bundles: for each entry its length in two bytes, big-endian, and its bytes.
func readEntries(tiles folderTiles, size int64) ([][]byte, error) {
	var entries [][]byte
	for n := int64(0); n*256 < size; n++ {
		width := size - n*256
		if width > 256 {
			width = 256
		}
		tile := tlog.Tile{H: 8, L: -1, N: n, W: int(width)}
		data, err := tiles.file("tile/entries/" + strings.TrimPrefix(tile.Path(), "tile/8/data/"))
		if err != nil {
			return nil, err
		}
		count := int64(0)
		for ; len(data) >= 2; count++ {
			end := 2 + int(binary.BigEndian.Uint16(data))
			if len(data) < end {
				return nil, fmt.Errorf("entry bundle %d is cut short", n)
			}
			entries = append(entries, data[2:end])
			data = data[end:]
		}
		if len(data) != 0 || count != width {
			return nil, fmt.Errorf("entry bundle %d has %d entries and %d bytes more", n, count, len(data))
		}
	}
	return entries, nil
}

func prove(tree tlog.Tree, leaves []tlog.Hash, reader tlog.HashReader) error {
	if tree.N == 0 {
		return nil
	}
	for _, n := range []int64{0, tree.N - 1} {
		proof, err := tlog.ProveRecord(tree.N, n, reader)
		if err != nil {
			return err
		}
		if err := tlog.CheckRecord(proof, tree.N, tree.Hash, n, leaves[n]); err != nil {
			return err
		}
	}
	half := (tree.N + 1) / 2
	old, err := tlog.TreeHash(half, reader)
	if err != nil {
		return err
	}
	proof, err := tlog.ProveTree(tree.N, half, reader)
	if err != nil {
		return err
	}
	return tlog.CheckTree(proof, tree.N, tree.Hash, half, old)
}

func (t folderTiles) findUnread() error {
	return filepath.WalkDir(t.folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		relative, err := filepath.Rel(t.folder, path)
		if err == nil && !t.read[filepath.ToSlash(relative)] {
			err = fmt.Errorf("no reader asks for %s", relative)
		}
		return err
	})
}

func parseHashes(texts []string, more ...string) ([]tlog.Hash, error) {
	var hashes []tlog.Hash
	for _, text := range append(append([]string{}, texts...), more...) {
		hash, err := parseHash(text)
		if err != nil {
			return nil, err
		}
		hashes = append(hashes, hash)
	}
	return hashes, nil
}

func parseHash(text string) (hash tlog.Hash, err error) {
	bytes, err := base64.StdEncoding.Strict().DecodeString(text)
	if err != nil || len(bytes) != tlog.HashSize || strings.ContainsAny(text, "\r\n") {
		return hash, errors.New("malformed hash")
	}
	copy(hash[:], bytes)
	return hash, nil
}
