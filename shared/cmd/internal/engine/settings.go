package engine

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"go.yaml.in/yaml/v3"
)

// home is the folder where the CLI finds and writes the stack's settings.
func (j Job) home() string {
	if j.Settings == "" {
		return j.Folder
	}
	return j.Settings
}

// settingsFile is the value of --config-file: empty for the CLI's own choice.
func (j Job) settingsFile() string {
	if j.Settings == "" {
		return ""
	}
	return filepath.Join(j.Settings, "Pulumi."+j.Stack+".yaml")
}

// saltKey is where Pulumi keeps the salt of a stack's passphrase.
const saltKey = "encryptionsalt"

// writeSettings brings the generated settings up to date. What the CLI wrote
// there itself (how secrets are encrypted) stays.
func (j Job) writeSettings() error {
	if j.Settings == "" {
		return nil
	}
	if err := os.MkdirAll(j.Settings, 0o700); err != nil {
		return err
	}
	project := fmt.Appendf(nil, "name: %s\nruntime: go\n", j.Project)
	if err := write(filepath.Join(j.Settings, "Pulumi.yaml"), project); err != nil {
		return err
	}
	file := j.settingsFile()
	settings := map[string]any{}
	old, err := os.ReadFile(file)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	if err := yaml.Unmarshal(old, &settings); err != nil {
		return fmt.Errorf("%s is not valid YAML: delete the file, it is written anew", file)
	}
	if j.Config != nil {
		settings["config"] = j.Config
	}
	if j.Salt != "" && settings[saltKey] == nil {
		settings[saltKey] = j.Salt
	}
	content, err := yaml.Marshal(settings)
	if err != nil {
		return err
	}
	return write(file, content)
}

// write replaces a file unless it already holds the content.
func write(file string, content []byte) error {
	if old, err := os.ReadFile(file); err == nil && bytes.Equal(old, content) {
		return nil
	}
	return os.WriteFile(file, content, 0o600)
}
