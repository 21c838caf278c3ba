package toolchain

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"os"
	"runtime"
	"strings"
	"testing"
)

func TestUnitPluginSetting(t *testing.T) {
	tests := map[string]struct {
		setting          string
		plugin, provider bool // what there is
		standIn          bool
		err              string
	}{
		"unset, the official plugin wins":                {"", true, true, false, ""},
		"unset, the stand-in where there is no official": {"", false, true, true, ""},
		"the stand-in is asked for":                      {"stand-in", true, true, true, ""},
		"the stand-in is asked for and cannot be":        {"stand-in", true, false, false, "RINGFENCE_AWS_PLUGIN=stand-in allows only one of them"},
		"the official is asked for and cannot be had":    {"official", false, true, false, "RINGFENCE_AWS_PLUGIN=official allows only one of them"},
		"another word": {"standin", true, true, false, `RINGFENCE_AWS_PLUGIN="standin": must be "official", "stand-in" or unset`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			b.installPulumi("v" + PulumiVersion)
			if test.plugin {
				b.installPlugin()
			}
			if test.provider {
				b.mirrorProvider()
			}
			t.Setenv(PluginVariable, test.setting)
			tools, err := b.make()
			switch {
			case test.err != "":
				if err == nil || !strings.Contains(err.Error(), test.err) {
					t.Errorf("error %v, want one with %q", err, test.err)
				}
			case err != nil:
				t.Error(err)
			case tools.StandIn != test.standIn:
				t.Errorf("stand-in: %t, want %t", tools.StandIn, test.standIn)
			}
		})
	}
}

func TestUnitChangedSettingIsHeeded(t *testing.T) {
	b := newBench(t)
	b.installPulumi("v" + PulumiVersion)
	b.mirrorProvider()
	b.installPlugin()
	if b.mustMake().StandIn {
		t.Fatal("the official plugin was not taken")
	}
	t.Setenv(PluginVariable, "stand-in")
	if !b.mustMake().StandIn {
		t.Error("the stand-in was asked for later and not made")
	}
	t.Setenv(PluginVariable, "")
	if !b.mustMake().StandIn {
		t.Error("unset, the variable asks for nothing, yet the plugin was changed")
	}
}

func TestUnitNoWayToPlugin(t *testing.T) {
	b := newBench(t)
	_, err := b.make()
	for _, want := range []string{
		"AWS plugin " + AWSPluginVersion, "pulumi plugin install resource aws v" + AWSPluginVersion,
		ProviderVariable + "=DIR", runtime.GOOS + "_" + runtime.GOARCH, "no network", "/nowhere",
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("no %q in: %v", want, err)
		}
	}
	if built := b.builds(); built != nil {
		t.Errorf("built %q before saying so", built)
	}
}

// archive packs files as the official plugin's archive is packed.
func archive(t *testing.T, files map[string]string) []byte {
	t.Helper()
	var packed bytes.Buffer
	zipped := gzip.NewWriter(&packed)
	tarred := tar.NewWriter(zipped)
	for name, text := range files {
		if err := tarred.WriteHeader(&tar.Header{Name: name, Typeflag: tar.TypeReg, Mode: 0o755, Size: int64(len(text))}); err != nil {
			t.Fatal(err)
		}
		if _, err := tarred.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(tarred.Close(), zipped.Close()); err != nil {
		t.Fatal(err)
	}
	return packed.Bytes()
}

func TestUnitDownload(t *testing.T) {
	good := archive(t, map[string]string{pluginName: "#!/bin/sh\n", "LICENSE": "text"})
	tests := map[string]struct {
		archive  []byte
		provider bool
		standIn  bool
		err      string
	}{
		"the official plugin is downloaded":           {good, true, false, ""},
		"a broken download gives way to the stand-in": {good[:len(good)/2], true, true, ""},
		"an archive without the plugin":               {archive(t, map[string]string{"README": "text"}), false, false, "holds no executable pulumi-resource-aws"},
		"an archive that reaches out of its folder":   {archive(t, map[string]string{"../" + pluginName: ""}), false, false, "lies outside of it"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			b.installPulumi("v" + PulumiVersion)
			if test.provider {
				b.mirrorProvider()
			} else {
				t.Setenv(PluginVariable, "official")
			}
			b.download = func(context.Context) (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(test.archive)), nil }
			tools, err := b.make()
			switch {
			case test.err != "":
				if err == nil || !strings.Contains(err.Error(), test.err) {
					t.Errorf("error %v, want one with %q", err, test.err)
				}
				if _, err := os.Stat(b.plugin()); err == nil {
					t.Error("half a plugin was left")
				}
			case err != nil:
				t.Error(err)
			case tools.StandIn != test.standIn || !isExecutable(tools.AWSPlugin):
				t.Errorf("stand-in: %t, want %t; executable: %t", tools.StandIn, test.standIn, isExecutable(tools.AWSPlugin))
			}
			b.clean()
		})
	}
}
