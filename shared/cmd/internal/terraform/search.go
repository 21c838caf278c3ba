package terraform

import (
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
)

// FolderVariable names a folder that is searched before all others: a plugin
// mirror, or the folder of the provider itself.
const FolderVariable = "RINGFENCE_TF_PLUGIN_DIR"

// searchPath lists the folders that may hold providers, in order of
// preference, each once. See "Provider Installation" in Terraform's manual of
// the CLI configuration file.
func searchPath(env func(string) string, home, checkout string) []string {
	folders := []string{env(FolderVariable), env("TF_PLUGIN_CACHE_DIR")}
	for _, file := range settingsFiles(env, home) {
		folders = append(folders, mirrorsIn(file, env)...)
	}
	folders = append(folders, filepath.Join(checkout, "terraform.d", "plugins"))
	folders = append(folders, implied(env, home)...)
	// Where images for closed networks keep their mirrors.
	mirrors, _ := filepath.Glob("/opt/*")
	folders = append(folders, mirrors...)

	var clean []string
	for _, folder := range folders {
		if folder != "" && !slices.Contains(clean, filepath.Clean(folder)) {
			clean = append(clean, filepath.Clean(folder))
		}
	}
	return clean
}

// settingsFiles lists the files that configure Terraform's command.
func settingsFiles(env func(string) string, home string) []string {
	files := []string{env("TF_CLI_CONFIG_FILE")}
	if files[0] == "" {
		files[0] = filepath.Join(home, ".terraformrc")
	}
	more, _ := filepath.Glob(filepath.Join(home, ".terraform.d", "*.tfrc"))
	return append(files, more...)
}

// implied lists the folders that Terraform searches without being told.
func implied(env func(string) string, home string) []string {
	folders := []string{filepath.Join(home, ".terraform.d", "plugins")}
	if runtime.GOOS == "darwin" {
		library := filepath.Join("Library", "Application Support", "io.terraform", "plugins")
		return append(folders, filepath.Join(home, library), filepath.Join("/", library))
	}
	data := env("XDG_DATA_HOME")
	if data == "" {
		data = filepath.Join(home, ".local", "share")
	}
	shared := env("XDG_DATA_DIRS")
	if shared == "" {
		shared = "/usr/local/share:/usr/share"
	}
	for _, folder := range append([]string{data}, filepath.SplitList(shared)...) {
		folders = append(folders, filepath.Join(folder, "terraform", "plugins"))
	}
	return folders
}

// setting matches the settings that name a mirror or a cache, in both of the
// notations that Terraform takes. A folder too many does no harm: it is
// searched in vain.
var setting = regexp.MustCompile(`\b(?:plugin_cache_dir|path)"?\s*[=:]\s*"([^"]+)"`)

// mirrorsIn lists the folders that a settings file names.
func mirrorsIn(file string, env func(string) string) []string {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil
	}
	var folders []string
	for line := range strings.Lines(string(text)) {
		if comment := strings.TrimSpace(line); strings.HasPrefix(comment, "#") || strings.HasPrefix(comment, "//") {
			continue
		}
		for _, match := range setting.FindAllStringSubmatch(line, -1) {
			folders = append(folders, os.Expand(match[1], env))
		}
	}
	return folders
}
