// Package terraform finds HashiCorp's AWS provider on this machine.
//
// Its rule: wherever Terraform itself would find an installed provider, so do
// we, in the order in which Terraform would, after the folder that our own
// variable names. Nothing is downloaded.
package terraform

import (
	"archive/zip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"strings"
)

// Provider is the AWS provider as it was found.
type Provider struct {
	// Path is the executable, or the zip archive that holds it.
	Path   string
	Packed bool
}

// Find searches for the provider of this version for this machine, and returns
// also where it has searched. The provider has no path when there is none.
func Find(version, checkout string) (Provider, []string) {
	folders := searchPath(os.Getenv, homeFolder(), checkout)
	for _, folder := range folders {
		if p := inMirror(folder, version); p.Path != "" {
			return p, folders
		}
	}
	return Provider{}, folders
}

func homeFolder() string {
	home, _ := os.UserHomeDir()
	return home
}

// inMirror looks for the provider in one folder: unpacked or packed, in the
// layout of a mirror under any registry's name, or by itself.
func inMirror(folder, version string) Provider {
	platform := runtime.GOOS + "_" + runtime.GOARCH
	binary := "terraform-provider-aws_v" + version
	archive := "terraform-provider-aws_" + version + "_" + platform + ".zip"
	files := os.DirFS(folder)
	for _, pattern := range []string{
		path.Join("*", "hashicorp", "aws", version, platform, binary+"*"), binary + "*",
	} {
		for _, found := range glob(files, pattern) {
			if info, err := fs.Stat(files, found); err == nil && info.Mode().IsRegular() && info.Mode()&0o111 != 0 {
				return Provider{Path: filepath.Join(folder, filepath.FromSlash(found))}
			}
		}
	}
	for _, pattern := range []string{path.Join("*", "hashicorp", "aws", archive), archive} {
		for _, found := range glob(files, pattern) {
			return Provider{Path: filepath.Join(folder, filepath.FromSlash(found)), Packed: true}
		}
	}
	return Provider{}
}

// glob lists the files that match, sorted. A folder that cannot be read holds
// nothing.
func glob(files fs.FS, pattern string) []string {
	found, err := fs.Glob(files, pattern)
	if err != nil {
		return nil
	}
	return found
}

// Unpack takes the executable out of a packed provider. It is there whole or
// not at all.
func (p Provider) Unpack(to string) error {
	archive, err := zip.OpenReader(p.Path)
	if err != nil {
		return fmt.Errorf("%s: %w: fetch the archive again", p.Path, err)
	}
	defer archive.Close()
	for _, entry := range archive.File {
		if strings.HasPrefix(entry.Name, "terraform-provider-aws_v") && entry.Mode().IsRegular() {
			return unpack(entry, to)
		}
	}
	return fmt.Errorf("%s holds no terraform-provider-aws", p.Path)
}

func unpack(entry *zip.File, to string) error {
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		return err
	}
	content, err := entry.Open()
	if err != nil {
		return err
	}
	defer content.Close()
	fresh, err := os.OpenFile(to+".new", os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o755)
	if err != nil {
		return err
	}
	_, err = io.Copy(fresh, content)
	if err := errors.Join(err, fresh.Close()); err != nil {
		return errors.Join(err, os.Remove(to+".new"))
	}
	return os.Rename(to+".new", to)
}
