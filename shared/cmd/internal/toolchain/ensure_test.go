package toolchain

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestUnitInstalledToolsAreUsedAsTheyAre(t *testing.T) {
	b := newBench(t)
	folder, plugin := b.installPulumi("v"+PulumiVersion), b.installPlugin()
	tools := b.mustMake()
	if tools.OwnHost || tools.StandIn {
		t.Errorf("tools %+v", tools)
	}
	for path, want := range map[string]string{
		tools.Pulumi: filepath.Join(folder, "pulumi"), b.bin(hostName): filepath.Join(folder, hostName), tools.AWSPlugin: plugin,
	} {
		if got, err := os.Readlink(path); got != want {
			t.Errorf("%s is a link to %q (%v), want %q", path, got, err, want)
		}
	}
	if info, err := os.Lstat(filepath.Dir(tools.AWSPlugin)); err != nil || !info.IsDir() {
		t.Errorf("the plugin's folder must be a real one for the engine to see it: %v, %v", info, err)
	}
	if built := b.builds(); built != nil {
		t.Errorf("built %v", built)
	}
	b.clean()
}

func TestUnitToolsAreBuiltWhereNoneIsInstalled(t *testing.T) {
	b := newBench(t)
	b.installPulumi("v3.258.0")
	_, provider := b.mirrorProvider()
	tools := b.mustMake()
	if !tools.OwnHost || !tools.StandIn {
		t.Errorf("tools %+v", tools)
	}
	built := strings.Join(b.builds(), "\n")
	for _, want := range []string{
		cliPackage + " " + hostPackage, "version.Version=v" + PulumiVersion, "GOWORK=off build -trimpath",
	} {
		if !strings.Contains(built, want) {
			t.Errorf("built without %q:\n%s", want, built)
		}
	}
	for _, path := range []string{tools.Pulumi, b.bin(hostName), tools.AWSPlugin} {
		if !isExecutable(path) {
			t.Errorf("%s is missing", path)
		}
	}
	path, err := os.ReadFile(filepath.Join(filepath.Dir(tools.AWSPlugin), "terraform-provider-path"))
	if err != nil || string(path) != provider+"\n" {
		t.Errorf("the stand-in is told %q (%v), want %q", path, err, provider)
	}
	b.clean()
}

func TestUnitOnlyWhatChangedIsMadeAgain(t *testing.T) {
	change := func(name string) func(*bench) {
		return func(b *bench) { b.file(filepath.Join(b.root, name), "changed", 0o644) }
	}
	remove := func(name ...string) func(*bench) {
		return func(b *bench) { os.RemoveAll(b.runtime(name...)) }
	}
	tests := map[string]struct {
		after func(*bench)
		want  []string // the last word of each build
	}{
		"nothing": {func(*bench) {}, nil},
		"a test":  {change("shared/toolchain/languagehost/main_test.go"), nil},
		"only times": {func(b *bench) {
			now := time.Now().Add(time.Hour)
			for _, name := range []string{"go.mod", "languagehost/main.go", "awsplugin/main.go"} {
				if err := os.Chtimes(filepath.Join(b.root, "shared/toolchain", name), now, now); err != nil {
					b.t.Fatal(err)
				}
			}
		}, nil},
		"the language host":        {change("shared/toolchain/languagehost/main.go"), []string{hostPackage}},
		"a new file of the host":   {change("shared/toolchain/languagehost/new.go"), []string{hostPackage}},
		"the pinned modules":       {change("shared/toolchain/go.sum"), []string{hostPackage}},
		"the stand-in":             {change("shared/toolchain/awsplugin/mapping.json"), []string{"."}},
		"the CLI was removed":      {remove("bin", "pulumi"), []string{cliPackage}},
		"the plugin was removed":   {remove("pulumi"), []string{"."}},
		"the record was removed":   {remove("tools.json"), []string{hostPackage, "."}},
		"the record is unreadable": {func(b *bench) { b.file(b.recordFile(), "{", 0o600) }, []string{hostPackage, "."}},
		"another mirror":           {func(b *bench) { b.mirrorProvider() }, []string{"."}},
		"the mirror went, another came": {func(b *bench) {
			os.RemoveAll(os.Getenv(ProviderVariable))
			b.mirrorProvider()
		}, []string{"."}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			b.mirrorProvider()
			b.mustMake()
			b.builds()
			b.said = nil
			test.after(b)
			b.mustMake()
			var got []string
			for _, build := range b.builds() {
				got = append(got, build[strings.LastIndexByte(build, ' ')+1:])
			}
			if !sameElements(got, test.want) {
				t.Errorf("built %q, want %q", got, test.want)
			}
			if len(test.want) == 0 && len(b.said) > 0 {
				t.Errorf("said %q", b.said)
			}
			b.mustMake()
			if again := b.builds(); again != nil {
				t.Errorf("a third time builds %v", again)
			}
		})
	}
}

func sameElements(a, b []string) bool {
	count := map[string]int{}
	for _, s := range a {
		count[s]++
	}
	for _, s := range b {
		count[s]--
	}
	for _, n := range count {
		if n != 0 {
			return false
		}
	}
	return true
}

func TestUnitFailedBuildLeavesNothing(t *testing.T) {
	tests := map[string]struct {
		have func(*bench)
		want string
	}{
		"the CLI":      {func(b *bench) { b.installPlugin() }, "the Pulumi CLI " + PulumiVersion + " is not installed"},
		"the stand-in": {func(b *bench) { b.installPulumi("v" + PulumiVersion); b.mirrorProvider() }, "the official AWS plugin " + AWSPluginVersion},
		"both":         {func(b *bench) { b.mirrorProvider() }, "building"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			test.have(b)
			b.file(filepath.Join(b.path, "go"), "#!/bin/sh\necho 'module lookup disabled'; exit 1\n", 0o755)
			_, err := b.make()
			for _, want := range []string{test.want, "install", "GOPROXY", "module lookup disabled"} {
				if err == nil || !strings.Contains(err.Error(), want) {
					t.Errorf("error %v, want one with %q", err, want)
				}
			}
			if stale := b.read(); stale.CLI.Kind == built || stale.AWSPlugin.Kind == standIn {
				t.Errorf("a failed build is on record: %+v", stale)
			}
			b.clean()
		})
	}
}

func TestUnitInterruptedBuildLeavesNothing(t *testing.T) {
	b := newBench(t)
	b.mirrorProvider()
	b.file(filepath.Join(b.path, "go"), "#!/bin/sh\necho started >> \"$BENCH_LOG\"; sleep 600\n", 0o755)
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		for range 500 {
			if text, _ := os.ReadFile(os.Getenv("BENCH_LOG")); strings.Count(string(text), "started") == 2 {
				break
			}
			time.Sleep(10 * time.Millisecond)
		}
		cancel()
	}()
	if _, err := b.ensure(ctx, func(string) {}); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	b.clean()
}

func TestUnitConcurrentEnsureBuildsOnce(t *testing.T) {
	b := newBench(t)
	b.mirrorProvider()
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			if _, err := b.make(); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if built := b.builds(); len(built) != 2 {
		t.Errorf("built %q, want the CLI with its host once and the stand-in once", built)
	}
}

func TestUnitNoCheckout(t *testing.T) {
	if _, err := Ensure(t.Context(), t.TempDir(), func(string) {}); err == nil || !strings.Contains(err.Error(), "no checkout of Ringfence") {
		t.Errorf("error %v", err)
	}
}
