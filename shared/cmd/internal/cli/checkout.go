package cli

import (
	"fmt"
	"os"
	"path/filepath"
)

// FindCheckout finds the root of the checkout: where this command was built, or
// else the folder itself or one above it.
func FindCheckout(executable, folder string) (string, error) {
	if built, ok := under(executable); ok && isCheckout(built) {
		return built, nil
	}
	for at := folder; ; at = filepath.Dir(at) {
		if isCheckout(at) {
			return at, nil
		}
		if at == filepath.Dir(at) {
			return "", fmt.Errorf("%s is not inside a checkout of Ringfence: no folder above it has stacks/environments", folder)
		}
	}
}

// under takes <root>/.ringfence/bin/ringfence apart.
func under(executable string) (root string, ok bool) {
	bin := filepath.Dir(executable)
	runtime := filepath.Dir(bin)
	return filepath.Dir(runtime), filepath.Base(bin) == "bin" && filepath.Base(runtime) == ".ringfence"
}

func isCheckout(folder string) bool {
	info, err := os.Stat(filepath.Join(folder, "stacks", "environments"))
	return err == nil && info.IsDir()
}
