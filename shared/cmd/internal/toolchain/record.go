package toolchain

import (
	"encoding/json"
	"os"
	"path/filepath"
)

// record is what .ringfence/tools.json keeps of the tools that were made.
type record struct {
	CLI       part `json:"cli"`
	Host      part `json:"languageHost"`
	AWSPlugin part `json:"awsPlugin"`
}

// part is one tool that was made.
type part struct {
	Version string `json:"version"`
	// Kind is how the tool was come by.
	Kind kind `json:"kind"`
	// From says the same in words, with places.
	From string `json:"from"`
	// Needs lists files outside the checkout without which it is worthless.
	Needs []string `json:"needs,omitempty"`
	// Setting is the value of the variable that led here.
	Setting string `json:"setting,omitempty"`
	// Sources are the files it was built from, if it was.
	Sources *fingerprint `json:"sources,omitempty"`
}

type kind string

const (
	installed kind = "installed" // found on this machine
	official  kind = "official"  // the vendor's own plugin, installed or downloaded
	built     kind = "built"
	standIn   kind = "stand-in"
)

func (l layout) recordFile() string { return l.runtime("tools.json") }

// read returns what is recorded. A record that cannot be read records nothing.
func (l layout) read() record {
	var r record
	if text, err := os.ReadFile(l.recordFile()); err == nil && json.Unmarshal(text, &r) != nil {
		return record{}
	}
	return r
}

func (l layout) write(r record) error { return writeJSON(l.recordFile(), r) }

// writeJSON replaces a file at once.
func writeJSON(path string, value any) error {
	text, err := json.MarshalIndent(value, "", "  ")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	file, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".")
	if err != nil {
		return err
	}
	defer os.Remove(file.Name())
	_, err = file.Write(append(text, '\n'))
	if closing := file.Close(); err == nil {
		err = closing
	}
	if err != nil {
		return err
	}
	return os.Rename(file.Name(), path)
}

// stale returns the parts that must be made, nil when there are none.
func (l layout) stale(r *record) map[*part]bool {
	stale := map[*part]bool{}
	touched := false
	check := func(p *part, path, version string, sources func() ([]string, error)) {
		same, times := l.unchanged(*p, sources)
		if p.Version != version || !exist(path) || !exist(p.Needs...) || !same {
			stale[p] = true
		} else if times != p.Sources {
			p.Sources, touched = times, true
		}
	}
	check(&r.CLI, l.bin("pulumi"), PulumiVersion, l.cliSources)
	check(&r.Host, l.bin(hostName), PulumiVersion, l.hostSources)
	check(&r.AWSPlugin, l.plugin(), AWSPluginVersion, l.pluginSources)
	if !pluginSettingsHold(r.AWSPlugin) {
		stale[&r.AWSPlugin] = true
	}
	if len(stale) > 0 {
		return stale
	}
	if touched {
		_ = l.write(*r) // only times differ: not to keep them costs time, no more
	}
	return nil
}

// unchanged says whether a part's sources are what it was built from, and
// returns their fingerprint of today where that differs in times only.
func (l layout) unchanged(p part, sources func() ([]string, error)) (bool, *fingerprint) {
	if p.Sources == nil {
		return true, nil
	}
	files, err := sources()
	if err != nil {
		return false, nil
	}
	now, same := p.Sources.compare(l.root, files)
	if now == *p.Sources {
		return same, p.Sources
	}
	return same, &now
}

func exist(files ...string) bool {
	for _, file := range files {
		if _, err := os.Stat(file); err != nil {
			return false
		}
	}
	return true
}

// tools describes what is recorded to the callers.
func (l layout) tools(r record) Tools {
	return Tools{
		Root: l.root, Pulumi: l.bin("pulumi"), AWSPlugin: l.plugin(),
		OwnHost: r.Host.Kind == built,
		StandIn: r.AWSPlugin.Kind == standIn,
		Origins: []Origin{
			{"pulumi", r.CLI.Version, r.CLI.From},
			{"pulumi-language-go", r.Host.Version, r.Host.From},
			{pluginName, r.AWSPlugin.Version, r.AWSPlugin.From},
		},
	}
}
