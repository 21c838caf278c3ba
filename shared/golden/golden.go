// Package golden compares what a test produced with a file that a reviewer has
// read. Run the test with -update to write the file anew.
package golden

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
)

var update = flag.Bool("update", false, "write the golden files anew")

// Check compares got with the content of file.
func Check(t testing.TB, file string, got []byte) {
	t.Helper()
	if *update {
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Errorf("%v; run the test with -update to write it", err)
		return
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs; run the test with -update and review the change\n%s", file, firstDifference(want, got))
	}
}

// CheckJSON compares a value, as indented JSON, with the content of file.
func CheckJSON(t testing.TB, file string, value any) {
	t.Helper()
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(value); err != nil {
		t.Fatal(err)
	}
	Check(t, file, b.Bytes())
}

// CheckDir reports files in dir that no test wrote: what a golden file is left
// of when its subject is gone.
func CheckDir(t testing.TB, dir string, expected []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	for _, entry := range entries {
		if slices.Contains(expected, entry.Name()) {
			continue
		}
		file := filepath.Join(dir, entry.Name())
		if !*update {
			t.Errorf("%s belongs to nothing any more; run the test with -update to delete it", file)
		} else if err := os.RemoveAll(file); err != nil {
			t.Error(err)
		}
	}
}

// firstDifference shows the first line in which two texts differ.
func firstDifference(want, got []byte) string {
	wants, gots := bytes.Split(want, []byte("\n")), bytes.Split(got, []byte("\n"))
	line := func(lines [][]byte, i int) []byte {
		if i < len(lines) {
			return lines[i]
		}
		return []byte("(end of file)")
	}
	i := 0
	for i < len(wants) && i < len(gots) && bytes.Equal(wants[i], gots[i]) {
		i++
	}
	return "line " + strconv.Itoa(i+1) + "\nwant " + string(line(wants, i)) + "\ngot  " + string(line(gots, i))
}
