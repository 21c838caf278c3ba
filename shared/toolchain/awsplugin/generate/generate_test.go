package main

import (
	"bytes"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/pf/proto"
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge"
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge/info"
	shim "github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfshim"

	"github.com/ringfence/ringfence/shared/toolchain/awsplugin/mapping"
	"github.com/ringfence/ringfence/shared/toolchain/awsplugin/tfprovider"
)

func TestUnitMapping(t *testing.T) {
	path, err := tfprovider.Locate()
	if err != nil {
		t.Fatal(err)
	}
	server, err := tfprovider.Start(path, "")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Stop)
	provider := proto.New(t.Context(), server)
	s, err := downloadSDK(t.Context())
	if err != nil {
		t.Fatal(err)
	}

	t.Run("is current", func(t *testing.T) {
		generated, err := makeMapping(provider, s).Encode()
		if err != nil {
			t.Fatal(err)
		}
		committed, err := os.ReadFile("../" + output)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(generated, committed) {
			t.Errorf("%s is not what the SDK %s and the provider at %s make of it: run go generate in shared/toolchain/awsplugin",
				output, mapping.SDKVersion, path)
		}
	})
	t.Run("shows the SDK's properties", func(t *testing.T) {
		m, err := mapping.Committed()
		if err != nil {
			t.Fatal(err)
		}
		checkProperties(t, m.Resources, provider.ResourcesMap(), s.resources)
		checkProperties(t, m.Functions, provider.DataSourcesMap(), s.functions)
	})
}

// onlyInSDK lists the properties that no Terraform field stands for: the official plugin adds
// or keeps them by itself.
var onlyInSDK = map[string]bool{
	"aws:efs/getFileSystem:getFileSystem lifecyclePolicy": true,
	"aws:eks/cluster:Cluster certificateAuthority":        true,
	"aws:eks/cluster:Cluster defaultAddonsToRemoves":      true,
	"aws:rds/instance:Instance name":                      true,
}

// tooDeep tells the statements of web ACLs that nest deeper than Terraform goes.
func tooDeep(lost string) bool {
	return strings.HasPrefix(lost, "aws:wafv2/") && strings.HasSuffix(lost, "Statement")
}

func checkProperties(t *testing.T, entries map[string]mapping.Entry, types shim.ResourceMap, tokens map[string]properties) {
	t.Helper()
	for _, name := range slices.Sorted(maps.Keys(entries)) {
		entry, schema := entries[name], types.Get(name).Schema()
		p := tokens[entry.Token]
		for _, lost := range lostProperties(entry.Token, schema, entry.Fields(schema), p) {
			if !onlyInSDK[lost] && !tooDeep(lost) && lost != entry.Token+" id" {
				t.Errorf("%s: no field of %s becomes it", lost, name)
			}
		}
	}
}

// lostProperties returns the properties that the bridge would not show with these fields. It
// asks the bridge, not the generator.
func lostProperties(path string, schema shim.SchemaMap, fields map[string]*info.Schema, p properties) []string {
	shown := map[string]string{}
	for field := range schema.Range {
		shown[tfbridge.TerraformToPulumiNameV2(field, schema, fields)] = field
	}
	var lost []string
	for property, t := range p {
		field, ok := shown[property]
		if !ok {
			lost = append(lost, path+" "+property)
			continue
		}
		s, f := schema.Get(field), fields[field]
		if f == nil {
			f = &info.Schema{}
		}
		if isList(s) && tfbridge.IsMaxItemsOne(s, f) == (t.kind == list) {
			lost = append(lost, path+" "+property+" as it should be")
			continue
		}
		lost = append(lost, lostIn(path+"."+property, s, f, t)...)
	}
	return lost
}

func lostIn(path string, element any, f *info.Schema, t *goType) []string {
	if f == nil {
		f = &info.Schema{}
	}
	switch e := element.(type) {
	case shim.Resource:
		if t.kind == object {
			return lostProperties(path, e.Schema(), f.Fields, t.fields())
		}
	case shim.Schema:
		if isList(e) {
			f = f.Elem
		}
		if t.kind == list || t.kind == dictionary {
			t = t.element
		}
		return lostIn(path, e.Elem(), f, t)
	}
	return nil
}
