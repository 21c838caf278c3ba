package review

import (
	"archive/tar"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/ringfence/ringfence/shared/cmd/internal/git"
	"github.com/ringfence/ringfence/shared/folder"
)

// Checkout puts the files of a commit into a folder of its own below parent, whole
// or not at all, and removes those of other commits. One that is there is used
// again, with the programs that were built in it.
func Checkout(ctx context.Context, root, commit, parent string) (place string, err error) {
	place = filepath.Join(parent, commit)
	if _, err := os.Stat(place); err == nil {
		return place, nil
	}
	return place, folder.Replace(parent, 0o755, func(fresh string) error {
		archive, err := git.Checkout{Root: root}.Run(ctx, "archive", "--format=tar", commit)
		if err != nil {
			return fmt.Errorf("reading commit %s: %w", commit, err)
		}
		into := filepath.Join(fresh, commit)
		if err := os.Mkdir(into, 0o755); err != nil {
			return err
		}
		if err := unpack(strings.NewReader(archive), into); err != nil {
			return fmt.Errorf("unpacking commit %s: %w", commit, err)
		}
		return nil
	})
}

// unpack writes the files of an archive below a folder, and nothing outside.
func unpack(archive io.Reader, folder string) error {
	into, err := os.OpenRoot(folder)
	if err != nil {
		return err
	}
	defer into.Close()
	for reader := tar.NewReader(archive); ; {
		header, err := reader.Next()
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		}
		switch header.Typeflag {
		case tar.TypeDir:
			err = into.MkdirAll(filepath.Clean(header.Name), 0o755)
		case tar.TypeReg:
			err = write(into, header, reader)
		}
		if err != nil {
			return err
		}
	}
}

func write(into *os.Root, header *tar.Header, content io.Reader) error {
	name := filepath.Clean(header.Name)
	if err := into.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return err
	}
	file, err := into.OpenFile(name, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, header.FileInfo().Mode().Perm()&fs.ModePerm)
	if err != nil {
		return err
	}
	_, err = io.Copy(file, content)
	return errors.Join(err, file.Close())
}
