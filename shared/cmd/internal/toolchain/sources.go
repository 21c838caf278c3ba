package toolchain

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/ringfence/ringfence/shared/graph"
)

// fingerprint tells whether a set of files has changed: by names, sizes and
// times, which is quick, and where these differ by content, which is sure.
type fingerprint struct {
	Times   string `json:"times"`
	Content string `json:"content"`
}

// take returns the fingerprint of files, which are relative to root.
func take(root string, files []string) (fingerprint, error) {
	times, err := digestTimes(root, files)
	if err != nil {
		return fingerprint{}, err
	}
	content, err := digestContent(root, files)
	return fingerprint{Times: times, Content: content}, err
}

// compare says whether the files are still the same, and returns what their
// fingerprint is now.
func (f fingerprint) compare(root string, files []string) (now fingerprint, same bool) {
	times, err := digestTimes(root, files)
	if err != nil {
		return f, false
	}
	if times == f.Times {
		return f, true
	}
	content, err := digestContent(root, files)
	return fingerprint{Times: times, Content: content}, err == nil && content == f.Content
}

func digestTimes(root string, files []string) (string, error) {
	digest := sha256.New()
	for _, file := range files {
		info, err := os.Stat(filepath.Join(root, file))
		if err != nil {
			return "", err
		}
		fmt.Fprintln(digest, file, info.Size(), info.ModTime().UnixNano())
	}
	return hex.EncodeToString(digest.Sum(nil)), nil
}

func digestContent(root string, files []string) (string, error) {
	digest := sha256.New()
	for _, name := range files {
		file, err := os.Open(filepath.Join(root, name))
		if err != nil {
			return "", err
		}
		content := sha256.New()
		_, err = io.Copy(content, file)
		file.Close()
		if err != nil {
			return "", err
		}
		fmt.Fprintf(digest, "%s %x\n", name, content.Sum(nil))
	}
	return hex.EncodeToString(digest.Sum(nil)), nil
}

// The files that each build depends on, relative to the root.

func (l layout) cliSources() ([]string, error) {
	return []string{"shared/toolchain/go.mod", "shared/toolchain/go.sum"}, nil
}

func (l layout) hostSources() ([]string, error) {
	files, err := l.walk("shared/toolchain/languagehost")
	return append(files, "shared/toolchain/go.mod", "shared/toolchain/go.sum"), err
}

func (l layout) pluginSources() ([]string, error) { return l.walk("shared/toolchain/awsplugin") }

// programSources are the stacks, the library with the policy pack, and every go.mod: in a workspace
// each of them has a say in the versions.
func (l layout) programSources() ([]string, error) {
	files, err := l.walk("shared")
	if err != nil {
		return nil, err
	}
	files = slices.DeleteFunc(files, func(file string) bool {
		command := strings.HasPrefix(file, "shared/cmd/") || strings.HasPrefix(file, "shared/toolchain/")
		return command && filepath.Base(file) != "go.mod"
	})
	for _, stack := range graph.Names() {
		more, err := l.walk(stack.Dir())
		if err != nil {
			return nil, err
		}
		files = append(files, more...)
	}
	return append(files, "go.work"), nil
}

// walk lists the files under folder that can end up in a build: also those that
// are not Go, because they may be embedded.
func (l layout) walk(folder string) ([]string, error) {
	var files []string
	err := filepath.WalkDir(filepath.Join(l.root, folder), func(path string, entry fs.DirEntry, err error) error {
		name := entry.Name()
		switch {
		case err != nil:
			return err
		case entry.IsDir() && (name == "testdata" || strings.HasPrefix(name, ".")):
			return filepath.SkipDir
		case entry.IsDir(), strings.HasSuffix(name, "_test.go"), strings.HasSuffix(name, ".md"),
			strings.HasPrefix(name, "Pulumi."), strings.HasPrefix(name, "."):
			return nil
		}
		relative, err := filepath.Rel(l.root, path)
		files = append(files, filepath.ToSlash(relative))
		return err
	})
	return files, err
}
