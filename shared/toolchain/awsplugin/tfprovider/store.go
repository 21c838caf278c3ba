package tfprovider

import (
	"fmt"
	"hash/fnv"
	"os"
	"path/filepath"
	"sync"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/vendored/tfplugin5"
	"google.golang.org/protobuf/proto"
)

// store keeps the schema of a provider's binary in a file, since the provider takes twice as
// long to tell its schema as to start. It is a convenience: whatever goes wrong with the file,
// the provider is asked.
type store struct {
	file string // "" for none
	read func() *tfprotov6.GetProviderSchemaResponse
}

// openStore begins to read the schema of the binary at path from directory, or returns a store
// that keeps nothing if directory is "".
func openStore(path, directory string) *store {
	s := &store{read: func() *tfprotov6.GetProviderSchemaResponse { return nil }}
	binary, err := os.Stat(path)
	if directory == "" || err != nil {
		return s
	}
	// The name tells one binary from another, so that a changed one is asked again.
	key := fnv.New64a()
	fmt.Fprintln(key, path, binary.Size(), binary.ModTime().UnixNano())
	s.file = filepath.Join(directory, fmt.Sprintf("terraform-provider-schema-%x", key.Sum64()))
	s.read = sync.OnceValue(func() *tfprotov6.GetProviderSchemaResponse {
		content, err := os.ReadFile(s.file)
		if err != nil {
			return nil
		}
		var r tfplugin5.GetProviderSchema_Response
		if err := proto.Unmarshal(content, &r); err != nil {
			return nil
		}
		return schemaResponse(&r)
	})
	go s.read()
	return s
}

// save replaces the file as a whole, because other processes may be reading it.
func (s *store) save(r *tfplugin5.GetProviderSchema_Response) {
	if s.file == "" {
		return
	}
	content, err := proto.Marshal(r)
	if err != nil {
		return
	}
	temporary, err := os.CreateTemp(filepath.Dir(s.file), filepath.Base(s.file)+"-*")
	if err != nil {
		return
	}
	defer os.Remove(temporary.Name())
	_, err = temporary.Write(content)
	if closing := temporary.Close(); err != nil || closing != nil {
		return
	}
	_ = os.Rename(temporary.Name(), s.file)
}
