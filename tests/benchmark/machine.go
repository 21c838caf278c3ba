package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"strings"

	"github.com/ringfence/ringfence/shared/graph"
	"github.com/ringfence/ringfence/tests/benchmark/footprint"
	"github.com/ringfence/ringfence/tests/benchmark/terraform"
)

// machine describes where the measurement is made, and what else went on there
// when it began. It names no place.
func machine() string {
	var parts []string
	if model := field(procFile("cpuinfo"), "model name"); model != "" {
		parts = append(parts, model)
	}
	parts = append(parts, fmt.Sprintf("%d cores", runtime.NumCPU()))
	if memory := total(procFile("meminfo")); memory != "" {
		parts = append(parts, memory+" of memory")
	}
	if release := strings.TrimSpace(procFile("sys/kernel/osrelease")); release != "" {
		parts = append(parts, "Linux "+release)
	}
	parts = append(parts, runtime.GOARCH)
	if load, _, ok := strings.Cut(procFile("loadavg"), " "); ok {
		parts = append(parts, "load "+load+" before the run")
	}
	return strings.Join(parts, ", ")
}

// field is the first value of a name in lines of "name : value".
func field(text, name string) string {
	for line := range strings.Lines(text) {
		if key, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(key) == name {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

// procFile reads a file of Linux; elsewhere it is empty.
func procFile(name string) string {
	text, _ := os.ReadFile("/proc/" + name)
	return string(text)
}

// total is the size of the memory according to /proc/meminfo.
func total(meminfo string) string {
	for line := range strings.Lines(meminfo) {
		var kibibytes int
		if n, _ := fmt.Sscanf(line, "MemTotal: %d kB", &kibibytes); n == 1 {
			return fmt.Sprintf("%.0f GiB", float64(kibibytes)/(1<<20))
		}
	}
	return ""
}

// versions are what is compared.
type versions struct{ Pulumi, Terraform, Provider, Moto string }

func readVersions(ctx context.Context, ours *ringfence, theirs *modules) (versions, error) {
	v := versions{Provider: terraform.ProviderVersion}
	text, _, err := footprint.Run(ctx, ours.command("version", "--json"))
	if err != nil {
		return v, err
	}
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		return v, fmt.Errorf("./ringfence version: %w", err)
	}
	text, _, err = footprint.Run(ctx, theirs.command(graph.Network, "version", "-json"))
	if err != nil {
		return v, err
	}
	var said struct {
		Version string `json:"terraform_version"`
	}
	err = json.Unmarshal([]byte(text), &said)
	v.Terraform = said.Version
	return v, err
}
